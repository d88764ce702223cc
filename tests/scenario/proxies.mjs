// The files in packaging/ in front of a served store, with Debian's nginx and Caddy, over TCP and over a unix socket. Only names,
// ports and paths are changed in them.
// engines: sqlite
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';

import {request} from '../lib/http.mjs';
import {makeCertificates, place} from '../lib/nginx.mjs';
import {freePort} from '../lib/port.mjs';
import {must, start} from '../lib/process.mjs';
import {makeStore} from '../lib/store.mjs';
import {cleanup, equal, folder, match, ok, soon, step, test} from '../lib/test.mjs';

const FORGED = '198.51.100.66';

// The text with each of these replaced, which must be there.
function changed(text, pairs) {
	for (const [from, to] of pairs) {
		ok(text.includes(from), `the file has "${from}"`);
		text = text.replaceAll(from, to);
	}
	return text;
}

function nginxFiles(dir, at, plain, upstream) {
	const site = changed(readFileSync('packaging/nginx.conf', 'utf8'), [
		['server 127.0.0.1:8080;', `server ${upstream};`], ['pages.gov.example', 'pages.test'],
		['listen 443 ssl', `listen ${at.address}:${at.port} ssl`], ['listen 80;', `listen ${at.address}:${plain};`],
		['\tlisten [::]:443 ssl http2;\n', ''], ['\tlisten [::]:80;\n', ''],
		['/etc/letsencrypt/live/pages.test/fullchain.pem', join(dir, 'server.pem')],
		['/etc/letsencrypt/live/pages.test/privkey.pem', join(dir, 'server.key')]]);
	const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
		.map((n) => `${n}_temp_path ${join(dir, `tmp-${n}`)};`).join('\n');
	writeFileSync(join(dir, 'site'), site);
	writeFileSync(join(dir, 'nginx.conf'), `${process.getuid() === 0 ? 'user root;\n' : ''}daemon off;\nworker_processes 1;
pid ${join(dir, 'pid')};\nerror_log stderr warn;\nevents {}\nhttp {\naccess_log off;\ninclude /etc/nginx/mime.types;\n${temporary}
include ${join(dir, 'site')};\n}\n`);
	mkdirSync(join(dir, 'logs'));
}

async function nginx(dir, at, plain, upstream) {
	nginxFiles(dir, at, plain, upstream);
	const words = ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', 'stderr'];
	await must('/usr/sbin/nginx', [...words, '-t']);
	return start('/usr/sbin/nginx', words, {deathSignal: 'TERM'});
}

async function caddy(dir, at, plain, upstream) {
	const file = changed(readFileSync('packaging/Caddyfile', 'utf8'), [
		['pages.gov.example {', `pages.test:${at.port} {\n\tbind ${at.address}\n\ttls ${join(dir, 'server.pem')} ${join(dir, 'server.key')}`],
		['reverse_proxy 127.0.0.1:8080', `reverse_proxy ${upstream.replace('unix:', 'unix/')}`]]);
	writeFileSync(join(dir, 'Caddyfile'), `{\n\tadmin off\n\tauto_https off\n}\n${file}`);
	const env = {XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir, HOME: dir};
	const words = ['--config', join(dir, 'Caddyfile'), '--adapter', 'caddyfile'];
	await must('caddy', ['validate', ...words], {env});
	return start('caddy', ['run', ...words], {env, deathSignal: 'TERM'});
}

