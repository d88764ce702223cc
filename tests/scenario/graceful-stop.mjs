// SIGTERM drains: what is on its way arrives and is written down, what is not waits for the next start; nothing goes twice.
import {equal, match, ok, soon, step, test} from '../lib/test.mjs';
import {makeWorld, said, tried} from './lib/world.mjs';

const SERVERS = 12;

test(async () => {
	const w = await makeWorld();
	const peers = [];
	for (let i = 1; i <= SERVERS; i++)
		peers.push((await w.follower(`127.6.0.${i}`, 'a')).peer);
	const hearing = (list) => soon(`all hear ${list}`, () => peers.every((p) => said(p).length >= list.length));

	await step('transfers on their way end, their positions are written', async () => {
		for (const peer of peers)
			peer.answer = {status: 202, delay: 1500};
		await w.post('first');
		await soon('it is on its way to some', () => peers.some((p) => p.inbox.length > 1));
		const started = Date.now();
		await w.s.stop();
		ok(Date.now() - started < 8000, 'well before the time that it is given');
		ok(Date.now() - started > 300, 'it waited for the answers');
		match(w.s.log, /event=stopped/);
		for (const peer of peers)
			peer.answer = null;
		await w.s.serve();
		await hearing(['Create first']);
	});

	await step('a clean stop leaves no doubt: what follows is compacted', async () => {
		const url = await w.post('second');
		await hearing(['Create first', 'Create second']);
		await w.s.stop();
		await w.revise(url, 'second, better');
		await w.withdraw(await w.post('slip'));
		await w.s.serve();
		await hearing(['Create first', 'Create second', 'Update second']);
	});

	await step('in the middle of many posts', async () => {
		for (const peer of peers)
			peer.answer = {status: 202, delay: 50};
		for (let round = 0; round < 3; round++) {
			await Promise.all([0, 1, 2].map((i) => w.post(`round${round}.${i}`)));
			await w.s.stop();
			await w.s.serve();
		}
		await soon('all have everything', () => peers.every((p) => said(p).length >= 12), {seconds: 15});
	});

	await step('each once, in order, the same everywhere', async () => {
		for (const peer of peers) {
			equal(tried(peer), said(peer));
			equal(said(peer), said(peers[0]));
			equal(new Set(said(peer)).size, 12);
		}
	});

	await step('a server that never answers does not hold up the stop', async () => {
		w.s.set('server.drain', '1s');
		await w.s.stop();
		await w.s.serve();
		peers[0].answer = {hang: true};
		await w.post('hangs');
		await soon('it hangs', () => peers[0].inbox.at(-1).status === 'hang');
		const started = Date.now();
		await w.s.stop();
		ok(Date.now() - started < 5000, `after ${Date.now() - started} ms`);
		peers[0].answer = null;
		await w.s.serve();
		await soon('it arrives', () => said(peers[0]).includes('Create hangs'));
	});
});
