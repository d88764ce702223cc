// Marks of unfinished work, paths of somebody's machine, and hosts of package registries stand in no file of the project;
// lock files and package.json name exact versions and no addresses. The patterns are put together so that this file passes.
import {binary, files, lineOf, read, report} from '../lib/lint.mjs';

const any = (...words) => words.map((w) => w.join('')).join('|');
const MARKS = new RegExp(`\\b(?:${any(['TO', 'DO'], ['FIX', 'ME'], ['X', 'XX'], ['HA', 'CK'])})\\b`, 'g');
const PATHS = new RegExp(`(?<![\\w.}$)/*-])/(?:${any(['wo', 'rk'], ['fa', 'rm'], ['ho', 'me/\\w+'], ['ro', 'ot'], ['Us', 'ers'],
	['tmp/bash', '_jobs'])})(?:/|\\b)`, 'g');
const HOSTS = new RegExp(any(['registry\\.', 'npmjs'], ['npm', 'js\\.(?:org|com)'], ['registry\\.', 'yarnpkg'], ['deb\\.', 'debian\\.org'],
	['security\\.', 'debian\\.org'], ['py', 'pi\\.org'], ['files\\.', 'pythonhosted'], ['static\\.', 'crates\\.io'],
	['proxy\\.', 'golang\\.org'], ['repo1?\\.', 'maven']), 'gi');
const r = report();

const RULES = [
	[MARKS, (w) => `${w}: finish it, or tell what is missing where users will read it`, /package-lock\.json$/],
	[PATHS, (w) => `${w.trim()} is a path of one machine`, /package-lock\.json$/],
	[HOSTS, (w) => `${w} is the host of a package registry; leave that to each machine's settings`],
];

const texts = files().filter((path) => !binary(path));
for (const path of texts) {
	const text = read(path);
	for (const [pattern, sentence, except] of RULES)
		if (!except?.test(path))
			for (const m of text.matchAll(pattern))
				r.fault(path, lineOf(text, m.index), sentence(m[0]));
}
for (const path of files(/(^|\/)package(-lock)?\.json$/)) {
	const json = JSON.parse(read(path));
	if (json.packages) {
		for (const [name, p] of Object.entries(json.packages))
			if (p.resolved && !p.link)
				r.fault(path, 0, `${name} has an address; make the lock with --omit-lockfile-registry-resolved`);
		continue;
	}
	for (const group of ['dependencies', 'devDependencies', 'optionalDependencies'])
		for (const [name, version] of Object.entries(json[group] ?? {}))
			if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
				r.fault(path, 0, `${name} is asked for as "${version}"; name one exact version`);
	if (!files().includes(path.replace('package.json', 'package-lock.json')))
		r.fault(path, 0, 'has no package-lock.json beside it');
}
r.say(`${texts.length} files`);
r.done();
