// The pictures of README.md: pages of the demo in a browser. PICTURES=1 writes them anew into docs/pictures; without it, the test says
// whether README names them all and whether the pages that they show still can be had.
// seconds: 120
// why: makes the demo store with its pictures
import {existsSync, mkdirSync, readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';

import {chromium} from 'playwright-core';

import {freePort} from '../lib/port.mjs';
import {must, start} from '../lib/process.mjs';
import {get} from '../lib/http.mjs';
import {CHORSU, ROOT} from '../lib/store.mjs';
import {cleanup, equal, folder, ok, soon, step, test} from '../lib/test.mjs';

const FOLDER = join(ROOT, 'docs/pictures');
const SHOTS = [
	{name: 'directory', path: '/uz', width: 1280, height: 860},
	{name: 'institution', path: '/ru/@mehnat', width: 1280, height: 960},
	{name: 'phone', path: '/uz-Cyrl/@madaniyat', width: 390, height: 844, scheme: 'dark'},
	{name: 'search', path: '/en/search?q=water*', width: 1280, height: 860},
];

test(async () => {
	const dir = join(folder('demo'), 'demo'), port = await freePort();
	await must(CHORSU, ['demo', dir], {timeout: 120000});
	const server = start(CHORSU, ['serve', dir, '--listen', `127.0.0.1:${port}`]);
	const at = {headers: {host: 'localhost:8080'}};
	await soon('it serves', async () => (await get(`http://127.0.0.1:${port}/`, 'text/html', at).catch(() => null))?.status === 200);
	const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

	await step('README shows them', () => {
		for (const {name} of SHOTS) {
			ok(readme.includes(`docs/pictures/${name}.webp`), `README.md does not show ${name}`);
			ok(process.env.PICTURES || existsSync(join(FOLDER, `${name}.webp`)), `docs/pictures/${name}.webp is missing`);
		}
	});
	await soon('search has its words', async () =>
		/card hit/.test((await get(`http://127.0.0.1:${port}/en/search?q=water*`, 'text/html', at)).text), {seconds: 60});
	for (const {path} of SHOTS)
		equal([path, (await get(`http://127.0.0.1:${port}${path}`, 'text/html', at)).status], [path, 200]);

	if (process.env.PICTURES) {
		const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: [
			'--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
			'--disable-component-update', '--disable-sync', `--host-resolver-rules=MAP localhost:8080 127.0.0.1:${port}`,
		]});
		cleanup(() => browser.close());
		mkdirSync(FOLDER, {recursive: true});
		for (const {name, path, width, height, scheme = 'light'} of SHOTS) {
			const page = await browser.newPage({viewport: {width, height}, colorScheme: scheme});
			await page.goto(`http://localhost:8080${path}`, {waitUntil: 'networkidle'});
			const png = join(folder('shot'), `${name}.png`);
			await page.screenshot({path: png});
			await must('vips', ['webpsave', png, join(FOLDER, `${name}.webp`), '--Q', '82']);
			await page.close();
		}
	}
	equal(readdirSync(FOLDER).filter((f) => !SHOTS.some((s) => f === `${s.name}.webp`)), [], 'pictures that nobody shows');
	await server.stop('TERM', 10000);
});
