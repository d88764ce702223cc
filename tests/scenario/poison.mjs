// An entry that a server never takes does not stop what comes after it: after six attempts in six hours, when the server takes
// what comes next or takes others' posts, it is recorded and passed over. A server that takes nothing is no such case.
import {equal, match, ok, soon, step, test} from '../lib/test.mjs';
import {heard, HOUR, makeWorld, MINUTE, said, tried} from './lib/world.mjs';

test(async () => {
	const w = await makeWorld();
	const poisoned = (r) => (/poison/.test(r.json.object?.content) ? {status: 500} : null);
	const refusals = async (peer) => (await w.s.sql('SELECT f.what, f.why FROM refusal f JOIN reader r ON r.id = f.reader'
		+ ` WHERE r.host = '${peer.host}'`));
	const attempts = (peer, count) => soon(`${count} attempts at ${peer.host}`,
		() => tried(peer).filter((t) => t === 'Create poison').length >= count);
	const say = async (handle, text) => w.name(await w.s.post(handle, text), text);

	const alone = (await w.follower('127.5.0.1', 'a')).peer; // takes the rest
	const down = (await w.follower('127.5.0.2', 'a')).peer; // takes nothing
	const suv = await w.institution('suv'), talim = await w.institution('talim');
	const busy = (await w.follower('127.5.0.3', 'a', {target: suv})).peer; // follows two institutions
	await w.follower('127.5.0.3', 'b', {target: talim});
	alone.answer = busy.answer = poisoned;
	down.answer = {status: 500};

	await step('it is tried seven times in six hours', async () => {
		await w.post('poison');
		await say('suv', 'poison');
		for (let n = 1; n <= 7; n++) {
			for (const peer of [alone, busy, down])
				await attempts(peer, n);
			if (n < 7)
				await w.later(n < 3 ? 5 * MINUTE : 100 * MINUTE);
		}
		equal([alone, busy, down].map((p) => tried(p).length), [7, 7, 7]);
		equal(await w.s.sql('SELECT * FROM refusal'), [], 'whether it is the entry or the host is not known yet');
	});

	await step('another institution\'s posts go first at the next attempt, and tell', async () => {
		await say('talim', 'of talim');
		await w.later(6 * HOUR);
		await soon('it is recorded', async () => (await refusals(busy)).length === 1);
		equal([tried(busy).slice(7), (await refusals(busy))[0]], [['Create of talim', 'Create poison'], ['entry', 'answered 500']]);
		await say('suv', 'next of suv');
		await heard(busy, ['Create of talim', 'Create next of suv'], {quiet: 0});
	});

	await step('what comes next is tried right after it, and tells', async () => {
		await w.post('next');
		await w.later(6 * HOUR);
		await heard(alone, ['Create next'], {quiet: 0});
		await soon('it is recorded', async () => (await refusals(alone)).length === 1);
		equal(tried(alone).at(-2), 'Create poison', 'it was tried once more before');
		match((await refusals(alone))[0][1], /failed \d+ times while what came after it was taken/);
		const shown = (await w.readers()).lagging.find((l) => l.host === alone.host);
		equal([shown.behind, shown.refusals, shown.state], [0, 1, 'live']);
	});

	await step('a server that was down that long loses nothing', async () => {
		await soon('the next one failed there too', () => tried(down).includes('Create next'));
		equal([await refusals(down), said(down)], [[], []]);
		down.answer = null;
		await w.retry(down.host);
		await heard(down, ['Create poison', 'Create next']);
		ok((await w.hosts()).every((h) => h.state === 'live'));
	});
});
