// engines: both
// seconds: 60
// why: some 130 starts of the program
// Every command with input that it must not take: exit status, one clear sentence, and nothing in the store has changed.
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {must, run} from '../lib/process.mjs';
import {CHORSU, makeStore} from '../lib/store.mjs';
import {equal, folder, ok, step, test} from '../lib/test.mjs';

const LONG = 'x'.repeat(101 * 1024);
const files = folder('bad');
const file = (name, bytes) => {
	writeFileSync(join(files, name), bytes);
	return join(files, name);
};
const latin1 = file('latin1', Buffer.from([0x50, 0xe4, 0x0a]));
const zero = file('zero', Buffer.from('a\0b'));
const empty = file('empty', '');
const big = file('big', LONG);
const good = file('good', 'Matn');
const long = file('long', 'word '.repeat(20000)); // one language may be as long, four together may not
mkdirSync(join(files, 'folder'));
symlinkSync('/nowhere/at/all', join(files, 'dangling'));

// [command, exit, fragment of the sentence, ...words]. DIR stands for the store, POST for a published post, GONE for one withdrawn.
const ROWS = [
	['', 2, 'no command', 'nonsense'],
	['', 2, 'no command', 'institution'],
	['', 2, 'no command', 'institution', 'drop', 'DIR'],
	['', 2, 'no command', 'POST'],
	['init', 2, 'something is missing'],
	['init', 2, '--url', 'NEW'],
	['init', 2, 'something is missing', '--url', 'https://h.example'],
	['init', 2, 'needs a value', 'NEW', '--url'],
	['init', 2, 'must be https://', 'NEW', '--url', 'h.example'],
	['init', 2, 'must be https://', 'NEW', '--url', 'ftp://h.example'],
	['init', 2, 'without a path', 'NEW', '--url', 'https://h.example/pages'],
	['init', 2, 'without a path', 'NEW', '--url', 'https://h.example?x'],
	['init', 2, 'loopback', 'NEW', '--url', 'http://h.example'],
	['init', 2, 'loopback', 'NEW', '--url', 'http://127.0.0.1.evil.example'],
	['init', 2, 'host in lower case', 'NEW', '--url', 'https://H.example'],
	['init', 2, 'user name', 'NEW', '--url', 'https://me@h.example'],
	['init', 2, 'url', 'NEW', '--url', 'https://'],
	['init', 2, 'url', 'NEW', '--url', ''],
	['init', 2, 'url', 'NEW', '--url', 'https://h example'],
	['init', 2, 'default port', 'NEW', '--url', 'https://h.example:443'],
	['init', 2, 'postgresql://', 'NEW', '--url', 'https://h.example', '--database', 'mysql://x'],
	['init', 2, 'listen', 'NEW', '--url', 'https://h.example', '--listen', 'nonsense'],
	['init', 2, 'listen', 'NEW', '--url', 'https://h.example', '--listen', '127.0.0.1:99999'],
	['init', 2, 'given twice', 'NEW', '--url', 'https://a.example', '--url', 'https://b.example'],
	['init', 2, 'no option --ur', 'NEW', '--ur', 'https://a.example'],
	['init', 2, 'too much', 'NEW', 'more', '--url', 'https://a.example'],
	['init', 4, 'is a store already', 'DIR', '--url', 'https://a.example'],
	['init', 4, 'not empty', 'FILES', '--url', 'https://a.example'],
	['init', 2, 'cannot be', 'GOODFILE', '--url', 'https://a.example'],
	['init', 2, 'cannot be', '/proc/nothing', '--url', 'https://a.example'],
	['serve', 3, 'no store', '/nowhere'],
	['serve', 3, 'not a store', 'FILES'],
	['serve', 2, 'something is missing'],
	['serve', 2, 'listen', 'DIR', '--listen', 'nonsense'],
	['serve', 2, 'listen', 'DIR', '--listen', '127.0.0.1:99999'],
	['serve', 2, 'listen', 'DIR', '--listen', '127.0.0.1'],
	['serve', 2, 'too much', 'DIR', 'DIR'],
	['institution add', 2, 'something is missing', 'DIR', '--name', 'uz=N'],
	['institution add', 2, 'needs a name', 'DIR', 'a'],
	['institution add', 2, 'cannot be a handle', 'DIR', 'UPPER', '--name', 'uz=N'],
	['institution add', 2, 'cannot be a handle', 'DIR', '', '--name', 'uz=N'],
	['institution add', 2, 'cannot be a handle', 'DIR', 'a b', '--name', 'uz=N'],
	['institution add', 2, 'cannot be a handle', 'DIR', 'a-b', '--name', 'uz=N'],
	['institution add', 2, 'cannot be a handle', 'DIR', 'мехнат', '--name', 'uz=N'],
	['institution add', 2, 'cannot be a handle', 'DIR', '12345', '--name', 'uz=N'],
	['institution add', 2, 'cannot be a handle', 'DIR', 'x'.repeat(31), '--name', 'uz=N'],
	['institution add', 2, 'cannot be a handle', 'DIR', '../etc', '--name', 'uz=N'],
	['institution add', 4, 'taken', 'DIR', 'mehnat', '--name', 'uz=N'],
	['institution add', 2, 'LANG=TEXT', 'DIR', 'a', '--name', 'N'],
	['institution add', 2, 'language tag', 'DIR', 'a', '--name', 'english=N'],
	['institution add', 2, 'language tag', 'DIR', 'a', '--name', '=N'],
	['institution add', 2, 'language tag', 'DIR', 'a', '--name', 'u=N'],
	['institution add', 2, 'language tag', 'DIR', 'a', '--name', 'uz_Cyrl=N'],
	['institution add', 2, 'is empty', 'DIR', 'a', '--name', 'uz='],
	['institution add', 2, 'one line', 'DIR', 'a', '--name', 'uz=A\nB'],
	['institution add', 2, 'control characters', 'DIR', 'a', '--name', 'uz=A\u0007B'],
	['institution add', 2, 'too long', 'DIR', 'a', '--name', `uz=${'ў'.repeat(201)}`],
	['institution add', 2, 'too long', 'DIR', 'a', '--name', 'uz=N', '--bio', `uz=${'ў'.repeat(2001)}`],
	['institution add', 2, 'no name in ru', 'DIR', 'a', '--name', 'uz=N', '--bio', 'ru=B'],
	...['institution add', 'institution set'].flatMap((command) => {
		const words = command === 'institution add' ? ['DIR', 'a', '--name', 'uz=N'] : ['DIR', 'mehnat'];
		return [
			[command, 2, 'too long', ...words, '--services', `uz=${'ў'.repeat(2001)}`],
			[command, 2, 'too long', ...words, '--hours', `uz=${'x'.repeat(501)}`],
			[command, 2, 'too long', ...words, '--address', `uz=${'x'.repeat(501)}`],
			[command, 2, 'control characters', ...words, '--address', 'uz=a\u0007'],
			[command, 2, 'no telephone number', ...words, '--phone', 'call us'],
			[command, 2, 'no telephone number', ...words, '--phone', '1'.repeat(41)],
			[command, 2, 'no e-mail address', ...words, '--email', 'nobody'],
			[command, 2, 'no e-mail address', ...words, '--email', 'a@b'],
			[command, 2, 'no e-mail address', ...words, '--email', 'a b@c.example'],
			[command, 2, 'no address of a site', ...words, '--website', 'mehnat.uz'],
			[command, 2, 'no address of a site', ...words, '--website', 'javascript:alert(1)'],
			[command, 2, 'no address of a site', ...words, '--website', 'https://a.example/"onclick'],
			[command, 2, 'cannot be read', ...words, '--avatar', '/nowhere'],
			[command, 2, 'is not a file', ...words, '--avatar', 'FILES'],
			[command, 2, 'is empty', ...words, '--avatar', empty],
			[command, 2, 'picture', ...words, '--avatar', good],
			[command, 2, 'cannot be read', ...words, '--header', '/nowhere'],
			[command, 2, 'picture', ...words, '--header', latin1],
		];
	}),
	['institution add', 3, 'no store', '/nowhere', 'a', '--name', 'uz=N'],
	['institution list', 2, 'too much', 'DIR', 'x'],
	['institution list', 3, 'no store', '/nowhere'],
	['institution set', 3, 'no institution', 'DIR', 'nobody', '--name', 'uz=N'],
	['institution set', 2, 'nothing to change', 'DIR', 'mehnat'],
	['institution set', 2, 'cannot be a handle', 'DIR', 'mehnat', '--handle', 'New Handle'],
	['institution set', 4, 'taken', 'DIR', 'mehnat', '--handle', 'soglik'],
	['institution set', 2, 'no name in en', 'DIR', 'mehnat', '--bio', 'en=B'],
	['institution set', 2, 'is empty', 'DIR', 'mehnat', '--name', 'uz='],
	['institution set', 2, '', 'DIR', 'yopiq', '--name', 'uz=N'],
	['institution close', 3, 'no institution', 'DIR', 'nobody'],
	['institution close', 4, 'closed already', 'DIR', 'yopiq'],
	['institution close', 2, 'something is missing', 'DIR'],
	['post', 3, 'no institution', 'DIR', 'nobody', 'Matn'],
	['post', 2, 'something is missing', 'DIR', 'mehnat'],
	['post', 2, 'empty', 'DIR', 'mehnat', ''],
	['post', 2, 'empty', 'DIR', 'mehnat', ' \n\t '],
	['post', 2, 'empty', 'DIR', 'mehnat', '-'],
	['post', 2, 'not text', 'DIR', 'mehnat', 'a\u0001b'],
	['post', 2, 'too long', 'DIR', 'mehnat', LONG],
	['post', 2, 'language tag', 'DIR', 'mehnat', '--lang', 'uzbek', 'Matn'],
	['post', 2, 'language tag', 'DIR', 'mehnat', '--lang', '', 'Matn'],
	['post', 2, 'language tag', 'DIR', 'mehnat', '--lang', 'ru-', 'Matn'],
	['post', 2, 'given twice', 'DIR', 'mehnat', '--lang', 'ru', '--lang', 'en', 'Matn'],
	['post', 2, 'one line', 'DIR', 'mehnat', '--title', 'A\nB', 'Matn'],
	['post', 2, 'too long', 'DIR', 'mehnat', '--title', 'x'.repeat(301), 'Matn'],
	['post', 2, 'neither public nor unlisted', 'DIR', 'mehnat', '--visibility', 'secret', 'Matn'],
	['post', 2, 'neither public nor unlisted', 'DIR', 'mehnat', '--visibility', '', 'Matn'],
	['post', 2, 'LANG=FILE', 'DIR', 'mehnat', '--variant', good, 'Matn'],
	['post', 2, 'language tag', 'DIR', 'mehnat', '--variant', `xx-y=${good}`, 'Matn'],
	['post', 2, 'cannot be read', 'DIR', 'mehnat', '--variant', 'ru=/nowhere', 'Matn'],
	['post', 2, 'cannot be read', 'DIR', 'mehnat', '--variant', `ru=${join(files, 'dangling')}`, 'Matn'],
	['post', 1, 'cannot be read', 'DIR', 'mehnat', '--variant', `ru=${join(files, 'folder')}`, 'Matn'],
	['post', 2, 'not UTF-8', 'DIR', 'mehnat', '--variant', `ru=${latin1}`, 'Matn'],
	['post', 2, 'UTF-8', 'DIR', 'mehnat', '--variant', `ru=${zero}`, 'Matn'],
	['post', 2, 'empty', 'DIR', 'mehnat', '--variant', `ru=${empty}`, 'Matn'],
	['post', 2, 'too large', 'DIR', 'mehnat', '--variant', `ru=${big}`, 'Matn'],
	['post', 2, 'in all languages together', 'DIR', 'mehnat', ...['ru', 'en', 'kaa', 'tg'].flatMap((l) => ['--variant', `${l}=${long}`]),
		'Matn'],
	['post', 2, 'two texts', 'DIR', 'mehnat', '--variant', `uz=${good}`, 'Matn'],
	['post', 2, 'two texts', 'DIR', 'mehnat', '--variant', `ru=${good}`, '--variant', `ru=${good}`, 'Matn'],
	['post', 2, 'no option', 'DIR', 'mehnat', '--visible', 'x', 'Matn'],
	['post', 2, 'goes after --', 'DIR', 'mehnat', '-Matn'],
	['post', 2, 'too much', 'DIR', 'mehnat', 'Matn', 'Matn'],
	['post', 1, 'closed', 'DIR', 'yopiq', 'Matn'],
	['revise', 2, 'neither', 'DIR', 'abc', 'Matn'],
	['revise', 2, 'neither', 'DIR', '', 'Matn'],
	['revise', 2, 'goes after --', 'DIR', '-1', 'Matn'],
	['revise', 2, 'neither', 'DIR', '99999999999999999999', 'Matn'],
	['revise', 2, 'neither', 'DIR', 'https://elsewhere.example/post/1', 'Matn'],
	['revise', 3, 'no such post', 'DIR', '1', 'Matn'],
	['revise', 2, 'empty', 'DIR', 'POST', ''],
	['revise', 2, 'not text', 'DIR', 'POST', 'a\u001bb'],
	['revise', 2, 'too long', 'DIR', 'POST', LONG],
	['revise', 2, 'too long', 'DIR', 'POST', 'Matn', '--note', 'x'.repeat(1001)],
	['revise', 2, 'no title', 'DIR', 'POST', 'Matn', '--title', 'Sarlavha'],
	['revise', 2, 'language tag', 'DIR', 'POST', 'Matn', '--lang', 'r'],
	['revise', 2, 'LANG=FILE', 'DIR', 'POST', 'Matn', '--variant', good],
	['revise', 2, 'cannot be read', 'DIR', 'POST', 'Matn', '--variant', 'ru=/nowhere'],
	['revise', 2, 'two texts', 'DIR', 'POST', 'Matn', '--variant', `uz=${good}`],
	['revise', 2, 'something is missing', 'DIR', 'POST'],
	['revise', 1, 'withdrawn', 'DIR', 'GONE', 'Matn'],
	['withdraw', 2, '--reason', 'DIR', 'POST'],
	['withdraw', 2, 'needs a reason', 'DIR', 'POST', '--reason', ''],
	['withdraw', 2, 'needs a reason', 'DIR', 'POST', '--reason', '  '],
	['withdraw', 2, 'too long', 'DIR', 'POST', '--reason', 'x'.repeat(1001)],
	['withdraw', 2, 'not text', 'DIR', 'POST', '--reason', 'a\u0002'],
	['withdraw', 3, 'no such post', 'DIR', '1', '--reason', 'xato'],
	['withdraw', 2, 'neither', 'DIR', 'post', '--reason', 'xato'],
	['withdraw', 4, 'withdrawn already', 'DIR', 'GONE', '--reason', 'xato'],
	...['post', 'revise'].flatMap((command) => {
		const words = command === 'post' ? ['DIR', 'mehnat', 'Matn'] : ['DIR', 'POST', 'Matn'];
		return [
			[command, 2, 'cannot be read', ...words, '--media', '/nowhere'],
			[command, 2, 'needs a description', ...words, '--media', good],
			[command, 2, 'picture', ...words, '--media', good, '--alt', 'What it shows'],
			[command, 2, 'and there is none', ...words, '--alt', 'What it shows'],
			[command, 2, 'and there is none', ...words, '--alt-in', 'ru=Что на ней'],
			[command, 2, 'two descriptions', ...words, '--media', good, '--alt', 'One', '--alt', 'Two'],
			[command, 2, 'language tag', ...words, '--media', good, '--alt-in', 'russian=Text'],
			[command, 2, 'description', ...words, '--media', good, '--alt', 'x'.repeat(1501)],
			[command, 2, 'description', ...words, '--media', good, '--alt', ''],
		];
	}),
	['pin', 3, 'no such post', 'DIR', '1'],
	['pin', 2, 'neither', 'DIR', 'abc'],
	['pin', 2, 'withdrawn', 'DIR', 'GONE'],
	['pin', 2, 'something is missing', 'DIR'],
	['unpin', 4, 'not pinned', 'DIR', 'POST'],
	['unpin', 3, 'no such post', 'DIR', '1'],
	['import', 2, 'something is missing', 'DIR', 'mehnat'],
	['import', 3, 'no institution', 'DIR', 'nobody', good],
	['import', 2, 'cannot be read', 'DIR', 'mehnat', '/nowhere'],
	['import', 2, 'a file is read when you say so', 'DIR', 'mehnat', good, '--every', '15m'],
	['import', 2, 'not a time', 'DIR', 'mehnat', 'https://news.example/rss', '--every', '5s'],
	['import', 2, 'not a time', 'DIR', 'mehnat', 'https://news.example/rss', '--every', 'often'],
	['import', 2, 'language tag', 'DIR', 'mehnat', good, '--lang', 'uzbek'],
	['import', 2, 'public', 'DIR', 'mehnat', 'https://127.0.0.1/rss'],
	['import', 1, 'closed', 'DIR', 'yopiq', good],
	['sources', 2, 'usage', 'DIR', 'x'],
	['sources', 2, 'usage', 'DIR', 'stop'],
	['sources', 2, 'usage', 'DIR', 'stop', 'abc'],
	['sources', 3, 'no source', 'DIR', 'stop', '1'],
	['readers', 2, 'list | retry HOST', 'DIR', 'x'],
	['readers', 2, 'list | retry HOST', 'DIR', 'list', 'x'],
	['readers', 2, 'list | retry HOST', 'DIR', 'retry'],
	['readers', 2, 'too much', 'DIR', 'retry', 'a.example', 'x'],
	['readers', 3, 'no store', '/nowhere'],
	['readers', 3, 'no host is known', 'DIR', 'retry', 'nobody.example'],
	['readers', 3, 'no host is known', 'DIR', 'retry', ''],
	['check', 3, 'no store', '/nowhere'],
	['check', 3, 'not a store', 'FILES'],
	['check', 2, 'too much', 'DIR', 'x'],
	['templates', 3, 'no store', '/nowhere'],
	['templates', 3, 'not a store', 'FILES'],
	['templates', 2, 'usage', 'DIR', 'nonsense'],
	['templates', 2, 'usage', 'DIR', 'copy'],
	['templates', 2, 'usage', 'DIR', 'list', 'post.html'],
	['templates', 2, 'too much', 'DIR', 'copy', 'post.html', 'x'],
	['templates', 3, 'no template', 'DIR', 'show', 'nobody.html'],
	['templates', 3, 'no template', 'DIR', 'copy', '../chorsu.conf'],
	['templates', 3, 'no template', 'DIR', 'copy', 'demo/mehnat.json'],
	['templates', 3, 'nothing to compare', 'DIR', 'diff', 'post.html'],
	['templates', 4, 'nothing to take over', 'DIR', 'merge', 'post.html'],
	['routes', 2, 'too much', 'x'],
	['routes', 2, 'no option', '--yaml'],
	['backup', 2, 'something is missing', 'DIR'],
	['backup', 2, 'too much', 'DIR', 'BACKUP', 'x'],
	['backup', 2, 'no option --secret', 'DIR', 'BACKUP', '--secret', 'x'],
	['backup', 2, 'takes no value', 'DIR', 'BACKUP', '--with-secret=yes'],
	['backup', 2, 'no name', 'DIR', ''],
	['backup', 3, 'no store', '/nowhere', 'BACKUP'],
	['backup', 3, 'not a store', 'FILES', 'BACKUP'],
	['backup', 4, 'is there already', 'DIR', 'GOODFILE'],
	['backup', 4, 'is there already', 'DIR', 'FILES'],
	['backup', 5, 'cannot be written', 'DIR', '/nowhere/at/all'],
	['backup', 5, 'cannot be written', 'DIR', '/proc/backup'],
	['restore', 2, 'something is missing'],
	['restore', 2, 'something is missing', 'GOODFILE'],
	['restore', 2, 'too much', 'GOODFILE', 'NEW', 'x'],
	['restore', 2, 'no name', 'GOODFILE', ''],
	['restore', 3, 'cannot be read', '/nowhere', 'NEW'],
	['restore', 3, 'cannot be read', '', 'NEW'],
	['restore', 2, 'is not a file', 'FILES', 'NEW'],
	['restore', 2, 'archive', 'GOODFILE', 'NEW'],
	['restore', 2, 'postgresql://', 'GOODFILE', 'NEW', '--database', 'mysql://x'],
	['restore', 2, 'postgresql://', 'GOODFILE', 'NEW', '--database', ''],
	['restore', 2, 'needs a value', 'GOODFILE', 'NEW', '--database'],
	['restore', 2, 'needs a value', 'GOODFILE', 'NEW', '--secret'],
	['restore', 2, '--secret FILE', 'SAVED', 'NEW'],
	['restore', 3, 'cannot be read', 'SAVED', 'NEW', '--secret', '/nowhere'],
	['restore', 2, 'not 32', 'SAVED', 'NEW', '--secret', 'EMPTY'],
	['restore', 2, 'is not the one that sealed it', 'SAVED', 'NEW', '--secret', 'OTHERKEY'],
	['restore', 2, 'given twice', 'SAVED', 'NEW', '--secret', 'EMPTY', '--secret', 'EMPTY'],
	['restore', 2, 'takes no value', 'SAVED', 'NEW', '--json=x'],
	['restore', 4, 'is a store already', 'SAVED', 'DIR', '--secret', 'OTHERKEY'],
	['restore', 4, 'not empty', 'SAVED', 'FILES', '--secret', 'OTHERKEY'],
	['restore', 2, 'cannot be', 'SAVED', 'GOODFILE', '--secret', 'OTHERKEY'],
	['demo', 4, 'exists already', 'DIR'],
	['demo', 2, 'something is missing'],
	['crash-points', 2, 'too much', 'x'],
	['commands', 2, 'too much', 'x'],
	['migrations', 2, 'too much', 'x'],
	['commands', 2, '--json takes no value', '--json=x'],
	['commands', 2, '--help takes no value', '--help=x'],
];

