// What a reader pays for an institution's page with all that the browser fetches for it, compressed: at most 60 KB, full page, in each
// language. And all letters of our languages are set in our typefaces, none in whatever the machine has.
// seconds: 40
// why: starts a browser and opens eight pages
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';

import {chromium} from 'playwright-core';

import {makeStore, ROOT} from '../lib/store.mjs';
import {cleanup, equal, folder, ok, step, test} from '../lib/test.mjs';

const MOST = 60 * 1024;
const FULL = 20; // statements on a page
const LANGUAGES = ['uz', 'uz-Cyrl', 'ru', 'en'];
const LETTERS = [
	'ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 !?&@#%()[]{}/|+-=<>~^_"\'`\\*;:,.$',
	'Oʻ oʻ Gʻ gʻ aʼlo, №12, 1\u00a0000 ₽, 5 €, −25 °C, 40 m², 5 m³, 3×4, § 2, «a» “b” „c“ ‘d’ ‚e‘ ‹f› 1–2 — … · ↑↓',
	'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЎҚҒҲ абвгдеёжзийклмнопрстуфхцчшщъыьэюяўқғҳ',
	'Áá Ǵǵ Íı í Ńń Óó Úú Әә Ғғ Ққ Ңң Өө Үү Ҳҳ',
];
const texts = folder('texts');

const file = (name, text) => {
	const path = join(texts, name);
	writeFileSync(path, text);
	return path;
};

// The demo's texts, in as many languages as they are written in, until the page is full; no text stands there twice.
async function makePage(s) {
	const read = (name) => JSON.parse(readFileSync(join(ROOT, 'demo', name), 'utf8'));
	const words = (option, all) => Object.entries(all).flatMap(([lang, text]) => [option, `${lang}=${text}`]);
	const {names, bios} = read('mehnat.json');
	await s.chorsu('institution add', 'mehnat', ...words('--name', names), ...words('--bio', bios));
	const statements = readdirSync(join(ROOT, 'demo')).filter((n) => n.endsWith('.json')).flatMap((n) => read(n).statements);
	for (const [i, {variants}] of statements.slice(0, FULL).entries()) {
		const [[lang, first], ...others] = Object.entries(variants);
		await s.post('mehnat', first.text, '--lang', lang,
			...others.flatMap(([l, v]) => ['--variant', `${l}=${file(`${i}.${l}`, v.text)}`]));
	}
}

// Bytes of the answer's body as it travels: as sent when the server compressed it, else as gzip would make it.
async function bytes(response) {
	const headers = response.headers();
	if (headers['content-encoding'])
		return (await response.request().sizes()).responseBodySize;
	const body = await response.body();
	return /^(text\/|image\/svg)/.test(headers['content-type']) ? gzipSync(body).length : body.length;
}

async function weigh(browser, s, language) {
	const page = await browser.newPage();
	const responses = [];
	page.on('response', (r) => responses.push(r));
	await page.goto(`${s.url}/${language}/@mehnat`, {waitUntil: 'networkidle'});
	equal(await page.locator('article').count(), FULL);
	const rows = await Promise.all(responses.map(async (r) => [new URL(r.url()).pathname, r.status(), await bytes(r)]));
	const sum = rows.reduce((n, [, , size]) => n + size, 0);
	const names = rows.map(([name]) => name);
	console.log(`${language}: ${sum} bytes: ${rows.map(([name, , size]) => `${name} ${size}`).join(', ')}`);
	equal(rows.filter(([, status]) => status !== 200), []);
	equal(new Set(names).size, names.length, 'nothing is fetched twice');
	ok(names.includes('/assets/site.css') && names.includes('/assets/golos-latin.woff2'), 'styles and fonts were fetched');
	ok(sum <= MOST, `${language} weighs ${sum} bytes, over ${MOST}`);
	await page.close();
}

// The typefaces that the machine set the text in.
async function letters(browser, s, text) {
	const page = await browser.newPage();
	await page.goto(`${s.url}/uz/@mehnat`);
	await page.evaluate((t) => {
		const p = document.querySelector('.text p');
		p.textContent = t;
		p.id = 'letters';
	}, text);
	await page.waitForLoadState('networkidle');
	await page.evaluate(() => document.body.offsetHeight && document.fonts.ready.then(() => true));
	const session = await page.context().newCDPSession(page);
	await session.send('DOM.enable');
	await session.send('CSS.enable');
	const {root} = await session.send('DOM.getDocument');
	const {nodeId} = await session.send('DOM.querySelector', {nodeId: root.nodeId, selector: '#letters'});
	const {fonts} = await session.send('CSS.getPlatformFontsForNode', {nodeId});
	const other = fonts.filter((f) => !f.isCustomFont || !['Golos Text', 'Inter'].includes(f.familyName));
	equal([text, other], [text, []]);
	ok(fonts.length > 0, 'something was set');
	await page.close();
}

test(async () => {
	const s = await makeStore();
	await s.serve();
	await makePage(s);
	const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: [
		'--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
		'--disable-component-update', '--disable-sync',
	]});
	cleanup(() => browser.close());
	for (const language of LANGUAGES)
		await step(language, () => weigh(browser, s, language));
	for (const text of LETTERS)
		await step(text.slice(0, 20), () => letters(browser, s, text));
});
