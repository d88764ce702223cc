// Pages come from the answer cache, and still: when a command has returned, the very next request of every page and feed that shows
// what it changed, in every coding, shows it.
// engines: both
// seconds: 90
// why: over a hundred commands, and each page in three codings after every one
import zlib from 'node:zlib';

import {request} from '../lib/http.mjs';
import {makeStore} from '../lib/store.mjs';
import {equal, match, ok, pause, soon, step, test} from '../lib/test.mjs';

const UNPACK = {br: zlib.brotliDecompressSync, gzip: zlib.gunzipSync, identity: (b) => b};
const CODINGS = Object.keys(UNPACK);
const LISTS = ['/uz/@mehnat', '/ru/@mehnat', '/@mehnat', '/@mehnat/tag/suv', '/ru/@mehnat/tag/suv', '/@mehnat/feed.atom',
	'/@mehnat/feed.atom?lang=ru'];

async function read(s, path, coding = 'identity', headers = {}) {
	const r = await s.get(path, 'text/html', {headers: {'accept-encoding': coding, ...headers}});
	const used = r.headers['content-encoding'] ?? 'identity';
	if (r.status === 200)
		equal([path, used], [path, coding]);
	r.decoded = UNPACK[used](r.bytes).toString('utf8');
	return r;
}

// Each path in each coding, twice: whatever can be kept is kept then.
async function warm(s, paths) {
	for (let turn = 0; turn < 2; turn++)
		for (const path of paths)
			for (const coding of CODINGS)
				await read(s, path, coding);
}

async function all(s, paths, check) {
	await Promise.all(paths.flatMap((path) => CODINGS.map(async (coding) => {
		const r = await read(s, path, coding);
		ok(check(r), `${path} in ${coding} is not fresh: ${r.status}\n${r.decoded.slice(0, 3000)}`);
	})));
}

const count = (text, what) => text.split(what).length - 1;

async function commands(s) {
	const actor = (await s.chorsu('institution list')).json[0].actor;
	const lists = [...LISTS, new URL(actor).pathname];
	const first = await s.post('mehnat', 'Birinchi xabar #suv');
	const path = new URL(first).pathname, own = [path, `/ru${path}`];
	await step('post', async () => {
		await all(s, lists, (r) => r.decoded.includes('Birinchi xabar'));
		await warm(s, [...lists, ...own, '/', '/ru']);
		const second = await s.post('mehnat', 'Ikkinchi xabar #suv');
		await all(s, lists, (r) => r.decoded.includes('Ikkinchi xabar'));
		await all(s, [new URL(second).pathname], (r) => r.status === 200 && r.decoded.includes('Ikkinchi xabar'));
	});
	await step('revise', async () => {
		await warm(s, [...lists, ...own]);
		await s.chorsu('revise', first, '--note', 'Tuzatish', 'Tuzatilgan xabar #suv');
		await all(s, [...lists, ...own], (r) => r.decoded.includes('Tuzatilgan xabar') && !r.decoded.includes('Birinchi xabar'));
		await all(s, own, (r) => r.decoded.includes('Tuzatish'));
	});
	await step('withdraw', async () => {
		await warm(s, [...lists, ...own]);
		await s.chorsu('withdraw', first, '--reason', 'Xato raqam');
		await all(s, lists, (r) => r.status === 200 && !r.decoded.includes('Tuzatilgan'));
		await all(s, own, (r) => r.status === 410 && r.decoded.includes('Xato raqam'));
		await warm(s, own);
		await all(s, own, (r) => r.status === 410);
	});
	await step('institution set, add, close', async () => {
		await warm(s, ['/', '/ru', ...lists]);
		await s.chorsu('institution set', 'mehnat', '--name', 'uz=Yangi nom', '--name', 'ru=Новое имя');
		await all(s, ['/', '/uz', '/uz/@mehnat'], (r) => r.decoded.includes('Yangi nom'));
		await all(s, ['/ru', '/ru/@mehnat'], (r) => r.decoded.includes('Новое имя'));
		await s.chorsu('institution add', 'suv', '--name', 'uz=Suv idorasi');
		await all(s, ['/', '/ru'], (r) => r.decoded.includes('Suv idorasi'));
		await warm(s, ['/uz/@suv', '/ru']);
		await s.chorsu('institution close', 'suv');
		await all(s, ['/uz/@suv'], (r) => r.decoded.includes('yopilgan'));
		await all(s, ['/ru'], (r) => r.decoded.includes('Закрытые страницы'));
		await warm(s, ['/@mehnat', '/@mehnat/feed.atom']);
		await s.chorsu('institution set', 'mehnat', '--handle', 'bandlik');
		for (const old of ['/@mehnat', '/@mehnat/feed.atom'])
			equal((await s.get(old, 'text/html')).status, 301);
		await all(s, ['/@bandlik', '/@bandlik/feed.atom'], (r) => r.decoded.includes('Ikkinchi xabar'));
		await s.chorsu('institution set', 'bandlik', '--handle', 'mehnat');
	});
}

