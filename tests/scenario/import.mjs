// A ministry's news site is imported again and again: each item once, changed ones as revisions, old ones quiet; and the server
// itself polls, asks whether anything is new, and waits longer when it fails.
// seconds: 60
// why: the server looks for due sources every ten seconds
import http from 'node:http';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {freePort} from '../lib/port.mjs';
import {must} from '../lib/process.mjs';
import {cleanup, equal, folder, match, ok, soon, step, test} from '../lib/test.mjs';
import {HOUR, makeWorld, MINUTE} from './lib/world.mjs';

const rfc822 = (at) => new Date(at).toUTCString();
const item = ({n, at, title = `Yangilik ${n}`, text = `Matn ${n}`, tags = [], picture}) => `<item>
	<title>${title}</title><link>/news/${n}</link><guid isPermaLink="false">mehnat-${n}</guid><pubDate>${rfc822(at)}</pubDate>
	${tags.map((t) => `<category>${t}</category>`).join('')}${picture ? `<enclosure url="${picture}" type="image/png" length="1"/>` : ''}
	<description><![CDATA[<p>${text} <a href="/doc.pdf">hujjat</a></p><script>alert(1)</script>]]></description></item>`;
const feed = (items) => `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Yangiliklar</title>
	<link>https://news.example/</link><language>uz</language>${items.join('')}</channel></rss>`;

