// The list of crash points in src/base/crash.c and the places in the code are the same: each name is used, each use listed.
import {files, lineOf, read, report, ROOT} from '../lib/lint.mjs';
import {existsSync} from 'node:fs';
import {join} from 'node:path';

const LIST = 'src/base/crash.c';
const r = report();
const listed = new Map();
if (existsSync(join(ROOT, LIST))) {
	const text = read(LIST);
	const table = /crash_points\s*\[\s*\]\s*=\s*\{([^]*?)\};/.exec(text);
	if (!table)
		r.fault(LIST, 0, 'the table crash_points[] = {...} was not found');
	for (const m of table?.[1].matchAll(/"([^"]*)"/g) ?? []) {
		if (listed.has(m[1]))
			r.fault(LIST, 0, `${m[1]} is listed twice`);
		if (!/^[a-z0-9_]+\.[a-z0-9_]+$/.test(m[1]))
			r.fault(LIST, 0, `${m[1]} is not of the form what.when`);
		listed.set(m[1], 0);
	}
}
for (const path of files(/^src\/.*\.[ch]$/)) {
	if (path.startsWith('src/base/crash') || /_test\.c$/.test(path))
		continue;
	const text = read(path).replace(/\/\*[^]*?\*\//g, (c) => c.replace(/[^\n]/g, ' '));
	for (const m of text.matchAll(/\b(?:CRASH_POINT|crash_point)\s*\(\s*("([^"]*)"|[^")]*)/g)) {
		const line = lineOf(text, m.index);
		if (m[2] === undefined)
			r.fault(path, line, 'a crash point is named by a literal, so that this test finds it');
		else if (!listed.has(m[2]))
			r.fault(path, line, `the crash point ${m[2]} is not listed in ${LIST}`);
		else
			listed.set(m[2], listed.get(m[2]) + 1);
	}
}
for (const [name, uses] of listed)
	if (!uses)
		r.fault(LIST, 0, `${name} is listed and stands nowhere in the code`);
r.say(`${listed.size} crash points`);
r.done();
