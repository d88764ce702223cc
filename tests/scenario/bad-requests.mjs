// engines: both
// Every address with requests that it must not take: the status, one clear sentence in the kind and language that the client
// asked for, and nothing in the store has changed.
import {ACTIVITY, raw, request} from '../lib/http.mjs';
import {must} from '../lib/process.mjs';
import {CHORSU, makeStore} from '../lib/store.mjs';
import {equal, step, test} from '../lib/test.mjs';

const A = {accept: ACTIVITY};
const PAGE = {accept: 'text/html'};
const DEEP = '['.repeat(5000);
const signed = (parameters) => ({
	'content-type': ACTIVITY, date: new Date().toUTCString(), digest: 'SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
	signature: parameters,
});
const WHOLE = 'keyId="https://peer.example/actor#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest"';

// [row of the table of routes, status, fragment of the sentence, method, path, {headers, body}]. ID, POST and HOST stand for
// what is there.
const ROWS = [
	['GET /.well-known/webfinger', 400, 'is missing: give it', 'GET', '/.well-known/webfinger'],
	['GET /.well-known/webfinger', 400, 'is missing: give it', 'GET', '/.well-known/webfinger?resource='],
	['GET /.well-known/webfinger', 400, 'neither acct:HANDLE@DOMAIN nor a URL', 'GET', '/.well-known/webfinger?resource=mehnat'],
	['GET /.well-known/webfinger', 400, 'not of the form acct:HANDLE@DOMAIN', 'GET',
		'/.well-known/webfinger?resource=acct:mehnat'],
	['GET /.well-known/webfinger', 400, 'not of the form acct:HANDLE@DOMAIN', 'GET',
		'/.well-known/webfinger?resource=acct:@HOST'],
	['GET /.well-known/webfinger', 400, '"resource" is not UTF-8 text', 'GET', '/.well-known/webfinger?resource=%ff'],
	['GET /.well-known/webfinger', 400, '"resource" is not UTF-8 text', 'GET', '/.well-known/webfinger?resource=a%00b'],
	['GET /.well-known/webfinger', 400, '"resource" is not UTF-8 text', 'GET', '/.well-known/webfinger?resource=%zz'],
	['GET /.well-known/webfinger', 400, 'given more than once', 'GET', '/.well-known/webfinger?resource=a&resource=b'],
	['GET /.well-known/webfinger', 400, 'longer than 2048 bytes', 'GET', `/.well-known/webfinger?resource=${'x'.repeat(2049)}`],
	['GET /.well-known/webfinger', 404, 'no institution with the handle "nobody"', 'GET',
		'/.well-known/webfinger?resource=acct:nobody@HOST'],
	['GET /.well-known/webfinger', 404, 'no accounts of elsewhere.example', 'GET',
		'/.well-known/webfinger?resource=acct:mehnat@elsewhere.example'],
	['GET /.well-known/webfinger', 404, 'nobody is at https://elsewhere.example/@mehnat', 'GET',
		'/.well-known/webfinger?resource=https://elsewhere.example/@mehnat'],
	['GET /.well-known/webfinger', 404, 'no such institution', 'GET', '/.well-known/webfinger?resource=ORIGIN/actor/1'],
	['GET /.well-known/webfinger', 405, 'does not take POST: it takes GET', 'POST',
		'/.well-known/webfinger?resource=acct:mehnat@HOST'],
	['GET /.well-known/host-meta', 405, 'does not take DELETE', 'DELETE', '/.well-known/host-meta'],
	['GET /.well-known/nodeinfo', 405, 'does not take PUT', 'PUT', '/.well-known/nodeinfo'],
	['GET /nodeinfo/2.0', 405, 'does not take POST', 'POST', '/nodeinfo/2.0'],
	['GET /nodeinfo/2.1', 405, 'does not take PATCH', 'PATCH', '/nodeinfo/2.1'],
	['GET /nodeinfo/2.1', 404, 'nothing at /nodeinfo/3.0', 'GET', '/nodeinfo/3.0'],
	['GET /actor/server', 405, 'does not take POST', 'POST', '/actor/server'],
	['GET /actor/:id', 404, 'no such institution', 'GET', '/actor/1', {headers: A}],
	['GET /actor/:id', 400, '"id" must be an id', 'GET', '/actor/abc', {headers: A}],
	['GET /actor/:id', 400, '"id" must be an id', 'GET', '/actor/-5', {headers: A}],
	['GET /actor/:id', 400, '"id" must be an id', 'GET', '/actor/007', {headers: A}],
	['GET /actor/:id', 400, '"id" must be an id', 'GET', '/actor/99999999999999999999', {headers: A}],
	['GET /actor/:id', 400, '"id" must be an id', 'GET', '/actor/9223372036854775808', {headers: A}],
	['GET /actor/:id', 405, 'does not take DELETE', 'DELETE', '/actor/ID', {headers: A}],
	['GET /actor/:id/outbox', 404, 'no such institution', 'GET', '/actor/1/outbox'],
	['GET /actor/:id/outbox', 400, '"before" is not one', 'GET', '/actor/ID/outbox?page=true&before=x'],
	['GET /actor/:id/outbox', 400, '"before" is not one', 'GET', '/actor/ID/outbox?page=true&before=1'],
	['GET /actor/:id/outbox', 400, '"before" is not one', 'GET', '/actor/ID/outbox?page=true&before=-1'],
	['GET /actor/:id/outbox', 400, '"before" is not one', 'GET', '/actor/ID/outbox?page=true&before=1-2-3'],
	['GET /actor/:id/outbox', 400, 'longer than 48 bytes', 'GET', `/actor/ID/outbox?page=true&before=${'1'.repeat(60)}`],
	['GET /actor/:id/outbox', 400, 'must be "true" or "false", not "maybe"', 'GET', '/actor/ID/outbox?page=maybe'],
	['GET /actor/:id/followers', 404, 'no such institution', 'GET', '/actor/1/followers'],
	['GET /actor/:id/followers', 400, 'not "x"', 'GET', '/actor/x/followers'],
	['GET /actor/:id/following', 404, 'no such institution', 'GET', '/actor/1/following'],
	['GET /post/:id', 404, 'no such post', 'GET', '/post/1', {headers: A}],
	['GET /post/:id', 400, 'not "1.5"', 'GET', '/post/1.5', {headers: A}],
	['GET /post/:id', 400, 'not "0x10"', 'GET', '/post/0x10', {headers: A}],
	['GET /post/:id', 405, 'does not take POST', 'POST', '/post/POST', {headers: A}],
	['GET /activity/:id', 404, 'no such activity', 'GET', '/activity/1'],
	['GET /activity/:id', 400, 'not "one"', 'GET', '/activity/one'],
	['POST /actor/:id/inbox', 405, 'does not take GET: it takes POST', 'GET', '/actor/ID/inbox'],
	['POST /actor/:id/inbox', 400, 'not "x"', 'POST', '/actor/x/inbox', {headers: {'content-type': ACTIVITY}, body: '{}'}],
	['POST /actor/:id/inbox', 401, 'is not signed', 'POST', '/actor/ID/inbox', {headers: {'content-type': ACTIVITY}, body: '{}'}],
	['POST /actor/:id/inbox', 415, 'takes application/activity+json only', 'POST', '/actor/ID/inbox',
		{headers: {'content-type': 'text/html'}, body: '{}'}],
	['POST /inbox', 404, 'no page in "inbox"', 'GET', '/inbox'],
	['POST /inbox', 415, 'takes application/activity+json only', 'POST', '/inbox', {body: '{}'}],
	['POST /inbox', 415, 'takes application/activity+json only', 'POST', '/inbox',
		{headers: {'content-type': 'application/x-www-form-urlencoded'}, body: 'a=b'}],
	['POST /inbox', 401, 'is not signed', 'POST', '/inbox', {headers: {'content-type': ACTIVITY}, body: ''}],
	['POST /inbox', 401, 'is not signed', 'POST', '/inbox', {headers: {'content-type': ACTIVITY}, body: DEEP}],
	['POST /inbox', 401, 'malformed at ""', 'POST', '/inbox', {headers: signed(''), body: ''}],
	['POST /inbox', 401, 'malformed at "nonsense"', 'POST', '/inbox', {headers: signed('nonsense'), body: ''}],
	['POST /inbox', 401, 'has no signature', 'POST', '/inbox', {headers: signed('keyId="x"'), body: ''}],
	['POST /inbox', 401, '1 to 512 bytes in base64', 'POST', '/inbox', {headers: signed(`${WHOLE},signature="?"`), body: ''}],
	['POST /inbox', 401, 'key could not be had', 'POST', '/inbox', {headers: signed(`${WHOLE},signature="AAAA"`), body: ''}],
	['POST /inbox', 401, 'keyId twice', 'POST', '/inbox', {headers: signed(`${WHOLE},signature="AAAA",keyId="twice"`), body: ''}],
	['POST /inbox', 401, 'algorithm is "hmac-sha256"', 'POST', '/inbox',
		{headers: signed(`${WHOLE.replace('rsa-sha256', 'hmac-sha256')},signature="AAAA"`)}],
	['POST /inbox', 401, 'does not cover digest', 'POST', '/inbox',
		{headers: signed(`${WHOLE.replace(' digest', '')},signature="AAAA"`), body: '{}'}],
	['POST /inbox', 401, 'keyId is not a URL', 'POST', '/inbox',
		{headers: signed(`${WHOLE.replace('https://peer.example', 'file:///etc')},signature="AAAA"`)}],
	['POST /inbox', 401, 'does not cover (request-target)', 'POST', '/inbox',
		{headers: signed(`${WHOLE.replace('(request-target) ', '')},signature="AAAA"`), body: ''}],
	['POST /inbox', 401, '"yesterday"', 'POST', '/inbox',
		{headers: {...signed(`${WHOLE},signature="AAAA"`), date: 'yesterday'}, body: ''}],
	['POST /inbox', 401, 'more than an hour before', 'POST', '/inbox',
		{headers: {...signed(`${WHOLE},signature="AAAA"`), date: new Date(0).toUTCString()}, body: ''}],
	['POST /inbox', 401, '"MD5=x" does not hold', 'POST', '/inbox',
		{headers: {...signed(`${WHOLE},signature="AAAA"`), digest: 'MD5=x'}, body: ''}],
	['POST /inbox', 413, 'at most 1048576', 'POST', '/inbox',
		{headers: {'content-type': ACTIVITY}, body: 'x'.repeat(1024 * 1024 + 1)}],
	['GET /', 400, 'longer than 16 bytes', 'GET', `/?lang=${'x'.repeat(17)}`],
	['GET /', 404, 'no page in "zz"', 'GET', '/?lang=zz'],
	['GET /', 400, '"lang" is not UTF-8 text', 'GET', '/?lang=%ff'],
	['GET /', 400, 'must be a handle', 'GET', '/?after=UP%20PER'],
	['GET /', 400, 'given more than once', 'GET', '/?after=a&after=b'],
	['GET /', 405, 'does not take POST', 'POST', '/'],
	['GET /', 405, 'does not take TRACE', 'TRACE', '/'],
	['GET /:lang', 404, 'no page in "zz"', 'GET', '/zz'],
	['GET /:lang', 400, 'must be a handle', 'GET', '/ru?after=%D0%81'],
	['GET /:lang', 405, 'does not take PUT', 'PUT', '/ru'],
	['GET /@:handle', 404, 'no page in "@"', 'GET', '/@'],
	['GET /@:handle', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody'],
	['GET /@:handle', 404, 'no institution with the handle', 'GET', `/@${'x'.repeat(64)}`],
	['GET /@:handle', 400, 'longer than 64 bytes', 'GET', `/@${'x'.repeat(65)}`],
	['GET /@:handle', 400, '"handle" is not UTF-8 text', 'GET', '/@%00'],
	['GET /@:handle', 400, '"before" is "x"', 'GET', '/@mehnat?before=x'],
	['GET /@:handle', 400, 'longer than 48 bytes', 'GET', `/@mehnat?before=${'1'.repeat(49)}`],
	['GET /@:handle', 405, 'does not take DELETE', 'DELETE', '/@mehnat'],
	['GET /:lang/@:handle', 404, 'no page in "zz"', 'GET', '/zz/@mehnat'],
	['GET /:lang/@:handle', 404, 'no institution with the handle "nobody"', 'GET', '/ru/@nobody'],
	['GET /:lang/@:handle', 400, '"before" is "1-"', 'GET', '/ru/@mehnat?before=1-'],
	['GET /:lang/@:handle', 400, '"lang" is given more than once', 'GET', '/ru/@mehnat?lang=uz'],
	['GET /:lang/@:handle', 405, 'does not take POST', 'POST', '/ru/@mehnat'],
	['GET /actor/:id as a page', 404, '"abc" is not an id', 'GET', '/actor/abc', {headers: PAGE}],
	['GET /actor/:id as a page', 404, 'no such institution', 'GET', '/actor/1', {headers: PAGE}],
	['GET /actor/:id as a page', 400, '"before" is "x"', 'GET', '/actor/ID?before=x', {headers: PAGE}],
	['GET /@:handle/tag/:tag', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/tag/x'],
	['GET /@:handle/tag/:tag', 404, 'no statements with the hashtag "a b"', 'GET', '/@mehnat/tag/a%20b'],
	['GET /@:handle/tag/:tag', 404, 'nothing at /@mehnat/tag/', 'GET', '/@mehnat/tag/'],
	['GET /@:handle/tag/:tag', 400, '"tag" is not UTF-8 text', 'GET', '/@mehnat/tag/%ff'],
	['GET /@:handle/tag/:tag', 400, 'longer than 400 bytes', 'GET', `/@mehnat/tag/${'x'.repeat(401)}`],
	['GET /@:handle/tag/:tag', 400, '"before" is "x"', 'GET', '/@mehnat/tag/x?before=x'],
	['GET /@:handle/tag/:tag', 405, 'does not take POST', 'POST', '/@mehnat/tag/x'],
	['GET /:lang/@:handle/tag/:tag', 404, 'no institution with the handle "nobody"', 'GET', '/en/@nobody/tag/x'],
	['GET /:lang/@:handle/tag/:tag', 404, 'no page in "zz"', 'GET', '/zz/@mehnat/tag/x'],
	['GET /:lang/@:handle/tag/:tag', 405, 'does not take PUT', 'PUT', '/en/@mehnat/tag/x'],
	['GET /post/:id as a page', 404, '"x" is not an id', 'GET', '/post/x', {headers: PAGE}],
	['GET /post/:id as a page', 404, 'no such post', 'GET', '/post/1', {headers: PAGE}],
	['GET /post/:id as a page', 404, 'no page in "zz"', 'GET', '/post/POST?lang=zz', {headers: PAGE}],
	['GET /:lang/post/:id', 404, '"-1" is not an id', 'GET', '/ru/post/-1'],
	['GET /:lang/post/:id', 404, 'no such post', 'GET', '/ru/post/1'],
	['GET /:lang/post/:id', 404, 'no page in "zz"', 'GET', '/zz/post/POST'],
	['GET /:lang/post/:id', 405, 'does not take POST', 'POST', '/ru/post/POST'],
	['GET /@:handle/feed.atom', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/feed.atom'],
	['GET /@:handle/feed.atom', 400, 'must be a language tag', 'GET', '/@mehnat/feed.atom?lang=uz_Cyrl'],
	['GET /@:handle/feed.atom', 400, '"before" is "x"', 'GET', '/@mehnat/feed.atom?before=x'],
	['GET /@:handle/feed.atom', 405, 'does not take POST', 'POST', '/@mehnat/feed.atom'],
	['GET /assets/:name', 404, 'no file "none.css"', 'GET', '/assets/none.css'],
	['GET /assets/:name', 404, 'no file "../head.html"', 'GET', '/assets/..%2fhead.html'],
	['GET /assets/:name', 404, 'nothing at /assets/', 'GET', '/assets/'],
	['GET /assets/:name', 400, '"name" is not UTF-8 text', 'GET', '/assets/%00'],
	['GET /assets/:name', 400, 'longer than 256 bytes', 'GET', `/assets/${'x'.repeat(300)}`],
	['GET /assets/:name', 405, 'does not take POST', 'POST', '/assets/site.css'],
	['GET /search', 400, 'longer than 200 bytes', 'GET', `/search?q=${'x'.repeat(201)}`],
	['GET /search', 400, '"before" is "x"', 'GET', '/search?q=a&before=x'],
	['GET /search', 400, '"q" is not UTF-8 text', 'GET', '/search?q=%ff'],
	['GET /search', 405, 'does not take POST', 'POST', '/search'],
	['GET /@:handle/search', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/search?q=a'],
	['GET /@:handle/search', 400, '"before" is "1"', 'GET', '/@mehnat/search?q=a&before=1'],
	['GET /@:handle/archive', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/archive'],
	['GET /@:handle/archive/:month', 404, 'is not a month', 'GET', '/@mehnat/archive/2026-13'],
	['GET /@:handle/archive/:month', 404, 'is not a month', 'GET', '/@mehnat/archive/november'],
	['GET /@:handle/archive/:month', 404, 'no statements of 1999-01', 'GET', '/@mehnat/archive/1999-01'],
	['GET /@:handle/archive/:month', 400, '"before" is "x"', 'GET', '/@mehnat/archive/2026-11?before=x'],
	['GET /@:handle/follow', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/follow'],
	['GET /@:handle/follow', 405, 'does not take POST', 'POST', '/@mehnat/follow'],
	['GET /about', 405, 'does not take POST', 'POST', '/about'],
	['GET /privacy', 405, 'does not take POST', 'POST', '/privacy'],
	['GET /accessibility', 405, 'does not take POST', 'POST', '/accessibility'],
	['GET /:lang/search', 400, 'longer than 200 bytes', 'GET', `/ru/search?q=${'x'.repeat(201)}`],
	['GET /:lang/search', 400, '"before" is "x"', 'GET', '/ru/search?q=a&before=x'],
	['GET /:lang/search', 400, '"q" is not UTF-8 text', 'GET', '/ru/search?q=%ff'],
	['GET /:lang/search', 405, 'does not take POST', 'POST', '/ru/search'],
	['GET /:lang/@:handle/search', 404, 'no institution with the handle "nobody"', 'GET', '/ru/@nobody/search?q=a'],
	['GET /:lang/@:handle/search', 400, '"before" is "1"', 'GET', '/ru/@mehnat/search?q=a&before=1'],
	['GET /:lang/@:handle/archive', 404, 'no institution with the handle "nobody"', 'GET', '/ru/@nobody/archive'],
	['GET /:lang/@:handle/archive/:month', 404, 'is not a month', 'GET', '/ru/@mehnat/archive/2026-13'],
	['GET /:lang/@:handle/archive/:month', 404, 'is not a month', 'GET', '/ru/@mehnat/archive/november'],
	['GET /:lang/@:handle/archive/:month', 404, 'no statements of 1999-01', 'GET', '/ru/@mehnat/archive/1999-01'],
	['GET /:lang/@:handle/archive/:month', 400, '"before" is "x"', 'GET', '/ru/@mehnat/archive/2026-11?before=x'],
	['GET /:lang/@:handle/follow', 404, 'no institution with the handle "nobody"', 'GET', '/ru/@nobody/follow'],
	['GET /:lang/@:handle/follow', 405, 'does not take POST', 'POST', '/ru/@mehnat/follow'],
	['GET /:lang/about', 405, 'does not take POST', 'POST', '/ru/about'],
	['GET /:lang/privacy', 405, 'does not take POST', 'POST', '/ru/privacy'],
	['GET /:lang/accessibility', 405, 'does not take POST', 'POST', '/ru/accessibility'],
	['GET /:lang/search', 404, 'no page in "zz"', 'GET', '/zz/search?q=a'],
	['GET /:lang/about', 404, 'no page in "zz"', 'GET', '/zz/about'],
	['GET /feed.atom', 400, 'must be a language tag', 'GET', '/feed.atom?lang=uz_Cyrl'],
	['GET /feed.atom', 400, '"before" is "x"', 'GET', '/feed.atom?before=x'],
	['GET /@:handle/tag/:tag/feed.atom', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/tag/x/feed.atom'],
	['GET /feed.rss', 400, 'must be a language tag', 'GET', '/feed.rss?lang=uz_Cyrl'],
	['GET /feed.rss', 400, '"before" is "x"', 'GET', '/feed.rss?before=x'],
	['GET /@:handle/feed.rss', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/feed.rss'],
	['GET /@:handle/tag/:tag/feed.rss', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/tag/x/feed.rss'],
	['GET /feed.json', 400, 'must be a language tag', 'GET', '/feed.json?lang=uz_Cyrl'],
	['GET /feed.json', 400, '"before" is "x"', 'GET', '/feed.json?before=x'],
	['GET /@:handle/feed.json', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/feed.json'],
	['GET /@:handle/tag/:tag/feed.json', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/tag/x/feed.json'],
	['GET /@:handle/qr.svg', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/qr.svg'],
	['GET /media/:name', 404, 'no such picture', 'GET', '/media/1-320.webp'],
	['GET /media/:name', 404, 'no such picture', 'GET', '/media/nonsense'],
	['GET /media/:name', 404, 'no such picture', 'GET', '/media/..%2fsecret.key'],
	['GET /media/:name', 404, 'no such picture', 'GET', '/media/99999999999999999999999-1.jpg'],
	['GET /sitemap.xml', 405, 'does not take POST', 'POST', '/sitemap.xml'],
	['GET /sitemap-pages.xml', 405, 'does not take POST', 'POST', '/sitemap-pages.xml'],
	['GET /@:handle/sitemap.xml', 400, 'is missing', 'GET', '/@mehnat/sitemap.xml'],
	['GET /@:handle/sitemap.xml', 404, 'no statements of that year', 'GET', '/@mehnat/sitemap.xml?year=1000'],
	['GET /@:handle/sitemap.xml', 404, 'no institution with the handle "nobody"', 'GET', '/@nobody/sitemap.xml?year=2026'],
	['GET /oembed', 400, 'is missing', 'GET', '/oembed'],
	['GET /oembed', 404, 'is not the address of a statement', 'GET', '/oembed?url=https://elsewhere.example/post/1'],
	['GET /oembed', 404, 'no such post', 'GET', '/oembed?url=ORIGIN/post/1'],
	['GET /oembed', 415, 'not as "xml"', 'GET', '/oembed?url=ORIGIN/post/POST&format=xml'],
	['GET /actor/:id/featured', 404, 'no such institution', 'GET', '/actor/1/featured'],
	['GET /robots.txt', 405, 'does not take POST', 'POST', '/robots.txt'],
	['', 405, 'does not take POST', 'POST', '/health/live'],
	['', 404, 'no page in "nothing"', 'GET', '/nothing'],
	['', 404, 'nothing at /etc/passwd', 'GET', '/../../etc/passwd'],
	['', 404, 'nothing at /etc/passwd', 'GET', '/%2e%2e/%2e%2e/etc/passwd'],
	['', 404, 'nothing at //', 'GET', '//'],
	['', 404, 'nothing at /nothing/at/all', 'POST', '/nothing/at/all', {body: 'a=b'}],
	['', 414, 'longer than 8192 bytes', 'GET', `/${'x'.repeat(9000)}`],
];

// Bytes that no client library would send: [status line's number or '' for a closed connection, bytes].
const BROKEN = [
	['400', 'NONSENSE\r\n\r\n'],
	['400', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
	['400', 'POST /inbox HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
	['400', 'POST /inbox HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
	['400', 'GET / HTTP/1.1\r\n\r\n'],
];

// The heading of a page of errors, by language and status (400 for the others).
const HEADINGS = {
	uz: {400: 'Soʻrovda xato bor', 404: 'Sahifa topilmadi', 405: 'Bu manzilda bunday amal yoʻq'},
	ru: {400: 'В запросе ошибка', 404: 'Страница не найдена', 405: 'По этому адресу такое действие невозможно'},
	en: {400: 'There is a mistake in the request', 404: 'Page not found', 405: 'This address does not take such a request'},
	'uz-Cyrl': {400: 'Сўровда хато бор', 404: 'Саҳифа топилмади', 405: 'Бу манзилда бундай амал йўқ'},
};

// What is wrong with the sentence, or undefined: one, that a person can read, without traces of the program.
function faultOf(sentence, says) {
	if (typeof sentence !== 'string' || !sentence.includes(says))
		return `"${sentence}" does not say "${says}"`;
	if (!/^\P{C}{12,400}$/u.test(sentence) || !sentence.trim().includes(' '))
		return `"${sentence}" is not one sentence`;
	if (/\bERR_|errno|\.c:\d|\/(src|tmp|work|usr)\/|0x[0-9a-f]{6}|SQL|\bNULL\b|\(null\)|%[sdz]/.test(sentence))
		return `"${sentence}" shows the inside of the program`;
}

function faultOfJson(r, says) {
	if (r.headers['content-type'] !== 'application/json')
		return `${r.headers['content-type']} is not JSON`;
	const answer = r.json();
	return String(Object.keys(answer)) !== 'error' ? `members ${Object.keys(answer)}` : faultOf(answer.error, says);
}

const MARKS = {quot: '"', lt: '<', gt: '>', amp: '&', '#39': '\''};
const unescaped = (html) => html.replace(/&(quot|lt|gt|amp|#39);/g, (_, name) => MARKS[name]);

function faultOfPage(r, says, lang) {
	if (r.headers['content-type'] !== 'text/html; charset=utf-8')
		return `${r.headers['content-type']} is not a page`;
	const [, shown] = /<html lang="([^"]+)"/.exec(r.text) ?? [];
	const headings = [...r.text.matchAll(/<h1>(.*?)<\/h1>/g)].map((m) => m[1]);
	if (shown !== lang || r.headers['content-language'] !== lang)
		return `a page in ${shown} (${r.headers['content-language']}), expected ${lang}`;
	const heading = HEADINGS[lang][r.status] ?? HEADINGS[lang][400];
	if (String(headings) !== heading)
		return `the heading is "${headings}", expected "${heading}"`;
	const details = [...r.text.matchAll(/<span lang="en">(.*?)<\/span>/gs)].map((m) => unescaped(m[1]));
	if (r.status === 404 || r.status === 410) // its heading and what to do say all, in the reader's language
		return details.length ? `a page that is not there says ${details}` : undefined;
	return details.length === 1 ? faultOf(details[0], says) : `${details.length} sentences`;
}

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

	for (const [i, [route, status, says, method, path, {headers = {}, body} = {}]] of ROWS.entries()) {
		const url = s.origin + path.replace('ID', actor.id).replace('POST', post).replace('ORIGIN', s.url)
			.replace('HOST', new URL(s.url).host);
		const lang = Object.keys(HEADINGS)[i % 4];
		const asked = {'accept-language': lang, ...headers};
		const json = headers.accept ? headers.accept === ACTIVITY : route.endsWith('inbox') && method === 'POST';
		const ask = async (more, kind, seen) => {
			const r = await request(url, {method, headers: {...asked, ...more}, body});
			const why = r.status !== status ? `${r.status}, expected ${status}: ${r.text.slice(0, 120)}`
				: kind(r, says, seen);
			if (why)
				wrong.push(`${method} ${path.slice(0, 80)} (${route}): ${why}`);
		};
		await ask({}, json ? faultOfJson : faultOfPage, /^\/(uz|ru|en|uz-Cyrl)\b/.exec(path)?.[1] ?? lang);
		if (!headers.accept && !json)
			await ask({accept: 'application/json'}, faultOfJson);
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

	await step('every route has a row', async () => {
		const routes = JSON.parse(await must(CHORSU, ['routes', '--json']));
		const have = new Set(ROWS.map((r) => r[0]));
		const name = (r) => `${r.method} ${r.path}${r.accept === 'text/html' ? ' as a page' : ''}`;
		equal(routes.map(name).filter((r) => !have.has(r)), []);
		equal([...have].filter((r) => r && !routes.map(name).includes(r)), [], 'rows of routes that are gone');
	});
	await s.stop();
});
