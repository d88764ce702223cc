// engines: both
// seconds: 60
// why: on PostgreSQL it asks the catalogue of two schemas
// A store as the version before the newest migration of each room left it, with data in it, opens and keeps everything.
//
// The older tables are made from the older steps and filled from a store of today, table by table, with the columns that both
// have; so a step that follows is tested here with rows, without anybody keeping old stores.
import {readdirSync} from 'node:fs';
import {join} from 'node:path';

import {must} from '../lib/process.mjs';
import {CHORSU, makeStore, ROOT} from '../lib/store.mjs';
import {equal, match, ok, step, test} from '../lib/test.mjs';

const APPLICATION = 1130918517; // marks an SQLite file as a store

const steps = (await must(CHORSU, ['migrations'])).trim().split('\n').map((l) => JSON.parse(l));
const newest = (room) => Math.max(...steps.filter((m) => m.room === room).map((m) => m.number));
const older = steps.filter((m) => m.number < newest(m.room));
const quote = (text) => `'${text.replaceAll("'", "''")}'`;

const tablesOf = async (s, schema) => (await s.sql(s.engine === 'postgres'
	? `SELECT tablename FROM pg_tables WHERE schemaname = '${schema}' AND tablename <> 'migration' ORDER BY 1`
	: `SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'migration' ORDER BY 1`))
	.map(([name]) => name);
const columnsOf = async (s, schema, table) => (await s.sql(s.engine === 'postgres'
	? `SELECT attname FROM pg_attribute WHERE attrelid = '${schema}.${table}'::regclass AND attnum > 0 AND NOT attisdropped
		AND attgenerated = '' ORDER BY attnum`
	: `SELECT name FROM pragma_table_info('${table}', '${schema}')`)).map(([name]) => name);

// What the database is made of: tables with their columns, indexes, references; apart from the order of columns.
const shape = async (s) => (await s.sql(s.engine === 'postgres'
	? `SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
		AND c.relnamespace = '${s.schema.name}'::regnamespace UNION ALL
		SELECT 'index', '', '', replace(indexdef, '${s.schema.name}', ''), '' FROM pg_indexes WHERE schemaname = '${s.schema.name}' UNION ALL
		SELECT 'rule', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '' FROM pg_constraint
		WHERE connamespace = '${s.schema.name}'::regnamespace ORDER BY 1, 2, 3, 4`
	: `SELECT 'column', m.name, x.name, x.type, x."notnull" || x.pk FROM sqlite_schema m, pragma_table_xinfo(m.name) x WHERE m.type = 'table'
		UNION ALL SELECT 'rule', m.name, x."from", x."table", x."to" FROM sqlite_schema m, pragma_foreign_key_list(m.name) x WHERE m.type = 'table'
		UNION ALL SELECT 'index', tbl_name, name, coalesce(sql, ''), '' FROM sqlite_schema WHERE type = 'index' ORDER BY 1, 2, 3, 4`))
	.map((row) => row.join(' ').replaceAll(s.schema?.name ?? '-', '').replace(/\s+/g, ' '));

// Rows of a table in the columns asked for, in any order.
const rowsOf = async (s, table, columns) =>
	(await s.sql(`SELECT ${columns.map((c) => `"${c}"`).join(', ')} FROM "${table}"`)).map((row) => row.join('\x1f')).sort();

