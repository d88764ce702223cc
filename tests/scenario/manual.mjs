// Manual pages and the completion for bash come from the rows of commands and settings: nothing is missing in them, and the
// programs that read them find no fault.
// engines: sqlite
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {must, run} from '../lib/process.mjs';
import {CHORSU, makeStore} from '../lib/store.mjs';
import {equal, folder, match, ok, step, test} from '../lib/test.mjs';

const BASH = 'packaging/chorsu.bash';

// What bash would offer for the last word.
async function offer(cwd, ...words) {
	const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _chorsu; printf '%s\\n' "\${COMPREPLY[@]}"`;
	const out = await must('bash', ['-c', script, 'bash', join(process.cwd(), BASH), 'chorsu', ...words], {cwd});
	return out.trim().split('\n').filter(Boolean).sort();
}

test(async () => {
	const dir = folder('manual');
	const s = await makeStore();
	const names = (await must(CHORSU, ['commands'])).trim().split('\n')
		.filter((n) => !['crash-points', 'commands', 'migrations'].includes(n));

	await step('the pages', async () => {
		for (const [word, file] of [['--man', 'chorsu.1'], ['--man-settings', 'chorsu.conf.5']]) {
			const path = join(dir, file);
			writeFileSync(path, await must(CHORSU, ['help', word]));
			const lint = await run('mandoc', ['-T', 'lint', '-W', 'warning', path]);
			equal([lint.code, lint.stdout], [0, ''], file);
			const man = await run('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', path],
				{env: {LC_ALL: 'C.UTF-8', MANROFFSEQ: '', MANPAGER: 'cat', MANWIDTH: '100'}});
			equal([man.code, man.stderr], [0, ''], file);
		}
		const commands = await must('mandoc', ['-T', 'utf8', '-O', 'width=300', join(dir, 'chorsu.1')]);
		const plain = commands.replace(/.\x08/g, '');
		for (const name of names) {
			ok(plain.includes(`chorsu ${name}`), `chorsu(1) tells of ${name}`);
			for (const [, option] of (await must(CHORSU, [...name.split(' '), '--help'])).matchAll(/^ {2}(--[a-z]+)/gm))
				ok(plain.includes(option), `chorsu(1) tells of ${option}`);
		}
		const settings = (await must('mandoc', ['-T', 'utf8', join(dir, 'chorsu.conf.5')])).replace(/.\x08/g, '');
		for (const [, key] of readFileSync(join(s.dir, 'chorsu.conf'), 'utf8').matchAll(/^(\w+) =/gm))
			match(settings, new RegExp(`^ +${key} \\(`, 'm'));
	});

	await step('the completion in the tree is of these commands', async () => {
		equal(readFileSync(BASH, 'utf8'), await must(CHORSU, ['help', '--completion']),
			`make it anew: build/chorsu help --completion >${BASH}`);
		await must('bash', ['-n', BASH]);
	});

	await step('what is offered', async () => {
		mkdirSync(join(dir, 'pages'));
		const first = [...new Set(names.map((n) => n.split(' ')[0])), 'help', 'version'].sort();
		const rows = [
			[[''], first],
			[['inst'], ['institution']],
			[['institution', ''], names.filter((n) => n.startsWith('institution ')).map((n) => n.split(' ')[1]).sort()],
			[['institution', 'a'], ['add']],
			[['institution', 'add', 'p'], ['pages']],
			[['institution', 'add', 'pages', 'mehnat', '--n'], ['--name']],
			[['serve', ''], ['pages']],
			[['serve', 'pages', '--'], ['--help', '--json', '--listen']],
			[['serve', '--listen', 'p'], []],
			[['serve', '--listen', ':1', 'p'], ['pages']],
			[['check', '--inside', 'p'], ['pages']],
			[['templates', 'pages', ''], ['copy', 'diff', 'list', 'merge', 'show']],
			[['templates', 'pages', 'copy', 'p'], []],
			[['readers', 'pages', 'r'], ['retry']],
			[['routes', ''], []],
			[['nonsense', ''], []],
		];
		for (const [words, wanted] of rows)
			equal(await offer(dir, ...words), wanted, words.join(' '));
	});
});
