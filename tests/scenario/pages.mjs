// Pages for people: languages, representations, redirects, lists in pages, feeds, errors, conditional requests.
// engines: both
// seconds: 60
// why: over seventy statements, each published by a command of its own
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {parseAtomFeed} from 'feedsmith';

import {ACTIVITY, request} from '../lib/http.mjs';
import {ROOT, makeStore} from '../lib/store.mjs';
import {equal, folder, match, ok, step, test} from '../lib/test.mjs';

const file = (name, text) => {
	const path = join(folder('text'), name);
	writeFileSync(path, text);
	return path;
};
const all = (text, pattern) => [...text.matchAll(pattern)].map((m) => m[1]);
const lacks = (text, pattern) => ok(!pattern.test(text), `must not hold ${pattern}:\n${text}`);
const decode = (s) => s.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=').replaceAll('&#61;', '=');

// The page at path, which must be 200 and HTML.
async function page(s, path, headers = {}) {
	const r = await s.get(path, undefined, {headers: {accept: 'text/html', ...headers}});
	equal([path, r.status], [path, 200]);
	match(r.headers['content-type'], /^text\/html/);
	return r.text;
}

const reader = (lang) => ({'accept-language': lang});
const langOf = (html) => /<html lang="([^"]*)">/.exec(html)?.[1];

async function makeMinistry(s) {
	await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi', '--name', 'ru=Министерство труда',
		'--name', 'en=Ministry of Labour', '--bio', 'uz=Vazirlik ish haqida. Ikkinchi gap.', '--bio', 'en=On work. More.');
	await s.chorsu('institution add', 'suv', '--name', 'uz-Cyrl=Сув вазирлиги');
}

async function languages(s) {
	for (const [path, headers, lang, says] of [
		['/@mehnat', {}, 'uz', 'Qanday kuzatish mumkin'], // its own
		['/@mehnat', reader('de'), 'uz', 'Mehnat vazirligi'],
		['/@mehnat', reader('de, en;q=0.5, ru;q=0.8'), 'ru', 'Как подписаться'],
		['/@mehnat', reader('en-GB,en;q=0.9'), 'en', 'Ministry of Labour'],
		['/@mehnat', reader('uz-Cyrl'), 'uz-Cyrl', 'Қандай кузатиш мумкин'],
		['/@mehnat', reader('kaa'), 'uz', 'Mehnat vazirligi'],
		['/ru/@mehnat', reader('en'), 'ru', 'Министерство труда'], // the path decides
		['/@suv', {}, 'uz-Cyrl', 'Сув вазирлиги'],
		['/', {}, 'uz', 'Davlat tashkilotlari'],
		['/', reader('ru'), 'ru', 'Ведомства'],
		['/en', reader('ru'), 'en', 'Institutions'],
	]) {
		const html = await page(s, path, headers);
		equal([path, headers, langOf(html)], [path, headers, lang]);
		ok(html.includes(says), `${path} ${JSON.stringify(headers)} says "${says}"`);
	}
	const r = await s.get('/@mehnat', 'text/html');
	match(r.headers.vary, /Accept-Language/);
	match(r.headers['cache-control'], /^public, max-age=15/);
	equal(r.headers['set-cookie'], undefined);
	lacks((await s.get('/ru/@mehnat')).headers.vary, /Language/); // the address has it
}

async function alternates(s) {
	for (const path of ['', '/@mehnat']) {
		for (const prefix of ['', '/ru']) {
			const html = await page(s, prefix + path || '/');
			const links = Object.fromEntries([...html.matchAll(/<link rel="alternate" hreflang="([^"]*)" href="([^"]*)">/g)]
				.map((m) => [m[1], decode(m[2])]));
			equal(links, {
				'x-default': s.url + (path || '/'), uz: `${s.url}/uz${path}`, 'uz-Cyrl': `${s.url}/uz-Cyrl${path}`,
				ru: `${s.url}/ru${path}`, en: `${s.url}/en${path}`,
			});
			equal(decode(/<link rel="canonical" href="([^"]*)">/.exec(html)[1]), s.url + (prefix + path || '/'));
			const current = prefix ? 'ru' : 'uz';
			equal(all(html, /hreflang="([^"]*)" aria-current="true"/g), [current]);
		}
	}
}

