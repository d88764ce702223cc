// Rows of the table: {what, value, target, reached, note}. Printing, and docs/performance.md with the machine that they stand for.
//
//   atMost('start', 120, 150, 'ms', 'median of 5')      a row whose value must not be over the target
//   atLeast('pages', 1.2, 1.1, '×')                      … not be under it
//   told('the sink', 3.1, 's CPU')                       a row without a target
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {cpus, release, totalmem} from 'node:os';
import {join} from 'node:path';

import {must} from '../../lib/process.mjs';
import {ROOT} from '../../lib/store.mjs';

const figure = (value, unit) => {
	const text = value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
	return unit === '×' ? `${text} ×` : `${text} ${unit}`;
};

export const atMost = (what, value, target, unit, note = '') => ({
	what, value: figure(value, unit), target: `≤ ${target} ${unit}`, reached: Number(value.toFixed(2)) <= target, note,
});

export const atLeast = (what, value, target, unit, note = '') => ({
	what, value: figure(value, unit), target: `≥ ${target} ${unit}`, reached: Number(value.toFixed(2)) >= target, note,
});

export const told = (what, value, unit, note = '') => ({what, value: figure(value, unit), note, reached: true});

// Something that holds or does not.
export const holds = (what, value, note = '') => ({what, value: value ? 'yes' : 'no', target: 'yes', reached: value, note});

export function print(rows) {
	for (const r of rows)
		console.log(`${r.target === undefined ? '   ' : r.reached ? ' ok' : 'OUT'}  ${r.what}: ${r.value}`
			+ `${r.target === undefined ? '' : ` (must be ${r.target})`}${r.note ? `; ${r.note}` : ''}`);
}

export async function describeMachine() {
	const files = (await must('bash', ['-c', 'ulimit -Hn'])).trim();
	const debian = readFileSync('/etc/os-release', 'utf8').match(/PRETTY_NAME="(.*)"/)?.[1] ?? '';
	const version = async (name) => (await must('pkg-config', ['--modversion', name])).trim();
	const libraries = [];
	for (const [shown, name] of [['libcurl', 'libcurl'], ['OpenSSL', 'libcrypto'], ['libmicrohttpd', 'libmicrohttpd'], ['SQLite', 'sqlite3']])
		libraries.push(`${shown} ${await version(name)}`);
	return `${cpus().length} cores of ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release().split('-')[0]}, `
		+ `${debian}; ${libraries.join(', ')}; at most ${files} open files.`;
}

const FILE = join(ROOT, 'docs/performance.md');

const HEAD = `# How fast it is

Written by \`make bench\`, never by hand: each run of a part replaces its section. The figures of a part are of one run on one machine,
which the server, the inboxes it delivers to and the visitors share; so ratios say more than times.
`;

const NOTES = `
- CPU per delivery is the user and system time of the server's process from the publishing to the last position written, divided by the
  number of deliveries, and that by the CPU of one RSA-2048 signature (OpenSSL, thousands of them, before and after; the mean).
- Inboxes are one process that listens on all addresses of 127.0.0.0/8 (tests/bench/sink.c), at the priority of delivery threads, since it
  plays other machines; it counts each delivery, its order and its repeats, and a sample is verified with another library.
- What many followers cost beside few is the median of the ratios of ten turns, each the p99 of one's against the other's at once.
- Memory is measured after 2,000 page views on that store. Private is what the process has written (Private_Dirty in smaps_rollup); pages of
  program and library files that no other process maps are told beside it, for they are the page cache's.
- Stores with many followers are made by SQL; each follower is on a server of its own.
`;

// The sections that stand, by their part's name.
function standing() {
	const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
	return new Map([...text.matchAll(/^## ([a-z]+)\n[^]*?(?=^## )/gm)].map((m) => [m[1], m[0].trimEnd()]));
}

// others: the share of the machine that other programs took. names: of all parts, in their order.
export async function write(part, machine, rows, others, names) {
	const commit = (await must('git', ['describe', '--always', '--dirty'], {cwd: ROOT})).trim();
	const lines = ['| what | measured | must be | |', '| --- | --- | --- | --- |'];
	for (const r of rows)
		lines.push(`| ${r.what} | ${r.value} | ${r.target ?? ''} | ${r.reached ? '' : '**missed** '}${r.note} |`);
	const sections = standing();
	sections.set(part, `## ${part}\n${new Date().toISOString().slice(0, 10)}, ${commit}; ${machine} Other programs took ${
		Math.round(others * 100)} % of it meanwhile.\n\n${lines.join('\n')}`);
	const all = names.map((n) => sections.get(n)).filter(Boolean);
	writeFileSync(FILE, `${[HEAD.trimEnd(), ...all, `## how\n${NOTES.trim()}`].join('\n\n')}\n`);
}
