// How subscriptions begin and end: Follow, Undo, Block, Delete, and an inbox that moves.
import {equal, match, ok, soon, stays, step, test} from '../lib/test.mjs';
import {heard, makeWorld, said} from './lib/world.mjs';

const accepts = (peer, id) => peer.inbox.filter((r) => r.json?.type === 'Accept' && r.json.object?.id === id);

test(async () => {
	const w = await makeWorld();
	const inbox = `${w.actor}/inbox`;
	const subscribed = async () => (await w.s.sql(
		'SELECT target FROM reader WHERE kind = \'fediverse\' AND subscribed = 1 ORDER BY target')).map(([t]) => t);
	const followers = async () => (await w.s.get(`${w.actor}/followers`, 'application/activity+json')).json().totalItems;

	const anna = await step('a Follow is answered with an Accept that embeds it with its id', async () => {
		const actor = await w.follower('127.3.0.1', 'anna');
		const {activity, accept} = actor.followed;
		equal([accept.json.actor, accept.verified], [w.actor, true]);
		equal(accept.json.object, {id: activity.id, type: 'Follow', actor: actor.id, object: w.actor});
		match(accept.json.id, new RegExp(`^${w.actor}#accept-\\d+$`));
		equal(await followers(), 1);
		return actor;
	});
	const peer = anna.peer;

	await step('a repeated Follow is answered again, and is one follower', async () => {
		const again = await anna.send(inbox, {id: anna.followed.activity.id, type: 'Follow', object: w.actor});
		equal(again.status, 202);
		await soon('a second Accept', () => accepts(peer, anna.followed.activity.id).length === 2);
		const other = await anna.follow(w.actor);
		ok(other.activity.id !== anna.followed.activity.id);
		equal(await followers(), 1);
		const ids = peer.inbox.map((r) => r.json.id);
		equal(new Set(ids).size, ids.length, 'each Accept has an id of its own');
	});

	await step('three followers behind one shared inbox are one reader', async () => {
		await w.follower('127.3.0.1', 'aziz');
		await w.follower('127.3.0.1', 'barno');
		equal(await subscribed(), [`${peer.origin}/inbox`]);
		equal(await followers(), 3);
		await w.post('one');
		await heard(peer, ['Create one']);
	});

	await step('it ends with the last of them, by Undos of every form', async () => {
		const [aziz, barno] = ['aziz', 'barno'].map((n) => peer.actors.get(`/users/${n}`));
		equal((await aziz.undoFollow(aziz.followed.activity)).status, 202);
		await w.post('two');
		await heard(peer, ['Create one', 'Create two'], {quiet: 0});
		equal((await barno.send(inbox, {type: 'Undo', object: barno.followed.activity.id})).status, 202); // a bare URI
		await w.post('three');
		await heard(peer, ['Create one', 'Create two', 'Create three'], {quiet: 0});
		equal((await anna.send(`${w.s.url}/inbox`, {type: 'Undo', object: {type: 'Follow', id: `${anna.id}#f`, actor: anna.id,
			object: w.actor}})).status, 202); // not the Follow's id, and at the shared inbox
		equal([await followers(), await subscribed()], [0, []]);
		await w.post('four');
		await heard(peer, ['Create one', 'Create two', 'Create three']);
	});

	await step('an Undo that comes before its Follow wins, once', async () => {
		const id = anna.newId();
		equal((await anna.send(inbox, {type: 'Undo', object: {id, type: 'Follow', actor: anna.id, object: w.actor}})).status, 202);
		equal((await anna.send(inbox, {id, type: 'Follow', object: w.actor})).status, 202);
		await stays('no Accept', () => accepts(peer, id).length === 0, 300);
		equal(await followers(), 0);
		await anna.follow(w.actor, {id}); // servers that reuse the id can follow again
		equal(await followers(), 1);
		await anna.undoFollow({id, type: 'Follow', actor: anna.id, object: w.actor}, w.actor);
		await anna.follow(w.actor, {id});
		equal(await followers(), 1);
	});

	await step('an Undo that comes again swallows no later Follow', async () => {
		const id = anna.newId(), undo = {id: anna.newId(), type: 'Undo', object: {id, type: 'Follow', actor: anna.id, object: w.actor}};
		await anna.follow(w.actor, {id});
		for (let i = 0; i < 2; i++)
			equal((await anna.send(inbox, undo)).status, 202);
		equal(await followers(), 0);
		await anna.follow(w.actor, {id});
		equal(await followers(), 1);
	});

	await step('nobody undoes what another did', async () => {
		const eve = w.net.peer('127.3.0.9').actor('eve');
		const mine = {id: anna.newId(), type: 'Follow', actor: anna.id, object: w.actor};
		const r = await eve.send(inbox, {type: 'Undo', object: mine});
		equal(r.status, 400, r.text);
		match(r.text, /an actor can undo only what it did itself/);
		equal((await eve.send(inbox, {type: 'Undo', object: mine.id})).status, 202);
		equal((await eve.send(inbox, {type: 'Undo', object: {id: mine.id, type: 'Follow', object: w.actor}})).status, 202);
		await anna.follow(w.actor, {id: mine.id});
		equal(await followers(), 1);
		for (const [object, says] of [[undefined, /does not say what it undoes/], [{}, /does not say what it undoes/]]) {
			const bad = await anna.send(inbox, {type: 'Undo', object});
			equal(bad.status, 400);
			match(bad.text, says);
		}
		equal((await anna.send(inbox, {type: 'Undo', object: {id: anna.newId(), type: 'Like', actor: anna.id,
			object: w.actor}})).status, 202);
		equal(await followers(), 1);
	});

	await step('what does not exist or is closed cannot be followed', async () => {
		const closed = await w.institution('arxiv');
		await w.s.chorsu('institution close', 'arxiv');
		for (const [object, status] of [[`${w.s.url}/actor/1`, 404], [`${w.s.url}/@mehnat`, 404], [peer.origin, 404], [closed, 410]]) {
			const r = await anna.send(inbox, {type: 'Follow', object});
			equal(r.status, status, `${object}: ${r.text}`);
		}
	});

	await step('Block and Delete of the actor end it too', async () => {
		const cyra = await w.follower('127.3.0.2', 'cyra');
		const dono = await w.follower('127.3.0.3', 'dono');
		equal(await followers(), 3);
		equal((await cyra.send(inbox, {type: 'Block', object: w.actor})).status, 202);
		equal(await followers(), 2);
		equal((await cyra.send(inbox, {type: 'Delete', object: dono.id})).status, 202, 'of somebody else: nothing');
		equal(await followers(), 2);
		equal((await dono.send(inbox, {type: 'Delete', object: dono.id, to: ['as:Public']})).status, 202);
		equal(await followers(), 1);
		const gone = w.net.peer('127.3.0.4').actor('gone'); // unknown here, and its key cannot be had any more
		gone.gone = true;
		equal((await gone.send(inbox, {type: 'Delete', object: gone.id})).status, 202);
		equal((await gone.send(inbox, {type: 'Follow', object: w.actor})).status, 401);
		equal(await followers(), 1);
	});

	await step('an inbox that moves: the new one goes on where the old one stood', async () => {
		const emin = await w.follower('127.3.0.5', 'emin', {sharedInbox: false});
		await w.post('five');
		await heard(emin.peer, ['Create five'], {quiet: 0});
		emin.peer.answer = {status: 503};
		await w.post('six');
		await soon('the post was tried', () => emin.peer.inbox.at(-1).status === 503);
		emin.changes = {inbox: `${emin.id}/new-inbox`};
		equal((await emin.send(inbox, {type: 'Update', object: {...emin.document(), '@context': undefined}})).status, 202);
		equal(await subscribed(), [`${emin.id}/new-inbox`, `${peer.origin}/inbox`].sort());
		emin.peer.answer = null;
		await w.retry(emin.peer.host);
		await heard(emin.peer, ['Create five', 'Create six']);
		equal(emin.peer.inbox.at(-1).path, '/users/emin/new-inbox');
		equal(said(peer).slice(-2), ['Create five', 'Create six']);
	});
});
