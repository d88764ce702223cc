// An operator's own templates and assets: copied, changed, taken at SIGHUP, refused with file, line and sentence, compared and
// merged when ours has changed since.
// engines: sqlite
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {must, run} from '../lib/process.mjs';
import {CHORSU, makeStore} from '../lib/store.mjs';
import {equal, match, ok, soon, step, test} from '../lib/test.mjs';

test(async () => {
	const s = await makeStore({settings: {'log.format': 'json'}});
	const at = (path) => join(s.dir, path);
	const read = (path) => readFileSync(at(path), 'utf8');
	const standing = async (name) => (await s.chorsu('templates', 'list')).json.files.find((f) => f.name === name);
	const lines = (event) => s.logLines().filter((l) => l.event === event);
	const hang = async () => {
		const before = lines('reloaded').length;
		s.server.signal('HUP');
		await soon('reloaded', () => lines('reloaded').length > before);
	};
	const page = async () => (await s.get('/')).text;

	await s.serve();
	await step('ours alone', async () => {
		equal((await standing('templates/foot.html')).standing, 'ours');
		equal((await standing('assets/site.css')).standing, 'ours');
		equal((await s.chorsu('templates', 'diff')).json.files, []);
		const shown = await must(CHORSU, ['templates', s.dir, 'show', 'foot.html']);
		equal(shown, readFileSync('templates/foot.html', 'utf8'));
		equal((await s.chorsu('templates', 'show', 'assets/site.css')).json.text, readFileSync('assets/site.css', 'utf8'));
	});

	await step('a copy is the same, and is there once', async () => {
		await s.chorsu('templates', 'copy', 'foot.html');
		equal(read('templates/foot.html'), readFileSync('templates/foot.html', 'utf8'));
		equal((await standing('templates/foot.html')).standing, 'same');
		match(await s.fails('templates', 4, 'copy', 'foot.html'), /is there already/);
	});

	const ours = read('templates/foot.html');
	await step('what is changed shows after SIGHUP', async () => {
		writeFileSync(at('templates/foot.html'), ours.replace('</body>', '<p>Toshkent</p>\n</body>'));
		ok(read('templates/foot.html') !== ours);
		ok(!(await page()).includes('Toshkent'));
		await hang();
		match(await page(), /<p>Toshkent<\/p>/);
		equal((await standing('templates/foot.html')).standing, 'changed');
		const {yours} = (await s.chorsu('templates', 'diff', 'foot.html')).json.files[0];
		match(yours, /^--- templates\/foot\.html \(ours\)\n\+\+\+ templates\/foot\.html \(yours\)\n/);
		match(yours, /^\+<p>Toshkent<\/p>$/m);
	});

	await step('a mistake is refused with file, line and sentence; the page stays as it was', async () => {
		const good = read('templates/foot.html');
		const rows = {
			'\n\n{{#x}}<p>': /templates\/foot\.html: template foot\.html, line 3, column \d+: the section x that begins here has no end/,
			'\n<p title={{x}}>': /templates\/foot\.html: template foot\.html, line 2, column \d+: /,
			'\n\n\n{{>nobody.html}}': /templates\/foot\.html: template foot\.html, line 4: the partial nobody\.html does not exist/,
			'{{>feed.atom.xml}}': /line 1: the partial feed\.atom\.xml is of another kind/,
			'\u0000': /./,
		};
		for (const [text, sentence] of Object.entries(rows)) {
			writeFileSync(at('templates/foot.html'), text);
			const before = lines('override_refused').length;
			await hang();
			match(lines('override_refused')[before].error, sentence);
			match(await page(), /<p>Toshkent<\/p>/);
			const said = await standing('templates/foot.html');
			equal(said.standing, 'refused');
			match(said.text, sentence);
			const check = (await s.chorsu('check', '--inside', {exit: 1})).json.findings.find((f) => f.name === 'templates');
			equal(check.state, 'wrong');
			match(check.text, sentence);
		}
		await step('at the start ours stands in its place', async () => {
			await s.stop();
			await s.serve();
			ok(!(await page()).includes('Toshkent'));
			equal(lines('override_refused').length > 5, true);
		});
		writeFileSync(at('templates/foot.html'), good);
		await hang();
		match(await page(), /<p>Toshkent<\/p>/);
	});

	await step('partials and names of their own', async () => {
		writeFileSync(at('templates/banner.html'), '<p>{{t.site}} bayrogʻi</p>\n');
		writeFileSync(at('templates/foot.html'), `{{>banner.html}}\n${ours}`);
		writeFileSync(at('templates/foot.html~'), 'left by an editor');
		writeFileSync(at('templates/.foot.html.swp'), 'left by an editor');
		await hang();
		match(await page(), /bayrogʻi/);
		equal((await standing('templates/banner.html')).standing, 'own');
		writeFileSync(at('templates/note.txt'), 'x');
		match((await standing('templates/note.txt')).text, /must end in \.html or \.xml/);
		rmSync(at('templates/note.txt'));
	});

	await step('assets: in the place of ours, beside them, and local.css on every page', async () => {
		equal((await s.get('/assets/local.css')).status, 404);
		ok(!(await page()).includes('local.css'));
		mkdirSync(at('assets'));
		writeFileSync(at('assets/local.css'), 'body{color:red}');
		writeFileSync(at('assets/mark.svg'), '<svg/>');
		await hang();
		const r = await s.get('/assets/local.css');
		equal([r.status, r.text, r.headers['content-type']], [200, 'body{color:red}', 'text/css; charset=utf-8']);
		equal((await s.get('/assets/mark.svg')).text, '<svg/>');
		const text = await page();
		ok(text.indexOf('/assets/site.css') > 0 && text.indexOf('/assets/site.css') < text.indexOf('/assets/local.css'));
		equal((await standing('assets/mark.svg')).standing, 'unknown');
	});

	await step('ours has changed since: said, compared, merged', async () => {
		// As if the copy had been made from an older version, of which a line was different.
		const now = ours.split('\n');
		const older = [now[0].replace(/$/, ' '), ...now.slice(1)].join('\n');
		writeFileSync(at('templates/original/foot.html'), older);
		writeFileSync(at('templates/foot.html'), older.replace('</body>', '<p>Toshkent</p>\n</body>'));
		equal((await standing('templates/foot.html')).standing, 'outdated');
		const check = (await s.chorsu('check', '--inside')).json.findings.find((f) => f.name === 'templates');
		equal(check.state, 'warning');
		const d = (await s.chorsu('templates', 'diff', 'templates/foot.html')).json.files[0];
		match(d.yours, /^\+<p>Toshkent<\/p>$/m);
		match(d.ours, /ours when you copied it/);
		ok(!d.ours.includes('Toshkent'));
		match(await must(CHORSU, ['templates', s.dir, 'diff']), /^What you changed:\n---[^]*^What we changed since you copied it:\n---/m);
		await s.chorsu('templates', 'merge', 'foot.html');
		equal(read('templates/foot.html'), ours.replace('</body>', '<p>Toshkent</p>\n</body>'));
		equal((await standing('templates/foot.html')).standing, 'changed');
	});

	await step('both changed the same lines: nothing is written', async () => {
		const mine = ours.replace(/^.*/, '<p>mine</p>');
		writeFileSync(at('templates/original/foot.html'), ours.replace(/^.*/, '<p>older</p>'));
		writeFileSync(at('templates/foot.html'), mine);
		match(await s.fails('templates', 4, 'merge', 'foot.html'), /changed the same lines of templates\/foot\.html/);
		equal(read('templates/foot.html'), mine);
	});

	await step('under load, many times over', async () => {
		let more = true;
		const client = async () => {
			while (more) {
				equal((await s.get('/')).status, 200);
				equal((await s.get('/assets/local.css')).status, 200);
			}
		};
		const clients = [client(), client(), client()];
		for (let i = 0; i < 20; i++) {
			writeFileSync(at('assets/local.css'), 'a{}'.repeat(1 + i * 1000));
			writeFileSync(at('templates/foot.html'), `<p>${i}</p>${ours}`);
			await hang();
		}
		more = false;
		await Promise.all(clients);
		match(await page(), /<p>19<\/p>/);
	});
	await s.stop();

	await step('without the programs of diffutils there is a sentence', async () => {
		const r = await run('env', ['PATH=/nowhere', CHORSU, 'templates', s.dir, 'diff']);
		equal(r.code, 1);
		match(r.stderr, /diff cannot be run .*: install the package diffutils/);
		ok(existsSync(at('templates/foot.html')));
	});
});
