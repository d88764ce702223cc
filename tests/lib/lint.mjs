// Shared by the lints: which files belong to the project, C code without its comments and texts, and the way to report.
//
//   files(/\.c$/)              tracked files, and new ones that git does not ignore; paths from the root
//   read(path)                 the text
//   scan(text)                 C: {code, strings}: the code with comments and the insides of literals blanked (same offsets,
//                              same lines); strings [{line, text}] with neighbouring literals joined
//   const r = report();  r.fault(path, line, sentence);  r.say('42 files');  r.done()   exits with 1 when there is a fault
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';

import {ROOT as HERE} from './collect.mjs';

// tests/lint/lints.mjs lets the lints look at a tree with faults.
export const ROOT = process.env.LINT_ROOT ?? HERE;

let all;
export function files(pattern = /./) {
	all ??= execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '-co', '--exclude-standard'],
		{cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26})
		.split('\0').filter((p) => p && existsSync(join(ROOT, p)) && statSync(join(ROOT, p)).isFile()).sort();
	return all.filter((p) => pattern.test(p));
}

export const read = (path) => readFileSync(join(ROOT, path), 'utf8');
export const binary = (path) => readFileSync(join(ROOT, path)).subarray(0, 8000).includes(0);
export const lineOf = (text, offset) => text.slice(0, offset).split('\n').length;

const TOKEN = /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/g;
const blank = (s) => s.replace(/[^\n]/g, ' ');

export function scan(text) {
	const strings = [];
	let last = -1;
	const code = text.replace(TOKEN, (token, offset) => {
		if (token[0] === '/')
			return blank(token);
		if (token[0] === '"') {
			const inside = token.slice(1, -1);
			const gap = last >= 0 ? text.slice(last, offset).replace(TOKEN, '') : 'x';
			if (/^\s*$/.test(gap) && strings.length)
				strings.at(-1).text += inside;
			else
				strings.push({line: lineOf(text, offset), text: inside});
			last = offset + token.length;
		}
		return token[0] + blank(token.slice(1, -1)) + token[0];
	});
	return {code, strings};
}

export function report() {
	let faults = 0;
	return {
		fault(path, line, sentence) {
			faults++;
			console.log(`${path}${line ? `:${line}` : ''}: ${sentence}`);
		},
		say: (text) => console.log(text),
		done() {
			if (faults)
				console.log(`${faults} to mend`);
			process.exitCode = faults ? 1 : 0;
		},
	};
}
