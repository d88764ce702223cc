// The scripts can be read by their interpreters, and those that are run directly are executable.
import {statSync} from 'node:fs';
import {join} from 'node:path';

import {files, read, report, ROOT} from '../lib/lint.mjs';
import {run} from '../lib/process.mjs';

const r = report();
const scripts = files(/\.(mjs|js)$|^scripts\/|^\.ci\//).filter((p) => !p.startsWith('assets/'));
for (const path of scripts) {
	const shell = /^#!.*\b(ba)?sh\b/.test(read(path));
	const result = shell ? await run('bash', ['-n', path], {cwd: ROOT})
		: await run(process.execPath, ['--check', path], {cwd: ROOT});
	if (result.code !== 0)
		r.fault(path, 0, result.stderr.trim());
	if (read(path).startsWith('#!') && !(statSync(join(ROOT, path)).mode & 0o100))
		r.fault(path, 0, 'begins with #! and is not executable');
}
r.say(`${scripts.length} scripts`);
r.done();