async function directory(s) {
	await s.chorsu('institution add', 'arxiv', '--name', 'uz=Arxiv');
	await s.chorsu('institution close', 'arxiv');
	const html = await page(s, '/ru');
	const names = all(html, /<a class="name"[^]*?<span lang="[^"]*">([^<]*)</g);
	equal(names, ['Министерство труда', 'Сув вазирлиги', 'Arxiv'], 'in the order of the alphabet, closed ones last');
	ok(html.indexOf('Закрытые страницы') > html.indexOf('Сув вазирлиги'));
	ok(html.indexOf('Закрытые страницы') < html.indexOf('Arxiv'));
	const own = await page(s, '/uz');
	match(own, /<p lang="uz">Vazirlik ish haqida\.<\/p>/); // the first sentence of the description
	lacks(own, /Ikkinchi gap/);
	match(html, /Последнее сообщение: <time datetime="[^"]+Z">\d+ \S+ 20\d\d г\.<\/time>/);
	const closed = await page(s, '/uz/@arxiv');
	match(closed, /Bu sahifa yopilgan/);
	lacks(closed, /Qanday kuzatish mumkin/);
}

async function statement(s) {
	const note = await s.post('mehnat', 'Birinchi #Ish va <b>matn</b>', '--variant', `ru=${file('ru', 'Первый #Работа')}`,
		'--variant', `kaa=${file('kaa', 'Birinshi')}`);
	const path = new URL(note).pathname;
	const html = await page(s, path);
	match(html, /<h1 class="hidden">Xabar, \d{4}-yil /);
	match(html, /<div class="text" lang="uz">\n<p>Birinchi .*&lt;b&gt;matn/);
	ok(html.includes(`<link rel="alternate" type="application/activity+json" href="${note}">`));
	ok(html.includes(`@mehnat@${new URL(s.url).host}`));
	match(html, /<a rel="tag" href="\/@mehnat\/tag\/ish">#Ish<\/a>/);
	lacks(html, /#Работа/);
	match(html, new RegExp(`<a href="/ru${path}" lang="ru" hreflang="ru">Русский</a>`));
	match(html, new RegExp(`<a href="/kaa${path}" lang="kaa" hreflang="kaa">Qaraqalpaqsha</a>`));
	lacks(html, /noindex/);
	match(await page(s, `/ru${path}`), /<div class="text" lang="ru">\n<p>Первый/);
	match(await page(s, `/en${path}`), /<div class="text" lang="uz">\n<p>Birinchi/);
	const kaa = await page(s, `/kaa${path}`);
	match(kaa, /<div class="text" lang="kaa">\n<p>Birinshi/);
	equal(langOf(kaa), 'uz');
	equal((await s.get(`/fr${path}`)).status, 404, 'nothing here is in French');

	await s.chorsu('revise', note, '--note', 'Sana tuzatildi', 'Ikkinchi matn');
	const revised = await page(s, path);
	match(revised, /Tuzatilgan: <time datetime="[^"]+Z">/);
	match(revised, /<p>Sana tuzatildi<\/p>/);
	match(revised, /Ikkinchi matn/);

	const hidden = await s.post('mehnat', 'Roʻyxatda yoʻq', '--visibility', 'unlisted');
	match(await page(s, hidden), /<meta name="robots" content="noindex">/);
	lacks(await page(s, '/@mehnat'), /Roʻyxatda yoʻq/);
	lacks((await s.get('/@mehnat/feed.atom')).text, /Roʻyxatda yoʻq/);
	return note;
}

async function article(s) {
	const url = await s.post('mehnat', 'Birinchi xat boshi.\n\nIkkinchi xat boshi.', '--title', 'Sarlavha & "boshqa"');
	const list = await page(s, '/uz/@mehnat');
	const path = new URL(url).pathname;
	match(list, new RegExp(`<h3 lang="uz"><a href="/uz${path}">Sarlavha &amp; &quot;boshqa&quot;</a></h3>`));
	match(list, /Birinchi xat boshi/);
	lacks(list, /Ikkinchi xat boshi/);
	match(list, /Davomini oʻqish<span class="hidden" lang="uz">: Sarlavha/);
	const html = await page(s, path);
	match(html, /<h1 lang="uz">Sarlavha &amp; &quot;boshqa&quot;<\/h1>/);
	match(html, /Ikkinchi xat boshi/);
	match(html, /<meta property="og:title" content="Sarlavha &amp; &quot;boshqa&quot;">/);
}

async function representations(s, note) {
	const actor = (await s.get('/@mehnat')).text.match(/href="([^"]*\/actor\/\d+)"/)[1];
	for (const [url, accept, type] of [
		[note, 'text/html', 'text/html'],
		[note, undefined, 'text/html'],
		[note, '*/*', 'text/html'],
		[note, ACTIVITY, ACTIVITY],
		[note, 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"', ACTIVITY],
		[note, 'text/html;q=0.5, application/activity+json', ACTIVITY],
		[note, 'text/html, application/activity+json;q=0.9', 'text/html'],
		[actor, 'text/html', 'text/html'],
		[actor, ACTIVITY, ACTIVITY],
	]) {
		const r = await s.get(url, accept);
		equal([url, accept, r.status, r.headers['content-type'].split(';')[0]], [url, accept, 200, type]);
		match(r.headers.vary, /Accept\b/);
	}
	const html = await page(s, actor);
	ok(html.includes(`<link rel="canonical" href="${s.url}/@mehnat">`), 'the page is known by its handle');
}

async function redirects(s) {
	await s.chorsu('institution set', 'suv', '--handle', 'suvxojaligi');
	await s.post('suvxojaligi', 'Suv #Suv', '--lang', 'uz');
	for (const [from, to] of [
		['/@suv', '/@suvxojaligi'],
		['/ru/@suv', '/ru/@suvxojaligi'],
		['/@suv?before=1795000000000-5', '/@suvxojaligi?before=1795000000000-5'],
		['/@suv/feed.atom?lang=ru', '/@suvxojaligi/feed.atom?lang=ru'],
		['/@suv/tag/suv', '/@suvxojaligi/tag/suv'],
		['/en/@suv/tag/%D1%81%D1%83%D0%B2', '/en/@suvxojaligi/tag/%D1%81%D1%83%D0%B2'],
		['/@MEHNAT', '/@mehnat'],
		['/RU/@mehnat', '/ru/@mehnat'],
		['/uz-Latn', '/uz'],
		['/uz-cyrl/@mehnat', '/uz-Cyrl/@mehnat'],
	]) {
		const r = await s.get(from);
		equal([from, r.status, r.headers.location], [from, 301, to]);
	}
}

async function withdrawal(s) {
	const url = await s.post('mehnat', 'Bu xabar qaytariladi');
	await page(s, url);
	await s.chorsu('withdraw', url, '--reason', 'Xato <raqam>');
	for (const [prefix, says] of [['', 'Xabar qaytarib olingan'], ['/ru', 'Сообщение отозвано']]) {
		const r = await s.get(prefix + new URL(url).pathname, 'text/html');
		equal(r.status, 410);
		ok(r.text.includes(`<h1>${says}</h1>`));
		ok(r.text.includes('Xato &lt;raqam&gt;'));
		match(r.text, /<dd><time datetime="[^"]+Z">/);
		ok(r.text.includes('/@mehnat'));
		lacks(r.text, /qaytariladi/);
	}
	lacks(await page(s, '/@mehnat'), /qaytariladi/);
	equal((await s.get(url, ACTIVITY)).json().type, 'Tombstone');
}

async function errors(s) {
	const long = 'x'.repeat(300);
	for (const [path, status, says] of [
		['/@nobody', 404, 'Sahifa topilmadi'],
		['/ru/@nobody', 404, 'Страница не найдена'],
		['/en/@nobody', 404, 'Page not found'],
		['/xx', 404, 'Sahifa topilmadi'],
		['/xx/@mehnat', 404, 'Sahifa topilmadi'],
		['/favicon.ico', 404, 'Sahifa topilmadi'],
		['/@mehnat/nothing', 404, 'Sahifa topilmadi'],
		['/@mehnat/tag/yoq', 404, 'Sahifa topilmadi'],
		['/@%D0%B1%D0%BB%D0%B0', 404, 'Sahifa topilmadi'],
		['/@a%27%20OR%201', 404, 'Sahifa topilmadi'],
		['/post/1', 404, 'Sahifa topilmadi'],
		['/post/x', 404, 'Sahifa topilmadi'],
		['/post/-1', 404, 'Sahifa topilmadi'],
		['/post/99999999999999999999', 404, 'Sahifa topilmadi'],
		['/actor/1', 404, 'Sahifa topilmadi'],
		['/uz-Cyrl/post/1', 404, 'Саҳифа топилмади'],
		['/assets/nothing.css', 404, 'Sahifa topilmadi'],
		['/assets/..%2Fchorsu.conf', 404, 'Sahifa topilmadi'],
		['/@mehnat?before=5', 400, 'Soʻrovda xato bor'],
		['/ru/@mehnat?before=5-', 400, 'В запросе ошибка'],
		['/@mehnat?before=-5-5', 400, 'Soʻrovda xato bor'],
		['/@mehnat/feed.atom?before=x', 400, 'Soʻrovda xato bor'],
		['/@mehnat/feed.atom?lang=x!', 400, 'Soʻrovda xato bor'],
		[`/@${long}`, 400, 'Soʻrovda xato bor'],
	]) {
		const r = await s.get(path, 'text/html');
		equal([path, r.status], [path, status]);
		ok(r.text.includes(`<h1>${says}</h1>`), `${path} says ${says}:\n${r.text}`);
		match(r.text, /<meta name="robots" content="noindex">/);
		equal(r.headers['cache-control'], 'no-store');
		const json = await s.get(path, 'application/json');
		equal([path, json.status, Object.keys(json.json())], [path, status, ['error']]);
	}
	const posted = await request(`${s.origin}/@mehnat`, {method: 'POST', headers: {accept: 'text/html', origin: s.url}});
	equal(posted.status, 405);
	match(posted.text, /<h1>Bu manzilda bunday amal yoʻq<\/h1>/);
	match((await s.get('/@nobody', ACTIVITY)).json().error, /no institution with the handle "nobody"/);
}

// From the newest to the oldest and back; every statement once, each address the same from both sides.
async function paging(s) {
	await s.chorsu('institution add', 'talim', '--name', 'uz=Taʼlim vazirligi');
	const said = [];
	for (let i = 1; i <= 45; i++) {
		await s.post('talim', `Xabar raqami ${i}.${i % 2 ? ' #toq' : ''}`);
		said.unshift(i);
	}
	const numbers = (html) => all(html, /Xabar raqami (\d+)\./g).map(Number);
	const link = (html, rel) => /href="([^"]*)"/.exec(new RegExp(`<link rel="${rel}" [^>]*>`).exec(html)?.[0] ?? '')?.[1];
	for (const [start, expected, sizes] of [
		['/uz/@talim', said, [20, 20, 5]],
		['/@talim/tag/toq', said.filter((i) => i % 2), [20, 4]], // and the new one of the round before
	]) {
		const pages = [], paths = [];
		for (let path = start; path; path = link(pages.at(-1), 'next') && decode(link(pages.at(-1), 'next'))) {
			paths.push(path);
			pages.push(await page(s, path));
		}
		equal(pages.map((p) => all(p, /(<article)/g).length), sizes);
		equal(pages.flatMap(numbers), expected);
		for (let i = 0; i < pages.length; i++) {
			equal(link(pages[i], 'prev') && decode(link(pages[i], 'prev')), paths[i - 1]);
			match(pages[i], new RegExp(`rel="${i ? 'prev' : 'next'}" href="[^"]*">`));
		}
		const back = pages[1];
		await s.post('talim', 'Yangi xabar #toq');
		equal(numbers(await page(s, paths[1])), numbers(back), 'what is published later moves no page');
	}
	await feedPaging(s);
}

