// A million posts of a hundred institutions, one of which has a fifth of them: pages, posts, deep pages and searches that do not come
// from the answer cache, beside the same on ten thousand, on both engines.
import {soon} from '../../lib/test.mjs';
import {makeStore} from '../../lib/store.mjs';
import {atMost, told} from '../lib/table.mjs';
import {pageTimes, percentile} from '../lib/tools.mjs';

export const name = 'million';

const INSTITUTIONS = 100, LARGE = 5, YEARS = 10, CONNECTIONS = 8, VISITS = 60; // of each connection
const SPAN = YEARS * 365 * 86400000; // ms
const limits = {sqlite: 20, postgres: 40};

// Words by the post's number: some in every post, some in few, two in a third each that hardly ever meet.
const TEXT = `'Soʻz ' || n.i || ' maktab' || CASE WHEN n.i % 2 = 0 THEN ' suv taʼminoti' ELSE ' yoʻl qurilishi' END
	|| CASE WHEN n.i % 3 = 0 THEN ' bandlik' WHEN n.i % 3 = 1 THEN ' pensiya' ELSE '' END
	|| CASE WHEN n.i % 30000 = 0 THEN ' bandlik pensiya' ELSE '' END || CASE WHEN n.i % 5000 = 7 THEN ' kamyob' ELSE '' END`;

// Copies of one published post with texts of their own, spread evenly over the years, and the outbox entries that published them.
async function fill(store, posts) {
	for (let i = 1; i <= INSTITUTIONS; i++)
		await store.chorsu('institution add', `m${i}`, '--name', `uz=Tashkilot ${i}`);
	await store.post('m1', 'Birinchi xabar');
	const numbers = (count) => `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
	const begin = store.engine === 'postgres' ? 'BEGIN' : 'PRAGMA synchronous = OFF; BEGIN';
	const share = Math.floor(posts * (LARGE - 1) / LARGE / (INSTITUTIONS - 1));
	const [[model, activity]] = await store.sql('SELECT p.id, o.id FROM post p JOIN outbox o ON o.post = p.id');
	for (let i = 1, from = 0; i <= INSTITUTIONS; i++) {
		const count = i === 1 ? posts - share * (INSTITUTIONS - 1) : share;
		const id = (column) => `CAST(${column} AS BIGINT)`;
		const here = `(SELECT id FROM institution WHERE handle = 'm${i}')`;
		const at = (base) => `${base} - CAST(${SPAN} AS BIGINT) * n.i / ${count}`;
		const post = `${id('p.id')} - ${from} - n.i`;
		await store.sql(`${begin}; ${[
			`INSERT INTO post (id, institution, kind, visibility, state, lang, revision, created, published_at, updated_at)
			${numbers(count)} SELECT ${post}, ${here}, p.kind, p.visibility, p.state, p.lang, 1, n.i, ${at('p.published_at')}, ${at('p.updated_at')}
			FROM n, post p WHERE p.id = ${model}`,
			`INSERT INTO revision (post, number, note, at) ${numbers(count)} SELECT ${post}, 1, '', p.published_at FROM n, post p WHERE p.id = ${model}`,
			`INSERT INTO variant (post, revision, lang, title, text, html) ${numbers(count)} SELECT ${post}, 1, 'uz', '', ${TEXT}, '<p>' || ${TEXT} || '</p>'
			FROM n, post p WHERE p.id = ${model}`,
			`INSERT INTO outbox (institution, seq, id, audience, kind, post, quiet, at) ${numbers(count)} SELECT ${here}, n.i + ${i === 1 ? 1 : 0},
			${activity} - ${from} - n.i, 'public', 'create', ${post}, 1, p.published_at FROM n, post p WHERE p.id = ${model}`,
			`UPDATE institution SET head = ${count + (i === 1 ? 1 : 0)} WHERE handle = 'm${i}'`,
		].join(';\n')}; COMMIT;`);
		from += count;
	}
	await store.sql(store.engine === 'postgres' ? 'ANALYZE' : 'PRAGMA wal_checkpoint(TRUNCATE)');
}

async function prepare(engine, posts) {
	const store = await makeStore({engine, settings: {'server.cache': '0'}});
	await fill(store, posts);
	const started = Date.now();
	await store.serve();
	await soon('all words are in the index', async () =>
		Number((await store.sql('SELECT count(*) FROM search_post'))[0][0]) >= posts, {seconds: 1800, every: 2000});
	return {store, indexing: (Date.now() - started) / 1000};
}

async function paths(store) {
	const [[at, id]] = await store.sql('SELECT p.published_at, p.id FROM post p JOIN institution i ON i.id = p.institution WHERE i.handle = \'m1\''
		+ ' ORDER BY p.published_at LIMIT 1 OFFSET 300');
	const q = (words) => `/uz/search?q=${encodeURIComponent(words)}`;
	return {
		page: '/uz/@m1', post: `/uz/post/${id}`, 'deep page': `/uz/@m1?before=${at}-${id}`, 'a common word': q('maktab'), 'a rare word': q('kamyob'),
		'two common words that rarely meet': q('bandlik pensiya'), 'a prefix': q('pens*'), 'a word in the other script': q('таъминоти'),
		'a word of no post': q('hechqachon'), 'a word in one institution': `/uz/@m7/search?q=suv`,
	};
}

async function measure(store, path) {
	const all = await Promise.all(Array.from({length: CONNECTIONS}, () => pageTimes(store.port, path, {count: VISITS})));
	return all.flat().sort((a, b) => a - b);
}

async function both(engine, rows) {
	const large = await prepare(engine, 1000000), small = await prepare(engine, 10000);
	const here = await paths(large.store), there = await paths(small.store);
	rows.push(told(`${engine}: a million posts into the search index`, large.indexing, 's'));
	for (const what of Object.keys(here)) {
		const few = await measure(small.store, there[what]), many = await measure(large.store, here[what]);
		const p99 = percentile(many, 99);
		rows.push(atMost(`${engine}, ${what}: p99, ${CONNECTIONS} at once`, p99, limits[engine], 'ms',
			`median ${percentile(many, 50).toFixed(2)} ms`));
		rows.push(atMost(`${engine}, ${what}: median beside 10,000 posts`, percentile(many, 50) / percentile(few, 50), 1.5, '×',
			`${percentile(few, 50).toFixed(2)} ms`));
	}
	await large.store.stop();
	await small.store.stop();
}

export async function run() {
	const rows = [];
	for (const engine of ['sqlite', 'postgres'])
		await both(engine, rows);
	return rows;
}
