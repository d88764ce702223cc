// Child processes that never outlive the test: each is started under `setpriv --pdeathsig`, so that the kernel ends it
// when we die in whatever way, and is in the list that endAll() works through. Nothing here ends a process that it did
// not start.
//
//   const p = start('sleep', ['9'], {env, cwd, user: 'postgres', deathSignal: 'KILL', onLine});
//   p.pid; p.log (text so far, its end when long); await p.ended -> {code, signal}; await p.stop('TERM', 5000)
//   await run('openssl', ['version'], {input, env, timeout: 20000}) -> {code, signal, stdout, stderr}
import {spawn} from 'node:child_process';

const LOG_MAX = 4 * 1024 * 1024;
const alive = new Set();

// Keeps the end of what was written, at most LOG_MAX characters.
class Tail {
	text = '';
	cut = false;
	add(s) {
		this.text += s;
		if (this.text.length > LOG_MAX) {
			this.text = this.text.slice(-LOG_MAX / 2);
			this.cut = true;
		}
	}
}

// As root, programs that refuse root run as another user of Debian's.
function wrapped(program, args, {user, deathSignal = 'KILL'}) {
	const become = user && process.getuid() === 0
		? ['--reuid', user, '--regid', user, '--init-groups'] : [];
	return ['setpriv', [...become, '--pdeathsig', deathSignal, '--', program, ...args]];
}

export function start(program, args = [], options = {}) {
	const {env = {}, cwd, onLine, input, talk} = options;
	const [command, words] = wrapped(program, args, options);
	const child = spawn(command, words, {
		cwd, env: {...process.env, ...env}, stdio: [input === undefined && !talk ? 'ignore' : 'pipe', 'pipe', 'pipe'],
	});
	const log = new Tail(), out = new Tail();
	const p = {pid: child.pid, child, running: true, get log() { return log.text; }, get stdout() { return out.text; }};
	let rest = '';
	const take = (chunk) => {
		log.add(chunk);
		if (!onLine)
			return;
		const lines = (rest + chunk).split('\n');
		rest = lines.pop();
		lines.forEach(onLine);
	};
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', take);
	child.stdout.on('data', (chunk) => out.add(chunk));
	if (input !== undefined) {
		child.stdin.on('error', () => {}); // it may end without reading everything
		child.stdin.end(input);
	}
	p.write = (text) => child.stdin.write(text); // with talk: true
	alive.add(p);
	p.ended = new Promise((resolve) => {
		const over = (code, signal) => {
			p.running = false;
			alive.delete(p);
			resolve({code, signal});
		};
		child.on('error', (e) => {
			log.add(`${program}: ${e.message}\n`);
			over(127, null);
		});
		child.on('close', over);
	});
	p.signal = (name) => p.running && child.kill(name.startsWith('SIG') ? name : `SIG${name}`);
	// Asks with a signal, insists with KILL after ms. Returns how it ended.
	p.stop = async (name = 'TERM', ms = 10000) => {
		const timer = setTimeout(() => p.signal('KILL'), ms);
		p.signal(name);
		const end = await p.ended;
		clearTimeout(timer);
		return end;
	};
	return p;
}

// Runs to the end. Not an error when it fails: look at code.
export async function run(program, args = [], options = {}) {
	const {timeout = 60000} = options;
	let err = '';
	const p = start(program, args, options);
	p.child.stderr.on('data', (chunk) => { err += chunk; });
	let late = false;
	const timer = setTimeout(() => {
		late = true;
		p.signal('KILL');
	}, timeout);
	const end = await p.ended;
	clearTimeout(timer);
	return {...end, late, stdout: p.stdout, stderr: err + (end.code === 127 ? p.log : '')};
}

export async function must(program, args = [], options = {}) {
	const r = await run(program, args, options);
	if (r.code !== 0)
		throw new Error(`${program} ${args.join(' ')}: exit ${r.code ?? r.signal}\n${r.stdout}${r.stderr}`);
	return r.stdout;
}

// At the end of a test, whatever is still running.
export async function endAll() {
	await Promise.all([...alive].map((p) => p.stop('KILL')));
}
