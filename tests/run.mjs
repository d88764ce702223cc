// The one runner of all tests: scripts/with-node node tests/run.mjs [options] [part of a name ...]
//   --tier test|check|long|bench   which tests (test); long takes those of test too
//   --kind unit,lint,...           only these kinds: unit lint scenario interop browser fuzz bench
//   --build DIR                    where chorsu and the unit tests are (build-test)
//   --jobs N                       how many at once (the machine's cores)
//   --repeat N                     each N times
//   --slow F                       times allowed are F times as long (builds with sanitizers)
//   --under valgrind               the program and the unit tests run under it
//   --list                         names only
// Every test is a program: exit status 0 means that it passed. Its seconds stand in its line; what it wrote is shown when
// it failed. The first comment lines of a file steer it, see tests/lib/test.mjs. The last line is "N passed, N failed".
import {availableParallelism} from 'node:os';
import {parseArgs} from 'node:util';

import {startPostgres} from './lib/pg.mjs';
import {KINDS, TIERS, collect, SECONDS} from './lib/collect.mjs';
import {Job} from './lib/job.mjs';

function parse() {
	try {
		return parseArgs({
			allowPositionals: true, options: {
				tier: {type: 'string', default: 'test'}, kind: {type: 'string'}, build: {type: 'string', default: 'build-test'},
				jobs: {type: 'string'}, repeat: {type: 'string', default: '1'}, slow: {type: 'string', default: '1'},
				under: {type: 'string'}, list: {type: 'boolean', default: false},
			},
		});
	} catch (e) {
		usage(e.message);
	}
}

function usage(text) {
	console.error(`run: ${text}`);
	process.exit(2);
}

function positive(name, text) {
	const n = Number(text);
	return n > 0 ? n : usage(`--${name} takes a number over 0, not "${text}"`);
}

const {values: options, positionals: wanted} = parse();
const tier = TIERS.includes(options.tier) ? options.tier
	: usage(`--tier takes ${TIERS.join(', ')}, not "${options.tier}"`);
const kinds = options.kind?.split(',') ?? KINDS;
for (const kind of kinds)
	if (!KINDS.includes(kind))
		usage(`--kind takes ${KINDS.join(', ')}, not "${kind}"`);
const slow = positive('slow', options.slow);
const jobs = tier === 'bench' ? 1 : positive('jobs', options.jobs ?? availableParallelism());

if (options.under && options.under !== 'valgrind')
	usage(`--under takes valgrind, not "${options.under}"`);

const {tests, faults} = collect({tier, kinds, build: options.build, wanted, under: options.under});
if (options.list) {
	for (const t of tests)
		console.log(t.name);
	process.exit(0);
}
if (!tests.length && !faults.length)
	usage(`no test has ${wanted.length ? `"${wanted.join('" or "')}" in its name` : 'this tier and kind'}`);

const queue = [];
for (let i = 0; i < positive('repeat', options.repeat); i++)
	queue.push(...tests);
// Long ones first, so that none of them runs alone at the end; lints need no database, so they run while it starts.
queue.sort((a, b) => Number(b.kind === 'lint') - Number(a.kind === 'lint') || (b.seconds ?? 0) - (a.seconds ?? 0));

let postgres = null;
let ready = !queue.some((t) => t.postgres);
let passed = 0, failed = 0, load = 0, stopping = false;
const running = new Set();
const slots = Array.from({length: 180}, (_, i) => i); // ranges of ports, 100 each
const started = Date.now();
const shift = process.pid % slots.length;

function finish() {
	const seconds = ((Date.now() - started) / 1000).toFixed(1);
	console.log(`${seconds} s with ${jobs} at once`);
	console.log(`${passed} passed, ${failed} failed`);
}

async function end(code) {
	stopping = true;
	await Promise.all([...running].map((job) => job.end()));
	await postgres?.stop();
	process.exit(code);
}

process.stdout.on('error', () => {}); // whoever read it has gone; what was started is still ended
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.once(signal, () => {
		console.log(`stopped by ${signal}`);
		finish();
		end(130);
	});

function report(test, result) {
	const line = `${result.ok ? 'ok    ' : 'FAILED'} ${result.seconds.toFixed(1).padStart(6)} s  ${test.name}`;
	console.log(line + (result.why ? `: ${result.why}` : ''));
	if (!result.ok && result.output)
		console.log(result.output.replace(/^/gm, '    | '));
	if (result.ok)
		passed++;
	else
		failed++;
}

async function one(test) {
	const slot = slots.shift();
	const job = new Job(test, {
		slow, live: tier === 'bench', env: {
			CHORSU_TEST_PORTS: String(11000 + ((slot + shift) % 180) * 100), CHORSU_TEST_POSTGRES: postgres?.url ?? '',
			TIER: tier, SLOW: String(slow),
		},
	});
	running.add(job);
	const result = await job.run();
	running.delete(job);
	slots.push(slot);
	load -= test.weight;
	if (!stopping)
		report(test, result);
}

function pump() {
	if (stopping)
		return;
	for (let i = 0; i < queue.length && load < jobs;) {
		const test = queue[i];
		const weight = Math.min(test.weight, jobs);
		if ((test.postgres && !ready) || (load > 0 && load + weight > jobs)) {
			i++;
			continue;
		}
		queue.splice(i, 1);
		test.weight = weight;
		load += weight;
		one(test).then(pump);
	}
	if (!queue.length && !running.size) {
		finish();
		end(failed ? 1 : 0);
	}
}

for (const fault of faults) {
	console.log(`FAILED    0.0 s  ${fault}`);
	failed++;
}
if (!ready)
	startPostgres().then((pg) => {
		postgres = pg;
		ready = true;
		pump();
	}, (e) => {
		console.log(`FAILED    0.0 s  PostgreSQL for the tests: ${e.message}`);
		failed++;
		finish();
		end(1);
	});
console.log(`${queue.length} tests, ${jobs} at once; a test that takes over ${SECONDS} s must say why`);
pump();
