// What `make long` does: everything that takes hours, one step after the other. Each writes its row of docs/reliability.md, with the
// day and the commit. With names of steps as arguments, or in LONG, only those run; the rows of others stay as they are.
//   FUZZ_SECONDS=N          each fuzz target searches so long (3600)
//   CHORSU_TEST_KILLS=N     so many random kills an engine (300)
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {cpus, release} from 'node:os';
import {join} from 'node:path';

import {ROOT} from './lib/collect.mjs';

const FUZZ = process.env.FUZZ_SECONDS ?? '3600';
const KILLS = process.env.CHORSU_TEST_KILLS ?? '300';
const tests = (...words) => [process.execPath, 'tests/run.mjs', ...words];

// Each is built first, then run; what counts is the last line, "N passed, N failed", or the exit status where there is none.
const STEPS = [
	{name: 'clang', build: 'build-clang', shows: 'all of it builds with clang, warnings as errors, and its unit tests pass',
		run: tests('--build', 'build-clang', '--kind', 'unit')},
	{name: 'tidy', build: 'build-test', shows: 'all lints, with clang-tidy over every file', run: tests('--tier', 'check')},
	{name: 'asan', build: 'build-asan', shows: 'unit tests and scenarios under the address and undefined-behaviour sanitizers',
		run: tests('--build', 'build-asan', '--kind', 'unit,scenario', '--slow', '4')},
	{name: 'tsan', build: 'build-tsan', shows: 'unit tests and scenarios under the thread sanitizer',
		run: tests('--build', 'build-tsan', '--kind', 'unit,scenario', '--slow', '8')},
	{name: 'valgrind', build: 'build-test', shows: 'unit tests, and a server that publishes and delivers, under valgrind: no error, no leak',
		run: tests('--under', 'valgrind', '--kind', 'unit,scenario', '--slow', '40', 'unit/', 'publish-arrives')},
	{name: 'kills', build: 'build-test', shows: `${KILLS} kills at random moments on each engine, under load`,
		run: tests('--tier', 'long', 'random-kills-300')},
	{name: 'fuzz', build: 'build-asan', shows: `each fuzz target for ${FUZZ} s from its corpus`, run: tests('--tier', 'long', '--kind', 'fuzz')},
	{name: 'test', build: 'build-test', shows: 'all of make test once more, on one machine with the rest', run: tests()},
];

function run(command) {
	return new Promise((resolve) => {
		const child = spawn(command[0], command.slice(1), {cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit']});
		let text = '';
		child.stdout.setEncoding('utf8').on('data', (chunk) => {
			process.stdout.write(chunk);
			text = (text + chunk).slice(-4000);
		});
		child.on('error', (e) => resolve({code: 127, text: e.message}));
		child.on('close', (code) => resolve({code, text}));
	});
}

async function take(step) {
	const started = Date.now(), at = commit();
	console.log(`\n== ${step.name}: ${step.shows}`);
	const built = await run(['scripts/build', step.build]);
	const end = built.code === 0 ? await run(step.run) : built;
	const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(end.text) ?? [];
	return {...step, commit: at, minutes: (Date.now() - started) / 60000, passed: Number(passed ?? 0), failed: Number(failed ?? 1),
		ok: end.code === 0 && failed === '0'};
}

const FILE = join(ROOT, 'docs/reliability.md');

// The rows that stand, by the step's name.
function standing() {
	const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
	return new Map([...text.matchAll(/^\| ([a-z]+) \|.*\|$/gm)].map((m) => [m[1], m[0]]).filter(([n]) => n !== 'step'));
}

const commit = () => execFileSync('git', ['describe', '--always', '--dirty'], {cwd: ROOT, encoding: 'utf8'}).trim();

function write(r) {
	const debian = readFileSync('/etc/os-release', 'utf8').match(/PRETTY_NAME="(.*)"/)?.[1] ?? '';
	const lines = standing();
	lines.set(r.name, `| ${r.name} | ${r.shows} | ${r.passed} passed, ${r.failed} failed${r.ok ? '' : ' **(failed)**'} | `
		+ `${r.minutes.toFixed(1)} | ${new Date().toISOString().slice(0, 10)}, ${r.commit} |`);
	writeFileSync(FILE, `# How far it has been tried

Written by \`make long\`, never by hand: each run of a step replaces its row. What belongs to every change runs in \`make test\`.

${cpus().length} cores of ${cpus()[0].model.trim()}, Linux ${release().split('-')[0]}, ${debian}.

| step | shows | tests | minutes | when, at which commit |
| --- | --- | --- | --- | --- |
${STEPS.map((step) => lines.get(step.name)).filter(Boolean).join('\n')}
`);
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : process.env.LONG?.split(' ') ?? [];
const steps = STEPS.filter((s) => !wanted.length || wanted.includes(s.name));
const rows = [];
for (const step of steps) {
	rows.push(await take(step));
	write(rows.at(-1));
}
console.log('');
for (const r of rows)
	console.log(`${r.ok ? 'ok    ' : 'FAILED'} ${r.minutes.toFixed(1).padStart(6)} min  ${r.name}: ${r.passed} passed, ${r.failed} failed`);
const failed = rows.filter((r) => !r.ok).length;
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exit(failed || !rows.length ? 1 : 0);
