// engines: sqlite
// How another server finds an institution, step by step as the standards have it: host-meta (RFC 6415) to WebFinger (RFC 7033)
// to the actor; and NodeInfo.
import {ACTIVITY, get, request} from '../lib/http.mjs';
import {makeStore} from '../lib/store.mjs';
import {equal, ok, step, test} from '../lib/test.mjs';

const one = (text, pattern) => {
	const found = [...text.matchAll(pattern)];
	equal(found.length, 1, `${pattern} stands once in ${text}`);
	return found[0][1];
};

test(async () => {
	const s = await makeStore();
	const {actor} = (await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi')).json;
	const host = new URL(s.url).host;
	await s.serve();
	const found = async (template, resource) =>
		(await get(template.replace('{uri}', encodeURIComponent(resource)))).json();

	await step('host-meta leads to WebFinger, and that to the actor', async () => {
		const r = await request(`${s.origin}/.well-known/host-meta`, {headers: {origin: 'https://reader.example'}});
		equal(r.status, 200);
		equal(r.headers['content-type'], 'application/xrd+xml; charset=utf-8');
		equal(r.headers['access-control-allow-origin'], '*');
		ok(r.text.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'));
		const link = one(r.text, /<Link ([^>]*)\/>/g);
		equal(one(link, /rel="([^"]*)"/g), 'lrdd');
		const template = one(link, /template="([^"]*)"/g);
		equal(template, `${s.url}/.well-known/webfinger?resource={uri}`);
		for (const resource of [`acct:mehnat@${host}`, `acct:@MEHNAT@${host}`, actor, `${s.url}/@mehnat`]) {
			const jrd = await found(template, resource);
			equal(jrd.subject, `acct:mehnat@${host}`, resource);
			const self = jrd.links.find((l) => l.rel === 'self');
			equal([self.type, self.href], [ACTIVITY, actor], resource);
		}
		equal((await get(actor, ACTIVITY)).json().id, actor);
	});
	await step('HEAD says the same without the document', async () => {
		const r = await request(`${s.origin}/.well-known/host-meta`, {method: 'HEAD'});
		equal([r.status, r.headers['content-type'], r.text], [200, 'application/xrd+xml; charset=utf-8', '']);
	});
	await step('NodeInfo is found by its links', async () => {
		const {links} = (await get(`${s.origin}/.well-known/nodeinfo`)).json();
		for (const version of ['2.1', '2.0']) {
			const link = links.find((l) => l.rel === `http://nodeinfo.diaspora.software/ns/schema/${version}`);
			const document = (await get(link.href)).json();
			equal([document.version, document.software.name, document.protocols], [version, 'chorsu', ['activitypub']]);
		}
	});
	await s.stop();
});
