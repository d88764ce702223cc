// A public page that many read, over 64 connections that stay: our answers from memory against Debian's nginx with the same bytes in
// a file. Both run on all cores of this machine beside who asks (wrk), by turns, so that what else it does falls on both.
import {cpus} from 'node:os';

import {startFiles} from '../../lib/nginx.mjs';
import {must} from '../../lib/process.mjs';
import {makeStore} from '../../lib/store.mjs';
import {equal} from '../../lib/test.mjs';
import {atLeast, told} from '../lib/table.mjs';
import {memory} from '../lib/tools.mjs';

export const name = 'cached';

const TURNS = 7, SECONDS = 2, POSTS = 20;
const PATH = '/en/@bench';
const CODINGS = ['br', 'gzip', 'identity'];
const TEXT = 'Water will be off in the northern quarters from nine to twelve, while the pipes of the old main are joined to the new '
	+ 'one. Lorries bring drinking water to the schools; who cannot come is brought it. #water';

async function fill(store) {
	await store.chorsu('institution add', 'bench', '--name', 'en=An office for measuring', '--bio', 'en=It publishes what is read often.');
	for (let n = 1; n <= POSTS; n++)
		await store.post('bench', `Notice ${n}. ${TEXT}`);
}

async function pages(store) {
	const files = {};
	for (const coding of CODINGS) {
		const r = await store.get(PATH, 'text/html', {headers: {'accept-encoding': coding}});
		equal([r.status, r.headers['content-encoding']], [200, coding === 'identity' ? undefined : coding]);
		const headers = {Vary: 'Accept-Encoding', 'Cache-Control': r.headers['cache-control']};
		if (coding !== 'identity')
			headers['Content-Encoding'] = coding;
		files[`/${coding}`] = {bytes: r.bytes, type: r.headers['content-type'], headers};
	}
	return files;
}

// Requests a second; every answer must be a 200.
async function rate(port, path, coding, seconds = SECONDS) {
	const out = await must('wrk', ['-t', '1', '-c', '64', '-d', `${seconds}s`, '-H', `Accept-Encoding: ${coding}`, '-H', 'Accept: text/html',
		`http://127.0.0.1:${port}${path}`]);
	if (/Non-2xx|Socket errors/.test(out))
		throw new Error(out);
	return Number(/Requests\/sec: +([\d.]+)/.exec(out)[1]);
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function compare(store, nginx, coding) {
	const ours = [], theirs = [], ratios = [];
	await rate(store.port, PATH, coding, 1);
	await rate(nginx.port, `/${coding}`, coding, 1);
	for (let turn = 0; turn < TURNS; turn++) {
		ours.push(await rate(store.port, PATH, coding));
		theirs.push(await rate(nginx.port, `/${coding}`, coding));
		ratios.push(ours.at(-1) / theirs.at(-1));
	}
	return {ratio: median(ratios), ours: median(ours), theirs: median(theirs)};
}

export async function run() {
	const store = await makeStore();
	await fill(store);
	await store.serve();
	const files = await pages(store);
	const nginx = await startFiles({files, workers: cpus().length});
	const rows = [];
	for (const coding of CODINGS) {
		const found = await compare(store, nginx, coding);
		const note = `${found.ours.toFixed(0)} against ${found.theirs.toFixed(0)} requests/s, median of ${TURNS} turns; `
			+ `${files[`/${coding}`].bytes.length} bytes`;
		const what = `a page from the answer cache (${coding}) against nginx with a file`;
		rows.push(coding === 'identity' ? told(what, found.ratio, '×', note) : atLeast(what, found.ratio, 1.1, '×', note));
	}
	rows.push(told('memory afterwards, private', memory(store.server.pid).private, 'MB'));
	await nginx.stop();
	await store.stop();
	return rows;
}
