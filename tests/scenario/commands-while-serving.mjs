// What a command changes while the server runs is out at once, and the command returns when it is durable.
import {equal, ok, step, test} from '../lib/test.mjs';
import {heard, makeWorld, said, tried} from './lib/world.mjs';

const SLOW = Number(process.env.SLOW ?? 1);

test(async () => {
	const w = await makeWorld();
	const {peer} = await w.follower('127.3.0.1', 'anna');
	const slowest = {ms: 0};
	let count = 0;

	// From the end of the command to the arrival.
	const out = async (name, command, attempt = false) => {
		const result = await command();
		const ended = Date.now();
		count++;
		await peer.wait(() => (attempt ? tried : said)(peer).length >= count, {seconds: 10, what: name});
		const ms = peer.inbox.at(-1).at - ended;
		if (ms > slowest.ms)
			Object.assign(slowest, {ms, name});
		ok(ms < 1000 * SLOW, `${name} arrived ${ms} ms after the command had ended`);
		return result;
	};

	await step('post, revise, withdraw', async () => {
		const url = await out('post', () => w.post('post'));
		await out('revise', () => w.revise(url, 'post, better', '--note', 'Better'));
		await out('withdraw', () => w.withdraw(url));
		await out('article', () => w.post('article', '--title', 'Title'));
		equal(said(peer), ['Create post', 'Update post', 'Delete post', 'Create article']);
	});

	await step('institution set', async () => {
		await out('set', () => w.s.chorsu('institution set', 'mehnat', '--name', 'uz=Yangi nom', '--handle', 'bandlik'));
		const {object} = peer.inbox.at(-1).json;
		equal([object.id, object.name, object.preferredUsername], [w.actor, 'Yangi nom', 'bandlik']);
		w.handle = 'bandlik';
		await out('post', () => w.post('renamed'));
	});

	await step('an institution that was added just now can be followed', async () => {
		const suv = await w.institution('suv');
		await peer.actors.get('/users/anna').follow(suv);
		await out('post of the new one', () => w.s.post('suv', 'new'));
	});

	await step('readers retry', async () => {
		peer.answer = {status: 503};
		await out('an attempt', () => w.post('waits'), true);
		peer.answer = null;
		await out('retry', () => w.retry(peer.host), true);
		equal(said(peer).at(-1), 'Create waits');
	});

	await step('institution close', async () => {
		await w.s.chorsu('institution close', 'suv');
		const anna = peer.actors.get('/users/anna');
		equal((await anna.send(`${w.actor}/inbox`, {type: 'Follow', object: (await w.s.chorsu('institution list')).json
			.find((i) => i.handle === 'suv').actor})).status, 410);
	});

	await step('ten commands at once', async () => {
		const before = said(peer).length;
		await Promise.all(Array.from({length: 10}, (_, i) => w.post(`many${i}`)));
		await peer.wait(() => said(peer).length >= before + 10);
		equal(new Set(said(peer).slice(before)).size, 10);
		const seqs = (await w.s.sql('SELECT o.seq FROM outbox o JOIN institution i ON i.id = o.institution'
			+ ' WHERE i.handle = \'bandlik\' ORDER BY o.seq')).map(([n]) => Number(n));
		equal(seqs, seqs.map((_, i) => i + 1));
	});

	await step('nothing came twice', () => heard(peer, said(peer)));
	if (process.env.VERBOSE)
		console.log(`slowest: ${slowest.name}, ${slowest.ms} ms after the command`);
});
