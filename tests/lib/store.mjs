// A store of its own for a test, on the engine that the runner names (ENGINE), and the server over it.
//
//   const s = await makeStore({settings: {'fetch.allow_private': 'yes'}});     folder, database or schema, free port
//   await s.serve({env: {CHORSU_CRASH: 'publish.before_commit'}})              started, and answers /health/ready
//   await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi')   DIR is put after the command's words
//     -> {code, stdout, stderr, json}; json is the object printed with --json, which is always asked for
//   await s.fails('post', 2, 'mehnat', '')      the same, but it must exit with 2; returns what it wrote to stderr
//   await s.post('mehnat', 'Text', '--lang', 'uz')   -> URL of the post
//   await s.get('/path', accept), s.url, s.port, s.dir, s.log (all servers of this store so far), s.logLines() (JSON)
//   await s.stop() (SIGTERM, must exit 0), await s.kill() (as a power cut does), await s.ended() (it ends by itself)
//   s.set('fetch.allow_private', 'yes')         edits chorsu.conf in place; the server reads it at its next start
//   await s.sql('SELECT …')                     rows as arrays of text, straight from the database
//
//   const r = await restoreStore(s, FILE, {engine: 'postgres'})   what `chorsu restore` made of a backup; r.restored is how that ended
//
// Everything is ended and removed when the test ends; the log is printed when it failed.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

import {get} from './http.mjs';
import {makeSchema, sql} from './pg.mjs';
import {freePort} from './port.mjs';
import {must, run, start} from './process.mjs';
import {cleanup, ENGINE, equal, folder, pause} from './test.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const UNDER = process.env.CHORSU_UNDER?.split(' ') ?? []; // what servers run under: valgrind with its options
export const CHORSU = process.env.CHORSU ?? join(ROOT, 'build-test/chorsu');
const SLOW = Number(process.env.SLOW ?? 1); // how many times slower a build with sanitizers may be

export async function makeStore({settings = {}, url, engine = ENGINE, port, env = {}} = {}) {
	const s = new Store();
	s.engine = engine;
	s.port = port ?? await freePort();
	s.url = url ?? `http://127.0.0.1:${s.port}`;
	s.origin = `http://127.0.0.1:${s.port}`;
	s.dir = join(folder('store'), 'store');
	s.env = env;
	const words = ['init', s.dir, '--url', s.url];
	if (engine === 'postgres') {
		s.schema = await makeSchema();
		words.push('--database', s.schema.url);
	}
	cleanup((code) => s.remove(code));
	await must(CHORSU, words, {timeout: 60000 * SLOW, env});
	for (const [name, value] of Object.entries(settings))
		s.set(name, value);
	return s;
}

// What `chorsu restore FILE` makes: a store at the address of s, which must not be served at the same time. words: more options.
export async function restoreStore(s, file, {engine = ENGINE, words = ['--secret', join(s.dir, 'secret.key')], env = {}} = {}) {
	const r = new Store();
	Object.assign(r, {engine, port: s.port, url: s.url, origin: s.origin, env: s.env, dir: join(folder('restored'), 'store')});
	if (engine === 'postgres')
		r.schema = await makeSchema();
	cleanup((code) => r.remove(code));
	r.restoreWords = ['restore', file, r.dir, ...words, ...(r.schema ? ['--database', r.schema.url] : []), '--json'];
	r.restored = await run(CHORSU, r.restoreWords, {timeout: 120000 * SLOW, env: {...r.env, ...env}});
	return r;
}

class Store {
	#logs = '';
	server = null;

	get log() {
		return this.#logs + (this.server?.log ?? '');
	}

