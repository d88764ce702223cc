// Every parser has a table of bad input in a unit test of its room, and a fuzz target. A parser is a function of a header whose
// name says that it reads something (parse, read, decode, from) and that takes text or bytes; others that read what comes from
// outside are listed here. Reached counts: what a test or target calls, and what that calls in turn. What the command line takes
// (src/app) has its rows in tests/scenario/bad-commands.mjs.
import {dirname} from 'node:path';

import {files, lineOf, read, report, scan} from '../lib/lint.mjs';

const MORE = ['accept_language', 'accept_type', 'client_address', 'crosssite_check', 'etag_matches', 'fetch_url_check',
	'head_check_bytes', 'httpsig_read', 'markdown_html', 'not_modified', 'sanitize_html', 'settings_load', 'str_lang',
	'str_to_int64'];
const NAME = /^\w+_(?:(?:parse|read|decode)(?:_\w+)?|from_\w+)$/;
const TAKES = /^(?!.*\(\*).*\b(?:char|void) \*\w/s; // text or bytes, and no function
const PROTOTYPE = /^(?:MUST_USE |extern )?[a-z][\w ]*?[ *](\w+)\(([^;{]*)\);?/gm;
const r = report();

// Functions of a file: name -> words of its body. Code stands as clang-format leaves it.
function functionsOf(code) {
	const found = new Map();
	for (const m of code.matchAll(/^[a-z][^;{}=#]*?\b(\w+)\([^;{}]*\)\n\{\n([^]*?)^\}/gm))
		found.set(m[1], {own: m[0].startsWith('static'), words: new Set(m[2].match(/\w+/g))});
	return found;
}

const SOURCE = /^src\/.*\.c$/, TEST = /_test\.c$/, TARGET = /^tests\/fuzz\/.*\.c$/;
const bodies = new Map(), places = new Map(); // by path; of what other files may call
for (const path of files(SOURCE).filter((p) => !TEST.test(p))) {
	bodies.set(path, functionsOf(scan(read(path)).code));
	for (const [name, f] of bodies.get(path))
		if (!f.own)
			places.set(name, path);
}

// All functions that are named in the file, or in a function that is.
function reached(path) {
	const seen = new Set();
	const follow = (words, place) => {
		for (const word of words) {
			const at = bodies.get(place)?.has(word) ? place : places.get(word);
			if (!at || seen.has(`${at} ${word}`))
				continue;
			seen.add(`${at} ${word}`);
			follow(bodies.get(at).get(word).words, at);
		}
	};
	follow(scan(read(path)).code.match(/\w+/g), path);
	return new Set([...seen].map((s) => s.split(' ')[1]));
}

const TABLE = /^(?:\t?static )?(?:static )?const struct (?:\w+ |\{[^]*?\} )\w+\[\] = \{/m;
const tests = files(SOURCE).filter((p) => TEST.test(p) && TABLE.test(read(p))).map((p) => [dirname(p), reached(p)]);
const targets = files(TARGET).map(reached);
const left = new Set(MORE);
let count = 0;
for (const path of files(/^src\/.*\.h$/)) {
	if (/_testing\.h$|^src\/app\//.test(path))
		continue;
	const {code} = scan(read(path));
	for (const m of code.matchAll(PROTOTYPE)) {
		const [, name, parameters] = m;
		if (!MORE.includes(name) && !(NAME.test(name) && TAKES.test(parameters)))
			continue;
		left.delete(name);
		count++;
		if (!tests.some(([folder, names]) => folder === dirname(path) && names.has(name)))
			r.fault(path, lineOf(code, m.index), `${name}() has no table of bad input in a *_test.c of its room`);
		if (!targets.some((names) => names.has(name)))
			r.fault(path, lineOf(code, m.index), `${name}() has no fuzz target in tests/fuzz`);
	}
}
if (files(/^tests\/lint\/parsers\.mjs$/).length)
	for (const name of left)
		r.fault('tests/lint/parsers.mjs', 0, `${name}() is listed and stands in no header`);
r.say(`${count} parsers`);
r.done();
