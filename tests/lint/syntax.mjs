// The scripts can be read by their interpreters, and those that are run directly are executable.
import {statSync} from 'node:fs';
import {join} from 'node:path';

import {files, read, report, ROOT} from '../lib/lint.mjs';
import {run} from '../lib/process.mjs';

const COMMANDS = {
	bash: ['bash', '-n'], sh: ['bash', '-n'],
	python3: ['/usr/bin/python3', '-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])'],
};
const r = report();
const scripts = files(/\.(mjs|js)$|^scripts\/|^\.ci\//).filter((p) => !p.startsWith('assets/'));
for (const path of scripts) {
	const [, reader] = /^#!.*\b(bash|sh|python3)\b/.exec(read(path)) ?? [];
	const [program, ...words] = COMMANDS[reader] ?? [process.execPath, '--check'];
	const result = await run(program, [...words, path], {cwd: ROOT});
	if (result.code !== 0)
		r.fault(path, 0, result.stderr.trim());
	if (read(path).startsWith('#!') && !(statSync(join(ROOT, path)).mode & 0o100))
		r.fault(path, 0, 'begins with #! and is not executable');
}
r.say(`${scripts.length} scripts`);
r.done();
