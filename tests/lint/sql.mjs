// SQL stands only in *_db.c, *_migrations.c and src/kit/db (and in tests), and is constant text: nothing is formatted into it.
import {files, lineOf, read, report, scan} from '../lib/lint.mjs';

const SQL = new RegExp(['^\\s*(?:SELECT\\s+\\S', 'INSERT\\s+(?:OR\\s+\\w+\\s+)?INTO\\b', 'UPDATE\\s+\\w+\\s+SET\\b', 'DELETE\\s+FROM\\b',
	'CREATE\\s+(?:UNIQUE\\s+|VIRTUAL\\s+|TEMP\\s+)*(?:TABLE|INDEX|VIEW|TRIGGER|SCHEMA)\\b', 'ALTER\\s+TABLE\\b',
	'DROP\\s+(?:TABLE|INDEX|VIEW)\\b', 'WITH\\s+(?:RECURSIVE\\s+)?\\w+(?:\\([^)]*\\))?\\s+AS\\b', 'PRAGMA\\s+\\w', 'SAVEPOINT\\b',
	'BEGIN(?:\\s+(?:IMMEDIATE|TRANSACTION|ISOLATION)|;|\\s*$)', 'COMMIT\\s*;?\\s*$', 'ROLLBACK\\b', 'LISTEN\\s', 'NOTIFY\\s)'].join('|'));
const PLACE = /_db\.c$|_migrations\.c$|^src\/kit\/db\/|_test\.c$|_testing\.c$/;
const FORMATS = /\b(?:v?snprintf|v?asprintf|v?f?printf|buf_v?printf|buf_format|arena_v?printf|arena_format|str_format)\s*\(/g;
const r = report();
const unescape = (s) => s.replace(/\\[nt]/g, ' ').replace(/\\"/g, '"');

// The arguments of the call that begins at offset, as text.
function call(code, text, offset) {
	let depth = 0;
	for (let i = code.indexOf('(', offset); i < code.length; i++) {
		if (code[i] === '(')
			depth++;
		else if (code[i] === ')' && --depth === 0)
			return text.slice(offset, i + 1);
	}
	return '';
}

let statements = 0;
for (const path of files(/^src\/.*\.[ch]$/)) {
	const text = read(path);
	const {code, strings} = scan(text);
	for (const s of strings) {
		if (!SQL.test(unescape(s.text)))
			continue;
		statements++;
		if (!PLACE.test(path))
			r.fault(path, s.line, `SQL outside *_db.c and *_migrations.c: "${s.text.slice(0, 60)}"`);
	}
	// kit/db itself speaks to the engines (PRAGMA, savepoints), and tests play with them.
	if (/^src\/kit\/db\/|_test\.c$|_testing\.c$/.test(path))
		continue;
	for (const m of code.matchAll(FORMATS)) {
		const formatted = scan(call(code, text, m.index)).strings.find((s) => SQL.test(unescape(s.text)));
		if (formatted)
			r.fault(path, lineOf(code, m.index), `formatted SQL: "${formatted.text.slice(0, 60)}"; bind values by name`);
	}
}
r.say(`${statements} statements`);
r.done();
