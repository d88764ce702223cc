// Includes go downward only: base < kit/* < core < feature/* < app. No kit includes another kit, no feature another feature.
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';

import {files, lineOf, read, report, ROOT} from '../lib/lint.mjs';

const LEVEL = {base: 0, kit: 1, core: 2, feature: 3, app: 4};
const r = report();
const roomOf = (path) => /^(base|core|app)\/|^(kit|feature)\/[a-z0-9_]+\//.exec(path)?.[0].replace(/\/$/, '');
const level = (room) => LEVEL[room.split('/')[0]];

function judge(path, line, from, target) {
	const to = roomOf(target);
	if (!to)
		return r.fault(path, line, `includes "${target}", which is in no room`);
	if (from === to)
		return undefined;
	if (level(to) > level(from))
		return r.fault(path, line, `includes "${target}": ${from} may not know ${to}, which stands above it`);
	if (level(to) === level(from))
		return r.fault(path, line, `includes "${target}": ${from} and ${to} stand beside each other`);
	return undefined;
}

let edges = 0;
for (const path of files(/^src\/.*\.[ch]$/)) {
	const inside = path.slice('src/'.length);
	const from = roomOf(inside);
	if (!from) {
		r.fault(path, 0, 'is in no room (base, kit/*, core, feature/*, app)');
		continue;
	}
	const text = read(path);
	for (const m of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"]+)"/gm)) {
		const beside = join(dirname(inside), m[1]);
		const target = !m[1].includes('/') && existsSync(join(ROOT, 'src', beside)) ? beside : m[1];
		edges++;
		judge(path, lineOf(text, m.index), from, target);
	}
}
r.say(`${edges} includes`);
r.done();
