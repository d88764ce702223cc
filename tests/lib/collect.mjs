// Which tests there are: finds them by folder and name, reads the first comment lines that steer them. For tests/run.mjs.
import {existsSync, readFileSync, readdirSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const KINDS = ['unit', 'lint', 'scenario', 'interop', 'browser', 'fuzz', 'bench'];
export const TIERS = ['test', 'check', 'long', 'bench'];
export const SECONDS = 20;
const LONGEST = 120; // seconds until a test is ended that says nothing else
const BENCH = 3600;

const WORDS = ['engines', 'seconds', 'why', 'weight', 'tier'];

const list = (folder, pattern) => {
	const path = resolve(ROOT, folder);
	return existsSync(path) ? readdirSync(path).filter((n) => pattern.test(n)).sort() : [];
};

// "// word: value" in the comment lines that begin the file.
export function header(file) {
	const found = {};
	for (const line of readFileSync(file, 'utf8').split('\n')) {
		if (!/^(#!|\/\/)/.test(line))
			break;
		const m = /^\/\/ ([a-z]+): (.+)$/.exec(line);
		if (m && WORDS.includes(m[1]))
			found[m[1]] = m[2].trim();
	}
	return found;
}

const ENGINES = {both: ['sqlite', 'postgres'], sqlite: ['sqlite'], postgres: ['postgres']};

// What is wrong with a header, or undefined.
function fault(h) {
	if (h.engines && !ENGINES[h.engines])
		return `engines: is both, sqlite or postgres, not "${h.engines}"`;
	if (h.tier && !TIERS.includes(h.tier))
		return `tier: is one of ${TIERS.join(', ')}, not "${h.tier}"`;
	for (const word of ['seconds', 'weight'])
		if (h[word] && !(Number(h[word]) > 0))
			return `${word}: takes a number over 0, not "${h[word]}"`;
	if (Number(h.seconds) > SECONDS && !h.why)
		return `takes ${h.seconds} s and does not say why (// why: ...)`;
	return undefined;
}

function scripts(kind, folder, tier, faults) {
	const tests = [];
	for (const name of list(folder, /\.mjs$/)) {
		const path = `${folder}/${name}`;
		const h = header(join(ROOT, path));
		const wrong = fault(h);
		if (wrong)
			faults.push(`${path}: ${wrong}`);
		const own = h.tier ?? (kind === 'bench' ? 'bench' : 'test');
		const takes = own === tier || (own === 'test' && (tier === 'long' || (tier === 'check' && kind === 'lint')));
		if (wrong || !takes)
			continue;
		const engines = kind === 'lint' || kind === 'bench' ? [undefined]
			: ENGINES[h.engines ?? (kind === 'scenario' ? 'both' : 'sqlite')];
		for (const engine of engines)
			tests.push(describe(kind, path, name.replace(/\.mjs$/, ''), h, engine));
	}
	return tests;
}

function describe(kind, path, base, h, engine) {
	const seconds = h.seconds ? Number(h.seconds) : undefined;
	return {
		kind, seconds, why: h.why, name: `${kind}/${base}${engine ? ` (${engine})` : ''}`,
		command: [process.execPath, path], weight: Number(h.weight ?? 1), postgres: engine === 'postgres',
		limit: kind === 'bench' ? BENCH : Math.max(LONGEST, 2 * (seconds ?? 0)), env: engine ? {ENGINE: engine} : {},
	};
}

// Unit tests are cmocka programs that stand in the build folder; those of the database use the runner's PostgreSQL.
function units(build, faults) {
	const programs = list(build, /^test-[a-z0-9_-]+$/);
	if (!programs.length)
		faults.push(`${build} holds no unit tests; build it with scripts/build ${build}`);
	return programs.map((name) => ({
		kind: 'unit', name: `unit/${name.slice(5)}`, command: [resolve(ROOT, build, name)], weight: 1, postgres: true,
		limit: LONGEST, env: {},
	}));
}

// Each fuzz target over its corpus (every file once, and a short search from there), see tests/fuzz/fuzz.cmake.
function fuzzers(tier, faults) {
	return list('tests/fuzz', /\.c$/).flatMap((file) => {
		const name = file.replace(/\.c$/, '');
		const program = join(ROOT, 'build-asan', `fuzz-${name}`);
		const corpus = `tests/fuzz/corpus/${name}`;
		if (!list(corpus, /./).length) {
			faults.push(`tests/fuzz/${file}: ${corpus} holds no files`);
			return [];
		}
		if (!existsSync(program)) {
			faults.push(`tests/fuzz/${file}: not built; run scripts/build build-asan`);
			return [];
		}
		const search = tier === 'long' ? Number(process.env.FUZZ_SECONDS ?? 3600) : 3;
		return [{
			kind: 'fuzz', name: `fuzz/${name}`, weight: 1, postgres: false, limit: search + LONGEST, env: {},
			seconds: search > SECONDS ? search + SECONDS : undefined, fuzz: {program, corpus, seconds: search},
		}];
	});
}

// Errors and lost memory end the run with a status of their own; what stands at the end and can still be reached is no leak.
const VALGRIND = ['valgrind', '--quiet', '--error-exitcode=99', '--leak-check=full', '--errors-for-leak-kinds=definite',
	'--show-leak-kinds=definite', `--suppressions=${join(ROOT, 'tests/lib/valgrind.supp')}`];

// Unit tests are started under it; scenarios start the program, so they get one that does so itself.
function putUnder(test) {
	if (test.kind === 'unit')
		test.command = [...VALGRIND, ...test.command];
	test.env.CHORSU_UNDER = VALGRIND.join(' ');
}

export function collect({tier, kinds, build, wanted, under}) {
	const faults = [];
	const has = (kind) => kinds.includes(kind) && (tier === 'check' ? kind === 'lint' : (kind === 'bench') === (tier === 'bench'));
	let tests = [];
	if (has('unit'))
		tests.push(...units(build, faults));
	for (const kind of ['lint', 'scenario', 'interop', 'browser', 'bench'])
		if (has(kind))
			tests.push(...scripts(kind, `tests/${kind}`, tier, faults));
	if (has('fuzz'))
		tests.push(...fuzzers(tier, faults));
	for (const test of tests) {
		test.env.CHORSU = resolve(ROOT, tier === 'bench' ? 'build' : build, 'chorsu');
		test.env.MUSTACHE_SPEC = join(ROOT, 'tests/node_modules/hogan.js/test/spec/specs');
	}
	if (under)
		tests.forEach(putUnder);
	if (wanted.length)
		tests = tests.filter((t) => wanted.some((w) => t.name.includes(w)));
	return {tests, faults: wanted.length ? [] : faults};
}
