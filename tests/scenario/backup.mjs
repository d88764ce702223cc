// engines: both
// seconds: 60
// why: four stores are restored and served
// A backup taken while institutions publish restores on either database to the same pages, and nothing is sent again.
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {must, run} from '../lib/process.mjs';
import {CHORSU, restoreStore} from '../lib/store.mjs';
import {ENGINE, equal, folder, match, ok, soon, stays, step, test} from '../lib/test.mjs';
import {sumsOf, unpack} from '../lib/tar.mjs';
import {heard, makeWorld, said} from './lib/world.mjs';

const OTHER = ENGINE === 'sqlite' ? 'postgres' : 'sqlite';
const PATHS = ['/', '/ru', '/@mehnat', '/uz-Cyrl/@mehnat', '/@mehnat/feed.atom', '/@mehnat/tag/ish', '/assets/local.css',
	'/.well-known/webfinger?resource=acct:mehnat@'];

const files = folder('backups');
const numberOf = (url) => url.split('/').at(-1);

// Every page, for people and for programs.
async function pagesOf(s, urls, actor) {
	const pages = {};
	const add = async (path, accept) => {
		const r = await s.get(path.endsWith('@') ? path + new URL(s.url).host : path, accept);
		pages[`${path} ${accept ?? ''}`] = `${r.status} ${r.headers['content-type']}\n${r.text}`;
	};
	for (const path of PATHS)
		await add(path);
	for (const url of urls) {
		await add(new URL(url).pathname);
		await add(new URL(url).pathname, 'application/activity+json');
	}
	await add(new URL(actor).pathname, 'application/activity+json');
	await add(`${new URL(actor).pathname}/outbox?page=true`, 'application/activity+json');
	await add(`${new URL(actor).pathname}/followers`, 'application/activity+json');
	return pages;
}

const columns = (s, table) => (s.engine === 'postgres'
	? `SELECT attname FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`
	: `SELECT name FROM pragma_table_info('${table}')`);
