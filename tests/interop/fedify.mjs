// engines: both
// seconds: 60
// why: a Fedify server starts, and its queue takes its time
// Software not written here: a Fedify server finds an institution by its address over https, follows it, receives and verifies
// its post, edit and withdrawal, fetches what it heard of, and unfollows.
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {startNginx} from '../lib/nginx.mjs';
import {freePort} from '../lib/port.mjs';
import {start} from '../lib/process.mjs';
import {makeStore} from '../lib/store.mjs';
import {cleanup, equal, match, ok, soon, step, test} from '../lib/test.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));

async function startPeer(port, proxy) {
	const heard = [];
	const child = start(process.execPath, [join(HERE, 'lib/fedify-server.mjs')], {
		env: {PORT: String(port), ORIGIN: proxy.url('peer.test'), RESOLVE: proxy.resolve, NODE_EXTRA_CA_CERTS: proxy.ca},
		talk: true,
		onLine: (line) => line.startsWith('{') && heard.push(JSON.parse(line)),
	});
	const peer = {
		heard,
		until: (what, key, match_ = () => true) => soon(what, () => heard.find((h) => h[key] !== undefined && match_(h)),
			{seconds: 20}).catch((e) => {
			throw new Error(`${e.message}\nheard: ${JSON.stringify(heard).slice(0, 3000)}\n${child.log?.slice(-2000)}`);
		}),
		async order(name, what) {
			const from = heard.length;
			child.write(`${JSON.stringify({do: name, what})}\n`);
			return soon(`Fedify does ${name}`, () => heard.slice(from).find((h) => h.done === name), {seconds: 20});
		},
	};
	cleanup(() => child.stop('TERM', 3000));
	await peer.until('Fedify is ready', 'ready');
	return peer;
}

test(async () => {
	const [port, peerPort] = [await freePort(), await freePort()];
	const proxy = await startNginx({names: {'pages.test': port, 'peer.test': peerPort}});
	const s = await makeStore({
		url: proxy.url('pages.test'), port,
		settings: {'fetch.allow_private': 'yes', 'fetch.ca_file': proxy.ca, 'fetch.resolve': proxy.resolve},
	});
	const institution = (await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi', '--name',
		'ru=Министерство труда', '--bio', 'uz=Bandlik va nafaqalar')).json;
	await s.serve();
	const peer = await startPeer(peerPort, proxy);
	let url;

	await step('finds it by its address', async () => {
		const {found, error} = await peer.order('find', `@mehnat@${new URL(s.url).host}`);
		ok(found, error);
		equal([found.id, found.class, found.name, found.actor], [institution.actor, 'Organization', 'Mehnat vazirligi', true]);
	});
	await step('reads NodeInfo', async () => {
		const {nodeinfo} = await peer.order('nodeinfo', s.url);
		equal(nodeinfo?.software?.name, 'chorsu');
	});
	await step('follows, and is accepted', async () => {
		const {id} = await peer.order('follow');
		const a = await peer.until('the Accept', 'accepted');
		equal([a.accepted, a.by], [id, institution.actor]);
	});
	await step('gets the post', async () => {
		url = await s.post('mehnat', 'Yangi **nafaqa** #nafaqa');
		const {created, by} = await peer.until('the Create', 'created');
		equal([created.id, created.class, created.attribution, by], [url, 'Note', institution.actor, institution.actor]);
		match(created.content, /<strong>nafaqa<\/strong>/);
	});
	await step('gets an article with its languages', async () => {
		const article = await s.post('mehnat', 'Matn', '--title', 'Eʼlon');
		const {created} = await peer.until('the article', 'created', (h) => h.created.id === article);
		equal([created.class, created.name], ['Article', 'Eʼlon']);
	});
	await step('gets the edit', async () => {
		await s.chorsu('revise', url, 'Tuzatilgan matn', '--note', 'xato tuzatildi');
		const {updated} = await peer.until('the Update', 'updated');
		equal(updated.id, url);
		match(updated.content, /Tuzatilgan/);
		ok(updated.updated);
	});
	await step('fetches what it heard of', async () => {
		const {fetched, error} = await peer.order('fetch', url);
		equal(fetched?.id, url, error);
	});
	await step('gets the withdrawal', async () => {
		await s.chorsu('withdraw', url, '--reason', 'xato');
		equal((await peer.until('the Delete', 'deleted')).deleted, url);
	});
	await step('unfollows, and gets nothing more', async () => {
		await peer.order('unfollow');
		await soon('the follow ends', async () => (await s.sql('SELECT count(*) FROM follow'))[0][0] === '0', {seconds: 20});
		const from = peer.heard.length;
		await s.post('mehnat', 'Bundan keyin');
		await new Promise((resolve) => setTimeout(resolve, 1500));
		equal(peer.heard.slice(from).filter((h) => h.created), []);
	});
	equal(peer.heard.filter((h) => h.error), []);
	await s.stop();
});
