// The C files stand as clang-format with the repository's .clang-format writes them.
import {spawnSync} from 'node:child_process';

import {files, report, ROOT} from '../lib/lint.mjs';

const r = report();
const sources = files(/^(src|tests)\/.*\.[ch]$/);
const run = spawnSync('clang-format', ['--dry-run', '--Werror', '--ferror-limit=1', ...sources],
	{cwd: ROOT, encoding: 'utf8'});
if (run.error)
	r.fault('clang-format', 0, `cannot run: ${run.error.message}; scripts/setup test installs it`);
const named = new Map();
for (const m of (run.stderr ?? '').matchAll(/^(\S+?):(\d+):\d+: error: /gm))
	if (!named.has(m[1]))
		named.set(m[1], m[2]);
for (const [path, line] of named)
	r.fault(path, line, `not formatted; run clang-format -i ${path}`);
if (!run.error && run.status !== 0 && !named.size)
	r.fault('clang-format', 0, run.stderr.trim() || `exit ${run.status}`);
r.say(`${sources.length} files`);
r.done();