const tables = (s) => (s.engine === 'postgres'
	? `SELECT tablename FROM pg_tables WHERE schemaname = '${s.schema?.name}' AND tablename <> 'migration' ORDER BY 1`
	: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'migration' ORDER BY 1");

test(async () => {
	const w = await makeWorld({serve: false});
	const {s} = w;
	const urls = [];
	mkdirSync(join(s.dir, 'media/ab'), {recursive: true});
	const picture = Buffer.from(Array.from({length: 200000}, (_, i) => (i * 7919) & 255));
	writeFileSync(join(s.dir, 'media/ab/ab12.webp'), picture);
	writeFileSync(join(s.dir, 'media/ab/.partial'), 'half');
	mkdirSync(join(s.dir, 'assets'));
	writeFileSync(join(s.dir, 'assets/local.css'), 'body{color:#123}\n');
	await s.serve();
	const anna = await w.follower('127.3.0.1', 'anna');
	const bob = await w.follower('127.3.0.2', 'bob');

	await step('something is said', async () => {
		await s.chorsu('institution add', 'soglik', '--name', 'uz=Sogʻliqni saqlash', '--name', 'ru=Здравоохранение',
			'--bio', 'uz=" \\ \u2028 \u{1f54c} <b> \t.');
		for (const name of ['a', 'b', 'c'])
			urls.push(await w.post(`${name} — "oʻzbek" \\ 𝔘 #ish\n\nYangi qator`));
		await w.revise(urls[0], 'a, tuzatilgan #ish', '--note', 'xato');
		await w.withdraw(urls[1]);
		await heard(anna.peer, ['Create a', 'Create b', 'Create c', 'Update a', 'Delete b']);
		await heard(bob.peer, ['Create a', 'Create b', 'Create c', 'Update a', 'Delete b']);
	});

	const running = join(files, 'running.tar.gz');
	await step('a backup while it publishes', async () => {
		let going = true;
		const more = [0, 1].map(async (lane) => {
			for (let i = 0; going; i++)
				urls.push(await s.post(lane ? 'soglik' : 'mehnat', `n${lane}${i}`));
		});
		await soon('it publishes', () => urls.length > 8);
		const r = await s.chorsu('backup', running);
		going = false;
		await Promise.all(more);
		equal(r.json.secret, false);
		equal(statSync(running).mode & 0o777, 0o600);
		equal(readdirSync(files), ['running.tar.gz'], 'nothing else is left there');
	});

	await step('every table of the database is in it, and every row', async () => {
		const list = unpack(running);
		const manifest = JSON.parse(list[0].body);
		equal(list[0].name, 'manifest.json');
		const rows = JSON.parse(list.find((m) => m.name === 'rows.json').body);
		const names = (await s.sql(tables(s))).map(([n]) => n);
		equal(manifest.tables.map((t) => t.name), names);
		equal(Object.keys(rows).sort(), names);
		for (const t of manifest.tables)
			equal(Object.keys(t.columns).sort(), (await s.sql(columns(s, t.name))).map(([n]) => n).sort(), t.name);
		for (const [name, count] of Object.entries(rows)) {
			const pieces = list.filter((m) => m.name.startsWith(`rows/${name}/`)).map((m) => m.body.toString());
			equal(pieces.join('').split('\n').length - 1, count, name);
		}
		ok(!list.some((m) => m.name.includes('secret')));
		match(sumsOf(list), /^[0-9a-f]{64} {2}manifest\.json\n/);
		equal(list.filter((m) => /^(media|assets)/.test(m.name)).map((m) => m.name), ['media/ab/ab12.webp', 'assets/local.css']);
		ok(!/^url = postgres/m.test(list.find((m) => m.name === 'chorsu.conf').body), 'no address of a database');
	});

	// What is said from here on is in the second backup.
	await soon('all has gone out', async () => (await w.readers()).behind === 0);
	const file = join(files, 'rest.tar.gz');
	const words = await s.chorsu('backup', file, '--with-secret');
	equal(words.json.secret, true);
	const pages = await pagesOf(s, urls, w.actor);
	await step('an existing file is not touched', async () => {
		const bytes = readFileSync(file);
		match(await s.fails('backup', 4, file), /is there already/);
		ok(readFileSync(file).equals(bytes));
	});
	await s.stop();

	for (const engine of [ENGINE, OTHER])
		await step(`restored on ${engine}: the same pages, nothing is sent again`, async () => {
			const r = await restoreStore(s, file, {engine, words: []});
			equal(r.restored.code, 0, r.restored.stderr);
			ok(readFileSync(join(r.dir, 'media/ab/ab12.webp')).equals(picture));
			ok(readFileSync(join(r.dir, 'secret.key')).equals(readFileSync(join(s.dir, 'secret.key'))));
			equal(readdirSync(r.dir).filter((n) => /restoring|new|part/.test(n)), []);
			await r.chorsu('check');
			await r.serve();
			equal(await pagesOf(r, urls, w.actor), pages);
			const before = [said(anna.peer).length, said(bob.peer).length];
			await stays('nothing comes', () => said(anna.peer).length === before[0] && said(bob.peer).length === before[1], 1500);
			const url = await r.post('mehnat', `after on ${engine}`);
			await soon('the next one comes, once', () => said(anna.peer).length === before[0] + 1 && said(bob.peer).length === before[1] + 1);
			ok(!urls.includes(url), 'no id is used again');
			const [[head, count]] = await r.sql("SELECT i.head, (SELECT count(*) FROM outbox o WHERE o.institution = i.id)"
				+ " FROM institution i WHERE i.handle = 'mehnat'");
			equal(head, count);
			await r.stop();
		});

	for (const engine of [ENGINE, OTHER])
		await step(`the backup of a running store, on ${engine}: gapless, what it has is as it was`, async () => {
			const r = await restoreStore(s, running, {engine});
			equal(r.restored.code, 0, r.restored.stderr);
			const gaps = await r.sql('SELECT i.handle FROM institution i WHERE i.head <> (SELECT count(*) FROM outbox o'
				+ ' WHERE o.institution = i.id) OR i.head <> (SELECT coalesce(max(seq), 0) FROM outbox o WHERE o.institution = i.id)');
			equal(gaps, []);
			const loose = await r.sql('SELECT o.post FROM outbox o LEFT JOIN variant v ON v.post = o.post WHERE o.post IS NOT NULL AND v.post IS NULL');
			equal(loose, []);
			const [[unsure]] = await r.sql('SELECT count(*) FROM institution WHERE unsure <> head');
			equal(unsure, '0', 'what was under way may have arrived');
			const have = new Set((await r.sql('SELECT id FROM post')).map(([id]) => id));
			ok(have.size > 6 && have.size <= urls.length, `${have.size} of ${urls.length}`);
			await r.serve();
			for (const url of urls) {
				const path = new URL(url).pathname;
				const page = await r.get(path, 'application/activity+json');
				if (have.has(numberOf(url)))
					equal(`${page.status} ${page.headers['content-type']}\n${page.text}`,
						pages[`${path} application/activity+json`]);
				else
					equal(page.status, 404);
			}
			// Peers drop repeats by the id of the activity: what comes again is known to them.
			await soon('readers catch up', async () => (await r.chorsu('readers')).json.behind === 0);
			const ids = new Map();
			for (const m of anna.peer.inbox.filter((x) => x.json?.type === 'Create'))
				ids.set(m.json.object.id, (ids.get(m.json.object.id) ?? new Set()).add(m.json.id));
			for (const [object, set] of ids)
				equal(set.size, 1, `${object} came under one id`);
			await r.stop();
		});

	await step('a person at a terminal sees how far it is', async () => {
		const target = join(files, 'seen.tar.gz');
		const out = await must('script', ['-qec', `${CHORSU} backup ${s.dir} ${target}`, '/dev/null']);
		match(out, /The backup is in/);
		equal((await run(CHORSU, ['backup', s.dir, join(files, 'quiet.tar.gz')])).stderr, '');
	});
});
