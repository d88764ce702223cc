// The demo is whole: each drawing has its picture and is shown once, each picture is described in every language of its
// statement, the pictures stay small, and Uzbek in Latin script has the letters that demo/README.md asks for.
import {statSync} from 'node:fs';
import {basename, join} from 'node:path';

import {files, read, report, ROOT} from '../lib/lint.mjs';

const PICTURES_MAX = 700_000; // bytes of all together
const r = report();
const stems = (pattern) => files(pattern).map((p) => basename(p).replace(/\.\w+$/, ''));
const drawings = stems(/^demo\/art\/[^/]+\.svg$/), pictures = stems(/^demo\/pictures\/[^/]+$/);

for (const name of drawings)
	if (!pictures.includes(name))
		r.fault(`demo/art/${name}.svg`, 0, 'has no picture in demo/pictures; run scripts/make-art');
for (const name of pictures)
	if (!drawings.includes(name))
		r.fault(`demo/pictures/${name}.webp`, 0, 'is rendered from no drawing in demo/art');
const bytes = files(/^demo\/pictures\//).reduce((sum, p) => sum + statSync(join(ROOT, p)).size, 0);
if (bytes > PICTURES_MAX)
	r.fault('demo/pictures', 0, `holds ${bytes} bytes; at most ${PICTURES_MAX}`);

const shown = new Map();
function show(path, name) {
	if (!drawings.includes(name))
		r.fault(path, 0, `shows ${name}, which is not drawn`);
	if (shown.has(name))
		r.fault(path, 0, `shows ${name}, as ${shown.get(name)} does; each picture is shown once`);
	shown.set(name, path);
}

function checkUzbek(path, text) {
	for (const m of text.matchAll(/\S*['’‘`´]\S*/g))
		r.fault(path, 0, `${m[0]}: Uzbek takes ʻ (U+02BB) and ʼ (U+02BC)`);
}

function checkStatement(path, s) {
	const languages = Object.keys(s.variants).filter((l) => l !== 'uz-Cyrl'); // which finds the Latin text
	for (const p of s.pictures ?? []) {
		show(path, p.name);
		for (const l of languages)
			if (!p.descriptions?.[l])
				r.fault(path, 0, `${p.name} is not described in ${l}`);
		checkUzbek(path, p.descriptions?.uz ?? '');
	}
	for (const v of [s, ...s.revisions ?? []])
		checkUzbek(path, `${v.variants.uz?.title ?? ''} ${v.variants.uz?.text ?? ''}`);
}

let statements = 0;
for (const path of files(/^demo\/[^/]+\.json$/)) {
	const j = JSON.parse(read(path));
	show(path, j.avatar);
	show(path, j.header);
	for (const field of ['names', 'bios', 'services', 'hours', 'addresses'])
		for (const l of j.languages)
			if (!j[field]?.[l])
				r.fault(path, 0, `has no ${field} in ${l}`);
	for (const s of j.statements)
		checkStatement(path, s);
	statements += j.statements.length;
}
for (const name of drawings)
	if (!shown.has(name))
		r.fault(`demo/art/${name}.svg`, 0, 'is shown nowhere');
r.say(`${statements} statements, ${drawings.length} pictures, ${bytes} bytes`);
r.done();
