// Where processes die in the crash scenarios, one row a run, and how a run of each kind goes. tests/scenario/crash-points.mjs
// compares the points of all rows with the program's own list.
//
// The point is as CHORSU_CRASH takes it: a name, or name:N for its N-th passing. A row that does not get there fails: a
// process that was given a point must die there by SIGKILL.
import {existsSync, readdirSync, rmSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';

import {get} from '../../lib/http.mjs';
import * as processes from '../../lib/process.mjs';
import {CHORSU, restoreStore} from '../../lib/store.mjs';
import {equal, match, ok, soon} from '../../lib/test.mjs';

// A command that publishes dies. stored: what it did stands, although it told nobody.
export const COMMANDS = ['post', 'revise', 'withdraw'].flatMap((act) => [
	{point: 'publish.before_commit', act, stored: false},
	{point: 'write.before_commit', act, stored: false},
	{point: 'write.after_commit', act, stored: true},
	{point: 'publish.after_commit', act, stored: true},
	{point: 'publish.before_nudge', act, stored: true},
]);

// A server dies while it delivers two posts and an edit to forty inboxes. then: what is said before the next one starts.
export const DELIVERING = [
	{point: 'deliver.before_send:1', then: 'withdraw'},
	{point: 'deliver.before_send:23', then: 'revise'},
	{point: 'deliver.after_send:1', then: 'withdraw'},
	{point: 'deliver.after_send:37', then: 'revise'},
	{point: 'deliver.after_send:70', then: 'post'},
	{point: 'deliver.in_batch:1', then: 'withdraw'},
	{point: 'deliver.in_batch:7', then: 'post'},
	{point: 'deliver.before_position:1', then: 'revise'},
	{point: 'deliver.before_position:3', then: 'withdraw'},
	{point: 'deliver.after_position:1', then: 'withdraw'},
	{point: 'deliver.after_position:2', then: 'post'},
	{point: 'write.before_commit:1'}, // as it starts
	{point: 'write.before_commit:2', then: 'withdraw'},
	{point: 'write.before_commit:4', then: 'post'},
	{point: 'write.after_commit:1'},
	{point: 'write.after_commit:2', then: 'revise'},
	{point: 'write.after_commit:4', then: 'post'},
];

// A server dies while it tells those who left what became of the post that they hold.
export const REACHING = [
	{point: 'reach.before_write', act: 'revise', then: 'revise'},
	{point: 'reach.after_write', act: 'revise'},
	{point: 'reach.after_write:2', act: 'revise', then: 'withdraw'},
	{point: 'reach.before_write', act: 'withdraw'},
	{point: 'reach.after_write', act: 'withdraw'},
];

// A server dies while it receives: the N-th of several that come one after the other; those before it were acknowledged.
export const RECEIVING = ['follow', 'undo'].flatMap((act) => [
	{point: 'follow.before_write:1', act, stored: false},
	{point: 'follow.before_write:3', act, stored: false},
	{point: 'follow.after_write:3', act, stored: true},
	{point: 'inbox.before_answer:1', act, stored: true},
	{point: 'inbox.before_answer:3', act, stored: true},
	// Many at once: those that share a commit are stored together or not at all.
	{point: 'write.in_batch:1', act, crowd: true},
	{point: 'write.in_batch:5', act, crowd: true},
	{point: 'write.before_commit:6', act, crowd: true},
	{point: 'write.after_commit:6', act, crowd: true},
]);

// init dies and is run again. whole: nothing was left to do, so the second one says that there is a store already.
export const INIT = [
	{point: 'init.after_secret'},
	{point: 'init.before_migrate'},
	{point: 'migrate.in_step'},
	{point: 'write.before_commit'},
	{point: 'write.after_commit'},
	{point: 'init.after_config', whole: true},
];

// serve dies in the migrations of a store that is behind.
export const MIGRATING = [{point: 'migrate.in_step'}];

// A command dies between the files of a picture and its row: the post is not there, and neither, a day later, are the files.
export const PICTURES = [{point: 'media.after_files'}];

// A server dies while it writes words into the search index.
export const SEARCHING = [{point: 'search.before_write:1'}, {point: 'search.before_write:3'}];

// restore dies and is run again. whole: as with init.
export const RESTORING = [
	{point: 'restore.after_mark'},
	{point: 'migrate.in_step'},
	{point: 'restore.in_rows:1'},
	{point: 'restore.in_rows:5'},
	{point: 'restore.before_commit'},
	{point: 'restore.after_commit'},
	{point: 'restore.after_config', whole: true},
];

// backup dies and is run again.
export const BACKING_UP = [{point: 'backup.before_name'}];

export const ALL = [...COMMANDS, ...DELIVERING, ...REACHING, ...RECEIVING, ...INIT, ...MIGRATING, ...PICTURES, ...SEARCHING, ...RESTORING,
	...BACKING_UP];

// Names the row in what it throws: several run at once, so the steps of test.mjs would mix.
async function run(row, fn) {
	const name = [row.act, row.point, row.then && `then ${row.then}`].filter(Boolean).join(' ');
	const started = Date.now();
	try {
		await fn();
	} catch (e) {
		throw new Error(`${name}: ${e.message}`, {cause: e});
	}
	if (process.env.VERBOSE)
		console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(2)} s`);
}

export async function runCommands(lane) {
	await lane.start();
	for (const row of COMMANDS)
		await run(row, async () => {
			// Each has a post of its own to work on.
			const url = row.act === 'post' ? null : await lane.say('post');
			await lane.say(row.act, {crash: row.point, stored: row.stored, post: lane.posts.find((p) => p.url === url)});
			const state = await lane.settle();
			equal(state.head, state.entries.length);
		});
	await lane.account();
	await lane.s.stop();
}

// The lane's next server dies at the point, latest when `more` has been done a few times: three in a row, so that deliveries
// overlap, then each when the one before has gone out, so that their outcomes are not all written at once.
async function die(lane, point, more) {
	await lane.start({crash: point});
	for (let n = 0; n < 6 && lane.s.server.running; n++) {
		await more(n);
		if (n >= 2)
			await lane.rests();
	}
	await lane.dies(point);
}

async function recover(lane, then) {
	if (then)
		await lane.say(then);
	await lane.start();
	await lane.account();
	await lane.s.stop();
}

export async function runDelivering(lane, row) {
	await run(row, async () => {
		const before = lane.posts.length;
		await die(lane, row.point, (n) => lane.say(n === 2 ? 'revise' : 'post'));
		if (row.then && row.then !== 'post' && lane.posts.length === before)
			await lane.say('post');
		await recover(lane, row.then);
	});
}

export async function runReaching(lane, row) {
	await run(row, async () => {
		await lane.start(); // somebody gets a post and leaves
		const guests = [lane.guest(), lane.guest()];
		for (const guest of guests)
			ok(await lane.follow(guest));
		await lane.say('post');
		await lane.account();
		for (const guest of guests)
			ok(await lane.undo(guest));
		await lane.account();
		await lane.s.stop();
		const held = lane.posts.at(-1);
		await die(lane, row.point, (n) => lane.say(n === 0 ? row.act : 'revise', {post: n === 0 || !held.hidden ? held : undefined}));
		await recover(lane, row.then);
	});
}

async function receiveInTurn(lane, row, guests) {
	const number = Number(row.point.split(':')[1]);
	for (const [i, guest] of guests.slice(0, number).entries())
		equal(await lane[row.act](guest), i + 1 < number, `${row.act} ${i + 1} of ${number}`);
	await lane.dies(row.point);
	const state = await lane.state();
	for (const [i, guest] of guests.slice(0, number).entries())
		equal(state.followers.includes(guest.id) === (row.act === 'follow'), i + 1 < number || row.stored,
			`${row.act} ${i + 1} of ${number}, which ${i + 1 < number ? 'was acknowledged' : 'died'}`);
}

async function receiveCrowd(lane, row, guests) {
	for (let n = 0; n < 10 && lane.s.server.running; n++)
		await Promise.all(guests.map((guest) => lane[row.act](guest)));
	await lane.dies(row.point);
	const state = await lane.state();
	for (const guest of guests)
		if (row.act === 'follow' ? guest.follows : guest.left)
			equal(state.followers.includes(guest.id), row.act === 'follow', `${guest.id}: ${row.act} was acknowledged`);
}

export async function runReceiving(lane, row) {
	await run(row, async () => {
		const guests = Array.from({length: row.crowd ? 12 : 4}, () => lane.guest());
		if (row.act === 'undo') {
			await lane.start();
			await Promise.all(guests.map((guest) => lane.follow(guest)));
			await lane.say('post');
			await lane.account();
			await lane.s.stop();
		}
		await lane.start({crash: row.point});
		await (row.crowd ? receiveCrowd : receiveInTurn)(lane, row, guests);
		await lane.start();
		for (const guest of guests) // as servers do when they had no answer: the same activity again
			ok(await lane[row.act](guest));
		if (row.act === 'follow')
			await soon('each has its Accept', () => guests.every((guest) => lane.accepted(guest)));
		await lane.say('post');
		await lane.account();
		await lane.s.stop();
	});
}

const FILES = /^(chorsu\.conf|secret\.key|media|chorsu\.db(-wal|-shm)?|lock|migrate\.lock|nudge\.sock)$/;

async function works(s, handle = 'mehnat') {
	await s.chorsu('check');
	const {actor} = (await s.chorsu('institution add', handle, '--name', 'uz=Mehnat vazirligi')).json;
	await s.serve();
	const url = await s.post(handle, 'Salom');
	equal((await get(url)).status, 200);
	equal((await get(actor, 'application/activity+json')).status, 200);
	await s.stop();
	equal(readdirSync(s.dir).filter((name) => !FILES.test(name)), [], 'nothing is left lying about');
}

async function emptySchema(s) {
	await s.sql(`SET client_min_messages TO warning; DROP SCHEMA ${s.schema.name} CASCADE; CREATE SCHEMA ${s.schema.name}`);
}

// As before its init.
async function unmake(s) {
	rmSync(s.dir, {recursive: true});
	if (s.schema)
		await emptySchema(s);
}

export async function runInit(s, row) {
	await run(row, async () => {
		const words = ['init', s.dir, '--url', s.url, ...(s.schema ? ['--database', s.schema.url] : [])];
		const init = (env) => processes.run(CHORSU, words, {env: {...s.env, ...env}});
		await unmake(s);
		const first = await init({CHORSU_CRASH: row.point});
		equal([first.code, first.signal, first.stdout], [null, 'SIGKILL', ''], first.stderr);
		equal(existsSync(join(s.dir, 'chorsu.conf')), row.whole === true, 'chorsu.conf comes last');
		if (!row.whole)
			match(await s.fails('check', 3), /is not a store/);
		const again = await init();
		equal(again.code, row.whole ? 4 : 0, again.stderr);
		if (row.whole)
			match(again.stderr, /is a store already/);
		await works(s);
	});
}

// s: whose backup file is.
export async function runRestoring(s, file, row) {
	await run(row, async () => {
		const r = await restoreStore(s, file, {env: {CHORSU_CRASH: row.point}});
		equal([r.restored.code, r.restored.signal, r.restored.stdout], [null, 'SIGKILL', ''], r.restored.stderr);
		equal(existsSync(join(r.dir, 'chorsu.conf')), row.whole === true, 'chorsu.conf comes last');
		if (!row.whole) {
			match(await r.fails('check', 3), /is not a store/);
			match(await r.fails('init', 4, '--url', s.url), /is not empty/);
		}
		const again = await processes.run(CHORSU, r.restoreWords, {env: r.env});
		equal(again.code, row.whole ? 4 : 0, again.stderr);
		if (row.whole)
			match(again.stderr, /is a store already/);
		await works(r, 'qurilish');
		equal((await r.sql("SELECT count(*) FROM audit WHERE act = 'store.restore'"))[0], ['1'], 'of one restore alone');
	});
}

export async function runBackingUp(s, file, row) {
	await run(row, async () => {
		const died = await processes.run(CHORSU, ['backup', s.dir, file], {env: {...s.env, CHORSU_CRASH: row.point}});
		equal([died.code, died.signal, died.stdout], [null, 'SIGKILL', ''], died.stderr);
		equal(readdirSync(dirname(file)), [`${basename(file)}.part`], 'it has its name only when it is whole');
		await s.chorsu('backup', file);
		equal(readdirSync(dirname(file)), [basename(file)]);
	});
}

// A database with no step done yet, as a store that is behind by all of them.
async function unmigrate(s) {
	if (s.engine === 'postgres') {
		await emptySchema(s);
		return s.sql('CREATE TABLE migration (room TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL,'
			+ ' PRIMARY KEY (room, number))');
	}
	for (const name of ['chorsu.db', 'chorsu.db-wal', 'chorsu.db-shm'])
		rmSync(join(s.dir, name), {force: true});
	return s.sql('PRAGMA application_id = 1130918517; CREATE TABLE t (x INTEGER); DROP TABLE t');
}

export async function runMigrating(s, row) {
	await run(row, async () => {
		await unmigrate(s);
		const server = await s.launch({env: {CHORSU_CRASH: row.point}});
		equal(await server.ended, {code: null, signal: 'SIGKILL'}, server.log);
		await works(s);
	});
}

// Runs the jobs, as many at a time as there are lanes; each job is called with its lane.
export async function share(lanes, jobs) {
	const queue = [...jobs];
	await Promise.all(lanes.map(async (lane) => {
		for (let job; (job = queue.shift());)
			await job(lane);
	}));
}
