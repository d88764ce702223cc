// A server that was down is sent what stands: no withdrawn post, no text that a later one replaced, every Delete of what it
// holds. Where an attempt ended in doubt, a Create and its Update are both sent.
import {makePeers} from '../lib/peer.mjs';
import {equal, match, soon, step, test} from '../lib/test.mjs';
import {heard, makeWorld, said, tried} from './lib/world.mjs';

const texts = (peer) => peer.inbox.filter((r) => r.status === 202 && r.json.object?.content)
	.map((r) => r.json.object.content.replace(/<[^>]*>/g, '').trim());

test(async () => {
	const w = await makeWorld();
	const far = await makePeers(); // servers that can be shut down, so that a connection is refused
	far.clock = w.net.clock;

	await step('what was said while a server was down', async () => {
		const anna = far.peer('127.3.0.1').actor('anna');
		await anna.follow(w.actor);
		const kept = await w.post('kept');
		const lost = await w.post('lost');
		const still = await w.post('still');
		await heard(anna.peer, ['Create kept', 'Create lost', 'Create still'], {quiet: 0});
		await far.close();
		const one = await w.post('one');
		const two = await w.post('two');
		await soon('the host is parked', async () => (await w.hosts()).some((h) => h.name === anna.peer.host && h.state === 'parked'));
		await w.post('three');
		await w.revise(one, 'one, better');
		await w.withdraw(two);
		await w.revise(kept, 'kept, better');
		await w.revise(one, 'one, best');
		await w.revise(kept, 'kept, best');
		await w.withdraw(lost);
		await w.revise(still, 'still, better');
		await w.s.chorsu('institution set', 'mehnat', '--name', 'uz=Birinchi');
		await w.s.chorsu('institution set', 'mehnat', '--name', 'uz=Ikkinchi');
		await far.open();
		await w.retry(anna.peer.host);
		await heard(anna.peer, ['Create kept', 'Create lost', 'Create still', 'Create one', 'Create three', 'Update kept',
			'Delete lost', 'Update still', 'Update profile']);
		equal(texts(anna.peer).slice(3), ['one, best', 'three', 'kept, best', 'still, better']);
		equal(anna.peer.inbox.at(-1).json.object.name, 'Ikkinchi');
		equal(tried(anna.peer), said(anna.peer));
	});

	await step('an attempt in doubt: it came, and nobody heard so', async () => {
		const bek = await w.follower('127.3.0.2', 'bek');
		bek.peer.answer = {reset: true};
		const first = await w.post('first');
		await bek.peer.wait((r) => r.json.type === 'Create');
		await w.revise(first, 'first, better');
		const second = await w.post('second');
		await w.revise(second, 'second, better');
		bek.peer.answer = null;
		await w.retry(bek.peer.host);
		await heard(bek.peer, ['Create first', 'Update first', 'Create second']);
		equal(texts(bek.peer), ['first, better', 'first, better', 'second, better']);
		const [came, again] = bek.peer.inbox.filter((r) => r.json.type === 'Create');
		equal(again.json.id, came.json.id, 'a peer that has it drops the repeat by its id');
	});

	await step('and of a withdrawn post: only the Delete', async () => {
		const cyra = await w.follower('127.3.0.3', 'cyra');
		cyra.peer.answer = {reset: true};
		const url = await w.post('gone');
		await cyra.peer.wait((r) => r.json.type === 'Create');
		await w.withdraw(url);
		cyra.peer.answer = null;
		await w.retry(cyra.peer.host);
		await heard(cyra.peer, ['Delete gone']);
	});

	await step('after an unclean stop everything that stood there is in doubt', async () => {
		const dono = await w.follower('127.3.0.4', 'dono');
		const url = await w.post('begun');
		await heard(dono.peer, ['Create begun'], {quiet: 0});
		dono.peer.answer = {hang: true};
		const next = await w.post('next');
		await dono.peer.wait((r) => r.json.type === 'Create' && r.status === 'hang');
		await w.s.kill();
		await w.revise(next, 'next, better');
		const third = await w.post('third');
		await w.withdraw(third);
		await w.withdraw(url);
		dono.peer.answer = null;
		await w.s.serve();
		// The third may have gone out as well, for all that this process knows: its Delete is sent.
		await heard(dono.peer, ['Create begun', 'Create next', 'Update next', 'Delete third', 'Delete begun']);
		match(texts(dono.peer).at(-1), /next, better/);
	});

	await step('after a clean one nothing is', async () => {
		const emin = await w.follower('127.3.0.5', 'emin');
		await w.s.stop();
		const url = await w.post('quick');
		await w.revise(url, 'quick, better');
		await w.withdraw(await w.post('slip'));
		await w.s.serve();
		await heard(emin.peer, ['Create quick']);
		equal(texts(emin.peer), ['quick, better']);
	});
});
