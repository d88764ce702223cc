// What a test program is made of. A test file is run as `node FILE`, exit status 0 means passed.
//
//   // engines: both            first lines of a file steer the runner (tests/run.mjs): engines both|sqlite|postgres,
//   // seconds: 60              how long it may take when that is over 20, and then
//   // why: 300 kills           the reason; weight: 2 (cores it keeps busy), tier: long (not in `make test`)
//   import {test, step, cleanup, equal, match, ok, soon} from '../lib/test.mjs';
//   test(async () => {
//     await step('a follower gets the post', async () => { ... });
//   });
//
// test() runs the function, prints what failed with the step it was in, runs the cleanups in reverse order (on SIGINT and
// SIGTERM too), ends every process that was started and exits.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {endAll} from './process.mjs';

export const ENGINE = process.env.ENGINE ?? 'sqlite';
export const TIER = process.env.TIER ?? 'test';

export const equal = assert.deepEqual;
export const ok = assert.ok;
export const match = assert.match;
export const differ = assert.notDeepEqual;

const cleanups = [];
let where = [];
let ending = false;

// Runs at the end, last declared first.
export function cleanup(fn) {
	cleanups.push(fn);
}

// A folder of its own under the machine's temporary folder, removed at the end.
export function folder(name = 'test') {
	const path = mkdtempSync(join(tmpdir(), `chorsu-${name}-`));
	cleanup(() => rmSync(path, {recursive: true, force: true}));
	return path;
}

export async function step(name, fn) {
	where.push(name);
	const started = Date.now();
	const result = await fn();
	where.pop();
	if (process.env.VERBOSE)
		console.log(`${'  '.repeat(where.length)}${name}: ${((Date.now() - started) / 1000).toFixed(2)} s`);
	return result;
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Asks until fn returns something true (and returns it), at most for seconds. What it last said, or threw, is in the error.
export async function soon(what, fn, {seconds = 10, every = 20} = {}) {
	const end = Date.now() + seconds * 1000;
	let last;
	for (;;) {
		try {
			last = await fn();
			if (last)
				return last;
		} catch (e) {
			last = e;
		}
		if (Date.now() > end)
			break;
		await pause(every);
	}
	const seen = last instanceof Error ? last.message : JSON.stringify(last);
	throw new Error(`not within ${seconds} s: ${what} (last: ${seen})`);
}

// The opposite: fn stays true for ms.
export async function stays(what, fn, ms = 500) {
	for (const end = Date.now() + ms; Date.now() < end; await pause(20))
		ok(await fn(), `did not stay so: ${what}`);
}

async function finish(code) {
	if (ending)
		return;
	ending = true;
	for (const fn of cleanups.reverse()) {
		try {
			await fn(code);
		} catch (e) {
			console.error(`cleanup: ${e.stack ?? e}`);
			code ||= 1;
		}
	}
	await endAll();
	process.exit(code);
}

export function test(fn) {
	for (const signal of ['SIGINT', 'SIGTERM'])
		process.on(signal, () => finish(130));
	process.on('unhandledRejection', (e) => {
		console.error(`unhandled: ${e?.stack ?? e}`);
		finish(1);
	});
	Promise.resolve().then(fn).then(() => finish(0), (e) => {
		console.error(`failed${where.length ? ` in: ${where.join(' / ')}` : ''}\n${e?.stack ?? e}`);
		finish(1);
	});
}
