// A public page that many read, over 64 connections that stay: our answers from memory against Debian's nginx with the same bytes in
// a file, as Debian configures it and, for comparison, without sendfile. All run on all cores of this machine beside who asks (wrk),
// by short turns, each beginning a round as often as the others, so that what else the machine does falls on all of them.
import {readFileSync, readdirSync} from 'node:fs';
import {cpus} from 'node:os';

import {startFiles} from '../../lib/nginx.mjs';
import {must} from '../../lib/process.mjs';
import {makeStore} from '../../lib/store.mjs';
import {equal} from '../../lib/test.mjs';
import {atLeast, told} from '../lib/table.mjs';
import {memory} from '../lib/tools.mjs';

export const name = 'cached';

const ROUNDS = 15, SECONDS = 1, POSTS = 20;
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

// What a process and its children have used of the processor, in µs.
function used(pid) {
	const threads = readdirSync(`/proc/${pid}/task`).map((id) => `/proc/${pid}/task/${id}`);
	const own = threads.map((t) => Number(readFileSync(`${t}/schedstat`, 'utf8').split(' ')[0]) / 1000);
	const children = threads.flatMap((t) => readFileSync(`${t}/children`, 'utf8').split(' ').filter(Boolean));
	return [...own, ...children.map(used)].reduce((a, b) => a + b, 0);
}

// Requests a second and µs of the processor for each; every answer must be a 200.
async function turn({port, path, pid}, coding) {
	const before = used(pid);
	const out = await must('wrk', ['-t', '1', '-c', '64', '-d', `${SECONDS}s`, '-H', `Accept-Encoding: ${coding}`, '-H', 'Accept: text/html',
		`http://127.0.0.1:${port}${path}`]);
	if (/Non-2xx|Socket errors/.test(out))
		throw new Error(out);
	return {rate: Number(/Requests\/sec: +([\d.]+)/.exec(out)[1]), cpu: (used(pid) - before) / Number(/(\d+) requests in/.exec(out)[1])};
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

// One list of turns for each server; the first turn of each warms it up.
async function measure(servers, coding) {
	const turns = servers.map(() => []);
	for (const s of servers)
		await turn(s, coding);
	for (let round = 0; round < ROUNDS; round++)
		for (let i = 0; i < servers.length; i++) {
			const k = (i + round) % servers.length;
			turns[k].push(await turn(servers[k], coding));
		}
	return turns;
}

function compare(ours, theirs) {
	const about = (list) => `${median(list.map((t) => t.rate)).toFixed(0)} requests/s at ${median(list.map((t) => t.cpu)).toFixed(1)} µs`;
	return {
		ratio: median(ours.map((t, i) => t.rate / theirs[i].rate)),
		note: `${about(ours)} of the processor each against ${about(theirs)}, medians of ${ROUNDS} rounds`,
	};
}

export async function run() {
	const store = await makeStore();
	await fill(store);
	await store.serve();
	const files = await pages(store);
	const nginx = [];
	for (const sendfile of [true, false])
		nginx.push(await startFiles({files, workers: cpus().length, sendfile}));
	const rows = [];
	for (const coding of CODINGS) {
		const servers = [{port: store.port, path: PATH, pid: store.server.pid}, ...nginx.map((n) => ({port: n.port, path: `/${coding}`, pid: n.server.pid}))];
		const [ours, usual, plain] = await measure(servers, coding);
		const what = `a page from the answer cache (${coding}, ${files[`/${coding}`].bytes.length} bytes) against nginx with a file`;
		const found = compare(ours, usual), other = compare(ours, plain);
		rows.push(coding === 'identity' ? told(what, found.ratio, '×', found.note) : atLeast(what, found.ratio, 1.1, '×', found.note));
		rows.push(told(`${what}, without sendfile`, other.ratio, '×', other.note));
	}
	rows.push(told('memory afterwards, private', memory(store.server.pid).private, 'MB'));
	for (const n of nginx)
		await n.stop();
	await store.stop();
	return rows;
}