	logLines() {
		return this.log.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l));
	}

	// section.key; the line must be there, as init writes every setting. Hidden test settings are added.
	set(name, value) {
		const dot = name.indexOf('.');
		const section = name.slice(0, dot), key = name.slice(dot + 1);
		const path = join(this.dir, 'chorsu.conf');
		const lines = readFileSync(path, 'utf8').split('\n');
		const from = lines.findIndex((l) => l.trim() === `[${section}]`);
		let to = lines.findIndex((l, i) => i > from && l.startsWith('['));
		if (to < 0)
			to = lines.length;
		const at = lines.findIndex((l, i) => i > from && i < to && new RegExp(`^[;#]?\\s*${key}\\s*=`).test(l));
		if (from < 0)
			lines.push(`[${section}]`, `${key} = ${value}`, '');
		else if (at < 0)
			lines.splice(from + 1, 0, `${key} = ${value}`);
		else
			lines[at] = `${key} = ${value}`;
		writeFileSync(path, lines.join('\n'));
	}

	async chorsu(command, ...rest) {
		const options = typeof rest.at(-1) === 'object' ? rest.pop() : {};
		const words = [...command.split(' '), this.dir, ...rest.map(String), '--json'];
		const r = await run(CHORSU, words, {timeout: 60000 * SLOW, ...options, env: {...this.env, ...options.env}});
		const expected = options.exit === undefined ? 0 : options.exit;
		if (expected !== null && r.code !== expected) {
			const how = r.late ? 'did not end in time' : `exit ${r.code ?? r.signal}, expected ${expected}`;
			throw new Error(`chorsu ${words.join(' ')}: ${how}\n${r.stdout}${r.stderr}`);
		}
		try {
			r.json = r.stdout.trim() === '' ? undefined : JSON.parse(r.stdout);
		} catch {
			if (r.code === 0)
				throw new Error(`chorsu ${words.join(' ')}: not JSON: ${r.stdout.slice(0, 300)}`);
		}
		return r;
	}

	async fails(command, exit, ...rest) {
		const options = typeof rest.at(-1) === 'object' ? rest.pop() : {};
		return (await this.chorsu(command, ...rest, {...options, exit})).stderr;
	}

	async post(handle, text, ...rest) {
		return (await this.chorsu('post', handle, ...rest, text)).json.url;
	}

	// listen: 'unix:/path', '[::]:PORT' …; without it 127.0.0.1 and the store's port.
	async launch({env = {}, args = [], listen = `127.0.0.1:${this.port}`} = {}) {
		if (this.server?.running)
			throw new Error('this store is being served already');
		this.#logs = this.log;
		this.socketPath = listen.startsWith('unix:') ? listen.slice(5) : undefined;
		const [program, ...words] = [...UNDER, CHORSU, 'serve', this.dir, '--listen', listen, ...args];
		this.server = start(program, words, {env: {...this.env, ...env}});
		return this.server;
	}

	async serve(options = {}) {
		const server = await this.launch(options);
		const end = Date.now() + 20000 * SLOW;
		while (server.running && Date.now() < end) {
			const r = await this.get('/health/ready', undefined, {timeout: 5000}).catch(() => null);
			if (r?.status === 200)
				return this;
			await pause(10);
		}
		throw new Error(`the server ${server.running ? 'is not ready' : 'ended at its start'}:\n${server.log}`);
	}

	get(path, accept, options) {
		return get(path.startsWith('http') ? path : this.origin + path, accept, {socketPath: this.socketPath, ...options});
	}

	async stop() {
		const end = await this.server.stop('TERM', 30000 * SLOW);
		equal(end, {code: 0, signal: null}, `serve must drain and exit 0 at SIGTERM:\n${this.server.log.slice(-3000)}`);
	}

	async kill() {
		this.server.signal('KILL');
		return this.server.ended;
	}

	// The server ends by itself (a crash point). How; null if it did not within seconds.
	async ended(seconds = 20) {
		return Promise.race([this.server.ended, pause(seconds * 1000 * SLOW).then(() => null)]);
	}

	async sql(text) {
		if (this.engine === 'postgres')
			return sql(this.schema.url, text);
		const out = await must('sqlite3', ['-batch', '-noheader', '-cmd', '.timeout 5000', '-separator', '\x1f',
			'-newline', '\x1e', join(this.dir, 'chorsu.db'), text]);
		return out.split('\x1e').slice(0, -1).map((row) => row.split('\x1f'));
	}

	async remove(code) {
		if (this.server?.running)
			await this.server.stop('KILL');
		if (code && this.log)
			console.error(`--- log of the server on port ${this.port}\n${this.log.slice(-8000)}---`);
		await this.schema?.drop();
		this.schema = null;
	}
}

export function needsBinary() {
	if (!existsSync(CHORSU))
		throw new Error(`${CHORSU} is not built; run make test`);
}
