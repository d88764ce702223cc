// One run of one test: its processes form a group of their own, which is ended as a whole when it takes too long, when the
// run is stopped, and when its first process has ended but left others. For tests/run.mjs.
import {spawn} from 'node:child_process';
import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {ROOT, SECONDS} from './collect.mjs';

// The first finding of a sanitizer ends the program; a stack stands beside it.
const SANITIZERS = {
	ASAN_OPTIONS: 'detect_stack_use_after_return=1', UBSAN_OPTIONS: 'print_stacktrace=1',
	TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
};
const OUTPUT_MAX = 40000; // characters shown of a failed test: the first and the last half

export class Job {
	constructor(test, {env, slow, live}) {
		Object.assign(this, {test, slow, live, output: ''});
		this.env = {...SANITIZERS, ...process.env, ...env, ...test.env};
		this.limit = test.limit * slow;
	}

	command() {
		const {fuzz, command} = this.test;
		if (!fuzz)
			return command;
		// What it finds goes to a copy: a test run does not change the tree.
		this.folder = mkdtempSync(join(tmpdir(), 'chorsu-fuzz-'));
		cpSync(join(ROOT, fuzz.corpus), join(this.folder, 'corpus'), {recursive: true});
		return [fuzz.program, '-close_fd_mask=1', '-print_final_stats=0', `-max_total_time=${fuzz.seconds}`, '-timeout=10',
			'-rss_limit_mb=2048', `-artifact_prefix=${this.folder}/`, join(this.folder, 'corpus')];
	}

	async run() {
		const started = Date.now();
		const [program, ...args] = this.command();
		this.child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args],
			{cwd: ROOT, env: this.env, detached: true, stdio: ['ignore', 'pipe', 'pipe']});
		for (const stream of [this.child.stdout, this.child.stderr])
			stream.setEncoding('utf8').on('data', (text) => this.take(text));
		const over = new Promise((resolve) => {
			this.child.on('error', (e) => resolve({code: 127, error: e}));
			this.child.on('exit', (code, signal) => resolve({code, signal}));
		});
		const timer = setTimeout(() => {
			this.late = true;
			this.end();
		}, this.limit * 1000);
		const end = await over;
		clearTimeout(timer);
		this.done = true;
		this.signalGroup('SIGKILL');
		await this.drained();
		if (this.folder)
			rmSync(this.folder, {recursive: true, force: true});
		return this.judge(end, (Date.now() - started) / 1000);
	}

	take(text) {
		if (this.live)
			process.stdout.write(text);
		else if (this.output.length < 4 * OUTPUT_MAX)
			this.output += text;
		else
			this.output = this.output.slice(0, OUTPUT_MAX) + this.output.slice(-OUTPUT_MAX) + text;
	}

	// Output that is still in the pipes; a process that left its group may hold them open, so not for long.
	async drained() {
		const closed = [this.child.stdout, this.child.stderr].map((s) =>
			s.closed || s.destroyed ? null : new Promise((resolve) => s.once('close', resolve)));
		await Promise.race([Promise.all(closed), new Promise((resolve) => setTimeout(resolve, 500))]);
		this.child.stdout.destroy();
		this.child.stderr.destroy();
	}

	judge(end, seconds) {
		const allowed = (this.test.seconds ?? SECONDS) * this.slow;
		let why = '', ok = end.code === 0;
		if (this.late)
			why = `not done in ${this.limit} s`;
		else if (end.error)
			why = end.error.message;
		else if (end.signal)
			why = `ended by ${end.signal}`;
		else if (!ok)
			why = `exit status ${end.code}`;
		else if (seconds > allowed && !this.live) {
			// A busy machine alone must not fail a test, hence the double.
			ok = seconds <= 2 * allowed;
			why = `took over ${allowed} s; make it faster, or have it say "// seconds: N" and "// why: ..."`;
		}
		if (this.late)
			ok = false;
		return {ok, seconds, why, output: this.shown()};
	}

	shown() {
		const text = this.output.trimEnd();
		if (text.length <= OUTPUT_MAX)
			return text;
		const half = OUTPUT_MAX / 2;
		return `${text.slice(0, half)}\n... ${text.length - OUTPUT_MAX} characters left out ...\n${text.slice(-half)}`;
	}

	signalGroup(signal) {
		try {
			process.kill(-this.child.pid, signal);
		} catch { /* all have ended */ }
	}

	// Asks the test to clean up, and insists after 5 seconds.
	end() {
		if (!this.child || this.done)
			return Promise.resolve();
		this.signalGroup('SIGTERM');
		const timer = setTimeout(() => this.signalGroup('SIGKILL'), 5000);
		return new Promise((resolve) => {
			if (this.child.exitCode !== null || this.child.signalCode !== null)
				resolve();
			else
				this.child.once('exit', resolve);
		}).then(() => clearTimeout(timer));
	}
}