// What no version tells of is not seen: so these pages are kept. When the version rises without a nudge, it is seen within a second.
async function kept(s) {
	const shown = ['/uz/@mehnat', '/', '/@mehnat/feed.atom'];
	await warm(s, shown);
	await s.sql(`UPDATE institution_text SET name = 'Yashirin' WHERE lang = 'uz' AND institution =
		(SELECT id FROM institution WHERE handle = 'mehnat')`);
	for (const path of [...shown, '/uz/@mehnat?utm_source=x', '/?fbclid=1'])
		for (const coding of CODINGS)
			ok(!(await read(s, path, coding)).decoded.includes('Yashirin'), `${path} is rendered anew`);
	ok((await read(s, '/uz/@mehnat', 'identity', {cookie: 'a=1'})).decoded.includes('Yashirin'), 'with a cookie it is not');
	ok((await read(s, '/@mehnat?before=1-1', 'gzip')).decoded.includes('Yashirin'), 'nor with another parameter');
	await s.sql(`UPDATE institution SET version = version + 1 WHERE handle = 'mehnat'`);
	await soon('the version is found by asking', async () => (await Promise.all(shown.map((p) => read(s, p))))
		.every((r) => r.decoded.includes('Yashirin')), {seconds: 3});
	await s.chorsu('institution set', 'mehnat', '--name', 'uz=Mehnat');
}

async function conditions(s) {
	for (const path of ['/uz/@mehnat', '/@mehnat/feed.atom', '/assets/site.css']) {
		const seen = new Set();
		for (const coding of CODINGS) {
			const r = await read(s, path, coding);
			match(r.headers.vary, /(^|, )Accept-Encoding$/);
			equal(r.raw.filter((n) => n.toLowerCase() === 'vary').length, 1);
			seen.add(r.headers.etag);
			const headers = {'accept-encoding': coding, 'if-none-match': r.headers.etag};
			for (const method of ['GET', 'HEAD']) {
				const again = await request(s.origin + path, {method, headers});
				equal([again.status, again.headers.etag, again.bytes.length], [304, r.headers.etag, 0]);
			}
			const head = await request(s.origin + path, {method: 'HEAD', headers: {'accept-encoding': coding}});
			equal([head.status, head.headers['content-length']], [200, String(r.bytes.length)]);
			ok(head.headers['x-request-id'] !== r.headers['x-request-id']);
		}
		equal(seen.size, 3, 'each coding has a tag of its own');
	}
}

// One publishes, eight read: nobody sees a page older than the last post whose command had returned before he asked.
async function race(s, posts, word) {
	let acknowledged = 0, over = false, reads = 0;
	const number = (text) => Math.max(0, ...[...text.matchAll(new RegExp(`${word} (\\d+)`, 'g'))].map((m) => Number(m[1])));
	const reader = async (k) => {
		for (let n = k; !over; n++) {
			const path = LISTS[n % LISTS.length], coding = CODINGS[n % 3], known = acknowledged;
			const r = await read(s, path, coding);
			equal(r.status, 200);
			ok(number(r.decoded) >= known, `${path} in ${coding} shows ${number(r.decoded)} after ${known}`);
			reads++;
		}
	};
	const readers = Promise.all([...Array(8).keys()].map(reader));
	for (let n = 1; n <= posts; n++) {
		await Promise.race([s.post('mehnat', `${word} ${n} #suv`), readers]);
		acknowledged = n;
	}
	await pause(100);
	over = true;
	await readers;
	ok(reads > posts, 'the readers hardly read');
}

// Many ask for the same at once, right after it changed: each gets it whole and fresh, and of each coding the same bytes.
async function together(s) {
	for (let turn = 0; turn < 5; turn++) {
		await s.post('mehnat', `Birga ${turn} #suv`);
		const answers = await Promise.all([...Array(60).keys()].map((n) => read(s, '/uz/@mehnat', CODINGS[n % 3])));
		for (const r of answers)
			equal([r.status, count(r.decoded, `Birga ${turn} `) > 0], [200, true]);
		equal(new Set(answers.map((r) => r.bytes.toString('base64'))).size, 3);
		equal(new Set(answers.map((r) => r.decoded)).size, 1);
		equal(new Set(answers.map((r) => r.headers['x-request-id'])).size, 60);
	}
}

test(async () => {
	const s = await makeStore();
	await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat', '--name', 'ru=Труд');
	await s.serve();
	await step('commands', () => commands(s));
	await step('kept', () => kept(s));
	await step('conditions', () => conditions(s));
	await step('race', () => race(s, 40, 'Raqam'));
	await step('together', () => together(s));
	await step('without a cache', async () => {
		await s.stop();
		s.set('server.cache', '0');
		await s.serve();
		await conditions(s);
		await race(s, 10, 'Son');
	});
	await s.stop();
});
