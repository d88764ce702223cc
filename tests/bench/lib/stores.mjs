// Stores with many followers, made directly by SQL: following by ActivityPub takes hours for 100,000.
//
//   const s = await benchStore({sink, groups: [{count: 10000}]})          one institution, "bench"
//   const s = await benchStore({sink, institutions: 100, groups: [{count: 200}, {count: 33, kind: 'refusing'}]})
//   s.handles; await s.addFollowers('small', groups)
//
// Each follower is a person on a server of its own: a host, an inbox, a reader, an actor, a follow. Kinds: living, hanging and
// failing inboxes are the sink's (see sink.c); at refusing ones nothing listens. The same group of several institutions is the
// same servers. parked: their hosts are parked for a year, so that nothing is sent to them.
import {makeStore} from '../../lib/store.mjs';

const FIRST = {living: 10, refusing: 90, hanging: 100, failing: 120}; // second number of the address
const PEM = `-----BEGIN PUBLIC KEY-----\n${'A'.repeat(392)}\n-----END PUBLIC KEY-----\n`;
const YEAR = 365 * 86400 * 1000;

let ids = 1;

// Ids of readers are mixed, so that those of several groups stand among each other, as followers do.
const readerId = (from) => `(((${from} + i) * 2654435761) & 4294967295)`;

// i: number of the follower in the group.
const address = (kind, start) => `'127.' || (${FIRST[kind]} + ((i + ${start}) >> 16)) || '.' || (((i + ${start}) >> 8) & 255)
	|| '.' || ((i + ${start}) & 255)`;

function insert({handle, port, count, kind = 'living', start = 1, parked = false}) {
	const now = Date.now();
	const from = ids;
	ids += count;
	const closed = kind === 'refusing' ? 9 : port; // the port of `discard`, where nothing listens
	const host = `${address(kind, start)} || ':${closed}'`;
	const institution = `(SELECT id FROM institution WHERE handle = '${handle}')`;
	const rows = `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count})`;
	const actor = `'http://' || ${host} || '/users/reader'`;
	return [
		`INSERT INTO host (name, state, attempts, next_at, last_ok_at, why, window_size, signature, software, policy)
		${rows} SELECT ${host}, '${parked ? 'parked' : 'live'}', 0, ${parked ? now + YEAR : 0}, ${now}, '', 2, 'cavage', '', ''
		FROM n WHERE true ON CONFLICT (name) DO NOTHING;`,
		`INSERT INTO reader (id, institution, kind, target, host, local, position, since, until, subscribed, parked, has_parcels,
		unsure, tries, trying_since, gone, gone_since)
		${rows} SELECT ${readerId(from)}, ${institution}, 'fediverse', 'http://' || ${host} || '/inbox', ${host}, 0, t.head, t.head, 0,
		1, ${parked ? 1 : 0}, 0, 0, 0, 0, 0, 0 FROM n, institution t WHERE t.id = ${institution};`,
		`INSERT INTO remote_actor (id, uri, host, name, inbox, shared_inbox, key_id, key_pem, fetched_at)
		${rows} SELECT ${from} + i, ${actor}, ${host}, 'reader', 'http://' || ${host} || '/users/reader/inbox',
		'http://' || ${host} || '/inbox', ${actor} || '#main-key', '${PEM}', ${now} FROM n WHERE true
		ON CONFLICT (uri) DO NOTHING;`,
		`INSERT INTO follow (institution, actor, reader, activity, at)
		${rows} SELECT ${institution}, a.id, ${readerId(from)}, ${actor} || '#follow-' || ${from}, ${now}
		FROM n JOIN remote_actor a ON a.uri = ${actor};`,
	].join('\n');
}

export async function addFollowers(store, handle, port, groups) {
	const text = groups.map((g) => insert({handle, port, ...g})).join('\n');
	await store.sql(`PRAGMA synchronous = OFF; BEGIN; ${text} COMMIT; PRAGMA wal_checkpoint(TRUNCATE);`);
}

export async function benchStore({sink, institutions = 1, groups, settings = {}}) {
	const store = await makeStore({engine: 'sqlite', settings: {'fetch.allow_private': 'yes', ...settings}});
	store.handles = [];
	for (let i = 0; i < institutions; i++) {
		const handle = institutions === 1 ? 'bench' : `bench${i}`;
		await store.chorsu('institution add', handle, '--name', `en=Bench office ${i}`, '--bio', 'en=Tells how fast it is.');
		store.handles.push(handle);
	}
	for (const handle of store.handles)
		await addFollowers(store, handle, sink.port, groups);
	return store;
}

// Readers that have not come to the head of their outbox.
export async function behind(store) {
	const [[n]] = await store.sql(`SELECT count(*) FROM reader r JOIN institution i ON i.id = r.institution
		WHERE r.subscribed = 1 AND r.local = 0 AND r.position < i.head`);
	return Number(n);
}
