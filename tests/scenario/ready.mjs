// /health/ready says whether requests may come: not when the database does not answer. The process itself lives on.
// engines: sqlite
import {get} from '../lib/http.mjs';
import {startPostgres} from '../lib/pg.mjs';
import {freePort} from '../lib/port.mjs';
import {must, start} from '../lib/process.mjs';
import {CHORSU} from '../lib/store.mjs';
import {cleanup, equal, folder, match, soon, step, test} from '../lib/test.mjs';

test(async () => {
	const pg = await startPostgres();
	cleanup(() => pg.removeNow());
	const dir = folder('store'), port = await freePort(), origin = `http://127.0.0.1:${port}`;
	await must(CHORSU, ['init', dir, '--url', origin, '--database', pg.url]);
	const server = start(CHORSU, ['serve', dir, '--listen', `127.0.0.1:${port}`]);
	const ask = (path) => get(origin + path, undefined, {timeout: 5000}).catch(() => null);

	await step('ready with its database', () => soon('ready', async () => (await ask('/health/ready'))?.status === 200));
	await step('not ready without it', async () => {
		await pg.stop();
		const r = await soon('not ready', async () => {
			const answer = await ask('/health/ready');
			return answer?.status === 503 && answer;
		});
		match(r.text, /^not ready: /);
		equal((await ask('/health/live')).status, 200);
	});
	await server.stop('TERM', 20000);
});
