// Who left still holds copies: a former follower is told of every Update and Delete of what it got, and of nothing later.
import {equal, soon, step, test} from '../lib/test.mjs';
import {heard, makeWorld, said} from './lib/world.mjs';

test(async () => {
	const w = await makeWorld();
	const before = await w.post('before');
	const anna = await w.follower('127.3.0.1', 'anna');
	const stays = await w.follower('127.3.0.2', 'stays');
	const [a, s] = [anna.peer, stays.peer];

	const held = await w.post('held');
	const other = await w.post('other');
	await heard(a, ['Create held', 'Create other'], {quiet: 0});
	await anna.undoFollow(anna.followed.activity);
	const after = await w.post('after');

	await step('a former follower gets what became of what it got', async () => {
		await w.revise(held, 'held once more');
		await heard(a, ['Create held', 'Create other', 'Update held']);
		await w.withdraw(held);
		await heard(a, ['Create held', 'Create other', 'Update held', 'Delete held']);
		equal(a.inbox.at(-1).json.object.type, 'Tombstone');
	});

	await step('and nothing of what it never got', async () => {
		await w.revise(before, 'before once more');
		await w.revise(after, 'after once more');
		await s.wait((r) => r.json.type === 'Update' && r.json.object.id === after); // else it is compacted away
		await w.withdraw(after);
		await w.s.chorsu('institution set', 'mehnat', '--name', 'uz=Yangi nom');
		await heard(s, ['Create held', 'Create other', 'Create after', 'Update held', 'Delete held', 'Update before', 'Update after',
			'Delete after', 'Update profile'], {quiet: 300});
		equal(said(a).length, 4);
	});

	await step('who comes back is one reader again, and hears everything once', async () => {
		await anna.follow(w.actor);
		const now = await w.post('now');
		await w.revise(other, 'other once more');
		await heard(a, ['Create held', 'Create other', 'Update held', 'Delete held', 'Create now', 'Update other']);
		await anna.undoFollow({type: 'Follow', id: anna.newId(), actor: anna.id, object: w.actor}, w.actor);
		await w.withdraw(other); // from its first subscription
		await w.withdraw(now);
		await heard(a, [...said(a).slice(0, 6), 'Delete other', 'Delete now']);
	});

	await step('what was on its way when somebody left is taken back, too', async () => {
		const dina = await w.follower('127.3.0.4', 'dina');
		let open, came = false;
		const gate = new Promise((resolve) => (open = resolve));
		dina.peer.answer = async () => {
			came = true; // it has it, and does not say so
			await gate;
			return null;
		};
		const url = await w.post('underway');
		await soon('the post is under way', () => came);
		await w.withdraw(url);
		await soon('reach has passed the withdrawal', async () => (await w.s.sql(
			'SELECT count(*) FROM reader r JOIN institution i ON i.id = r.institution'
			+ ' WHERE r.kind = \'reach\' AND r.position < i.head'))[0][0] === '0');
		await dina.undoFollow(dina.followed.activity);
		open();
		await heard(dina.peer, ['Create underway', 'Delete underway']);
	});

	await step('no Create comes after what is owed to somebody who left', async () => {
		const ella = await w.follower('127.3.0.5', 'ella');
		let open, came = false;
		const gate = new Promise((resolve) => (open = resolve));
		ella.peer.answer = {status: 503};
		const url = await w.post('late');
		await ella.peer.wait((r) => r.status === 503);
		await w.revise(url, 'late and revised');
		await ella.send(`${w.actor}/inbox`, {type: 'Follow', object: w.actor}); // whose Accept goes first
		ella.peer.answer = async (r) => {
			came = r.json?.type === 'Accept';
			await gate;
			return null;
		};
		await w.retry(ella.peer.host);
		await soon('the Accept is under way', () => came);
		await ella.undoFollow(ella.followed.activity);
		open();
		await heard(ella.peer, ['Update late']);
	});

	await step('a deleted actor\'s server holds copies too', async () => {
		const url = await w.post('last');
		await s.wait((r) => r.json.object?.id === url);
		await stays.send(`${w.actor}/inbox`, {type: 'Delete', object: stays.id});
		await w.withdraw(url);
		await s.wait((r) => r.json.type === 'Delete' && r.json.object.id === url);
	});

	await step('what waits for a server that is down arrives when it is back', async () => {
		const bek = await w.follower('127.3.0.3', 'bek');
		const url = await w.post('waits');
		await heard(bek.peer, ['Create waits'], {quiet: 0});
		await bek.undoFollow(bek.followed.activity);
		bek.peer.answer = {status: 503};
		await w.revise(url, 'waits and is revised');
		await w.withdraw(url);
		await bek.peer.wait((r) => r.status === 503);
		bek.peer.answer = null;
		await w.retry(bek.peer.host);
		// The Update's text is gone by now: there is nothing to send but the Delete.
		await heard(bek.peer, ['Create waits', 'Delete waits']);
		equal((await w.readers()).with_parcels, 0);
	});
});
