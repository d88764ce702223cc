// What belongs to pages and lies beside the posts survives deaths too: files of pictures, the search index.
import {readdirSync} from 'node:fs';
import {join} from 'node:path';

import {must, run} from '../lib/process.mjs';
import {CHORSU} from '../lib/store.mjs';
import {equal, folder, ok, soon, step, test} from '../lib/test.mjs';
import {PICTURES, SEARCHING} from './lib/crash-table.mjs';
import {makeWorld} from './lib/world.mjs';

const SPEED = 20000; // a day in four seconds

test(async () => {
	const w = await makeWorld({speed: SPEED, serve: false});
	const dir = folder('pictures'), picture = join(dir, 'p.png');
	await must('vips', ['black', join(dir, 'x.v'), '64', '64', '--bands', '3']);
	await must('vips', ['copy', join(dir, 'x.v'), picture]);
	const files = () => readdirSync(join(w.s.dir, 'media'), {recursive: true}).filter((f) => /\.(webp|jpg)$/.test(f));
	const posts = async () => Number((await w.s.sql('SELECT count(*) FROM post'))[0][0]);

	for (const {point} of PICTURES)
		await step(point, async () => {
			const r = await run(CHORSU, ['post', w.s.dir, w.handle, 'Rasm', '--media', picture, '--alt', 'Qora kvadrat'],
				{env: {CHORSU_CRASH: point}, timeout: 60000});
			equal(r.signal, 'SIGKILL');
			equal(await posts(), 0);
			ok(files().length > 0, 'its files are there');
			const kept = await w.s.post(w.handle, 'Rasm', '--media', picture, '--alt', 'Qora kvadrat');
			const all = files().length;
			await w.s.serve();
			await soon('what nobody needs is swept away', () => files().length === all / 2, {seconds: 30});
			const [id] = (await w.s.sql('SELECT media FROM post_media'))[0];
			ok(files().every((f) => f.includes(`/${id}-`)), kept);
			await w.s.stop();
		});

	for (const {point} of SEARCHING)
		await step(point, async () => {
			const word = `soz${point.replace(/\D/g, '')}`;
			await w.s.launch({env: {CHORSU_CRASH: point}});
			for (let i = 0; i < 6 && w.s.server.running; i++)
				await w.s.post(w.handle, `${word} ${i}`);
			equal((await w.s.ended())?.signal, 'SIGKILL');
			const stored = (await w.s.sql(`SELECT count(*) FROM variant WHERE text LIKE '${word} %'`))[0][0];
			await w.s.serve();
			await soon('all of it is found, once', async () => {
				const {text} = await w.s.get(`/uz/search?q=${word}`, 'text/html');
				return (/<strong>(\d+)<\/strong>/.exec(text)?.[1] ?? '0') === String(stored);
			});
			await w.s.stop();
		});
});
