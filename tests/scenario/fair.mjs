// seconds: 30
// why: 3,000 deliveries to slow servers
// Nothing waits behind more than a page: an Accept, and another institution's post, go out while thousands of slow deliveries
// are under way.
import {equal, ok, soon, step, test} from '../lib/test.mjs';
import {makeWorld, said} from './lib/world.mjs';

const MANY = 3000;
const DELAY = 1000; // ms that each of the many takes to answer
const address = (i) => `127.8.${Math.floor(i / 250)}.${1 + (i % 250)}`;

test(async () => {
	const w = await makeWorld();
	const suv = await w.institution('suv');
	const {peer: fast} = await w.follower('127.9.0.1', 'a', {target: suv});
	w.net.verify = (r) => r.peer.startsWith('127.9.');

	await step(`${MANY} readers on as many servers`, async () => {
		const columns = 'position, since, until, subscribed, parked, has_parcels, unsure, tries, trying_since, gone, gone_since';
		for (let from = 0; from < MANY; from += 500) {
			const rows = Array.from({length: 500}, (_, i) => {
				const peer = w.net.peer(address(from + i));
				peer.answer = {status: 202, delay: DELAY};
				return [1000 + from + i, peer.host, `${peer.origin}/inbox`];
			});
			await w.s.sql(`INSERT INTO host (name, state, attempts, next_at, last_ok_at, why, window_size, signature, software,
				policy) VALUES ${rows.map(([, host]) => `('${host}', 'live', 0, 0, 0, '', 2, 'cavage', '', '')`)}`);
			await w.s.sql(`INSERT INTO reader (id, institution, kind, target, host, local, ${columns}) SELECT r.id, i.id,
				'fediverse', r.target, r.host, 0, i.head, i.head, 0, 1, 0, 0, 0, 0, 0, 0, 0 FROM institution i,
				(SELECT 0 AS id, '' AS host, '' AS target UNION ALL
				VALUES ${rows.map(([id, host, target]) => `(${id}, '${host}', '${target}')`)}) AS r
				WHERE i.handle = 'mehnat' AND r.id > 0`);
		}
	});
	const arrived = () => w.net.inbox.filter((r) => r.peer.startsWith('127.8.')).length;

	await step('while they are served', async () => {
		const started = Date.now();
		await w.post('many');
		await soon('it has begun', () => arrived() > 50, {every: 5});
		const {accept} = await w.follower('127.9.0.2', 'b', {target: suv}).then((b) => b.followed);
		const accepted = accept.at - started;
		await w.s.post('suv', 'urgent');
		await soon('the other institution\'s post', () => said(fast).length === 1);
		const posted = fast.inbox.at(-1).at - started;
		const done = arrived();
		if (process.env.VERBOSE)
			console.log(`Accept after ${accepted} ms, post after ${posted} ms, when ${done} of ${MANY} had begun`);
		ok(done < MANY - 256, `it came when ${done} of ${MANY} had begun`);
	});

	await step('all of them arrive, each once', async () => {
		await soon('all', () => arrived() >= MANY, {seconds: 25, every: 50});
		await soon('nobody is behind', async () => (await w.readers()).behind === 0);
		equal(arrived(), MANY);
	});
});
