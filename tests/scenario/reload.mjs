// SIGHUP: chorsu.conf is read again while requests run; what changed counts at once or is named as waiting for a restart. A
// wrong file leaves everything as it was. The log is opened anew.
// engines: sqlite
import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {must, start} from '../lib/process.mjs';
import {CHORSU, makeStore} from '../lib/store.mjs';
import {equal, match, ok, soon, step, test} from '../lib/test.mjs';

test(async () => {
	const s = await makeStore({settings: {'log.format': 'json'}});
	await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi');
	const path = new URL(await s.post('mehnat', 'Bugun')).pathname;
	await s.serve();
	const conf = join(s.dir, 'chorsu.conf');
	const file = join(s.dir, 'log');
	const lines = (event) => s.logLines().filter((l) => l.event === event);
	const hang = async (event) => {
		const before = lines(event).length;
		s.server.signal('HUP');
		return soon(event, () => lines(event)[before]);
	};
	const hour = async () => /(\d\d):\d\d<\/time>/.exec((await s.get(path)).text)[1];

	await step('nothing has changed', async () => {
		const {level, changed, waiting_for_restart} = await hang('reloaded');
		equal([level, changed, waiting_for_restart], ['info', '', '']);
	});

	await step('what counts at once', async () => {
		const before = await hour();
		s.set('site.timezone', 'Asia/Tokyo');
		s.set('log.access', 'yes');
		equal((await hang('reloaded')).changed, 'log.access site.timezone');
		ok(await hour() !== before, 'pages tell the time in the new zone');
		await soon('requests are logged', () => lines('request').some((l) => l.path === path));
	});

	await step('what waits for a restart', async () => {
		s.set('server.workers', '3');
		s.set('server.url', 'https://other.example');
		s.set('log.access', 'no');
		const line = await hang('reloaded');
		equal([line.level, line.changed, line.waiting_for_restart], ['warn', 'log.access', 'server.url server.workers']);
		match((await s.get(path)).text, new RegExp(`rel="canonical" href="${s.url}/`), 'ids stay what they are');
		s.set('server.workers', '16');
		s.set('server.url', s.url);
		equal((await hang('reloaded')).waiting_for_restart, '');
	});

	await step('a wrong file leaves the old settings', async () => {
		const good = readFileSync(conf, 'utf8');
		const wrong = {
			'level = loud': /chorsu\.conf line \d+: level must be one of debug\|info\|warn\|error, not "loud"/,
			'nonsense = 1': /chorsu\.conf line \d+: There is no setting "nonsense"/,
			'file = /nowhere/at/all': /The log \/nowhere\/at\/all cannot be opened/,
		};
		for (const [text, sentence] of Object.entries(wrong)) {
			const key = text.split(' ')[0];
			writeFileSync(conf, good.replace(key === 'nonsense' ? /^level = .*$/m : new RegExp(`^${key} =.*$`, 'm'), text)
				.replace(/^access = no$/m, 'access = yes'));
			const line = await hang('not_reloaded');
			equal(line.level, 'error');
			match(line.error, sentence);
		}
		for (const [key, value] of [['timezone', 'Mars/Olympus'], ['url', 'http://pages.example']]) {
			writeFileSync(conf, good.replace(new RegExp(`^${key} = .*$`, 'm'), `${key} = ${value}`));
			match((await hang('not_reloaded')).error, key === 'url' ? /use https/ : /not the name of a time zone/);
		}
		writeFileSync(conf, good);
		const requests = lines('request').length;
		await s.get('/robots.txt');
		equal((await hang('reloaded')).changed, '');
		equal(lines('request').length, requests, 'access = yes was in wrong files alone');
	});

	await step('the log moves to a file, and is opened anew', async () => {
		s.set('log.file', file);
		s.set('log.level', 'debug');
		s.server.signal('HUP');
		await soon('it is there', () => existsSync(file) && readFileSync(file, 'utf8').includes('"changed":"log.level log.file"'));
		renameSync(file, `${file}.1`);
		writeFileSync(conf, `${readFileSync(conf, 'utf8')}\nwrong\n`);
		s.server.signal('HUP');
		await soon('opened anew although the settings are wrong', () => existsSync(file)
			&& readFileSync(file, 'utf8').includes('not_reloaded'));
		writeFileSync(conf, readFileSync(conf, 'utf8').replace('\nwrong\n', ''));
		s.set('log.file', '');
		await hang('reloaded');
	});

	await step('under load, many times over', async () => {
		let more = true, answers = 0;
		const client = async () => {
			while (more) {
				equal((await s.get(path)).status, 200);
				answers++;
			}
		};
		const clients = [client(), client(), client(), client()];
		for (let i = 0; i < 40; i++) {
			s.set('site.timezone', i % 2 ? 'Asia/Tashkent' : 'Europe/London');
			s.set('log.access', i % 2 ? 'yes' : 'no');
			match((await hang('reloaded')).changed, /site\.timezone/);
		}
		more = false;
		await Promise.all(clients);
		ok(answers > 40);
	});
	await s.stop();

	await step('a terminal that has gone ends the server', async () => {
		const terminal = start('script', ['-qec', `${CHORSU} serve ${s.dir} --listen 127.0.0.1:${s.port}`, '/dev/null']);
		await soon('it serves', async () => (await s.get('/health/ready').catch(() => null))?.status === 200);
		await terminal.stop('KILL');
		await soon('nobody listens', async () => !await s.get('/health/live').catch(() => null));
		await must(CHORSU, ['check', s.dir]);
	});
});
