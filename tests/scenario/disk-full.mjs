// The disk is full: pages stay readable, a write gets one clear error and changes nothing, deliveries go on when there is room,
// and nothing is lost. The disk is a small tmpfs, in a mount namespace of this test's own; where that is not allowed, SQLite
// meets the fault of the test VFS alone, and PostgreSQL is not tested.
// seconds: 30
// why: PostgreSQL is started on a small disk; the server's pauses after a failed write are real
import {randomBytes} from 'node:crypto';
import {closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';

import {makePeers} from '../lib/peer.mjs';
import {sql, startPostgres} from '../lib/pg.mjs';
import {must, run, start} from '../lib/process.mjs';
import {makeStore} from '../lib/store.mjs';
import {cleanup, ENGINE, equal, folder, match, ok, pause, soon, step, test} from '../lib/test.mjs';
import {makeLane} from './lib/lane.mjs';

const SENTENCE = /disk[^"]* is full/;
const ROOT = process.getuid() === 0;

async function smallDisk(megabytes) {
	const dir = folder('small');
	await must('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'chorsu-test', dir]);
	cleanup(() => must('umount', ['-l', dir]));
	const ballast = join(dir, 'ballast');
	return {
		dir,
		fill() {
			const fd = openSync(ballast, 'w');
			for (let size = 1 << 20; size >= 1; size >>= 1)
				try {
					for (;;)
						if (writeSync(fd, Buffer.alloc(size)) < size)
							break;
				} catch (e) {
					equal(e.code, 'ENOSPC');
				}
			closeSync(fd);
		},
		free: () => rmSync(ballast),
	};
}

async function onTmpfs() {
	const disk = await smallDisk(24);
	const make = async (options) => {
		const before = process.env.TMPDIR;
		process.env.TMPDIR = disk.dir;
		try {
			return await makeStore(options);
		} finally {
			if (before === undefined)
				delete process.env.TMPDIR;
			else
				process.env.TMPDIR = before;
		}
	};
	return {...disk, make};
}

function onFault() {
	const file = join(folder('fault'), 'full');
	return {
		env: {CHORSU_DISK_FULL: file}, make: makeStore, fill: () => writeFileSync(file, ''), free: () => rmSync(file),
	};
}

// Tables on the small disk, the write-ahead log beside it: a PostgreSQL whose log has no room stops as a whole.
async function onTablespace() {
	const disk = await smallDisk(40);
	const pg = await startPostgres();
	cleanup(() => pg.stop());
	const space = join(disk.dir, 'tables');
	mkdirSync(space);
	await must('chown', ['postgres:', space]);
	await sql(pg.url, `CREATE TABLESPACE small LOCATION '${space}'`);
	await sql(pg.url, 'CREATE DATABASE small TABLESPACE small');
	process.env.CHORSU_TEST_POSTGRES = pg.url.replace('/postgres?', '/small?');
	return {...disk, make: makeStore};
}

// What it said when it failed; null: it went well.
const failure = (promise) => promise.then(() => null, (e) => e.message);

const long = () => ` ${randomBytes(12000).toString('hex')}`;

// Until one fails: what the database holds already may have room for some.
async function untilRefused(what, fn) {
	for (let n = 0; n < 300; n++) {
		const said = await failure(fn());
		if (said !== null) {
			match(said, SENTENCE, what);
			return said;
		}
	}
	throw new Error(`${what} went well 300 times on a full disk`);
}

async function pagesStand(lane) {
	const {url} = lane.posts.find((p) => !p.hidden);
	const accept = 'application/activity+json';
	for (const [path, type] of [[new URL(url).pathname, accept], [new URL(url).pathname, 'text/html'], ['/', 'text/html'],
		['/@mehnat', 'text/html'], [new URL(lane.actor).pathname, accept], [`${new URL(lane.actor).pathname}/outbox`, accept]]) {
		const r = await lane.s.get(path, type);
		ok([200, 302, 303].includes(r.status), `${path} as ${type} on a full disk: ${r.status} ${r.text.slice(0, 200)}`);
	}
}

// A post is on its way when the disk fills up: what has arrived cannot be written down.
async function fillWhileDelivering(lane, disk) {
	let open;
	lane.gate = new Promise((resolve) => { open = resolve; });
	const before = lane.arrived;
	await lane.say('post');
	await soon('it is on its way', () => lane.arrived > before);
	disk.fill();
	open();
	lane.gate = null;
}

async function goThrough(net, number, disk) {
	const lane = await makeLane(net, {number, hosts: 3, each: 2, leave: 1, make: disk.make, env: disk.env});
	await lane.start();

	await fillWhileDelivering(lane, disk);
	const said = await untilRefused('post', () => lane.say('post', {more: long()}));
	match(said, /exit 1: /);
	equal(said.trim().split('\n').length, 1, 'one sentence');
	const before = await lane.state();
	await untilRefused('revise', () => lane.say('revise', {more: long()}));
	await untilRefused('follow', async () => {
		const guest = lane.guest();
		guest.asked = {id: guest.newId(), type: 'Follow', object: lane.actor, actor: guest.id};
		return lane.follow(guest);
	}).then((text) => match(text, /: 507 /));
	await pagesStand(lane);
	const after = await lane.state();
	equal(after.posts.map((p) => p.id), before.posts.map((p) => p.id));
	ok(lane.s.server.running);

	disk.free();
	await lane.account();
	await lane.say('post', {more: long()});
	await lane.account();

	// It dies, too, and is started before there is room.
	await fillWhileDelivering(lane, disk);
	await untilRefused('post', () => lane.say('post', {more: long()}));
	await lane.kill();
	const server = await lane.launch();
	await Promise.race([server.ended, pause(3000)]);
	if (server.running) {
		await pagesStand(lane);
		await lane.s.stop();
	} else {
		equal(await lane.over(), {code: 1, signal: null});
		match(server.log, SENTENCE);
	}
	disk.free();
	await lane.start();
	await lane.account();
	await lane.say('post');
	await lane.account();
	await lane.s.stop();
}

async function body(mounts) {
	const net = await makePeers();
	const disks = ENGINE === 'postgres' ? [onTablespace] : mounts ? [onTmpfs, onFault] : [onFault];
	for (const [i, make] of disks.entries())
		await step(make.name, async () => goThrough(net, i, await make()));
}

// Mounts of this namespace end with its last process, however that ends.
test(async () => {
	if (process.env.CHORSU_TEST_MOUNTS)
		return body(true);
	if (!ROOT || (await run('unshare', ['-m', 'true'])).code !== 0) {
		if (ENGINE === 'postgres')
			return console.log('not tested: mounting a small disk is not allowed here');
		return body(false);
	}
	const inner = start('unshare', ['-m', '--', process.execPath, process.argv[1]], {env: {CHORSU_TEST_MOUNTS: '1'}, deathSignal: 'TERM'});
	const {code} = await inner.ended;
	console.log(inner.log);
	equal(code, 0, 'the test in its mount namespace failed');
});
