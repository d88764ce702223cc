// A post that was tried, failed and was withdrawn while its host was left alone is not sent when the host's time has come:
// neither to a follower nor as a revision to a former one, though its bytes were ready when it failed.
import {makePeers} from '../lib/peer.mjs';
import {equal, soon, step, test} from '../lib/test.mjs';
import {heard, makeWorld, tried} from './lib/world.mjs';

test(async () => {
	const w = await makeWorld({speed: 60}); // a minute is a second
	const far = await makePeers();
	far.clock = w.net.clock;
	const anna = far.peer('127.3.0.1').actor('anna');
	const left = far.peer('127.3.0.2').actor('left');
	await anna.follow(w.actor);
	const state = async (peer) => (await w.hosts()).find((h) => h.name === peer.host).state;
	const parked = (peer) => soon(`${peer.host} is parked`, async () => await state(peer) === 'parked', {every: 5});
	const freed = (peer) => soon(`${peer.host} is free`, async () => await state(peer) === 'live' &&
		(await w.readers()).lagging.length === 0, {seconds: 15});

	await step('nothing of it reaches a follower', async () => {
		await far.close();
		const url = await w.post('slip');
		await parked(anna.peer);
		await w.withdraw(url);
		await far.open();
		await freed(anna.peer);
		equal(tried(anna.peer), []);
		await w.post('on');
		await heard(anna.peer, ['Create on']);
	});

	await step('and no withdrawn text a former one', async () => {
		const {activity} = await left.follow(w.actor);
		const url = await w.post('held');
		await heard(left.peer, ['Create held'], {quiet: 0});
		await left.undoFollow(activity, w.actor);
		await heard(anna.peer, ['Create on', 'Create held'], {quiet: 0});
		await anna.undoFollow({type: 'Follow', id: anna.newId(), actor: anna.id, object: w.actor}, w.actor);
		await far.close();
		await w.revise(url, 'held, with a mistake');
		await parked(left.peer);
		await w.withdraw(url);
		await far.open();
		await freed(left.peer);
		await heard(left.peer, ['Create held', 'Delete held']);
		equal(tried(left.peer), ['Create held', 'Delete held']);
	});
});
