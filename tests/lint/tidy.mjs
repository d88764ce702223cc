// clang-tidy with the repository's .clang-tidy over every C file of the product.
// tier: check
// seconds: 600
// why: it reads every file with all its headers, a second or two each
// weight: 2
import {existsSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';

import {files, report, ROOT} from '../lib/lint.mjs';
import {run} from '../lib/process.mjs';

const r = report();
const build = join(ROOT, 'build-test');
const sources = files(/^src\/.*\.c$/).filter((p) => !/_test(ing)?\.c$/.test(p));
if (!existsSync(join(build, 'compile_commands.json'))) {
	r.fault('build-test', 0, 'is not configured; run scripts/build build-test');
} else {
	let next = 0;
	const worker = async () => {
		while (next < sources.length) {
			const path = sources[next++];
			const result = await run('clang-tidy', ['-p', build, '--quiet', path], {cwd: ROOT, timeout: 300000});
			for (const m of result.stdout.matchAll(/^(\S+?):(\d+):\d+: (?:warning|error): (.*)$/gm))
				r.fault(m[1].replace(`${ROOT}/`, ''), m[2], m[3]);
			if (result.code !== 0 && !/: (warning|error): /.test(result.stdout))
				r.fault(path, 0, `clang-tidy: ${result.stderr.trim().slice(0, 500)}`);
		}
	};
	await Promise.all(Array.from({length: availableParallelism()}, worker));
	r.say(`${sources.length} files`);
}
r.done();
