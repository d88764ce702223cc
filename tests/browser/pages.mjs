// Every kind of public page in a browser, at the sizes of a small phone, a phone and a desk, the desk in light and dark, with the
// language going round: accessible by axe, valid HTML, nothing wider than the screen, nothing fetched from elsewhere, no
// scripts, no cookies, usable by keyboard; the feed is well formed.
//
//   SHOTS=DIR keeps a picture of each page there.
// seconds: 180
// weight: 2
// why: starts a browser and opens some ninety pages with axe in each
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';

import {HtmlValidate} from 'html-validate';
import {chromium} from 'playwright-core';

import {must} from '../lib/process.mjs';
import {makeStore, ROOT} from '../lib/store.mjs';
import {cleanup, equal, folder, match, ok, step, test} from '../lib/test.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LANGUAGES = ['uz', 'uz-Cyrl', 'ru', 'en'];
const SIZES = [
	{name: 'small', width: 320, height: 640, scheme: 'light'},
	{name: 'phone', width: 390, height: 844, scheme: 'dark'},
	{name: 'desk', width: 1280, height: 900, scheme: 'light'},
	{name: 'night', width: 1280, height: 900, scheme: 'dark'},
];
const MARKUP = new HtmlValidate({
	extends: ['html-validate:standard'],
	rules: {
		'void-style': 'off', 'long-title': 'off', 'no-trailing-whitespace': 'off', 'tel-non-breaking': 'off',
		'doctype-style': 'off',
	},
});

const file = (name, text) => {
	const path = join(folder('text'), name);
	writeFileSync(path, text);
	return path;
};

const PICTURES = {emblem: 'mehnat-emblem.webp', header: 'mehnat-header.webp', post: 'job-fair.webp'};

const ARTICLE = `Vazirlik **yangi tartib**ni eʼlon qildi. Batafsil: https://example.org/juda/uzun/manzil/${'x'.repeat(90)}

## Kimlarga tegishli

1. Ish qidirayotganlar
2. Ish beruvchilar

| Hudud | Oylik, soʻm | Muddat |
| --- | --- | --- |
| Toshkent | 1 200 000 | 1-dekabr |
| Samarqand | 1 100 000 | 1-yanvar |

> Ariza bepul.

Telefon: +998 71 200-00-11. #Bandlik #Ish_haqi`;

// Pages of every kind: name and path without language (null: the path as it stands).
async function makePages(s) {
	await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat va ijtimoiy himoya vazirligi',
		'--name', 'uz-Cyrl=Меҳнат ва ижтимоий ҳимоя вазирлиги', '--name', 'ru=Министерство труда и социальной защиты',
		'--name', 'en=Ministry of Labour and Social Protection',
		'--bio', 'uz=Vazirlik bandlik va pensiya uchun javob beradi. Ishonch telefoni: 1282.',
		'--bio', 'ru=Министерство отвечает за занятость и пенсии. Телефон: 1282.');
	const art = (name) => join(ROOT, 'demo/pictures', name);
	await s.chorsu('institution set', 'mehnat', '--avatar', art(PICTURES.emblem), '--header', art(PICTURES.header),
		'--services', 'uz=Ish topish\nNafaqa tayinlash', '--hours', 'uz=Dushanba–juma 9:00–18:00', '--address', 'uz=Poytaxt, Karvon koʻchasi, 12',
		'--phone', '+998 71 200-00-11', '--email', 'aloqa@mehnat.example', '--website', 'https://mehnat.example/');
	await s.chorsu('institution add', 'arxiv', '--name', 'uz=Arxiv agentligi');
	await s.post('arxiv', 'Agentlik ishi yakunlandi.');
	await s.chorsu('institution close', 'arxiv');
	const note = await s.post('mehnat', 'Shanba kuni qabulxona 9:00 dan 13:00 gacha ishlaydi. #Qabul', '--lang', 'uz',
		'--variant', `ru=${file('ru', 'В субботу приёмная работает с 9 до 13 часов. #Приём')}`);
	await s.chorsu('revise', note, '--note', 'Vaqt tuzatildi', 'Shanba kuni qabulxona 9:00 dan 14:00 gacha ishlaydi. #Qabul');
	const article = await s.post('mehnat', ARTICLE, '--title', 'Ish haqi va bandlik boʻyicha yangi tartib');
	const picture = await s.post('mehnat', 'Yarmarka suratlari', '--media', art(PICTURES.post), '--alt', 'Yarmarkaga kelganlar navbatda',
		'--media', art(PICTURES.header), '--alt', 'Bino oldi');
	await s.chorsu('pin', article);
	const gone = await s.post('mehnat', 'Xato xabar');
	await s.chorsu('withdraw', gone, '--reason', 'Sana notoʻgʻri koʻrsatilgan edi');
	for (let i = 0; i < 19; i++)
		await s.post('mehnat', `Kunlik xabar, ${i + 1}-son.`);
	const path = (url) => new URL(url).pathname;
	return {
		directory: '', institution: '/@mehnat', closed: '/@arxiv', note: path(note), article: path(article),
		withdrawn: path(gone), tag: '/@mehnat/tag/bandlik', missing: '/@nobody', picture: path(picture), search: '/search?q=xabar',
		nothing: '/search?q=nothinghere', within: '/@mehnat/search?q=xabar*', archive: '/@mehnat/archive',
		month: `/@mehnat/archive/${new Date().toISOString().slice(0, 7)}`, follow: '/@mehnat/follow?at=nonsense',
		about: '/about', privacy: '/privacy', accessibility: '/accessibility',
	};
}

