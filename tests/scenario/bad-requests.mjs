// engines: both
// Every address with requests that it must not take: the status, one clear sentence, and nothing in the store has changed.
import {ACTIVITY, raw, request} from '../lib/http.mjs';
import {must} from '../lib/process.mjs';
import {CHORSU, makeStore} from '../lib/store.mjs';
import {equal, step, test} from '../lib/test.mjs';

const A = {accept: ACTIVITY};
const DEEP = '['.repeat(5000);
const signed = (parameters) => ({
	'content-type': ACTIVITY, date: new Date().toUTCString(), digest: 'SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
	signature: parameters,
});
const WHOLE = 'keyId="https://peer.example/actor#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest"';

// [row of the table of routes, status, method, path, {headers, body}]. ID, POST and HANDLE stand for what is there.
const ROWS = [
	['GET /.well-known/webfinger', 400, 'GET', '/.well-known/webfinger'],
	['GET /.well-known/webfinger', 400, 'GET', '/.well-known/webfinger?resource='],
	['GET /.well-known/webfinger', 400, 'GET', '/.well-known/webfinger?resource=mehnat'],
	['GET /.well-known/webfinger', 400, 'GET', '/.well-known/webfinger?resource=acct:mehnat'],
	['GET /.well-known/webfinger', 400, 'GET', '/.well-known/webfinger?resource=acct:@HOST'],
	['GET /.well-known/webfinger', 400, 'GET', '/.well-known/webfinger?resource=%ff'],
	['GET /.well-known/webfinger', 400, 'GET', '/.well-known/webfinger?resource=a%00b'],
	['GET /.well-known/webfinger', 400, 'GET', '/.well-known/webfinger?resource=%zz'],
	['GET /.well-known/webfinger', 400, 'GET', '/.well-known/webfinger?resource=a&resource=b'],
	['GET /.well-known/webfinger', 400, 'GET', `/.well-known/webfinger?resource=${'x'.repeat(2049)}`],
	['GET /.well-known/webfinger', 404, 'GET', '/.well-known/webfinger?resource=acct:nobody@HOST'],
	['GET /.well-known/webfinger', 404, 'GET', '/.well-known/webfinger?resource=acct:mehnat@elsewhere.example'],
	['GET /.well-known/webfinger', 404, 'GET', '/.well-known/webfinger?resource=https://elsewhere.example/@mehnat'],
	['GET /.well-known/webfinger', 404, 'GET', '/.well-known/webfinger?resource=ORIGIN/actor/1'],
	['GET /.well-known/webfinger', 405, 'POST', '/.well-known/webfinger?resource=acct:mehnat@HOST'],
	['GET /.well-known/host-meta', 405, 'DELETE', '/.well-known/host-meta'],
	['GET /.well-known/nodeinfo', 405, 'PUT', '/.well-known/nodeinfo'],
	['GET /nodeinfo/2.0', 405, 'POST', '/nodeinfo/2.0'],
	['GET /nodeinfo/2.1', 405, 'PATCH', '/nodeinfo/2.1'],
	['GET /nodeinfo/2.1', 404, 'GET', '/nodeinfo/3.0'],
	['GET /actor/server', 405, 'POST', '/actor/server'],
	['GET /actor/:id', 404, 'GET', '/actor/1', {headers: A}],
	['GET /actor/:id', 400, 'GET', '/actor/abc', {headers: A}],
	['GET /actor/:id', 400, 'GET', '/actor/-5', {headers: A}],
	['GET /actor/:id', 400, 'GET', '/actor/007', {headers: A}],
	['GET /actor/:id', 400, 'GET', '/actor/99999999999999999999', {headers: A}],
	['GET /actor/:id', 400, 'GET', '/actor/9223372036854775808', {headers: A}],
	['GET /actor/:id', 405, 'DELETE', '/actor/ID', {headers: A}],
	['GET /actor/:id/outbox', 404, 'GET', '/actor/1/outbox'],
	['GET /actor/:id/outbox', 400, 'GET', '/actor/ID/outbox?page=true&before=x'],
	['GET /actor/:id/outbox', 400, 'GET', '/actor/ID/outbox?page=true&before=1'],
	['GET /actor/:id/outbox', 400, 'GET', '/actor/ID/outbox?page=true&before=-1'],
	['GET /actor/:id/outbox', 400, 'GET', '/actor/ID/outbox?page=true&before=1-2-3'],
	['GET /actor/:id/outbox', 400, 'GET', `/actor/ID/outbox?page=true&before=${'1'.repeat(60)}`],
	['GET /actor/:id/outbox', 400, 'GET', '/actor/ID/outbox?page=maybe'],
	['GET /actor/:id/followers', 404, 'GET', '/actor/1/followers'],
	['GET /actor/:id/followers', 400, 'GET', '/actor/x/followers'],
	['GET /actor/:id/following', 404, 'GET', '/actor/1/following'],
	['GET /post/:id', 404, 'GET', '/post/1', {headers: A}],
	['GET /post/:id', 400, 'GET', '/post/1.5', {headers: A}],
	['GET /post/:id', 400, 'GET', '/post/0x10', {headers: A}],
	['GET /post/:id', 405, 'POST', '/post/POST', {headers: A}],
	['GET /activity/:id', 404, 'GET', '/activity/1'],
	['GET /activity/:id', 400, 'GET', '/activity/one'],
	['POST /actor/:id/inbox', 405, 'GET', '/actor/ID/inbox'],
	['POST /actor/:id/inbox', 400, 'POST', '/actor/x/inbox', {headers: {'content-type': ACTIVITY}, body: '{}'}],
	['POST /actor/:id/inbox', 401, 'POST', '/actor/ID/inbox', {headers: {'content-type': ACTIVITY}, body: '{}'}],
	['POST /actor/:id/inbox', 415, 'POST', '/actor/ID/inbox', {headers: {'content-type': 'text/html'}, body: '{}'}],
	['POST /inbox', 404, 'GET', '/inbox'],
	['POST /inbox', 415, 'POST', '/inbox', {body: '{}'}],
	['POST /inbox', 415, 'POST', '/inbox', {headers: {'content-type': 'application/x-www-form-urlencoded'}, body: 'a=b'}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: {'content-type': ACTIVITY}, body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: {'content-type': ACTIVITY}, body: DEEP}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed(''), body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed('nonsense'), body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed('keyId="x"'), body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed(`${WHOLE},signature="?"`), body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed(`${WHOLE},signature="AAAA"`), body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed(`${WHOLE},signature="AAAA",keyId="twice"`), body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed(`${WHOLE.replace('rsa-sha256', 'hmac-sha256')},signature="AAAA"`)}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed(`${WHOLE.replace(' digest', '')},signature="AAAA"`), body: '{}'}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed(`${WHOLE.replace('https://peer.example', 'file:///etc')},signature="AAAA"`)}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: signed(`${WHOLE.replace('(request-target) ', '')},signature="AAAA"`), body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: {...signed(`${WHOLE},signature="AAAA"`), date: 'yesterday'}, body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: {...signed(`${WHOLE},signature="AAAA"`), date: new Date(0).toUTCString()}, body: ''}],
	['POST /inbox', 401, 'POST', '/inbox', {headers: {...signed(`${WHOLE},signature="AAAA"`), digest: 'MD5=x'}, body: ''}],
	['POST /inbox', 413, 'POST', '/inbox', {headers: {'content-type': ACTIVITY}, body: 'x'.repeat(1024 * 1024 + 1)}],
	['', 404, 'GET', '/nothing'],
	['', 404, 'GET', '/../../etc/passwd'],
	['', 404, 'GET', '/%2e%2e/%2e%2e/etc/passwd'],
	['', 404, 'GET', '//'],
	['', 404, 'POST', '/nothing/at/all', {body: 'a=b'}],
	['', 414, 'GET', `/${'x'.repeat(9000)}`],
];

