// Functions end at 100 lines, files at 800; there is no list of exceptions. Tells the median and the 95th percentile.
import {execFileSync} from 'node:child_process';

import {files, read, report, ROOT} from '../lib/lint.mjs';

const FUNCTION = 100, AGAIN = 60, FILE = 800;
const r = report();
const sources = files(/^(src|tests)\/.*\.[ch]$/);
const rows = sources.length === 0 ? [] : execFileSync('ctags', ['-f', '-', '--output-format=json', '--fields=+ne',
	'--kinds-C=f', '--languages=C', '--langmap=C:+.h', ...sources], {cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26})
	.split('\n').filter(Boolean).map((line) => JSON.parse(line)).filter((t) => t._type === 'tag' && t.end)
	.map((t) => ({name: t.name, path: t.path, line: t.line, lines: t.end - t.line + 1}));
for (const f of rows)
	if (f.lines > FUNCTION)
		r.fault(f.path, f.line, `${f.name} has ${f.lines} lines; ${FUNCTION} is the end`);
for (const path of files(/^(src|tests|scripts)\/.*(\.[ch]|\.mjs|\.js)$|^scripts\//)) {
	const lines = read(path).split('\n').length - 1;
	if (lines > FILE)
		r.fault(path, 0, `has ${lines} lines; ${FILE} is the end`);
}
const product = rows.filter((f) => !/_test\.c$|^tests\//.test(f.path)).map((f) => f.lines).sort((a, b) => a - b);
const at = (share) => product[Math.min(product.length - 1, Math.floor(product.length * share))] ?? 0;
const again = rows.filter((f) => f.lines > AGAIN && f.lines <= FUNCTION);
r.say(`${product.length} functions outside tests: median ${at(0.5)}, 95th percentile ${at(0.95)}, longest ${at(1)} lines`);
for (const f of again)
	r.say(`look again at ${f.name} (${f.lines} lines) in ${f.path}:${f.line}`);
r.done();