const STATUS = {withdrawn: 410, missing: 404};

// Its own address gives what the browser asks for by itself; everything else must be of this server.
function watch(page, origin, faults) {
	page.on('console', (m) => faults.push(`console: ${m.text()}`));
	page.on('pageerror', (e) => faults.push(`error: ${e.message}`));
	page.on('request', (r) => {
		if (!r.url().startsWith(`${origin}/`))
			faults.push(`asks elsewhere: ${r.url()}`);
		if (r.resourceType() === 'script')
			faults.push(`script: ${r.url()}`);
	});
	page.on('response', (r) => {
		if (r.status() >= 400 && r.request().resourceType() !== 'document')
			faults.push(`${r.status()}: ${r.url()}`);
	});
}

async function check(page, faults) {
	// The engine of axe runs in a world of its own, past the page's policy, which allows no script.
	const session = await page.context().newCDPSession(page);
	const {frameTree} = await session.send('Page.getFrameTree');
	const {executionContextId: contextId} = await session.send('Page.createIsolatedWorld', {frameId: frameTree.frame.id});
	const evaluate = async (expression) => {
		const r = await session.send('Runtime.evaluate', {expression, contextId, awaitPromise: true, returnByValue: true});
		if (r.exceptionDetails)
			throw new Error(r.exceptionDetails.exception?.description ?? r.exceptionDetails.text);
		return r.result.value;
	};
	await evaluate(`${AXE};0`);
	const found = JSON.parse(await evaluate(
		`axe.run({runOnly: ${JSON.stringify(RULES)}}).then((r) => JSON.stringify({bad: r.violations, good: r.passes.length}))`));
	ok(found.good > 15, 'axe looked at the page');
	for (const v of found.bad)
		faults.push(`axe ${v.id}: ${v.help}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`).slice(0, 3).join(' | ')}`);
	const size = JSON.parse(await evaluate(`JSON.stringify({
		page: document.documentElement.scrollWidth, screen: innerWidth, h1: document.querySelectorAll("h1").length,
		small: [...document.querySelectorAll("nav a, .bottom a, h3 a, .more a, .name")]
			.filter((a) => a.getClientRects().length && a.getBoundingClientRect().height < 24).map((a) => a.outerHTML),
		cookie: document.cookie,
	})`));
	if (size.page > size.screen)
		faults.push(`is ${size.page} px wide on a screen of ${size.screen}`);
	for (const link of size.small)
		faults.push(`a target under 24 px: ${link}`);
	equal([size.h1, size.cookie], [1, '']);
	await session.detach();
}

async function validate(html, faults) {
	const report = await MARKUP.validateString(html);
	for (const m of report.results.flatMap((r) => r.messages))
		faults.push(`HTML ${m.ruleId}, line ${m.line}: ${m.message}`);
}

async function look(browser, s, {path, size, language, status}) {
	const context = await browser.newContext({
		viewport: {width: size.width, height: size.height}, colorScheme: size.scheme, locale: 'en-US',
	});
	const page = await context.newPage();
	const faults = [];
	watch(page, s.url, faults);
	const response = await page.goto(s.url + path, {waitUntil: 'load'});
	equal([path, response.status()], [path, status]);
	equal(await page.getAttribute('html', 'lang'), language);
	await check(page, faults);
	await validate(await response.text(), faults);
	equal(await context.cookies(), []);
	if (process.env.SHOTS)
		await page.screenshot({path: join(process.env.SHOTS, `${path.replace(/\W+/g, '_')}-${size.name}.png`), fullPage: true});
	await context.close();
	// The browser says of a 404 that it is one.
	const left = faults.filter((f) => status < 400 || !/console: Failed to load resource: .* (404|410)/.test(f));
	equal([path, size.name, left], [path, size.name, []]);
}

// The skip link comes first and leads to the content; the language can be changed from the keyboard.
async function keyboard(browser, s) {
	const context = await browser.newContext({viewport: SIZES[1], locale: 'ru-RU'});
	const page = await context.newPage();
	await page.goto(`${s.url}/@mehnat`);
	equal(await page.getAttribute('html', 'lang'), 'ru', 'the browser\'s language');
	await page.keyboard.press('Tab');
	equal(await page.evaluate(() => document.activeElement.textContent), 'Перейти к содержанию');
	ok(await page.evaluate(() => document.activeElement.getBoundingClientRect().top >= 0), 'it is seen');
	for (let i = 0; i < 6; i++) // the site, search, four languages
		await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await page.waitForURL(`${s.url}/en/@mehnat`);
	match(await page.textContent('main'), /How to follow/);
	await context.close();
}

test(async () => {
	const s = await makeStore();
	await s.serve();
	const pages = await step('statements', () => makePages(s));
	const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: [
		'--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
		'--disable-component-update', '--disable-sync',
	]});
	cleanup(() => browser.close());
	let turn = 0;
	for (const size of SIZES) {
		for (const [name, path] of Object.entries(pages)) {
			const language = LANGUAGES[turn++ % LANGUAGES.length];
			await step(`${name}, ${size.name}, ${language}`, () =>
				look(browser, s, {path: `/${language}${path}`, size, language, status: STATUS[name] ?? 200}));
		}
		turn++; // so that no page has the same language at every size
	}
	await step('keyboard', () => keyboard(browser, s));
	await step('the feed is well-formed XML', async () => {
		const feed = await s.get('/@mehnat/feed.atom');
		await must('xmllint', ['--noout', '--nonet', file('feed.xml', feed.text)]);
	});
});
