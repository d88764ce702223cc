// One store with 100,000 followers and 10,000 posts: how it starts, what memory it takes, and how long people wait while 100,000
// deliveries run and when nothing does.
import {CHORSU} from '../../lib/store.mjs';
import {equal, ok, pause, soon} from '../../lib/test.mjs';
import {addFollowers, behind, benchStore} from '../lib/stores.mjs';
import {atMost, told} from '../lib/table.mjs';
import {commandTimes, cpu, memory, pageTimes, percentile, startSink, startTimes} from '../lib/tools.mjs';

export const name = 'large';

const FOLLOWERS = 100000, POSTS = 10000, VISITS = 2000, PUBLISHINGS = 400, TURNS = 10;
const p99 = (times) => percentile(times, 99);

// Copies of a published post, a minute apart, with the outbox entries that published them.
async function addPosts(store, handle) {
	await store.post(handle, 'The first of many: **water**, light and roads. #news');
	await store.sql(`PRAGMA synchronous = OFF; BEGIN;
		CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${POSTS - 1}) SELECT i FROM n;
		CREATE TEMP TABLE p AS SELECT p.*, o.id AS activity FROM post p JOIN outbox o ON o.post = p.id
			JOIN institution i ON i.id = p.institution WHERE i.handle = '${handle}' LIMIT 1;
		INSERT INTO post SELECT id - i * 1000000, institution, kind, visibility, state, lang, revision, created + i,
			published_at - i * 60000, updated_at - i * 60000, NULL, NULL FROM p, n;
		INSERT INTO revision SELECT r.post - i * 1000000, r.number, r.note, r.at FROM revision r JOIN p ON p.id = r.post, n;
		INSERT INTO variant SELECT v.post - i * 1000000, v.revision, v.lang, v.title, v.text, v.html FROM variant v
			JOIN p ON p.id = v.post, n;
		INSERT INTO post_tag SELECT t.post - i * 1000000, t.folded, t.name, t.institution FROM post_tag t JOIN p ON p.id = t.post, n;
		INSERT INTO outbox SELECT o.institution, o.seq + i, o.id + i, o.audience, o.kind, o.post - i * 1000000, 1, o.body, o.at
			FROM outbox o JOIN p ON p.activity = o.id, n;
		UPDATE institution SET head = head + ${POSTS - 1} WHERE handle = '${handle}';
		UPDATE reader SET position = (SELECT head FROM institution i WHERE i.id = reader.institution);
		COMMIT; PRAGMA wal_checkpoint(TRUNCATE);`);
}

async function prepare() {
	const sink = await startSink();
	const store = await benchStore({sink, groups: []});
	await addPosts(store, 'bench');
	await addFollowers(store, 'bench', sink.port, [{count: FOLLOWERS}]);
	for (const [handle, count] of [['small', 10], ['many', FOLLOWERS]]) {
		await store.chorsu('institution add', handle, '--name', 'en=Another office', '--bio', 'en=For comparing.');
		// Their followers' hosts are parked, so that their publishing adds no deliveries to what is measured.
		await addFollowers(store, handle, sink.port, [{count, start: 3 * 65536, parked: true}]);
		await store.post(handle, 'A post on this page. #news');
	}
	return {sink, store};
}

const visits = (store, handle, count = VISITS) => pageTimes(store.port, `/en/@${handle}`, {count, pause: 2});
const publishings = (store, handle, count = PUBLISHINGS) =>
	commandTimes([CHORSU, 'post', store.dir, handle, 'Number %d of a series.'], {count, pause: 2});

// Few and many followers by turns, so that what else the machine does falls on both. ratio: many beside few, the median of the turns'
// own p99s, since one stall of the disk would else decide.
async function measureIdle(store) {
	const times = {page: [], manyPage: [], post: [], manyPost: []}, ratios = {page: [], post: []};
	for (let turn = 0; turn < TURNS; turn++) {
		const few = {page: await visits(store, 'small', VISITS / TURNS), post: await publishings(store, 'small', PUBLISHINGS / TURNS)};
		const many = {page: await visits(store, 'many', VISITS / TURNS), post: await publishings(store, 'many', PUBLISHINGS / TURNS)};
		times.page.push(...few.page);
		times.post.push(...few.post);
		times.manyPage.push(...many.page);
		times.manyPost.push(...many.post);
		for (const what of ['page', 'post'])
			ratios[what].push(p99(many[what]) / p99(few[what]));
	}
	for (const list of [...Object.values(times), ...Object.values(ratios)])
		list.sort((a, b) => a - b);
	return {...times, ratio: {page: percentile(ratios.page, 50), post: percentile(ratios.post, 50)}};
}