async function feedPaging(s) {
	const ids = [];
	for (let url = '/@talim/feed.atom'; url;) {
		const feed = parseAtomFeed((await s.get(url)).text);
		ids.push(...feed.entries.map((e) => e.id));
		url = feed.links.find((l) => l.rel === 'next')?.href;
	}
	equal([ids.length, new Set(ids).size], [47, 47]);
}

async function feed(s) {
	const r = await s.get('/@mehnat/feed.atom');
	equal(r.status, 200);
	match(r.headers['content-type'], /^application\/atom\+xml/);
	const parsed = parseAtomFeed(r.text);
	match(r.text, /<feed xmlns="http:\/\/www.w3.org\/2005\/Atom" xml:lang="uz">/);
	equal(parsed.title?.value ?? parsed.title, 'Mehnat vazirligi');
	equal(parsed.id, `${s.url}/@mehnat/feed.atom?lang=uz`);
	const linkTo = (rel) => parsed.links.find((l) => l.rel === rel)?.href;
	equal([linkTo('self'), linkTo('alternate')], [parsed.id, `${s.url}/uz/@mehnat`]);
	match(parsed.authors[0].uri, /\/actor\/\d+$/);
	ok(Math.abs(Date.parse(parsed.updated) - Date.now()) < 600000);
	equal(parsed.entries.length, 2); // neither the unlisted nor the withdrawn one
	const entry = parsed.entries.find((e) => !/Sarlavha/.test(JSON.stringify(e.title)));
	match(entry.id, new RegExp(`^${s.url}/post/\\d+$`));
	ok(Date.parse(entry.updated) >= Date.parse(entry.published));
	match(JSON.stringify(entry.content), /<p>Ikkinchi matn<\/p>/);
	const russian = (await s.get('/@mehnat/feed.atom?lang=ru')).text;
	match(russian, /xml:lang="ru">/);
	match(russian, /Первый/);
	match(russian, /<category term="работа" label="#Работа"\/>/);
	equal((await s.get('/@nobody/feed.atom')).status, 404);
}