test(async () => {
	const w = await makeWorld({settings: {'test.clock_speed': '1'}});
	const follower = await w.follower('127.3.0.1', 'anna');
	const files = folder('feeds'), path = join(files, 'feed.xml');
	const now = Date.now();
	const old = {n: 1, at: now - 72 * HOUR}, fresh = {n: 2, at: now - HOUR, tags: ['Ijtimoiy himoya']};
	const run = (name, ...rest) => w.s.chorsu('import', w.handle, name, ...rest).then((r) => r.json);
	const titles = async (lang = 'uz') => (await w.s.get(`/${lang}/@${w.handle}`, 'text/html')).text.match(/Yangilik \d+[^<]*/g) ?? [];

	await step('a file, twice: each once, the old one quiet', async () => {
		writeFileSync(path, feed([item(fresh), item(old)]));
		const first = await run(path);
		equal([first.items, first.new, first.quiet, first.changed, first.known], [2, 2, 1, 0, 0]);
		const second = await run(path);
		equal([second.items, second.new, second.changed, second.known], [2, 0, 0, 2]);
		equal([...new Set(await titles())], ['Yangilik 2', 'Yangilik 1']);
		const {json} = await follower.peer.wait((r) => r.json.type === 'Create');
		equal(json.object.name, 'Yangilik 2');
		match(json.object.content, /^<p>Matn 2 <a href="https:\/\/news\.example\/doc\.pdf"/);
		ok(!json.object.content.includes('script'));
		equal(json.object.tag.map((t) => t.name), ['#Ijtimoiy_himoya']);
		equal(new Date(json.object.published).getTime(), Math.floor(fresh.at / 1000) * 1000);
	});

	await step('a changed item is a revision; one that disappears stays; what was withdrawn stays so', async () => {
		writeFileSync(path, feed([item({...fresh, text: 'Yangi matn'})]));
		equal((await run(path)).changed, 1);
		const {json} = await follower.peer.wait((r) => r.json.type === 'Update');
		match(json.object.content, /Yangi matn/);
		equal([...new Set(await titles())], ['Yangilik 2', 'Yangilik 1']);
		await w.withdraw(json.object.id);
		writeFileSync(path, feed([item({...fresh, text: 'Uchinchi'})]));
		const third = await run(path);
		equal([third.new, third.changed, third.known], [0, 0, 1]);
		equal([...new Set(await titles())], ['Yangilik 1']);
	});

	await step('languages by their letters', async () => {
		writeFileSync(path, feed([
			item({n: 10, at: now - HOUR, title: 'Ўқув йили бошланди', text: 'Мактабларда дарслар бошланди'}),
			item({n: 11, at: now - HOUR, title: 'Начался учебный год', text: 'В школах начались занятия'})]));
		await run(path);
		const rows = await w.s.sql('SELECT lang FROM variant WHERE title IN (\'Ўқув йили бошланди\', \'Начался учебный год\') ORDER BY lang');
		equal(rows.map(([l]) => l), ['ru', 'uz-Cyrl']);
	});

	const site = {requests: [], status: 200, etag: '"1"', items: [item({n: 20, at: now - HOUR})]};
	const port = await freePort();
	const origin = `http://127.0.0.1:${port}`;
	await must('vips', ['black', join(files, 'x.v'), '640', '400', '--bands', '3']);
	await must('vips', ['copy', join(files, 'x.v'), join(files, 'p.png')]);
	const {readFileSync} = await import('node:fs');
	const picture = readFileSync(join(files, 'p.png'));
	const server = http.createServer((q, r) => {
		site.requests.push({url: q.url, etag: q.headers['if-none-match']});
		if (q.url === '/p.png')
			return r.writeHead(200, {'content-type': 'image/png'}).end(picture);
		if (q.url !== '/rss')
			return r.writeHead(404).end();
		if (site.status === 200 && q.headers['if-none-match'] === site.etag)
			return r.writeHead(304, {etag: site.etag}).end();
		r.writeHead(site.status, {'content-type': 'application/rss+xml', etag: site.etag}).end(feed(site.items));
	});
	await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
	cleanup(() => server.close());

	await step('a URL, with pictures; what cannot be had is told and keeps nothing up', async () => {
		site.items.push(item({n: 21, at: now - HOUR, picture: '/p.png'}), item({n: 22, at: now - HOUR, picture: '/none.png'}));
		site.items = site.items.map((i) => i.replace(/url="\//g, `url="${origin}/`));
		const r = await run(`${origin}/rss`, '--every', '1m');
		equal([r.new, r.pictures, r.pictures_missing], [3, 1, 1]);
		match(r.last_fault, /none\.png.*404/);
		const sent = await follower.peer.wait((x) => x.json.object?.name === 'Yangilik 21');
		equal(sent.json.object.attachment.map((a) => [a.type, a.mediaType, a.name]), [['Document', 'image/jpeg', 'Yangilik 21']]);
		const jpeg = await w.s.get(sent.json.object.attachment[0].url.replace(w.s.url, ''), 'image/*');
		equal(jpeg.status, 200);
	});

	const sources = async () => (await w.s.chorsu('sources')).json.filter((s) => s.every > 0);
	await step('the server polls: asks with what it knows, takes what is new, backs off when it fails', async () => {
		site.requests.length = 0;
		await w.later(2 * MINUTE);
		await soon('it asked', () => site.requests.some((q) => q.url === '/rss'), {seconds: 30});
		equal(site.requests.find((q) => q.url === '/rss').etag, '"1"');
		site.etag = '"2"';
		site.items.unshift(item({n: 23, at: now}));
		await w.later(2 * MINUTE);
		await soon('it took the new one', async () => (await titles()).includes('Yangilik 23'), {seconds: 30});
		site.status = 503;
		await w.later(2 * MINUTE);
		const [failing] = await soon('it says that it failed', async () => {
			const list = await sources();
			return list[0]?.attempts === 1 && list;
		}, {seconds: 30});
		match(failing.why, /answered 503/);
		ok(failing.next_at - Date.now() - w.shift > 90000, 'it waits longer than a minute');
		site.status = 200;
		await w.s.chorsu('sources', 'stop', failing.source);
		equal(await sources(), []);
	});

	await step('what is no feed, and what is no source', async () => {
		writeFileSync(path, 'no feed at all');
		match(await w.s.fails('import', 2, w.handle, path), /no feed/);
		match(await w.s.fails('import', 2, w.handle, join(files, 'none.xml')), /cannot be read/);
		match(await w.s.fails('import', 3, 'nobody', path), /no institution/);
		match(await w.s.fails('import', 2, w.handle, path, '--every', '15m'), /a file is read when you say so/);
		match(await w.s.fails('import', 2, w.handle, `${origin}/rss`, '--every', '5s'), /not a time/);
		match(await w.s.fails('sources', 2, 'stop'), /usage/);
		match(await w.s.fails('sources', 3, 'stop', '1'), /no source/);
	});
});
