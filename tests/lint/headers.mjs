// Every header compiles alone, with gcc and the project's warnings.
import {execFileSync} from 'node:child_process';
import {availableParallelism} from 'node:os';

import {files, report, ROOT} from '../lib/lint.mjs';
import {run} from '../lib/process.mjs';

const PACKAGES = ['jansson', 'libsodium', 'libcrypto', 'sqlite3', 'libpq', 'libmicrohttpd', 'libcurl', 'gumbo',
	'libcmark-gfm', 'icu-uc', 'icu-i18n', 'inih', 'vips', 'libseccomp', 'libxml-2.0'];
const flags = ['-std=gnu17', '-D_GNU_SOURCE', '-DCHORSU_VERSION="0"', '-DCHORSU_DATE=""', '-Isrc', '-Wall', '-Wextra', '-Werror', '-Wstrict-prototypes',
	'-fsyntax-only', ...execFileSync('pkg-config', ['--cflags', ...PACKAGES], {encoding: 'utf8'}).split(/\s+/).filter(Boolean)];
const r = report();
const headers = files(/^src\/.*\.h$/);
let next = 0;

// Included by a file of one line, as "#pragma once in main file" and unused statics would be judged otherwise.
async function worker() {
	while (next < headers.length) {
		const path = headers[next++];
		const result = await run('gcc', [...flags, '-x', 'c', '-'],
			{cwd: ROOT, input: `#include "${path.slice('src/'.length)}"\n`});
		if (result.code !== 0)
			r.fault(path, 0, `does not compile alone:\n${result.stderr.trim().split('\n').slice(0, 6).join('\n')}`);
	}
}
await Promise.all(Array.from({length: availableParallelism()}, worker));
r.say(`${headers.length} headers`);
r.done();
