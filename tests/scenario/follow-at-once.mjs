// Many follow in the same moment, as when a ministry's address stands on television: all are taken, although none of their keys
// is known yet and somebody forges requests whose keys lie on servers that never answer. Those who read wait for none of it.
import {equal, ok, step, test} from '../lib/test.mjs';
import {makeWorld} from './lib/world.mjs';

const HOSTS = 20, EACH = 15, FORGED = 60;

test(async () => {
	const w = await makeWorld();
	const follow = (actor, more) => actor.send(`${w.actor}/inbox`, {type: 'Follow', object: w.actor}, {timeout: 20000, ...more});
	const silent = w.net.peer('127.3.8.1');
	const forger = w.net.peer('127.3.8.2').actor('forger');
	const actors = [];
	for (let i = 0; i < HOSTS * EACH; i++)
		actors.push(w.net.peer(`127.3.7.${1 + i % HOSTS}`).actor(`a${i}`));

	await step('beside forged requests', async () => {
		const forged = Array.from({length: FORGED}, (_, i) => {
			const a = silent.actor(`s${i}`);
			a.answer = {hang: true};
			return follow(forger, {keyId: a.keyId});
		});
		const started = Date.now();
		const answers = await Promise.all(actors.map((a) => follow(a)));
		equal([...new Set(answers.map((r) => r.status))], [202]);
		const took = Date.now() - started;
		ok(took < 8000, `${actors.length} follows took ${took} ms: they waited for those that hang`);
		const asked = Date.now();
		equal((await w.s.get(`/@${w.handle}`)).status, 200);
		ok(Date.now() - asked < 2000, 'a page waits for nobody');
		silent.close?.();
		w.forged = forged;
	});

	await step('each is a follower', async () => {
		const [[n]] = await w.s.sql('SELECT count(*) FROM follow');
		equal(Number(n), actors.length);
	});

	await step('two requests of one new actor', async () => {
		const bob = w.net.peer('127.3.8.3').actor('bob');
		const answers = await Promise.all(Array.from({length: 10}, () => follow(bob)));
		equal(answers.map((r) => r.status), Array(10).fill(202));
		equal(bob.peer.gets.length, 1, 'its key was asked for once');
	});

	await step('what was forged is refused', async () => {
		const answers = await Promise.all(w.forged);
		ok(answers.every((r) => r.status === 401 || r.status === 503), answers.map((r) => r.status).join());
	});
});
