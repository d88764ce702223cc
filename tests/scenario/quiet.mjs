// Quiet entries stand in the outbox and at their own address, and are sent to nobody: neither they nor what becomes of them
// while they are quiet.
import {ACTIVITY} from '../lib/http.mjs';
import {equal, step, test} from '../lib/test.mjs';
import {heard, makeWorld} from './lib/world.mjs';

test(async () => {
	const w = await makeWorld();
	const {peer} = await w.follower('127.3.0.1', 'anna');

	// No command makes them yet: the row is written while nobody serves.
	await w.s.stop();
	const old = await w.post('old');
	const revised = await w.post('revised');
	await w.revise(revised, 'revised quietly');
	await w.s.sql('UPDATE outbox SET quiet = 1');
	await w.s.serve();
	const loud = await w.post('loud');

	await step('they are not sent', () => heard(peer, ['Create loud']));

	await step('nobody is behind because of them', async () => {
		const {lagging, behind} = await w.readers();
		equal([lagging, behind], [[], 0]);
	});

	await step('they stand in the outbox and at their address', async () => {
		const page = (await w.s.get(`${w.actor}/outbox?page=true`, ACTIVITY)).json();
		const objects = page.orderedItems.map((a) => a.object?.id ?? a.object);
		equal([loud, revised, old].every((url) => objects.includes(url)), true, JSON.stringify(objects));
		for (const url of [old, revised])
			equal((await w.s.get(url, ACTIVITY)).json().id, url);
	});
});
