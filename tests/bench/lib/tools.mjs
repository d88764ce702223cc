// What the parts of the bench measure with: the C programs beside this folder (built here, by cc), the server's CPU and
// memory from /proc, percentiles.
//
//   const sink = await startSink({delay: 200, sample: 20});     every inbox of 127.0.0.0/8 on sink.port
//   await sink.wait(10000) -> report; await sink.report(); await sink.reset(); sink.requests() (those sampled); await sink.stop()
//   await signatureCost() -> {sign, verify} in ms of CPU
//   cpu(pid) -> s; memory(pid) -> {private, resident} in MB
//   await pageTimes(port, path, {count, pause}), await commandTimes(words, {count, pause}) -> ms, ascending
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {request} from '../../lib/http.mjs';
import {freePort} from '../../lib/port.mjs';
import {must, start} from '../../lib/process.mjs';
import {ROOT} from '../../lib/store.mjs';
import {cleanup, soon} from '../../lib/test.mjs';

const FLAGS = ['-std=gnu17', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror'];
let programs;

export async function program(name) {
	programs ??= build();
	return join(await programs, name);
}

async function build() {
	const folder = mkdtempSync(join(tmpdir(), 'chorsu-bench-'));
	cleanup(() => rmSync(folder, {recursive: true, force: true}));
	const source = (file) => join(ROOT, 'tests/bench', file);
	const compile = (to, files, ...libraries) =>
		must('cc', [...FLAGS, '-o', join(folder, to), ...files.map(source), ...libraries]);
	await Promise.all([
		compile('sink', ['sink.c', 'deliveries.c']), compile('rsa', ['rsa.c'], '-lcrypto'), compile('probe', ['probe.c']),
	]);
	return folder;
}

// The sink plays machines elsewhere, so it gives way to the server's answering threads: it runs as low as deliveries do.
export async function startSink({delay = 0, sample = 0} = {}) {
	const port = await freePort();
	const words = ['-n', '19', await program('sink'), String(port), '--delay', String(delay)];
	const file = join(await programs, `sample-${port}`);
	if (sample)
		words.push('--sample', String(sample), file);
	const process = start('nice', words);
	const ask = async (path, method = 'GET', timeout = 10000) => {
		const r = await request(`http://127.0.0.1:${port}${path}`, {method, timeout});
		return r.json();
	};
	await soon('the sink answers', () => ask('/report'));
	return {
		port, pid: process.pid, report: () => ask('/report'), reset: () => ask('/reset', 'POST'),
		wait: (count, seconds = 120) => ask(`/wait/${count}`, 'GET', seconds * 1000),
		requests: () => split(readFileSync(file)), stop: () => process.stop('TERM'),
	};
}

function split(bytes) {
	const found = [];
	for (let at = 0; at < bytes.length;) {
		const line = bytes.indexOf(10, at);
		const length = Number(bytes.toString('latin1', at, line));
		found.push(bytes.subarray(line + 1, line + 1 + length));
		at = line + 1 + length;
	}
	return found;
}

export async function signatureCost(count = 4000) {
	const r = JSON.parse(await must(await program('rsa'), [String(count)]));
	return {sign: r.sign_us / 1000, verify: r.verify_us / 1000};
}

const TICKS = 100; // a second, USER_HZ

export function cpu(pid) {
	const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

// private: what the process wrote itself, in no file. files: pages of programs and libraries that happen to be mapped by nobody else
// now; they are the file's, and go when memory is short.
export function memory(pid) {
	const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
	const mb = (name) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
	return {private: mb('Private_Dirty'), files: mb('Private_Clean'), resident: mb('Rss')};
}

// µs of CLOCK_MONOTONIC, as the sink tells them.
export const monotonic = () => Number(process.hrtime.bigint() / 1000n);

async function probe(words, timeout) {
	const text = await must(await program('probe'), words.map(String), {timeout});
	return text.trim().split('\n').map((line) => Number(line) / 1000).sort((a, b) => a - b);
}

export const pageTimes = (port, path, {count, pause = 0, timeout = 120000}) =>
	probe(['page', port, path, count, pause], timeout);

export const commandTimes = (words, {count, pause = 0, timeout = 120000}) => probe(['run', count, pause, ...words], timeout);

export const startTimes = (port, path, words, {count, timeout = 120000}) =>
	probe(['start', port, path, count, ...words], timeout);

export const percentile = (ascending, p) => ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * p / 100))];
