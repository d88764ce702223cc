// Two people revise one post in the same moment, in different languages: neither undoes what the other did.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {equal, folder, ok, step, test} from '../lib/test.mjs';
import {makeStore} from '../lib/store.mjs';

const ROUNDS = 6;

test(async () => {
	const s = await makeStore();
	const dir = folder('text');
	const file = (name, text) => {
		writeFileSync(join(dir, name), text);
		return join(dir, name);
	};
	await s.chorsu('institution add', 'suv', '--name', 'uz=Suv', '--name', 'ru=Вода');
	const url = await s.post('suv', 'Matn #bir', '--lang', 'uz', '--variant', `ru=${file('ru', 'Текст #один')}`);
	for (let n = 1; n <= ROUNDS; n++)
		await step(`round ${n}`, async () => {
			const both = await Promise.all([
				s.chorsu('revise', url, '--lang', 'uz', `Matn ${n} #bir${n}`),
				s.chorsu('revise', url, '--lang', 'ru', `Текст ${n} #один${n}`),
			]);
			ok(both.every((r) => r.code === 0));
			const rows = await s.sql(`SELECT name FROM post_tag ORDER BY name`);
			equal(rows.map((r) => r[0]).sort(), [`bir${n}`, `один${n}`].sort(), 'the hashtags of both texts that stand');
		});
});
