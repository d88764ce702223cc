// What a server refuses for good is recorded and passed over; one that fails for seven days is given up until it is heard from;
// an inbox that says 410 three times over a day is left.
import {must} from '../lib/process.mjs';
import {CHORSU} from '../lib/store.mjs';
import {equal, match, ok, soon, step, test} from '../lib/test.mjs';
import {DAY, heard, HOUR, makeWorld, tried} from './lib/world.mjs';

const FOR_GOOD = [400, 403, 404, 405, 413, 422, 501, 302];

test(async () => {
	const w = await makeWorld();
	const host = async (peer) => (await w.hosts()).find((h) => h.name === peer.host);
	const parked = (peer) => soon(`${peer.host} is parked`, async () => (await host(peer)).state === 'parked');

	await step('refused for good: passed over, recorded and shown', async () => {
		const peers = [];
		for (const [i, status] of FOR_GOOD.entries()) {
			const {peer} = await w.follower(`127.4.2.${i + 1}`, 'a');
			peer.answer = (r) => (/bad/.test(r.json.object?.content) ? {status, headers: {location: '/elsewhere'}} : null);
			peers.push([peer, status]);
		}
		await w.post('bad');
		await w.post('good');
		for (const [peer] of peers) {
			await heard(peer, ['Create good'], {quiet: 0});
			equal(tried(peer), ['Create bad', 'Create good']);
			equal((await host(peer)).attempts, 0);
		}
		const shown = await soon('refusals are shown', async () => {
			const {lagging} = await w.readers();
			return peers.every(([p]) => lagging.some((l) => l.host === p.host && l.refusals === 1)) && lagging;
		});
		for (const [peer, status] of peers) {
			const {refused} = shown.find((l) => l.host === peer.host);
			equal([refused.what, refused.why], ['entry', `answered ${status}`]);
			ok(Math.abs(Date.now() - refused.at) < HOUR);
		}
		match((await must(CHORSU, ['readers', w.s.dir])), /1 refused \(the last, entry \d+, at 20.*: answered 4\d\d\)/);
		const rows = await w.s.sql('SELECT status, why FROM refusal ORDER BY status');
		equal(rows.map(([s]) => Number(s)), [...FOR_GOOD].sort((x, y) => x - y));
		ok(rows.every(([s, why]) => why === `answered ${s}`));
	});

	await step('given up after seven days, and revived when heard from', async () => {
		const anna = await w.follower('127.4.1.5', 'a');
		const peer = anna.peer;
		peer.answer = {status: 500};
		await w.post('old');
		await parked(peer);
		await w.later(3 * DAY);
		await w.post('middle');
		await soon('a second attempt', async () => (await host(peer)).attempts === 2);
		await w.later(4 * DAY + HOUR);
		await soon('it is retired', async () => (await host(peer)).state === 'retired');
		equal((await w.readers()).lagging.find((l) => l.host === peer.host).state, 'retired');
		const attempts = tried(peer).length;
		peer.answer = null;
		await w.post('new');
		await w.later(8 * HOUR);
		equal(tried(peer).length, attempts, 'a retired host is not tried');
		equal((await anna.send(`${w.actor}/inbox`, {type: 'Like', object: w.actor})).status, 202);
		await heard(peer, ['Create middle', 'Create new'], {quiet: 0}); // the old post is over seven days old by now
		equal((await host(peer)).state, 'live');
	});

	await step('410 at an inbox, three times over a day', async () => {
		const {peer} = await w.follower('127.4.1.6', 'a');
		peer.answer = {status: 410};
		const subscribed = async () => (await w.s.sql(
			`SELECT subscribed FROM reader WHERE host = '${peer.host}'`))[0][0] === '1';
		for (const [i, wait] of [0, HOUR, HOUR, 23 * HOUR].entries()) {
			if (wait)
				await w.later(wait);
			equal(await subscribed(), true, `before answer ${i + 1}`);
			await w.post(`gone${i}`);
			await peer.wait((r) => r.json.type === 'Create', {count: i + 1});
			equal((await host(peer)).state, 'live', 'a host that answers is alive');
		}
		await soon('it is retired', async () => !(await subscribed()));
		await w.post('never');
		await w.later(HOUR);
		equal(tried(peer), ['Create gone0', 'Create gone1', 'Create gone2', 'Create gone3']);
	});

	await step('one that takes something between is not gone', async () => {
		const {peer} = await w.follower('127.4.1.7', 'a');
		for (const [i, wait] of [0, HOUR, 30 * HOUR, HOUR].entries()) {
			if (wait)
				await w.later(wait);
			peer.answer = i === 1 ? null : {status: 410};
			await w.post(`half${i}`);
			await peer.wait((r) => r.json.type === 'Create', {count: i + 1});
		}
		peer.answer = null;
		await w.post('still');
		await peer.wait((r) => r.json.type === 'Create' && r.status === 202, {count: 2});
	});
});
