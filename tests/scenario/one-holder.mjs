// One serving process a store: a second one is refused in one sentence, and the first goes on.
import {CHORSU} from '../lib/store.mjs';
import {freePort} from '../lib/port.mjs';
import {run} from '../lib/process.mjs';
import {equal, match, soon, step, test} from '../lib/test.mjs';
import {heard, makeWorld} from './lib/world.mjs';

test(async () => {
	const w = await makeWorld();
	const {peer} = await w.follower('127.3.0.1', 'anna');
	const second = async () => run(CHORSU, ['serve', w.s.dir, '--listen', `127.0.0.1:${await freePort()}`], {timeout: 10000});

	await step('a second server is refused', async () => {
		const r = await second();
		equal([r.late, r.signal], [false, null]);
		equal(r.code, 1, r.stderr);
		match(r.stderr, /^chorsu: [^\n]*(served|serves|serving)[^\n]*\n$/);
	});

	await step('the first goes on', async () => {
		await w.post('on');
		await heard(peer, ['Create on'], {quiet: 0});
	});

	await soon('its position is written', async () => (await w.readers()).behind === 0);

	await step('when it has ended, however it ended, another may', async () => {
		await w.s.kill();
		await w.s.serve();
		equal((await second()).code, 1);
		await w.s.stop();
		await w.s.serve();
		await w.post('again');
		await heard(peer, ['Create on', 'Create again'], {quiet: 0});
	});
});
