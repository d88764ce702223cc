// The fonts in assets are what scripts/make-fonts makes from the npm packages, byte for byte; the styles name each of them, and
// no other; their licence stands beside them, with the notice of every typeface.
import {existsSync, mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';

import {ROOT as HERE} from '../lib/collect.mjs';
import {files, read, report, ROOT} from '../lib/lint.mjs';
import {run} from '../lib/process.mjs';

const LICENCE = 'assets/fonts-licence.txt';
const PACKAGES = join(HERE, 'tests/node_modules/@fontsource-variable');
const r = report();
const made = mkdtempSync(join(tmpdir(), 'chorsu-fonts-'));
process.on('exit', () => rmSync(made, {recursive: true, force: true}));
const result = await run(join(HERE, 'scripts/make-fonts'), [made]);
if (result.code !== 0)
	r.fault('scripts/make-fonts', 0, `exits with ${result.code}: ${result.stderr.trim()}`);

const names = readdirSync(made).sort();
const styles = files(/^assets\/.*\.css$/).map(read).join('\n');
for (const name of names) {
	const path = `assets/${name}`;
	if (!existsSync(join(ROOT, path)))
		r.fault(path, 0, 'is missing; run scripts/make-fonts');
	else if (!readFileSync(join(ROOT, path)).equals(readFileSync(join(made, name))))
		r.fault(path, 0, 'is not what scripts/make-fonts makes; run it');
	if (!styles.includes(`url(${name})`))
		r.fault(path, 0, 'stands in no style');
}
for (const path of files(/^assets\/.*\.woff2?$/))
	if (!names.includes(basename(path)))
		r.fault(path, 0, 'is not made by scripts/make-fonts');

// The first line of a package's licence names the holder, once for each of its files; the rest is the same everywhere.
const licence = existsSync(join(ROOT, LICENCE)) ? read(LICENCE) : '';
for (const name of readdirSync(PACKAGES).sort()) {
	const [notice, ...terms] = readFileSync(join(PACKAGES, name, 'LICENSE'), 'utf8').split('\n');
	const holder = /^.*?\)/.exec(notice)?.[0] ?? notice;
	if (!licence.includes(`${holder}\n`) || !licence.endsWith(terms.join('\n')))
		r.fault(LICENCE, 0, `does not hold the licence of ${name}`);
}
r.say(`${names.length} fonts`);
r.done();
