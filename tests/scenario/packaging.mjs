// What an operator installs: `cmake --install` puts everything in its place, systemd takes the unit and finds it hardened.
// engines: sqlite
import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

import {must, run} from '../lib/process.mjs';
import {CHORSU} from '../lib/store.mjs';
import {equal, folder, match, ok, step, test} from '../lib/test.mjs';

const FILES = ['bin/chorsu', 'share/man/man1/chorsu.1', 'share/man/man5/chorsu.conf.5', 'lib/sysusers.d/chorsu.conf',
	'share/bash-completion/completions/chorsu', 'lib/systemd/system/chorsu.service', 'share/doc/chorsu/nginx.conf',
	'share/doc/chorsu/Caddyfile', 'share/doc/chorsu/install.md'];
const EXPOSURE = 20; // in tenths; a unit without hardening has 96

test(async () => {
	const top = folder('install');
	const build = dirname(CHORSU);

	await step('everything goes to its place', async () => {
		if (!existsSync(join(build, 'man/chorsu.1')))
			await must('cmake', ['--build', build, '--target', 'man']);
		await must('cmake', ['--install', build, '--prefix', join(top, 'usr'), '--strip']);
		for (const file of FILES)
			ok(statSync(join(top, 'usr', file)).size > 0, file);
		match(await must(join(top, 'usr/bin/chorsu'), ['--version']), /^chorsu \d/);
	});

	await step('the unit', async () => {
		const unit = readFileSync(join(top, 'usr/lib/systemd/system/chorsu.service'), 'utf8');
		const path = join(top, 'chorsu.service');
		match(unit, /^ExecStart=\/\S+\/bin\/chorsu serve \/var\/lib\/chorsu$/m);
		writeFileSync(path, unit.replace(/^ExecStart=\S+/m, `ExecStart=${join(top, 'usr/bin/chorsu')}`));
		const verified = await run('systemd-analyze', ['verify', '--man=no', path]);
		equal([verified.code, verified.stderr.replace(/^.*(?:Failed to (?:prepare|open|create)|unit_file_).*\n/gm, '')], [0, '']);
		const security = await run('systemd-analyze', ['security', '--offline=true', `--threshold=${EXPOSURE}`, path]);
		equal(security.code, 0, security.stdout + security.stderr);
		match(security.stdout, /Overall exposure level for chorsu\.service: 1\.\d OK/);
	});

	await step('the user', async () => {
		const r = await run('systemd-sysusers', ['--dry-run', join(top, 'usr/lib/sysusers.d/chorsu.conf')]);
		if (r.code !== 127)
			equal(r.code, 0, r.stderr);
	});
});