// Publishes to all followers, does something meanwhile, tells the server's highest memory; deliveries must outlast it.
async function during(store, sink, fn) {
	const peak = {private: 0, resident: 0};
	await sink.reset();
	const before = cpu(store.server.pid), started = Date.now();
	await store.post('bench', 'To all hundred thousand of you.');
	await sink.wait(1000);
	const look = () => {
		const m = memory(store.server.pid);
		peak.private = Math.max(peak.private, m.private);
		peak.resident = Math.max(peak.resident, m.resident);
	};
	const timer = setInterval(look, 200);
	const found = await fn?.();
	const sent = (await sink.report()).living.requests;
	const report = await sink.wait(FOLLOWERS, 300);
	clearInterval(timer);
	const seconds = (Date.now() - started) / 1000;
	equal(report.repeats + report.late + report.unreadable + report.broken, 0);
	await soon('all positions are written', async () => (await behind(store)) <= FOLLOWERS + 10, {seconds: 30, every: 250});
	if (fn)
		ok(sent < FOLLOWERS, 'the deliveries ended before what was measured beside them');
	return {found, peak, seconds, cpu: cpu(store.server.pid) - before};
}

export async function run() {
	const {sink, store} = await prepare();
	const starts = await startTimes(store.port, '/en/@bench', [CHORSU, 'serve', store.dir, '--listen', `127.0.0.1:${store.port}`], {count: 9});
	await store.serve();
	await visits(store, 'small');
	await pause(500);
	const fresh = memory(store.server.pid);
	const bare = await commandTimes([CHORSU, '--help'], {count: 200});
	const idle = await measureIdle(store);
	const plain = await during(store, sink);
	const busyPage = await during(store, sink, () => visits(store, 'small'));
	const busyPost = await during(store, sink, () => publishings(store, 'small'));
	await store.stop();
	await sink.stop();
	const ms = (x) => `${x.toFixed(2)} ms`;
	const against = (a, b) => `p99 ${ms(p99(a))} against ${ms(p99(b))}; median ${ms(percentile(a, 50))} against ${ms(percentile(b, 50))}`;
	return [
		atMost('a page while 100,000 deliveries run, p99 against idle', p99(busyPage.found) / p99(idle.page), 3, '×',
			against(busyPage.found, idle.page)),
		atMost('a publish while 100,000 deliveries run, p99 against idle', p99(busyPost.found) / p99(idle.post), 3, '×',
			`${against(busyPost.found, idle.post)}; of it the start of the process ${ms(percentile(bare, 50))}`),
		atMost('idle: a page with 100,000 followers beside 10', idle.ratio.page, 1.2, '×',
			against(idle.manyPage, idle.page)),
		atMost('idle: a publish with 100,000 followers beside 10', idle.ratio.post, 1.2, '×',
			against(idle.manyPost, idle.post)),
		atMost('memory after start, private', fresh.private, 16, 'MB',
			`and ${fresh.files.toFixed(1)} MB of pages of the program's and libraries' files that no other process used then`),
		atMost('memory after start, resident', fresh.resident, 40, 'MB'),
		atMost('memory while delivering to 100,000 readers, resident', plain.peak.resident, 64, 'MB', `private ${plain.peak.private.toFixed(1)} MB`),
		told('delivering to 100,000 readers', plain.seconds, 's', `${(plain.cpu * 1000 / FOLLOWERS).toFixed(3)} ms of CPU each`),
		atMost('start on 100,000 followers and 10,000 posts, to the first page', percentile(starts, 50), 150, 'ms',
			`median of ${starts.length}; the slowest ${ms(starts.at(-1))}`),
	];
}
