// Searching: scripts and spellings find each other, the newest first, and nothing is found that no longer stands.
import {equal, match, ok, soon, step, test} from '../lib/test.mjs';
import {makeWorld} from './lib/world.mjs';

const unescape = (s) => s.replace(/&#39;/g, '\'').replace(/&quot;/g, '"').replace(/&amp;/g, '&');

test(async () => {
	const w = await makeWorld();
	await w.institution('suv', '--name', 'uz=Suv xoʻjaligi vazirligi');
	const search = async (q, path = '/uz/search', more = '') => {
		const r = await w.s.get(`${path}?q=${encodeURIComponent(q)}${more}`, 'text/html');
		equal(r.status, 200, r.text);
		const hits = r.text.split('<article class="card hit">').slice(1);
		return {
			text: r.text, count: Number(/<strong>(\d+)<\/strong>/.exec(r.text)?.[1] ?? 0),
			posts: hits.map((h) => /\/post\/(\d+)/.exec(h)[1]),
			marks: [...r.text.matchAll(/<mark>([^<]*)<\/mark>/g)].map((m) => unescape(m[1])),
			older: unescape(/rel="next" href="([^"]*)"/.exec(r.text)?.[1] ?? ''),
		};
	};
	const id = (url) => url.split('/').pop();
	const found = (q, ...urls) => soon(`"${q}" finds ${urls.length}`, async () => {
		const {posts} = await search(q);
		return JSON.stringify(posts) === JSON.stringify(urls.map(id));
	});

	const latin = await w.post('Oʻzbekiston boʻylab suv taʼminoti yaxshilanadi');
	const cyrillic = await w.post('Ўзбекистон бўйлаб сув таъминоти яхшиланади', '--lang', 'uz-Cyrl');
	const russian = await w.post('Ещё один водопровод построен', '--lang', 'ru');
	const karakalpak = await w.post('Qaraqalpaqstanda jańa mektep ashıldı', '--lang', 'kaa');

	await step('both scripts, every apostrophe, е and ё', async () => {
		for (const q of ['Oʻzbekiston', 'O\'zbekiston', 'O`zbekiston', 'O’zbekiston', 'O‘zbekiston', 'ozbekiston', 'Ўзбекистон', 'ЎЗБЕКИСТОН'])
			await found(q, cyrillic, latin);
		for (const q of ['taʼminot*', 'таъминоти', 'ta\'minoti', 'taminoti'])
			await found(q, cyrillic, latin);
		await found('еще', russian);
		await found('ещё водопровод', russian);
		await found('jańa', karakalpak);
		await found('suv* yaxshilanadi', cyrillic, latin);
		await found('suv водопровод');
		await found('nothinghere');
	});

	await step('hits show the text as it was written', async () => {
		equal((await search('uzbek*')).marks, []);
		const {marks, count} = await search('ozbekiston');
		equal(marks.sort(), ['Oʻzbekiston', 'Ўзбекистон'].sort());
		equal(count, 2);
	});

	await step('revised, withdrawn, unlisted, and of one institution', async () => {
		await w.revise(latin, 'Butunlay boshqa matn: daryo');
		await found('ozbekiston', cyrillic);
		await found('daryo', latin);
		await w.withdraw(cyrillic);
		await found('ozbekiston');
		await w.post('maxfiy soʻz', '--visibility', 'unlisted');
		const other = await w.s.post('suv', 'daryo va kanal');
		await found('daryo', other, latin);
		await found('maxfiy');
		equal((await search('daryo', '/uz/@suv/search')).posts, [id(other)]);
		equal((await search('daryo', `/uz/@${w.handle}/search`)).posts, [id(latin)]);
	});

	await step('pages, newest first, each once', async () => {
		const all = [];
		for (let i = 0; i < 43; i++)
			all.unshift(id(await w.post(`sanoq ${i}`)));
		await soon('all are in', async () => (await search('sanoq')).count === 43);
		const seen = [];
		let page = await search('sanoq');
		for (;;) {
			seen.push(...page.posts);
			if (!page.older)
				break;
			const r = await w.s.get(page.older, 'text/html');
			page = {posts: [...r.text.matchAll(/<article class="card hit">[^]*?\/post\/(\d+)/g)].map((m) => m[1]),
				older: unescape(/rel="next" href="([^"]*)"/.exec(r.text)?.[1] ?? '')};
		}
		equal(seen, all);
	});

	await step('odd questions', async () => {
		for (const q of ['', ' ', '*', '***', '"', '<script>', '\'; DROP TABLE post; --', 'a'.repeat(200), '%', '🙂', 'a* b* c* d* e* f* g* h* i* j*']) {
			const {text} = await search(q);
			ok(!text.includes('<script>'));
		}
		equal((await w.s.get(`/search?q=${'a'.repeat(201)}`, 'text/html')).status, 400);
		match((await w.s.get('/uz/search?q=a&before=x', 'text/html')).text, /400|xato/);
	});

	await step('an index that is lost is made again', async () => {
		await w.s.stop();
		await w.s.sql('DELETE FROM search_word');
		await w.s.sql('DELETE FROM search_block');
		await w.s.sql('DELETE FROM search_post');
		await w.s.sql('UPDATE reader SET position = 0 WHERE kind = \'search\'');
		await w.s.serve();
		await soon('all are in again', async () => (await search('sanoq')).count === 43);
		await found('ozbekiston');
	});
});
