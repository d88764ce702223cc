// The lints themselves: each is run over a small tree with one fault of every kind, and must name it; and over a sound one.
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

import {ROOT} from '../lib/lint.mjs';
import {must, run} from '../lib/process.mjs';
import {equal, folder, match, test} from '../lib/test.mjs';

const mark = ['FIX', 'ME'].join('');
const long = (lines) => `int f(void);\nint f(void)\n{\n${'\tf();\n'.repeat(lines)}\treturn 0;\n}\n`;
const GUARD = '#ifndef H\n#define H\n#endif\n';
// A parser with its table and its target, which calls it by way of another function.
const PARSER = {
	'src/base/a.h': '#include <stdbool.h>\n/* a_read(x) reads no text. */\nint db_read(int (*fn)(void *arg));\n'
		+ 'bool a_parse(const char *s);\nbool check(const char *s);\n',
	'src/base/a.c': 'bool a_parse(const char *s)\n{\n\treturn *s;\n}\n\nstatic bool twice(const char *s)\n{\n\treturn a_parse(s);\n}\n\n'
		+ 'bool check(const char *s)\n{\n\treturn twice(s);\n}\n',
	'src/base/a_test.c': 'static const struct {\n\tint n;\n} ROWS[] = {\n\t{0},\n};\n\nint main(void)\n{\n\ta_parse("");\n}\n',
	'tests/fuzz/a.c': 'int f(void)\n{\n\tcheck("");\n}\n',
};

const ART = Object.fromEntries(['emblem', 'header'].flatMap((n) => [[`demo/art/a-${n}.svg`, '<svg/>'], [`demo/pictures/a-${n}.webp`, '']]));
const DEMO = (o) => JSON.stringify({languages: ['uz'], avatar: 'a-emblem', header: 'a-header', statements: [],
	...Object.fromEntries(['names', 'bios', 'services', 'hours', 'addresses'].map((f) => [f, {uz: 'x'}])), ...o});

