// PostgreSQL of Debian's package for tests: one server in a temporary folder, reached over a unix socket there and nothing
// else. Durability is on as in production (the server under test refuses otherwise).
//
//   const pg = await startPostgres();  pg.url, pg.dir;  await pg.stop()
//   await postgresUrl()        the runner's (CHORSU_TEST_POSTGRES), else one started for this test alone
//   await sql(url, 'SELECT 1') -> rows as arrays of text; for looking into a store and for making trouble in it
//   const s = await makeSchema();  s.url has it as its search_path;  await s.drop()
import {chownSync, mkdtempSync, rmSync, existsSync, readdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {must, start} from './process.mjs';

const ROOT = '/usr/lib/postgresql';

function binaries() {
	const versions = existsSync(ROOT) ? readdirSync(ROOT).filter((v) => existsSync(join(ROOT, v, 'bin/initdb'))) : [];
	if (!versions.length)
		throw new Error('PostgreSQL is not installed; run scripts/setup test');
	return join(ROOT, versions.sort((a, b) => b - a)[0], 'bin');
}

const SETTINGS = {
	listen_addresses: '', fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on',
	max_connections: 400, shared_buffers: '64MB', max_wal_size: '512MB', log_min_messages: 'warning',
	logging_collector: 'off', jit: 'off', autovacuum_naptime: '5min',
};

// Peer of the kernel's: the server must be able to enter the folder as its own user.
async function ownFolder(user) {
	const dir = mkdtempSync(join(tmpdir(), 'chorsu-pg-'));
	if (process.getuid() === 0) {
		const id = async (flag) => Number(await must('id', [flag, user]));
		chownSync(dir, await id('-u'), await id('-g'));
	}
	return dir;
}

export async function startPostgres(extra = {}) {
	const bin = binaries();
	const user = process.getuid() === 0 ? 'postgres' : undefined;
	const dir = await ownFolder(user ?? '');
	const data = join(dir, 'data');
	const remove = () => rmSync(dir, {recursive: true, force: true});
	const options = {user, env: {LC_ALL: 'C.UTF-8', PGHOST: '', HOME: dir}, cwd: dir};
	try {
		await must(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8',
			'--locale=C.UTF-8', '--no-sync', '--no-instructions'], options);
		const settings = Object.entries({...SETTINGS, ...extra}).flatMap(([k, v]) => ['-c', `${k}=${v}`]);
		// INT is its fast shutdown: sessions are ended, shared memory and sockets removed.
		const server = start(join(bin, 'postgres'), ['-D', data, '-k', dir, ...settings],
			{...options, deathSignal: 'INT'});
		const url = `postgresql:///postgres?host=${encodeURIComponent(dir)}&user=postgres`;
		await answering(bin, dir, server);
		const stop = async () => {
			await server.stop('INT', 20000);
			remove();
		};
		return {url, dir, server, stop, removeNow: remove};
	} catch (e) {
		remove();
		throw e;
	}
}

async function answering(bin, dir, server) {
	for (const end = Date.now() + 60000; Date.now() < end;) {
		if (!server.running)
			break;
		if (existsSync(join(dir, '.s.PGSQL.5432'))) {
			const p = start(join(bin, 'pg_isready'), ['-q', '-h', dir]);
			if ((await p.ended).code === 0)
				return;
		}
		await new Promise((resolve) => setTimeout(resolve, 30));
	}
	throw new Error(`PostgreSQL did not start:\n${server.log}`);
}

let own;
export async function postgresUrl() {
	if (process.env.CHORSU_TEST_POSTGRES)
		return process.env.CHORSU_TEST_POSTGRES;
	if (!own) {
		const {cleanup} = await import('./test.mjs');
		own = await startPostgres();
		cleanup(() => own.stop());
	}
	return own.url;
}

export async function sql(url, text) {
	const out = await must('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-F', '\x1f', '-R', '\x1e', '-d', url,
		'-c', text], {env: {PGOPTIONS: ''}});
	const body = out.replace(/\n$/, '');
	return body === '' ? [] : body.split('\x1e').map((row) => row.split('\x1f'));
}

let count = 0;
export async function makeSchema() {
	const base = await postgresUrl();
	const name = `t${process.pid}_${Date.now().toString(36)}_${count++}`;
	await sql(base, `CREATE SCHEMA ${name}`);
	return {
		name, base, url: `${base}&options=${encodeURIComponent(`-csearch_path=${name}`)}`,
		drop: () => sql(base, `SET client_min_messages TO warning; SET lock_timeout TO '10s'; DROP SCHEMA ${name} CASCADE`),
	};
}
