// Where a server listens: loopback, all addresses of both protocols, a unix socket with its mode; what is in the way there.
// engines: sqlite
import {existsSync, statSync, writeFileSync} from 'node:fs';
import {networkInterfaces} from 'node:os';
import {join} from 'node:path';

import {get} from '../lib/http.mjs';
import {run} from '../lib/process.mjs';
import {CHORSU, makeStore} from '../lib/store.mjs';
import {equal, folder, match, ok, soon, step, test} from '../lib/test.mjs';

const refused = async (dir, listen) => {
	const r = await run(CHORSU, ['serve', dir, '--listen', listen]);
	match(r.stderr, /^(?:time=[^\n]*\n)*chorsu: [^\n]+\n$/);
	return r;
};
const here = Object.values(networkInterfaces()).flat().map((a) => a.address);

test(async () => {
	const s = await makeStore({settings: {'log.access': 'yes', 'log.format': 'json'}});
	const other = await makeStore();
	const path = join(folder('socket'), 'chorsu');
	const clients = () => s.logLines().filter((l) => l.path === '/robots.txt').map((l) => l.client);

	await step('127.0.0.1 is this machine alone', async () => {
		await s.serve();
		const outside = here.find((a) => a.includes('.') && !a.startsWith('127.'));
		if (outside)
			equal((await get(`http://${outside}:${s.port}/health/live`).catch((e) => e)).code, 'ECONNREFUSED');
		const r = await refused(other.dir, `127.0.0.1:${s.port}`);
		equal(r.code, 4);
		match(r.stderr, /Something listens on 127\.0\.0\.1:\d+ already/);
		await s.stop();
	});

	await step('[::] is every address of both protocols', async () => {
		await s.serve({listen: `[::]:${s.port}`});
		for (const address of here.filter((a) => !a.startsWith('fe80'))) {
			const host = address.includes(':') ? `[${address}]` : address;
			equal((await get(`http://${host}:${s.port}/health/live`)).status, 200, address);
		}
		await s.stop();
	});

	await step('a unix socket, for its owner and group', async () => {
		await s.serve({listen: `unix:${path}`});
		equal(statSync(path).mode & 0o777, 0o660);
		match(s.log, new RegExp(`"listen":"unix:${path}"`));
		equal((await s.get('/robots.txt')).status, 200);
		equal((await s.get('/robots.txt', undefined, {headers: {'x-forwarded-for': '198.51.100.7'}})).status, 200);
		// Who connects to the socket is taken for a proxy.
		await soon('both are logged', () => clients().join() === 'unix,198.51.100.7');
	});

	await step('a living server keeps its socket', async () => {
		const r = await refused(other.dir, `unix:${path}`);
		equal(r.code, 4);
		match(r.stderr, /Something listens on unix:[^ ]+ already/);
		equal((await s.get('/health/live')).status, 200);
	});

	await step('what a killed server leaves is taken over, and removed at the stop', async () => {
		await s.kill();
		ok(existsSync(path));
		await s.serve({listen: `unix:${path}`});
		await s.stop();
		ok(!existsSync(path));
	});

	await step('a file in the way, a group that is not there', async () => {
		writeFileSync(path, 'mine');
		const r = await refused(s.dir, `unix:${path}`);
		equal(r.code, 4);
		match(r.stderr, /is a file and no socket/);
		s.set('server.socket_group', 'no-such-group');
		const group = await refused(s.dir, `unix:${path}2`);
		equal(group.code, 2);
		match(group.stderr, /no group "no-such-group"/);
		ok(!existsSync(`${path}2`));
	});
});