// lint, files of the tree, what it must say (none: it must pass)
const ROWS = [
	['includes', {'src/base/a.c': '#include "core/b.h"\n', 'src/core/b.h': GUARD}, /base may not know core/],
	['includes', {'src/kit/db/a.c': '#include "kit/http/b.h"\n', 'src/kit/http/b.h': GUARD}, /stand beside each other/],
	['includes', {'src/feature/site/a.c': '#include "feature/desk/b.h"\n'}, /stand beside each other/],
	['includes', {'src/core/a.c': '#include "feature/site/site.h"\n'}, /core may not know feature\/site/],
	['includes', {'src/core/a.c': '#include "nowhere.h"\n'}, /in no room/],
	['includes', {'src/feature/site/a.c': '#include "core/b.h"\n#include "kit/db/db.h"\n#include "site.h"\n',
		'src/feature/site/site.h': GUARD}, null],
	['headers', {'src/base/a.h': 'size_t f(void);\n'}, /src\/base\/a\.h: does not compile alone/],
	['headers', {'src/base/a.h': '#include <stddef.h>\nsize_t f(void);\n'}, null],
	['size', {'src/base/a.c': long(98)}, /f has 102 lines/],
	['size', {'src/base/a.c': '\n'.repeat(801)}, /has 801 lines/],
	['size', {'src/base/a.c': long(90)}, null],
	['banned', {'src/base/a.c': 'void f(char *d) { strcpy(d, "x"); }\n'}, /a\.c:1: strcpy\(\) is not used here/],
	['banned', {'src/base/a.c': '\nlong f(void) { return time (0); }\n'}, /a\.c:2: time\(\)/],
	['banned', {'src/core/a.c': 'void f(void) { usleep(1); }\n'}, /usleep/],
	['banned', {'src/core/a.c': 'int f(const char *s) { return s[0] == \'"\' || atoi(s); }\n'}, /atoi/],
	['banned', {'src/core/a_test.c': 'void f(void) { sleep(1); }\n'}, /sleep/],
	['banned', {'src/core/a_test.c': 'void f(char *d) { usleep(1); strcpy(d, "x"); }\n'}, null],
	['banned', {'src/core/a.c': '/* time(0) */\nvoid f(struct x *x) { x->time(); clock_sleep(1); g("time("); }\n',
		'src/base/clock.c': 'void f(void) { clock_gettime(0, 0); }\n'}, null],
	['sql', {'src/core/a.c': 'static const char Q[] = "SELECT id FROM post";\n'}, /SQL outside/],
	['sql', {'src/core/a.c': 'static const char Q[] = ""\n\t"UPDATE post SET a = 1";\n'}, /SQL outside/],
	['sql', {'src/core/a_db.c': 'void f(void) { snprintf(b, n, "DELETE FROM post WHERE id = %d", (g)(1)); }\n'}, /formatted SQL/],
	['sql', {'src/core/a_db.c': 'static const char Q[] = "SELECT id FROM post";\n',
		'src/core/b.c': 'static const char *q = "Select a language"; /* "SELECT 1" */\n'}, null],
	['crash-points', {'src/base/crash.c': 'const char *const crash_points[] = {"a.b", NULL};\n'}, /a\.b is listed and stands nowhere/],
	['crash-points', {'src/base/crash.c': 'const char *const crash_points[] = {NULL};\n',
		'src/core/a.c': 'CRASH_POINT("c.d");\n'}, /c\.d is not listed/],
	['crash-points', {'src/base/crash.c': 'const char *const crash_points[] = {"a.b", NULL};\n',
		'src/core/a.c': 'CRASH_POINT(name);\n'}, /named by a literal/],
	['crash-points', {'src/base/crash.c': 'const char *const crash_points[] = {\n\t"a.b",\n\tNULL,\n};\n',
		'src/core/a.c': 'CRASH_POINT("a.b");\n'}, null],
	['parsers', {...PARSER, 'src/base/a_test.c': 'static const struct row ROWS[] = {{0}};\nint main(void)\n{\n\tb_parse();\n}\n'},
		/a\.h:4: a_parse\(\) has no table of bad input/],
	['parsers', {...PARSER, 'src/base/a_test.c': 'int main(void)\n{\n\ta_parse("");\n}\n'}, /has no table of bad input/],
	['parsers', {...PARSER, 'tests/fuzz/a.c': 'int f(void)\n{\n\tb_parse();\n}\n'}, /a_parse\(\) has no fuzz target/],
	['parsers', {...PARSER, 'src/base/a.h': 'bool a_parse(const char *s);\nint a_from_text(\n\tconst char *s);\n'},
		/a\.h:2: a_from_text\(\) has no fuzz target/],
	['parsers', PARSER, null],
	['words', {'src/base/a.c': `\n/* ${mark} */\n`}, /a\.c:2: .*finish it/],
	['words', {'docs/a.md': `see ${['/ho', 'me/me/x'].join('')}\n`}, /a path of one machine/],
	['words', {'docs/a.md': `see https://${['regis', 'try.npm', 'js.org'].join('')}/x\n`}, /host of a package registry/],
	['words', {'tests/package.json': '{"dependencies": {"a": "^1.0.0"}}'}, /one exact version/],
	['words', {'tests/package.json': '{"dependencies": {"a": "1.0.0"}}'}, /no package-lock\.json/],
	['words', {'tests/package-lock.json': '{"packages": {"a": {"resolved": "https://x.example/a.tgz"}}}'}, /has an address/],
	['words', {'docs/a.md': 'https://example.org/work/home\n', 'src/a.c': 'mkstemp("fXXXXXX");\n'}, null],
	['fonts', {'assets/inter-marks.woff2': 'x', 'assets/other.woff2': 'x', 'assets/fonts-licence.txt': 'Apache'}, new RegExp([
		'golos-latin.woff2: is missing', 'inter-marks.woff2: is not what', 'inter-marks.woff2: stands in no style',
		'other.woff2: is not made by', 'does not hold the licence of inter'].join('[^]*'))],
	['format', {'src/base/a.c': 'int  f ( void ){return 1;}\n', '.clang-format': 'BasedOnStyle: LLVM\n'}, /a\.c:1: not formatted/],
	['format', {'src/base/a.c': 'int f(void);\n', '.clang-format': 'BasedOnStyle: LLVM\n'}, null],
	['syntax', {'scripts/a': '#!/usr/bin/env bash\nif\n'}, /syntax error/],
	['syntax', {'scripts/a': '#!/usr/bin/env bash\n:\n'}, /not executable/],
	['syntax', {'scripts/a': '#!/usr/bin/python3\nif\n'}, /SyntaxError/],
	['syntax', {'tests/a.mjs': 'let let = 1;\n'}, /SyntaxError/],
	['syntax', {'tests/a.mjs': 'export let a = 1;\n'}, null],
	['demo', {'demo/art/a-emblem.svg': '<svg/>', 'demo/art/a-header.svg': '<svg/>', 'demo/pictures/a-emblem.webp': '',
		'demo/a.json': DEMO({})}, /a-header\.svg: has no picture/],
	['demo', {...ART, 'demo/pictures/b.webp': '', 'demo/a.json': DEMO({})}, /b\.webp: is rendered from no drawing/],
	['demo', {...ART, 'demo/art/b.svg': '<svg/>', 'demo/pictures/b.webp': '', 'demo/a.json': DEMO({})}, /b\.svg: is shown nowhere/],
	['demo', {...ART, 'demo/pictures/a-emblem.webp': 'x'.repeat(700001), 'demo/a.json': DEMO({})}, /holds 700001 bytes/],
	['demo', {...ART, 'demo/a.json': DEMO({header: 'a-emblem'})}, /each picture is shown once/],
	['demo', {...ART, 'demo/a.json': DEMO({hours: {}})}, /has no hours in uz/],
	['demo', {...ART, 'demo/art/b.svg': '<svg/>', 'demo/pictures/b.webp': '', 'demo/a.json': DEMO({statements: [
		{variants: {uz: {text: 'x'}}, pictures: [{name: 'b'}]}]})}, /b is not described in uz/],
	['demo', {...ART, 'demo/a.json': DEMO({statements: [{variants: {uz: {text: "bo'ladi"}}}]})}, /bo'ladi: Uzbek takes/],
	['demo', {...ART, 'demo/a.json': DEMO({statements: [{variants: {uz: {text: 'boʻladi'}}}]})}, null],
];

test(async () => {
	const faults = [];
	await Promise.all(ROWS.map(async ([lint, tree, says]) => {
		const top = folder('lint');
		await must('git', ['init', '-q', top]);
		for (const [path, text] of Object.entries(tree)) {
			mkdirSync(join(top, dirname(path)), {recursive: true});
			writeFileSync(join(top, path), text);
		}
		const r = await run(process.execPath, [join(ROOT, `tests/lint/${lint}.mjs`)], {env: {LINT_ROOT: top}});
		try {
			equal(r.stderr, '');
			equal(r.code, says ? 1 : 0, r.stdout);
			if (says)
				match(r.stdout, says);
		} catch (e) {
			faults.push(`${lint} over ${JSON.stringify(tree)}: ${e.message}\n${r.stdout}`);
		}
	}));
	equal(faults, []);
	console.log(`${ROWS.length} rows`);
});
