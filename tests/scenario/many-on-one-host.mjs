// A server on which many follow, each with an inbox of its own, gets its deliveries as fast as it takes them.
import {equal, soon, step, test} from '../lib/test.mjs';
import {makeWorld, said} from './lib/world.mjs';

const MANY = 400;

test(async () => {
	const w = await makeWorld();
	const peer = w.net.peer('127.3.0.1');
	const actors = Array.from({length: MANY}, (_, i) => peer.actor(`a${i}`, {sharedInbox: false}));
	await step('they follow', () => Promise.all(actors.map((a) => a.send(`${w.actor}/inbox`, {type: 'Follow', object: w.actor}, {timeout: 20000}))));
	await step('and have their Accepts', () => soon('all have them', () => peer.inbox.filter((r) => r.json?.type === 'Accept').length === MANY));
	// Not a measurement: when the window of a host was refilled by the look of once a second alone, this took 12 s.
	await step('a post reaches all of them, once', async () => {
		await w.post('hello');
		await soon('all have it', () => said(peer).length >= MANY, {seconds: 6});
		equal(said(peer), Array(MANY).fill('Create hello'));
		await soon('their positions are written', async () => (await w.readers()).behind === 0);
	});
});