// Fills old with the tables of the older steps and the rows of s. Returns which columns came along.
async function leaveAsBefore(s, old) {
	const sqlite = s.engine === 'sqlite';
	const made = [...older.map((m) => m[s.engine]),
		sqlite ? 'CREATE TABLE migration (room TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,'
			+ ' PRIMARY KEY (room, number)) STRICT'
			: 'CREATE TABLE migration (room TEXT COLLATE "C" NOT NULL, number BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL,'
			+ ' at BIGINT NOT NULL, PRIMARY KEY (room, number))',
		...older.map((m) => `INSERT INTO migration VALUES (${quote(m.room)}, ${m.number}, ${quote(m.name)}, 1)`)].join(';\n');
	const kept = {};
	if (sqlite) {
		const path = join(old.dir, 'chorsu.db');
		await must('rm', ['-f', path, `${path}-wal`, `${path}-shm`]);
		await old.sql(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${APPLICATION}; ${made}`);
	} else {
		await old.sql(`SET client_min_messages TO warning; DROP SCHEMA ${old.schema.name} CASCADE; CREATE SCHEMA ${old.schema.name}`);
		await old.sql(made);
	}
	const from = sqlite ? 'new' : s.schema.name;
	const copies = [];
	for (const table of await tablesOf(old, sqlite ? 'main' : old.schema.name)) {
		const have = await columnsOf(s, sqlite ? 'main' : from, table).catch(() => []);
		kept[table] = (await columnsOf(old, sqlite ? 'main' : old.schema.name, table)).filter((c) => have.includes(c));
		const list = kept[table].map((c) => `"${c}"`).join(', ');
		if (kept[table].length)
			copies.push(`DELETE FROM "${table}"; INSERT INTO "${table}" (${list}) SELECT ${list} FROM ${from}."${table}"`);
	}
	await old.sql(`${sqlite ? `ATTACH '${join(s.dir, 'chorsu.db')}' AS new` : 'SET session_replication_role = replica'}; ${copies.join('; ')}`);
	return kept;
}

test(async () => {
	const s = await makeStore(), old = await makeStore({url: s.url, port: s.port});
	ok(steps.length > older.length);
	await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi', '--name', 'ru=Министерство');
	const urls = [];
	for (const text of ['birinchi #ish', 'ikkinchi', 'uchinchi'])
		urls.push(await s.post('mehnat', text));
	urls.push(await s.post('mehnat', 'suratli', '--media', join(ROOT, 'demo/pictures/job-fair.webp'), '--alt', 'Navbatdagilar'));
	await s.chorsu('pin', urls[3]);
	await s.chorsu('revise', urls[0], 'tuzatilgan #ish', '--note', 'xato');
	await s.chorsu('withdraw', urls[1], '--reason', 'xato');
	// Of what only peers bring, a row each.
	const blob = s.engine === 'postgres' ? "'\\x00ff'" : "X'00FF'";
	await s.sql(`INSERT INTO host VALUES ('peer.example', 'live', 0, 0, NULL, 1, '', 2, '', '', '');
		INSERT INTO remote_actor VALUES (5, 'https://peer.example/u', 'peer.example', 'Anna', 'https://peer.example/u/inbox',
			'https://peer.example/inbox', 'https://peer.example/u#k', 'pem', 1, NULL);
		INSERT INTO reader (id, institution, kind, target, host, local, position, since, until, subscribed, parked, has_parcels, unsure, tries,
			trying_since, gone, gone_since) SELECT 6, id, 'fediverse', 'https://peer.example/inbox', 'peer.example', 0, head, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0
			FROM institution;
		INSERT INTO parcel VALUES (7, 6, 'activity', 5, '{}', 1);
		INSERT INTO refusal VALUES (6, 'entry', 1, 400, 'no', 1);
		INSERT INTO follow SELECT id, 5, 6, 'https://peer.example/f', 1 FROM institution;
		INSERT INTO received VALUES (${blob}, 'undo', 1)`);
	await s.serve();
	const paths = ['/@mehnat', '/@mehnat/feed.atom', ...urls.map((u) => new URL(u).pathname)];
	const pages = await Promise.all(paths.map((p) => s.get(p)));
	await s.stop();

	const kept = await leaveAsBefore(s, old);
	await must('cp', ['-r', join(s.dir, 'secret.key'), join(s.dir, 'media'), old.dir]);
	const before = {};
	for (const [table, columns] of Object.entries(kept))
		before[table] = await rowsOf(old, table, columns);

	await step('it opens, and every step was done', async () => {
		await old.chorsu('check');
		equal((await old.sql('SELECT room, number FROM migration')).map((r) => r.join(' ')).sort(), steps.map((m) => `${m.room} ${m.number}`).sort());
		if (old.engine === 'sqlite')
			match(readdirSync(old.dir).join(' '), /before-migration-\d+T\d+Z\.db/);
	});
	await step('it is built as a store of today', async () => {
		equal(await shape(old), await shape(s));
	});
	await step('it keeps every row', async () => {
		for (const [table, columns] of Object.entries(kept)) {
			ok(before[table].length > 0, `${table} has rows in this test`);
			const now = await columnsOf(old, old.engine === 'postgres' ? old.schema.name : 'main', table);
			equal(columns.filter((c) => !now.includes(c)), [], table);
			equal(await rowsOf(old, table, columns), before[table], table);
		}
	});
	await step('it shows the same', async () => {
		await old.serve();
		for (const [i, p] of paths.entries()) {
			const again = await old.get(p);
			equal([again.status, again.text], [pages[i].status, pages[i].text], p);
		}
		await old.post('mehnat', 'toʻrtinchi');
		await old.stop();
	});
});
