// engines: both
// seconds: 150
// why: some 110 restores
// Backups that were spoiled, by accident or by a stranger: one clear sentence each, and nothing is left behind.
import {existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';

import {run} from '../lib/process.mjs';
import {CHORSU, makeStore} from '../lib/store.mjs';
import {equal, folder, step, test} from '../lib/test.mjs';
import {pack, sumsOf, unpack} from '../lib/tar.mjs';

const files = folder('spoiled');
const edit = (name, fn) => (list) => list.map((m) => (m.name === name ? {...m, body: Buffer.from(fn(m.body.toString()))} : m));
const manifest = (fn) => edit('manifest.json', (t) => {
	const j = JSON.parse(t);
	fn(j);
	return JSON.stringify(j);
});
const POST = 'rows/post/000001.jsonl', HANDLE = 'rows/handle/000001.jsonl';
const rows = (name, fn) => edit(name, (t) => t.trim().split('\n').map((l) => JSON.parse(l)).flatMap(fn)
	.map((o) => `${typeof o === 'string' ? o : JSON.stringify(o)}\n`).join(''));
const counted = (table, n) => edit('rows.json', (t) => JSON.stringify({...JSON.parse(t), [table]: JSON.parse(t)[table] + n}));
const without = (name) => (list) => list.filter((m) => m.name !== name);
const insert = (...members) => (list) => [...list, ...members];
const both = (...fns) => (list) => fns.reduce((l, fn) => fn(l), list);
const file = (name, more) => insert({name, body: Buffer.from('x'), ...more});
const rename = (from, to) => (list) => list.map((m) => (m.name === from ? {...m, name: to} : m));

// [what, exit, fragment, how the list of members is spoiled, options of pack()]
const ROWS = [
	['no manifest', 2, 'does not begin with manifest.json', without('manifest.json')],
	['nothing at all', 2, 'does not begin with manifest.json', () => [{name: 'a', body: ''}]],
	['no members', 2, 'no backup of chorsu', () => []],
	['manifest: not JSON', 2, 'manifest.json:', edit('manifest.json', () => '{"kind":')],
	['manifest: a list', 2, 'must be an object', edit('manifest.json', () => '[]')],
	['manifest: another kind', 2, 'does not say', manifest((j) => (j.kind = 'x'))],
	['manifest: no format', 2, 'does not say', manifest((j) => delete j.format)],
	['manifest: a newer format', 4, 'has the form 2', manifest((j) => (j.format = 2))],
	['manifest: no url', 2, 'no url', manifest((j) => delete j.url)],
	['manifest: no time', 2, 'no time', manifest((j) => (j.at = 'yesterday'))],
	['manifest: another url', 2, 'chorsu.conf is of', manifest((j) => (j.url = 'https://other.example'))],
	['manifest: a newer migration', 4, 'newer version of chorsu', manifest((j) => j.migrations.push({room: 'core', number: 9999, name: 'x'}))],
	['manifest: an unknown room', 4, 'newer version of chorsu', manifest((j) => j.migrations.push({room: 'moon', number: 1, name: 'x'}))],
	['manifest: a migration is missing', 2, 'without the one before', manifest((j) => j.migrations.splice(0, 1))],
	['manifest: a migration without number', 2, 'a migration has no', manifest((j) => delete j.migrations[0].number)],
	['manifest: a table too many', 2, 'a table moon', manifest((j) => j.tables.push({name: 'moon', columns: {id: 'integer'}}))],
	['manifest: a table too few', 2, 'lacks the table', manifest((j) => j.tables.pop())],
	['manifest: a column too many', 2, 'a column', manifest((j) => (j.tables[0].columns.moon = 'text'))],
	['manifest: a column too few', 2, 'lacks the column', manifest((j) => delete j.tables[0].columns.id)],
	['manifest: a column of another type', 2, 'a column', manifest((j) => (j.tables[0].columns.id = 'text'))],
	['manifest: an unknown type', 2, 'no type', manifest((j) => (j.tables[0].columns.id = 'float'))],
	['manifest: tables are text', 2, 'lacks the table', manifest((j) => (j.tables = 'x'))],
	['manifest: 5 MB', 2, 'at most', manifest((j) => (j.more = 'x'.repeat(5e6)))],
	['row: not JSON', 2, `${POST} line 1: `, edit(POST, (t) => `{"id":\n${t}`)],
	['row: a list', 2, 'must be an object', rows(POST, () => '[1]')],
	['row: a line without end', 2, 'does not end', edit(POST, (t) => t.slice(0, -1))],
	['row: an unknown column', 2, 'no column "moon"', rows(POST, (o) => ({...o, moon: 1}))],
	['row: a column is missing', 2, 'is missing', rows(POST, ({state, ...o}) => o)],
	['row: text for a number', 2, 'id must be a whole number', rows(POST, (o) => ({...o, id: '1'}))],
	['row: a fraction', 2, 'id must be a whole number', rows(POST, (o) => JSON.stringify(o).replace(/"id":\d+/, '"id":1.5'))],
	['row: 65 bits', 2, 'JSON', rows(POST, (o) => JSON.stringify(o).replace(/"id":\d+/, '"id":36893488147419103232'))],
	['row: a number for text', 2, 'state must be text', rows(POST, (o) => ({...o, state: 1}))],
	['row: text with NUL', 2, 'JSON', rows(POST, (o) => ({...o, reason: 'a\0b'}))],
	['row: broken base64', 2, 'must be base64', rows('rows/server/000001.jsonl', (o) => ({...o, value: '!'}))],
	['row: NULL where none may be', 2, `${POST} line 1`, rows(POST, (o) => ({...o, state: null}))],
	['row: against a CHECK', 2, `${POST} line 1`, rows(POST, (o) => ({...o, state: 'moon'}))],
	['row: twice', 2, `${POST} line 2`, rows(POST, (o) => [o, o])],
	['row: two names in one object', 2, 'JSON', rows(POST, (o) => JSON.stringify(o).replace('{', '{"id":1,'))],
	['row: deep', 2, 'nested deeper', rows(POST, () => `{"id":${'['.repeat(100)}${']'.repeat(100)}}`)],
	['row: of nothing', 2, 'refers to one', both(rows(HANDLE, (o) => [o, {handle: 'x', institution: 1}]), counted('handle', 1))],
	['rows: more than counted', 2, 'rows.json speaks of', rows(HANDLE, (o) => [o, {...o, handle: 'x'}])],
	['rows: fewer than counted', 2, 'rows.json speaks of', without(HANDLE)],
	['rows: not counted', 2, 'does not hold rows.json', without('rows.json')],
	['rows: counts are no numbers', 2, 'rows.json', edit('rows.json', () => '{}')],
	['rows: counts are no JSON', 2, 'rows.json', edit('rows.json', () => '{')],
	['rows: of an unknown table', 2, 'no such table', file('rows/moon/000001.jsonl')],
	['rows: of the list of migrations', 2, 'no such table', file('rows/migration/000001.jsonl')],
	['rows: a piece is missing', 2, 'where rows/post/000001.jsonl belongs', rename(POST, 'rows/post/000002.jsonl')],
	['rows: another name', 2, 'where rows/post', rename(POST, 'rows/post/x.jsonl')],
	['rows: no name', 2, 'where rows/post', rename(POST, 'rows/post')],
	['settings: none', 2, 'does not hold chorsu.conf', without('chorsu.conf')],
	['settings: twice', 2, 'chorsu.conf twice', (list) => [...list, list.find((m) => m.name === 'chorsu.conf')]],
	['settings: unknown', 2, 'no setting "moon"', edit('chorsu.conf', (t) => `${t}[server]\nmoon = 1\n`)],
	['settings: not text', 2, 'chorsu.conf', edit('chorsu.conf', (t) => `a\0${t}`)],
	['settings: another url', 2, 'chorsu.conf is of', edit('chorsu.conf', (t) => t.replace(/^url = .*/m, 'url = https://other.example'))],
	['settings: large', 2, 'at most', edit('chorsu.conf', (t) => t + ';'.repeat(300 * 1024))],
	['secret: of another size', 2, 'holds 5 bytes', both(without('secret.key'), insert({name: 'secret.key', body: Buffer.from('short')}))],
	['secret: another one', 2, 'is not the one that sealed it', both(without('secret.key'), insert({name: 'secret.key', body: Buffer.alloc(32)}))],
	['secret: announced and missing', 2, 'does not hold secret.key', without('secret.key')],
	['a name that climbs', 2, 'none that we would write', file('../../moon')],
	['a name that climbs later', 2, 'none that we would write', file('media/../../moon')],
	['a name from the root', 2, 'none that we would write', file('/tmp/chorsu-moon')],
	['a hidden name', 2, 'none that we would write', file('media/.x')],
	['a name with a space', 2, 'none that we would write', file('media/a b')],
	['an empty part', 2, 'none that we would write', file('media//x')],
	['a deep name', 2, 'none that we would write', file('media/a/b/c/d/e/f')],
	['a name of no backup', 2, 'which no backup holds', file('moon')],
	['the database itself', 2, 'which no backup holds', file('chorsu.db')],
	['the mark', 2, 'which no backup holds', file('chorsu.conf.restoring')],
	['a file twice', 2, 'twice', both(file('media/ab/x'), file('media/ab/x'))],
	['a file where a folder is', 2, 'as a file and as a folder', both(file('media/ab'), file('media/ab/x'))],
	['a link', 2, 'not a plain file', file('media/ab', {type: '2', link: '/tmp', body: ''})],
	['a hard link', 2, 'not a plain file', file('media/ab', {type: '1', link: 'secret.key', body: ''})],
	['a folder', 2, 'not a plain file', file('media/ab', {type: '5', body: ''})],
	['a device', 2, 'not a plain file', file('media/ab', {type: '3', body: ''})],
	['a pipe', 2, 'not a plain file', file('media/ab', {type: '6', body: ''})],
	['a gigantic file', 2, 'at most', file('media/ab/x', {size: 2 ** 50})],
	['a gigantic piece of rows', 2, 'at most', insert({name: 'rows/parcel/000001.jsonl', body: 'x', size: 2 ** 40})],
	['a file longer than there is', 2, 'damaged or cut short', file('media/ab/x', {size: 1e6})],
	['sums: none', 2, 'cut short', (l) => l, {sums: false}],
	['sums: of another file', 2, 'rows/post/000001.jsonl is not what', (l) => l, {sums: (l) =>
		sumsOf(l).replace(/^.(.*post\/0)/m, (m, rest) => `${m[0] === '0' ? '1' : '0'}${rest}`)}],
	['sums: one missing', 2, 'is not what', (l) => l, {sums: (l) => sumsOf(l).split('\n').slice(1).join('\n')}],
	['sums: the last one missing', 2, 'is not what', (l) => l, {sums: (l) => sumsOf(l).split('\n').slice(0, -2).join('\n')}],
	['sums: one too many', 2, 'more than the archive holds', (l) => l, {sums: (l) => `${sumsOf(l)}${'0'.repeat(64)}  media/ab/x\n`}],
	['sums: empty', 2, 'is not what', (l) => l, {sums: ''}],
	['members after the sums', 2, 'goes on after', (l) => l, {after: [{name: 'media/ab/x', body: 'x'}]}],
];

test(async () => {
	const s = await makeStore();
	await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi');
	await s.post('mehnat', 'Birinchi');
	const good = join(files, 'good.tar.gz');
	await s.chorsu('backup', good, '--with-secret');
	const list = unpack(good);
	// One schema for all: what fails leaves it as empty as it was.
	const database = s.schema ? await (await import('../lib/pg.mjs')).makeSchema() : null;
	const wrong = [];
	let number = 0;

	async function refused(what, path, exit, fragment, more = []) {
		const dir = join(files, `r${number++}`);
		const r = await run(CHORSU, ['restore', path, dir, ...(database ? ['--database', database.url] : []), ...more], {timeout: 60000});
		const expect = (right, why) => right || wrong.push(`${what}: ${why}: exit ${r.code ?? r.signal}, ${r.stderr.trim() || 'silent'}`);
		expect(r.code === exit, `must exit with ${exit}`);
		expect(/^chorsu: [^\n]+\n$/.test(r.stderr) && r.stderr.length < 700, 'must say one sentence');
		expect(r.stderr.includes(fragment), `must say "${fragment}"`);
		expect(r.stdout === '', 'must write nothing to standard output');
		expect(!existsSync(dir), `must leave nothing: ${existsSync(dir) && readdirSync(dir)}`);
		if (database) {
			const left = await s.sql(`SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = '${database.name}'`);
			expect(left[0][0] === '0', 'must leave no table');
		}
	}

	await step('spoiled members', async () => {
		for (const [what, exit, fragment, spoil, options = {}] of ROWS) {
			const spoiled = spoil(list);
			const sums = typeof options.sums === 'function' ? options.sums(spoiled) : options.sums;
			await refused(what, pack(join(files, 'spoiled.tar.gz'), spoiled, {...options, ...(sums !== undefined && {sums})}), exit, fragment);
		}
	});
	await step('files that are none', async () => {
		const bytes = readFileSync(good);
		const make = (name, content) => {
			writeFileSync(join(files, name), content);
			return join(files, name);
		};
		await refused('not there', join(files, 'nowhere'), 3, 'cannot be read');
		mkdirSync(join(files, 'folder'));
		await refused('a folder', join(files, 'folder'), 2, 'is not a file');
		await refused('a device', '/dev/null', 2, 'is not a file');
		await refused('empty', make('empty', ''), 2, 'archive');
		await refused('text', make('text', 'chorsu '.repeat(1000)), 2, 'archive');
		await refused('zeros', make('zeros', gzipSync(Buffer.alloc(1e6))), 2, 'cut short');
		await refused('a zip', make('zip', Buffer.from('504b0304', 'hex')), 2, 'archive');
		for (const part of [0.05, 0.3, 0.6, 0.9, 0.99]) {
			const path = make('cut', bytes);
			truncateSync(path, Math.floor(bytes.length * part));
			await refused(`cut at ${part}`, path, 2, 'archive');
		}
		for (let i = 1; i < 12; i++) {
			const spoiled = Buffer.from(bytes);
			spoiled[Math.floor(spoiled.length * i / 12)] ^= 0x10;
			await refused(`a bit at ${i}/12`, make('bit', spoiled), 2, '');
		}
	});
	await step('folders and databases that are not new', async () => {
		const put = (dir, name) => {
			mkdirSync(join(files, dir), {recursive: true});
			if (name)
				writeFileSync(join(files, dir, name), 'x');
			return join(files, dir);
		};
		const restore = async (dir, exit, fragment) => {
			const r = await run(CHORSU, ['restore', good, dir], {timeout: 60000});
			if (r.code !== exit || !r.stderr.includes(fragment))
				wrong.push(`${dir}: exit ${r.code}, ${r.stderr}`);
		};
		await restore(s.dir, 4, 'is a store already');
		await restore(put('used', 'letter.txt'), 4, 'it holds letter.txt');
		equal(readdirSync(join(files, 'used')), ['letter.txt']);
		await restore(put('begun', 'secret.key'), 4, 'it holds secret.key');
		symlinkSync('/nowhere', join(files, 'dangling'));
		await restore(join(files, 'dangling'), 2, 'cannot be');
		await restore(join(files, 'good.tar.gz'), 2, 'cannot be');
		await restore(join(files, 'no/such'), 2, 'cannot be made');
		await restore(put('hidden', '.keep'), 0, '');
		if (database) {
			await s.sql(`CREATE TABLE ${database.name}.mine (id BIGINT PRIMARY KEY)`);
			const r = await run(CHORSU, ['restore', good, join(files, 'p'), '--database', database.url], {timeout: 60000});
			equal([r.code, /is not empty/.test(r.stderr), existsSync(join(files, 'p'))], [4, true, false], r.stderr);
			equal(await s.sql(`SELECT count(*) FROM ${database.name}.mine`), [['0']], 'it was not touched');
			const t = await run(CHORSU, ['restore', good, join(files, 'p'), '--database', s.schema.url], {timeout: 60000});
			equal([t.code, /is not empty/.test(t.stderr)], [4, true], t.stderr);
			await s.chorsu('check');
		}
	});
	await database?.drop();
	equal(wrong, []);
});
