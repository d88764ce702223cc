// chorsu check: each finding in its states, as JSON and as lines, with the exit status; the address is asked as others do.
import {chmodSync, statSync} from 'node:fs';
import http from 'node:http';
import {join} from 'node:path';

import {startNginx} from '../lib/nginx.mjs';
import {freePort} from '../lib/port.mjs';
import {run} from '../lib/process.mjs';
import {CHORSU, makeStore} from '../lib/store.mjs';
import {cleanup, equal, match, ok, step, test} from '../lib/test.mjs';

async function findings(s, exit, ...words) {
	const {json, stderr} = await s.chorsu('check', ...words, {exit});
	equal(json.ok, exit === 0);
	equal(stderr === '', exit === 0);
	return Object.fromEntries(json.findings.map((f) => [f.name, f]));
}

// A proxy whose answers are ours to change.
async function twisted(port) {
	const p = {status: 0, headers: {}, body: null};
	const server = http.createServer((req, res) => {
		const up = http.request({port, path: req.url, headers: req.headers}, (r) => {
			const chunks = [];
			r.on('data', (c) => chunks.push(c)).on('end', () => {
				if (p.nodate)
					res.sendDate = false;
				const headers = {...r.headers, ...p.headers};
				delete headers['content-length'];
				delete headers.connection;
				if (p.nodate)
					delete headers.date;
				res.writeHead(p.status || r.statusCode, headers);
				res.end(p.body ?? Buffer.concat(chunks));
			});
		});
		up.on('error', () => res.destroy());
		up.end();
	});
	p.port = await freePort('127.0.0.1');
	await new Promise((resolve) => server.listen(p.port, '127.0.0.1', resolve));
	cleanup(() => server.close());
	return p;
}

test(async () => {
	const port = await freePort(), proxy = await twisted(port);
	const s = await makeStore({port, url: `http://localhost:${proxy.port}`});

	await step('a store that nobody serves', async () => {
		const f = await findings(s, 0);
		equal(Object.values(f).map((x) => `${x.name} ${x.state}`),
			['database ok', 'keys ok', 'readers ok', 'templates ok', 'disk ok', 'serving warning']);
		match(f.serving.text, /start chorsu serve/);
		match(f.keys.text, /mode 0600/);
	});

	await s.serve();
	await step('all well, without and with an institution', async () => {
		const names = 'database keys readers templates disk dns clock webfinger'.split(' ');
		let f = await findings(s, 0);
		equal(Object.values(f).map((x) => `${x.name} ${x.state}`), names.map((n) => `${n} ok`));
		match(f.webfinger.text, new RegExp(`others find localhost:${proxy.port}@localhost:${proxy.port}`));
		await s.chorsu('institution add', 'alfa', '--name', 'uz=Alfa');
		await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat');
		await s.chorsu('institution close', 'alfa');
		f = await findings(s, 0);
		match(f.webfinger.text, /others find mehnat@localhost/);
		match(f.dns.text, /localhost is .*(127\.0\.0\.1|::1)/);
		equal(Object.keys(await findings(s, 0, '--inside')), names.slice(0, 5));
	});

	await step('one line a finding', async () => {
		const r = await run(CHORSU, ['check', s.dir]);
		equal(r.code, 0);
		equal(r.stdout.trim().split('\n').length, 8);
		for (const line of r.stdout.trim().split('\n'))
			match(line, /^ok +[a-z]+ +\S/);
	});

	await step('what the address may answer instead', async () => {
		const away = (ms) => ({date: new Date(Date.now() + ms).toUTCString()});
		const rows = [
			[{status: 404}, 1, 'webfinger', /answers 404: let the proxy pass/],
			[{body: '<html>'}, 1, 'webfinger', /names another account/],
			[{body: JSON.stringify({subject: `acct:mehnat@localhost:${proxy.port}`, links: [{rel: 'self',
				type: 'application/activity+json', href: 'https://elsewhere.example/actor/1'}]})}, 1, 'webfinger', /names another/],
			[{status: 302, headers: {location: '/elsewhere'}}, 1, 'webfinger', /answers 302/],
			[{nodate: true}, 0, 'clock', /bears no Date/],
			[{headers: away(60000)}, 0, 'clock', /is (5\d|60) s behind what the own address says/],
			[{headers: away(-3600000)}, 1, 'clock', /is 36\d\d s before what the own address says/],
		];
		for (const [twist, exit, name, says] of rows) {
			Object.assign(proxy, {status: 0, headers: {}, body: null, nodate: false}, twist);
			const f = await findings(s, exit);
			equal(f[name].state, exit ? 'wrong' : 'warning', name);
			match(f[name].text, says);
		}
		Object.assign(proxy, {status: 0, headers: {}, body: null, nodate: false});
	});

	await step('something is wrong: said to people and to programs', async () => {
		proxy.status = 500;
		const r = await run(CHORSU, ['check', s.dir]);
		equal(r.code, 1);
		match(r.stderr, /^chorsu: something is wrong: webfinger\n$/);
		match(r.stdout, /^wrong    webfinger  asked for/m);
		proxy.status = 0;
	});

	await step('a key that others may read', async () => {
		chmodSync(join(s.dir, 'secret.key'), 0o644);
		match(await s.fails('check', 5), /secret\.key may be used by others \(mode 0644\): run chmod 600/);
		chmodSync(join(s.dir, 'secret.key'), 0o600);
		equal(statSync(join(s.dir, 'secret.key')).mode & 0o777, 0o600);
	});
	await s.stop();

	await step('over TLS: days of the certificate, and an account of another domain', async () => {
		for (const [days, state] of [[30, 'ok'], [10, 'warning'], [1, 'wrong']]) {
			const t = await makeStore({url: 'https://pages.test'});
			const nginx = await startNginx({names: {'pages.test': t.port, 'gov.test': t.port}, days});
			if (nginx.port !== 443)
				return; // only the usual port can stand in such an address
			t.set('fetch.ca_file', nginx.ca);
			t.set('fetch.resolve', nginx.resolve);
			t.set('server.account_domain', 'gov.test');
			await t.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat');
			await t.serve();
			const f = await findings(t, state === 'wrong' ? 1 : 0);
			equal(f.tls.state, state);
			match(f.tls.text, new RegExp(`good for (${days - 1}|${days}) days`));
			equal(f.dns.state, 'warning');
			match(f.webfinger.text, /others find mehnat@gov\.test/);
			t.set('fetch.ca_file', '');
			const strict = await findings(t, 1);
			match(strict.webfinger.text, /its certificate is not accepted/);
			t.set('fetch.resolve', '');
			match((await findings(t, 1)).dns.text, /pages\.test has no address/);
			await nginx.stop();
			match((await findings(t, 1)).webfinger.text, /does not answer .*see that the proxy runs/);
			await t.stop();
			ok(true);
		}
	});
});