// Bytes that no client library would send: [status line's number or '' for a closed connection, bytes].
const BROKEN = [
	['400', 'NONSENSE\r\n\r\n'],
	['400', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
	['400', 'POST /inbox HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
	['400', 'POST /inbox HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
	['400', 'GET / HTTP/1.1\r\n\r\n'],
];

async function counts(s) {
	const list = [];
	for (const t of ['institution', 'post', 'outbox', 'follow', 'remote_actor', 'reader', 'parcel', 'received', 'audit'])
		list.push([t, ...(await s.sql(`SELECT count(*) FROM ${t}`))[0]]);
	return list;
}

test(async () => {
	const s = await makeStore();
	const actor = (await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi')).json;
	const post = (await s.post('mehnat', 'Matn')).split('/').at(-1);
	await s.serve();
	const before = await counts(s);
	const wrong = [];

	for (const [route, status, method, path, {headers, body} = {}] of ROWS) {
		const url = s.origin + path.replace('ID', actor.id).replace('POST', post).replace('ORIGIN', s.url)
			.replace('HOST', new URL(s.url).host);
		const r = await request(url, {method, headers, body});
		const name = `${method} ${path.slice(0, 80)} (${route})`;
		if (r.status !== status)
			wrong.push(`${name}: ${r.status} ${r.text.slice(0, 120)}, expected ${status}`);
		if (r.text.length === 0 || r.text.length > 20000)
			wrong.push(`${name}: an answer of ${r.text.length} bytes`);
	}
	equal(wrong, []);
	for (const [status, bytes] of BROKEN) {
		const r = await raw(s.port, bytes, {timeout: 3000});
		if (!r.text.startsWith(`HTTP/1.1 ${status}`) && !r.text.startsWith(`HTTP/1.0 ${status}`) && r.text !== '')
			wrong.push(`${JSON.stringify(bytes.slice(0, 60))}: ${r.text.slice(0, 60)}`);
	}
	equal(wrong, []);
	equal(await counts(s), before, 'nothing has changed');
	equal((await s.get('/health/live')).status, 200);

	await step('every route that is not a page has a row', async () => {
		const routes = JSON.parse(await must(CHORSU, ['routes', '--json']));
		const have = new Set(ROWS.map((r) => r[0]));
		const pages = (r) => /^\/(:lang|@:handle|robots|assets|$)/.test(r.path) || r.path === '/';
		equal(routes.filter((r) => !pages(r)).map((r) => `${r.method} ${r.path}`).filter((r) => !have.has(r)), []);
	});
	await s.stop();
});
