// The tests' own tools: a peer's signatures hold at another peer and each defect is found, answers are as told, ports and
// waiting work, nginx proxies over https under the test's own CA.
import http from 'node:http';

import {get, raw} from '../lib/http.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {makeKey, makePeers} from '../lib/peer.mjs';
import {freePort} from '../lib/port.mjs';
import {run, start} from '../lib/process.mjs';
import {cleanup, equal, match, ok, pause, soon, step, test} from '../lib/test.mjs';

const old = new Date(Date.now() - 3600000);
const other = makeKey(1024);

// what is wrong, and what the other side must say; null: all is well
const ROWS = [
	[{}, null],
	[{algorithm: 'hs2019'}, null],
	[{algorithm: false}, null],
	[{signed: ['host', '(request-target)', 'date', 'digest', 'content-type']}, null],
	[{body: '{"type":"Tampered"}'}, /digest is/],
	[{digest: 'SHA-256=AAAA'}, /digest is/],
	[{digest: false}, /digest is not signed/],
	[{date: old}, /date is/],
	[{date: 'yesterday'}, /date is yesterday/],
	[{date: false}, /date is not signed/],
	[{signed: ['host', 'date', 'digest']}, /\(request-target\) is not signed/],
	[{signed: ['(request-target)', 'date', 'digest']}, /host is not signed/],
	[{host: 'elsewhere.test'}, /not over this request/],
	[{target: 'post /elsewhere'}, /not over this request/],
	[{key: other.privateKey}, /not over this request/],
	[{algorithm: 'ed25519'}, /algorithm is/],
	[{signature: false}, /no Signature header/],
	[{signature: 'junk'}, /no Signature header/],
	[{parameters: (s) => s.replace(/signature="..../, 'signature="AAAA')}, /not over this request/],
];

test(async () => {
	const net = await makePeers();
	const [here, there] = [net.peer('127.9.0.1'), net.peer('127.9.0.2')];
	const anna = here.actor('anna'), boris = there.actor('boris');

	await step('signatures', async () => {
		for (const [defect, says] of ROWS) {
			there.clear();
			const r = await anna.send(boris.inbox, {type: 'Like', object: boris.id}, defect);
			const record = await there.wait((x) => x.path === '/users/boris/inbox');
			equal(r.status, says ? 401 : 202, `${JSON.stringify(defect)}: ${record.why}`);
			equal(record.verified, !says);
			equal(record.address, '127.9.0.2');
			if (says)
				match(record.why, says);
		}
		const forged = await anna.send(boris.inbox, {type: 'Like', actor: boris.id});
		equal(forged.status, 401, 'signed by another than the actor');
		equal(net.sent('Like').length, ROWS.filter((x) => !x[1]).length);
	});
	await step('a signed GET, WebFinger, a gone actor', async () => {
		equal((await anna.get(boris.id)).json().publicKey.id, boris.keyId);
		const finger = await get(`${there.origin}/.well-known/webfinger?resource=acct:boris@${there.host}`);
		equal(finger.json().links[0].href, boris.id);
		boris.gone = true;
		equal((await get(boris.id)).status, 410);
		boris.gone = false;
	});
	await step('answers as told', async () => {
		there.answer = {status: 503, headers: {'retry-after': '7'}};
		const r = await anna.send(boris.inbox, {type: 'Like'});
		equal([r.status, r.headers['retry-after']], [503, '7']);
		there.answer = {delay: 300};
		const began = Date.now();
		await anna.send(boris.inbox, {type: 'Like'});
		ok(Date.now() - began >= 290);
		for (const answer of [{hang: true}, {reset: true}]) {
			there.answer = () => answer;
			const error = await anna.send(boris.inbox, {type: 'Like'}, {timeout: 200}).then(() => null, (e) => e);
			match(String(error), answer.hang ? /no answer in 200 ms/ : /ECONNRESET|hang up/);
		}
		await net.close();
		match(String(await get(boris.id).then(() => null, (e) => e)), /ECONNREFUSED/);
		await net.open();
		equal((await get(boris.id)).status, 200);
	});
	await step('processes', async () => {
		const p = start('sleep', ['60']);
		equal(await p.stop('TERM'), {code: null, signal: 'SIGTERM'});
		equal((await run('cat', [], {input: 'in'})).stdout, 'in');
		equal((await run('sh', ['-c', 'echo o; echo e >&2; exit 3'])), {code: 3, signal: null, late: false, stdout: 'o\n', stderr: 'e\n'});
		equal((await run('sleep', ['9'], {timeout: 100})).late, true);
		equal((await run('/nowhere/program')).code, 127);
	});
	await step('soon', async () => {
		match(String(await soon('never', () => 0, {seconds: 0.1}).catch((e) => e)), /not within 0.1 s: never \(last: 0\)/);
		let n = 0;
		equal(await soon('third', () => (++n === 3 ? 'x' : null)), 'x');
		ok(await freePort() !== await freePort());
	});
	await step('nginx', async () => {
		const port = await freePort();
		const server = http.createServer((req, res) => res.end(JSON.stringify(req.headers))).listen(port, '127.0.0.1');
		cleanup(() => server.close());
		await pause(10);
		const proxy = await startNginx({names: {'pages.test': port, 'other.test': port}});
		const seen = (await proxy.get('other.test', '/x')).json();
		equal(seen['x-forwarded-proto'], 'https');
		equal(`https://${seen.host}`, proxy.url('other.test'));
		match(String(await get(proxy.url('pages.test'), undefined, {lookup: proxy.lookup}).catch((e) => e)), /certificate/);
		match((await raw(port, 'GET / HTTP/9\r\n\r\n')).text, /^HTTP\/1\.1 400/);
	});
});
