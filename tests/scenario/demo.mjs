// The demo store: made whole or not at all, and all that `chorsu demo` says to open and to try works.
// engines: sqlite
// seconds: 40
// why: makes the 43 pictures of the demo twice
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';

import {get} from '../lib/http.mjs';
import {freePort} from '../lib/port.mjs';
import {must, run, start} from '../lib/process.mjs';
import {CHORSU} from '../lib/store.mjs';
import {equal, folder, match, ok, soon, step, test} from '../lib/test.mjs';

test(async () => {
	const base = folder('demo'), dir = join(base, 'demo');

	await step('interrupted: nothing stands in its place', async () => {
		const r = await run(CHORSU, ['demo', dir], {env: {CHORSU_CRASH: 'publish.before_commit:20'}, timeout: 120000});
		ok(r.code !== 0);
		equal(existsSync(dir), false);
		equal(readdirSync(base), ['demo.new']);
		const again = await run(CHORSU, ['demo', dir], {timeout: 120000});
		ok(again.code !== 0);
		match(again.stderr, /demo\.new is a store already/);
	});

	const fresh = join(base, 'fresh');
	const says = await must(CHORSU, ['demo', `${fresh}/`], {timeout: 120000});
	const again = await run(CHORSU, ['demo', fresh]);
	equal(again.code, 4);
	match(again.stderr, /exists already: choose another folder/);

	const port = await freePort();
	const server = start(CHORSU, ['serve', fresh, '--listen', `127.0.0.1:${port}`]);
	const open = (url) => get(url.replace('localhost:8080', `127.0.0.1:${port}`), undefined, {headers: {host: 'localhost:8080'}});

	await step('what it says to open', async () => {
		const urls = says.match(/http:\S+/g);
		equal(urls.length, 3);
		await soon('it serves', async () => (await open(urls[0]).catch(() => null))?.status === 200);
		for (const url of urls)
			equal((await open(url)).status, 200, url);
		equal(new Set((await open(urls[0])).text.match(/\/@[a-z]+/g)).size, 9);
	});

	await step('what it says to try', async () => {
		const commands = says.split('\n').map((l) => l.replace(/^(Try:)? +/, '')).filter((l) => l.startsWith(`${CHORSU} `));
		equal(commands.length, 2);
		for (const c of commands)
			await must('sh', ['-c', c]);
		match((await open('http://localhost:8080/@mehnat')).text, /Hello from the ministry/);
	});
	await server.stop('TERM', 10000);
});
