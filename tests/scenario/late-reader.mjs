// A server that comes back after a long time is sent what stands, in order and each once, however long the outbox grew; Creates
// older than seven days are passed over. A follower that starts today starts at today's position.
import {equal, ok, soon, step, test} from '../lib/test.mjs';
import {DAY, heard, makeWorld, said} from './lib/world.mjs';

const MANY = 1300; // several windows of what is planned at a time

// Copies of the last post, as a publisher would have written them.
async function multiply(s, count) {
	const numbers = `WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < ${count})`;
	await s.sql(`${numbers} INSERT INTO post (id, institution, kind, visibility, state, lang, revision, created, published_at,`
		+ ' updated_at) SELECT p.id + n.k, p.institution, kind, visibility, p.state, lang, revision, i.head + n.k, published_at,'
		+ ' p.updated_at FROM n, institution i, (SELECT * FROM post ORDER BY created DESC LIMIT 1) AS p');
	await s.sql(`${numbers} INSERT INTO revision (post, number, note, at) SELECT r.post + n.k, 1, '', r.at FROM n,`
		+ ' (SELECT r.* FROM revision r JOIN post p ON p.id = r.post JOIN institution i ON i.head = p.created) AS r');
	await s.sql(`${numbers} INSERT INTO variant (post, revision, lang, title, text, html) SELECT v.post + n.k, 1, v.lang, title,`
		+ ' text, html FROM n, (SELECT v.* FROM variant v JOIN post p ON p.id = v.post JOIN institution i ON i.head = p.created)'
		+ ' AS v');
	await s.sql(`${numbers} INSERT INTO outbox (institution, seq, id, audience, kind, post, quiet, at) SELECT o.institution,`
		+ ' seq + n.k, o.id + n.k, audience, kind, post + n.k, 0, at FROM n,'
		+ ' (SELECT o.* FROM outbox o JOIN institution i ON i.head = o.seq) AS o');
	await s.sql(`UPDATE institution SET head = head + ${count}`);
}

test(async () => {
	const w = await makeWorld();
	const anna = (await w.follower('127.3.0.1', 'anna')).peer;
	const held = await w.post('held');
	const gone = await w.post('gone');
	await heard(anna, ['Create held', 'Create gone'], {quiet: 0});

	await step('after eight days: nothing old but what became of what is held', async () => {
		anna.answer = {status: 429};
		const old = await w.post('old');
		await w.revise(old, 'old, better');
		await w.later(2 * DAY);
		await w.revise(held, 'held, better');
		await w.withdraw(gone);
		await w.post('younger');
		await w.later(5 * DAY);
		await w.post('young');
		await w.later(DAY / 2);
		anna.answer = null;
		await w.retry(anna.host);
		await heard(anna, ['Create held', 'Create gone', 'Update held', 'Delete gone', 'Create younger', 'Create young']);
	});

	await step('a new follower is sent nothing of the past', async () => {
		const {peer} = await w.follower('127.3.0.2', 'bek');
		const now = await w.post('now');
		await heard(peer, ['Create now'], {quiet: 0});
		equal(peer.inbox.at(-1).json.object.id, now);
	});

	await step(`${MANY} posts behind: all arrive, in order, each once`, async () => {
		w.net.verify = 'none';
		await w.s.stop();
		await w.post('many');
		await multiply(w.s, MANY - 1);
		const peer = w.net.peer('127.3.0.2');
		const from = said(peer).length;
		await w.s.serve();
		await soon('all arrive', () => said(peer).length >= from + MANY, {seconds: 30, every: 100});
		const ids = peer.inbox.filter((r) => r.json.type === 'Create').slice(1).map((r) => BigInt(r.json.object.id.split('/').at(-1)));
		equal(ids.length, MANY);
		ok(ids.every((id, i) => i === 0 || id === ids[i - 1] + 1n), 'in order');
		const {behind} = await soon('nobody is behind', async () => {
			const r = await w.readers();
			return r.behind === 0 && r;
		});
		equal(behind, 0);
	});
});