async function asks(s, get, log) {
	await step('pages', async () => {
		const r = await get('/');
		equal(r.status, 200);
		match(r.text, /<!doctype html>/);
		equal((await get('/nowhere')).status, 404);
	});
	await step('packed, and not sent again', async () => {
		const plain = await get('/');
		const packed = await get('/', {headers: {'accept-encoding': 'gzip'}});
		equal(packed.headers['content-encoding'], 'gzip');
		match(packed.headers.vary, /Accept-Encoding/i);
		equal(gunzipSync(packed.bytes).toString(), plain.text);
		ok(packed.bytes.length < plain.bytes.length);
		for (const [first, headers] of [[plain, {}], [packed, {'accept-encoding': 'gzip'}]])
			equal((await get('/', {headers: {...headers, 'if-none-match': first.headers.etag}})).status, 304);
	});
	await step('the address of the visitor, and not what they claim', async () => {
		await get('/robots.txt', {localAddress: '127.31.0.9', headers: {'x-forwarded-for': FORGED}});
		const line = await soon('the request is logged', () => log().findLast((l) => l.path === '/robots.txt'));
		equal(line.client, '127.31.0.9');
	});
	await step('large letters to the inbox', async () => {
		const post = (bytes) => get('/inbox', {method: 'POST', body: Buffer.alloc(bytes, ' '),
			headers: {'content-type': 'application/activity+json', 'content-length': bytes}});
		equal((await post(1000 * 1000)).status, 401, 'it comes to the server whole, which misses a signature');
		const large = await post(1500 * 1000);
		equal(large.status, 413);
		match(large.text, /this address takes at most \d+/, 'the sentence is the server\'s');
		equal((await post(3 << 20)).status, 413);
	});
	await step('health', async () => equal((await get('/health/ready')).text, 'ready\n'));
	await step('seen from outside', async () => {
		const found = Object.fromEntries((await s.chorsu('check')).json.findings.map((f) => [f.name, f]));
		for (const name of ['tls', 'clock', 'webfinger'])
			equal(found[name].state, 'ok', `${name}: ${found[name].text}`);
	});
}

async function front(kind, run, unix) {
	const dir = folder(kind), at = await place(), plain = await freePort(at.address);
	const host = at.port === 443 ? 'pages.test' : `pages.test:${at.port}`;
	const s = await makeStore({url: `https://${host}`, settings: {'log.access': 'yes', 'log.format': 'json'}});
	const listen = unix ? `unix:${join(dir, 'socket')}` : `127.0.0.1:${s.port}`;
	const lookup = (name, options, done) => (options.all ? done(null, [{address: at.address, family: 4}])
		: done(null, at.address, 4));
	await makeCertificates(dir, ['pages.test'], 60);
	s.set('fetch.ca_file', join(dir, 'ca.pem'));
	s.set('fetch.resolve', `pages.test:${at.port}:${at.address}`);
	await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi');
	for (let i = 0; i < 5; i++)
		await s.post('mehnat', `Bu uzunroq bayonot, sahifani siqish uchun yetarli matn. ${i}`);
	await s.serve({listen});
	const proxy = await run(dir, at, plain, unix ? listen : `127.0.0.1:${s.port}`);
	cleanup(() => proxy.stop('TERM', 5000));
	const ca = readFileSync(join(dir, 'ca.pem'));
	const get = (path, options = {}) => request(`https://${host}${path}`, {ca, lookup, ...options});
	await soon(`${kind} listens`, () => new Promise((resolve) => {
		if (!proxy.running)
			throw new Error(proxy.log);
		const socket = net.connect(at.port, at.address, () => resolve(true));
		socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
	}), {seconds: 20});
	await asks(s, get, () => s.logLines());
	await step('the server goes and comes back', async () => {
		await s.stop();
		ok([502, 503].includes((await get('/')).status));
		await s.serve({listen});
		await soon('it answers again', async () => (await get('/')).status === 200, {seconds: 20});
	});
	if (kind === 'nginx')
		await step('plain HTTP leads to TLS', async () => {
			const r = await request(`http://pages.test:${plain}/@mehnat?x=1`, {lookup});
			equal([r.status, r.headers.location], [301, 'https://pages.test/@mehnat?x=1']);
		});
	await s.stop();
	await proxy.stop('TERM', 5000);
}

test(async () => {
	for (const unix of [false, true]) {
		await step(`nginx${unix ? ' over a unix socket' : ''}`, () => front('nginx', nginx, unix));
		await step(`caddy${unix ? ' over a unix socket' : ''}`, () => front('caddy', caddy, unix));
	}
});
