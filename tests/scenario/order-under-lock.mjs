// engines: postgres
// Numbers of an outbox are given in the order of commits: while one publisher holds the next number and has not committed,
// nobody gets a later one, so no reader can move past an entry that is not there yet.
import {sql} from '../lib/pg.mjs';
import {equal, ok, pause, soon, stays, step, test} from '../lib/test.mjs';
import {heard, makeWorld, said} from './lib/world.mjs';

test(async () => {
	const w = await makeWorld();
	const anna = await w.follower('127.3.0.1', 'anna');
	const {peer} = anna;
	await w.post('first');
	await heard(peer, ['Create first'], {quiet: 0});
	const head = async () => Number((await w.s.sql('SELECT head FROM institution'))[0][0]);
	const before = await head();

	// Another publisher, as outbox_append() does it, who is slow between the number and the commit.
	const hold = (seconds, end) => sql(w.s.schema.url, 'BEGIN;'
		+ ' UPDATE institution SET head = head + 1, version = version + 1;'
		+ ' INSERT INTO outbox (institution, seq, id, audience, kind, quiet, at)'
		+ ' SELECT id, head, head + 1000000, \'public\', \'profile\', 0, 0 FROM institution;'
		+ ` SELECT pg_sleep(${seconds}); ${end};`);
	const waiting = () => soon('the slow one has its number', async () =>
		(await w.s.sql('SELECT count(*) FROM pg_stat_activity WHERE query LIKE \'%pg_sleep%\' AND state = \'active\''
			+ ' AND pid <> pg_backend_pid()'))[0][0] === '1');

	await step('others wait for it, and nothing is skipped', async () => {
		const slow = hold(1.5, 'COMMIT');
		await waiting();
		let posted = false;
		const second = w.post('second').then(() => { posted = true; });
		await stays('nobody publishes and nothing arrives', async () => !posted && said(peer).length === 1, 700);
		equal(await head(), before);
		await slow;
		await second;
		await heard(peer, ['Create first', 'Update profile', 'Create second']);
		equal(await head(), before + 2);
	});

	await step('one that gives up leaves no gap', async () => {
		const slow = hold(0.7, 'ROLLBACK');
		await waiting();
		const posts = ['third', 'fourth', 'fifth'].map((text) => w.post(text));
		await slow;
		await Promise.all(posts);
		equal(await head(), before + 5);
		const rows = (await w.s.sql('SELECT seq FROM outbox ORDER BY seq')).map(([n]) => Number(n));
		equal(rows, rows.map((_, i) => i + 1), 'the numbers have no gap');
		await soon('all arrive', () => said(peer).length === 6);
		await pause(300);
		equal([...said(peer)].sort(), ['Create fifth', 'Create first', 'Create fourth', 'Create second', 'Create third',
			'Update profile']);
		const order = await w.s.sql('SELECT p.id FROM outbox o JOIN post p ON p.id = o.post ORDER BY o.seq');
		equal(peer.inbox.filter((r) => r.json.type === 'Create').map((r) => r.json.object.id.split('/').at(-1)),
			order.map(([id]) => id), 'in the order of their numbers');
		ok(true);
	});

	await step('who leaves meanwhile waits too: what was said while it was there is within what it is told of', async () => {
		const slow = hold(1, 'COMMIT');
		await waiting();
		const left = anna.undoFollow(anna.followed.activity);
		await slow;
		await left;
		equal(await head(), before + 6);
		equal(await w.s.sql('SELECT subscribed, until FROM reader WHERE local = 0'), [['0', String(before + 6)]]);
	});
});