async function conditional(s, note) {
	for (const path of ['/', '/ru/@mehnat', new URL(note).pathname, '/@mehnat/feed.atom', '/assets/site.css', '/robots.txt']) {
		const first = await s.get(path);
		const etag = first.headers.etag;
		equal([path, first.status], [path, 200]);
		match(etag, /^"[^"]+"$/);
		const again = await s.get(path, undefined, {headers: {'if-none-match': etag}});
		equal([path, again.status, again.bytes.length], [path, 304, 0]);
		equal((await s.get(path, undefined, {headers: {'if-none-match': '"other"'}})).status, 200);
		const head = await request(s.origin + path, {method: 'HEAD'});
		equal([head.status, head.bytes.length, head.headers.etag], [200, 0, etag]);
		equal(head.headers['content-length'], String(first.bytes.length));
		equal(head.headers['content-type'], first.headers['content-type']);
	}
	const css = await s.get('/assets/site.css');
	equal(css.text, readFileSync(join(ROOT, 'assets/site.css'), 'utf8'));
	match(css.headers['content-type'], /^text\/css/);
}

// Texts about as long as they may be in all languages together: lists and feeds stay readable.
async function longTexts(s) {
	await s.chorsu('institution add', 'adliya', '--name', 'uz=Adliya vazirligi');
	const law = file('law', '# Qonun\n\n' + 'Ўзбекистон Республикасининг қонуни. '.repeat(1100));
	const variants = ['uz-Cyrl', 'ru', 'en', 'kaa'].flatMap((lang) => ['--variant', `${lang}=${law}`]);
	for (let i = 0; i < 20; i++)
		await s.post('adliya', 'Qisqa.', '--title', `Qonun ${i}`, ...variants);
	for (const lang of ['uz', 'ru', 'kaa']) {
		const html = await page(s, `/${lang}/@adliya`);
		equal(all(html, /(<article)/g).length, 20);
		ok(html.length < 100000, `${html.length}`);
	}
	const whole = parseAtomFeed((await s.get('/@adliya/feed.atom?lang=ru')).text);
	equal(whole.entries.length, 20);
	const url = await s.post('adliya', 'Juda uzun matn. '.repeat(6000), '--lang', 'uz');
	ok((await page(s, url)).length > 90000);
	const [entry] = parseAtomFeed((await s.get('/@adliya/feed.atom')).text).entries;
	equal([entry.id, entry.content], [url, undefined]);
	match(JSON.stringify(entry.summary), /^"?.{0,12}Juda uzun matn\..*…/);
}

async function timezone(s) {
	await s.stop();
	s.set('site.timezone', 'Pacific/Kiritimati');
	await s.serve();
	const html = await page(s, '/en/@mehnat');
	const [, at, text] = /<time datetime="([^"]+)">([^<]+)</.exec(html);
	const there = new Intl.DateTimeFormat('en-GB', {dateStyle: 'long', timeZone: 'Pacific/Kiritimati'});
	equal(text, there.format(new Date(at)));
}

test(async () => {
	const s = await makeStore();
	await s.serve();
	await step('an empty server', async () => match(await page(s, '/en'), /There are no institutions yet\./));
	await makeMinistry(s);
	await step('an institution that has said nothing', async () => match(await page(s, '/ru/@mehnat'), /Сообщений пока нет\./));
	await step('languages', () => languages(s));
	await step('alternates', () => alternates(s));
	const note = await step('a statement', () => statement(s));
	await step('an article', () => article(s));
	await step('the directory', () => directory(s));
	await step('representations', () => representations(s, note));
	await step('withdrawal', () => withdrawal(s));
	await step('the feed', () => feed(s));
	await step('redirects', () => redirects(s));
	await step('errors', () => errors(s));
	await step('conditional requests', () => conditional(s, note));
	await step('lists in pages', () => paging(s));
	await step('long texts', () => longTexts(s));
	await step('the time zone', () => timezone(s));
});
