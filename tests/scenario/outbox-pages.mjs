// The outbox as a collection: every post stands on one page, newest first, and long posts make short pages.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {ACTIVITY} from '../lib/http.mjs';
import {equal, folder, ok, step, test} from '../lib/test.mjs';
import {makeWorld} from './lib/world.mjs';

test(async () => {
	const w = await makeWorld();
	const collect = async () => {
		const pages = [];
		for (let url = `${w.actor}/outbox?page=true`; url;) {
			const r = await w.s.get(url, ACTIVITY);
			equal(r.status, 200, r.text);
			const page = r.json();
			pages.push({bytes: r.text.length, posts: page.orderedItems.map((a) => a.object.id ?? a.object)});
			url = page.next;
		}
		return pages;
	};
	const said = [];

	await step('short ones: twenty a page', async () => {
		for (let i = 0; i < 23; i++)
			said.unshift(await w.post(`short${i}`));
		const pages = await collect();
		equal(pages.map((p) => p.posts.length), [20, 3]);
		equal(pages.flatMap((p) => p.posts), said);
	});

	await step('long ones: a page ends after some 1 MiB', async () => {
		const file = join(folder('texts'), 'long');
		writeFileSync(file, 'word '.repeat(19000));
		for (let i = 0; i < 9; i++)
			said.unshift(await w.post(`long${i}`, '--variant', `ru=${file}`, '--variant', `en=${file}`));
		const pages = await collect();
		equal(pages.flatMap((p) => p.posts), said);
		for (const p of pages)
			ok(p.bytes < 3 * 2 ** 20, `a page of ${p.bytes} bytes`);
		ok(pages[0].posts.length < 9, `${pages[0].posts.length} long posts on one page`);
	});
});
