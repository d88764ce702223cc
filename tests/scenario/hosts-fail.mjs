// Hosts fail, readers wait: what counts as passing, how long a host is left alone, and who waits with it.
import {must} from '../lib/process.mjs';
import {CHORSU} from '../lib/store.mjs';
import {equal, match, ok, soon, step, test} from '../lib/test.mjs';
import {heard, HOUR, makeWorld, MINUTE, said, SECOND, tried} from './lib/world.mjs';

const PASSING = [
	...[401, 408, 425, 429, 500, 502, 503, 504].map((status) => [{status}, `answered ${status}`]), [{reset: true}, ''],
];

test(async () => {
	const w = await makeWorld();
	const host = async (peer) => (await w.hosts()).find((h) => h.name === peer.host);
	const parked = (peer) => soon(`${peer.host} is parked`, async () => {
		const h = await host(peer);
		return h.state === 'parked' && h;
	});

	await step('every passing failure parks the host, and the post arrives later', async () => {
		const rows = [];
		for (const [i, [answer, why]] of PASSING.entries()) {
			const {peer} = await w.follower(`127.4.0.${i + 1}`, 'a');
			peer.answer = answer;
			rows.push({peer, why});
		}
		const from = w.now();
		await w.post('first');
		await w.post('second');
		for (const row of rows) {
			const h = await parked(row.peer);
			equal(h.attempts, 1);
			ok(row.why === '' ? h.why !== '' : h.why === row.why, `${h.why} for ${row.why}`);
			const wait = h.next_at - from;
			ok(wait >= 48 * SECOND && wait <= 72 * SECOND + w.now() - from, `again after ${wait} ms`);
		}
		const shown = await w.readers();
		for (const {peer, why} of rows) {
			const row = shown.lagging.find((l) => l.host === peer.host);
			equal([row.behind, row.state, row.attempts, row.institution], [2, 'parked', 1, 'mehnat']);
			ok(row.why.includes(why) && row.why !== '');
		}
		// (After a broken connection that had been kept open, one more attempt on a new one belongs to the first.)
		for (const {peer, why} of rows)
			ok(tried(peer).length <= (why ? 1 : 2) && tried(peer).every((t) => t === 'Create first'), String(tried(peer)));
		match((await must(CHORSU, ['readers', w.s.dir])), /127\.4\.0\.1/);
		for (const {peer} of rows)
			peer.answer = null;
		await w.later(2 * MINUTE);
		for (const {peer} of rows)
			await heard(peer, ['Create first', 'Create second'], {quiet: 0});
		equal((await w.readers()).parked, 0);
		ok((await w.hosts()).every((h) => h.state === 'live' && h.attempts === 0 && h.why === ''));
	});

	await step('it is left alone longer each time', async () => {
		const {peer} = await w.follower('127.4.1.1', 'a');
		peer.answer = {status: 503};
		await w.post('waits');
		for (const minutes of [1, 2, 4]) {
			const h = await soon('the next failure', async () => {
				const x = await host(peer);
				return x.state === 'parked' && x.next_at > w.now() && x;
			});
			const wait = (h.next_at - w.now()) / MINUTE;
			ok(wait <= 1.2 * minutes && wait >= 0.8 * minutes - 0.1, `${wait} minutes for ${minutes}`);
			await w.later(h.next_at - w.now() + SECOND);
		}
		peer.answer = null;
		await w.retry(peer.host);
		await heard(peer, ['Create waits'], {quiet: 0});
	});

	await step('Retry-After in seconds and as a date', async () => {
		const a = (await w.follower('127.4.1.2', 'a')).peer, b = (await w.follower('127.4.1.3', 'a')).peer;
		a.answer = {status: 429, headers: {'retry-after': '7200'}};
		b.answer = {status: 503, headers: {'retry-after': new Date(w.now() + 3 * HOUR).toUTCString()}};
		await w.post('later');
		for (const [peer, hours] of [[a, 2], [b, 3]]) {
			const wait = ((await parked(peer)).next_at - w.now()) / HOUR;
			ok(Math.abs(wait - hours) < 0.01, `${wait} hours`);
			peer.answer = null;
		}
		await w.later(HOUR);
		await heard(a, [], {quiet: 0});
		await w.later(3 * HOUR);
		await heard(a, ['Create later'], {quiet: 0});
		await heard(b, ['Create later'], {quiet: 0});
	});

	await step('all readers of a host wait for it, of every institution', async () => {
		const suv = await w.institution('suv');
		const shared = await w.follower('127.4.1.4', 'a');
		const own = await w.follower('127.4.1.4', 'b', {sharedInbox: false});
		const third = await w.follower('127.4.1.4', 'c', {target: suv});
		const peer = shared.peer;
		peer.answer = {status: 503};
		await w.post('all');
		await parked(peer);
		w.name(await w.s.post('suv', 'of suv'), 'of suv');
		const lagging = (await w.readers()).lagging.filter((l) => l.host === peer.host);
		equal(lagging.map((l) => [l.institution, l.state]).sort(),
			[['mehnat', 'parked'], ['mehnat', 'parked'], ['suv', 'parked']]);
		ok(tried(peer).length <= 2, 'at most as many attempts as a new host is sent at a time');
		peer.answer = null;
		const r = await w.retry(peer.host);
		equal(r.json, {host: peer.host});
		await peer.wait((x) => x.status === 202 && x.json.type === 'Create', {count: 3});
		equal(said(peer).sort(), ['Create all', 'Create all', 'Create of suv']);
		match(await w.s.fails('readers', 3, 'retry', 'nobody.example'), /no host is known by the name \\"nobody\.example/);
		ok(own && third);
	});
});