async function rowsOf(s) {
	const tables = ['institution', 'institution_text', 'handle', 'post', 'revision', 'variant', 'outbox', 'audit', 'host'];
	const counts = [];
	for (const t of tables)
		counts.push([t, ...(await s.sql(`SELECT count(*) FROM ${t}`))[0]]);
	counts.push(await s.sql('SELECT handle, head, version, languages, state FROM institution ORDER BY handle'));
	return counts;
}

test(async () => {
	const s = await makeStore();
	await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi');
	await s.chorsu('institution add', 'soglik', '--name', 'uz=Sogʻliqni saqlash vazirligi');
	await s.chorsu('institution add', 'yopiq', '--name', 'uz=Yopiq');
	const post = await s.post('mehnat', 'Birinchi xabar');
	const gone = await s.post('mehnat', 'Xato xabar');
	await s.chorsu('withdraw', gone, '--reason', 'xato');
	await s.chorsu('institution close', 'yopiq');
	const words = {DIR: s.dir, POST: post, GONE: gone, FILES: files, GOODFILE: good, NEW: join(files, 'new')};
	words.SAVED = join(folder('saved'), 'saved.tar.gz');
	words.BACKUP = join(files, 'backup.tar.gz');
	writeFileSync((words.OTHERKEY = join(folder('keys'), 'other.key')), Buffer.alloc(32, 7), {mode: 0o600});
	writeFileSync((words.EMPTY = join(folder('keys'), 'empty.key')), '', {mode: 0o600});
	await s.chorsu('backup', words.SAVED);
	const before = await rowsOf(s);
	const wrong = [];

	for (const [command, exit, fragment, ...rest] of ROWS) {
		const args = [...(command ? command.split(' ') : []), ...rest.map((w) => words[w] ?? w)];
		const name = `chorsu ${args.map((a) => a.slice(0, 60)).join(' ')}`;
		const r = await run(CHORSU, args, {timeout: 30000, input: ''});
		const expect = (right, what) => right || wrong.push(`${name}\n    ${what}: exit ${r.code}, ${r.stderr.trim() || 'silent'}`);
		expect(fragment === '' ? r.code > 0 : r.code === exit, `must exit with ${exit}`);
		expect(/^chorsu: [^\n]+\n$/.test(r.stderr) && r.stderr.length < 700, 'must say one sentence');
		expect(r.stderr.includes(fragment), `must say "${fragment}"`);
		expect(r.stdout === '', 'must write nothing to standard output');
	}
	equal(wrong, []);
	equal(await rowsOf(s), before, 'nothing has changed');

	await step('every command has a row', async () => {
		const names = (await must(CHORSU, ['commands'])).trim().split('\n');
		const have = new Set(ROWS.map((r) => r[0]));
		equal(names.filter((n) => !have.has(n)), []);
	});
	await step('every option that takes a value has a row, in which it is the last one', async () => {
		const names = (await must(CHORSU, ['commands'])).trim().split('\n');
		const last = (row) => row.slice(3).findLast((word) => word.startsWith('--'));
		const have = new Set(ROWS.map((row) => `${row[0]} ${last(row)}`));
		const missing = [];
		let count = 0;
		for (const name of names) {
			const help = await must(CHORSU, [...name.split(' '), '--help']);
			for (const [, option] of help.matchAll(/^  (--[a-z-]+) \S/gm)) {
				count++;
				if (!have.has(`${name} ${option}`))
					missing.push(`${name} ${option}`);
			}
		}
		equal(missing, []);
		ok(count > 15, `${count} options`);
	});
	await step('errors as JSON', async () => {
		const r = await run(CHORSU, ['post', s.dir, 'nobody', 'Matn', '--json'], {timeout: 30000});
		equal(Object.keys(JSON.parse(r.stderr).error), ['code', 'text']);
		equal(JSON.parse(r.stderr).error.code, 'not_found');
	});
});
