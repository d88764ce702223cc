// A Fedify server with one person, driven by lines of JSON on standard input; what happens is said as lines on standard
// output. Run by fedify.mjs with: PORT, ORIGIN (https://peer.test), RESOLVE (name:port:address …), NODE_EXTRA_CA_CERTS.
//
//   {"do": "find", "what": "@mehnat@pages.test"}     -> {"found": {id, type, name, …}}
//   {"do": "follow", "what": id}                     -> {"sent": "follow"}, later {"accepted": …}
//   {"do": "unfollow"}                               -> {"sent": "undo"}
//   {"do": "fetch", "what": id}                      -> {"fetched": {…}}
import http from 'node:http';
import {createInterface} from 'node:readline';

import {createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore, parseNodeInfo} from '@fedify/fedify';
import {Accept, Create, Delete, Endpoints, Follow, isActor, Note, Person, Undo, Update} from '@fedify/vocab';
import {Agent, setGlobalDispatcher} from 'undici';

const {PORT, ORIGIN, RESOLVE} = process.env;
const say = (o) => process.stdout.write(`${JSON.stringify(o)}\n`);

// The names of the test lead to addresses of this machine.
const places = new Map(RESOLVE.split(' ').map((r) => [r.split(':')[0], r.split(':')[2]]));
setGlobalDispatcher(new Agent({
	connect: {
		lookup: (name, options, done) => {
			const address = places.get(name);
			if (!address)
				done(new Error(`${name} is unknown here`));
			else if (options.all)
				done(null, [{address, family: 4}]);
			else
				done(null, address, 4);
		},
	},
}));

const federation = createFederation({
	kv: new MemoryKvStore(), queue: new InProcessMessageQueue(), origin: ORIGIN, allowPrivateAddress: true,
});
const keys = [await generateCryptoKeyPair('RSASSA-PKCS1-v1_5'), await generateCryptoKeyPair('Ed25519')];

federation.setActorDispatcher('/users/{identifier}', async (ctx, identifier) => {
	if (identifier !== 'dilnoza')
		return null;
	const pairs = await ctx.getActorKeyPairs(identifier);
	return new Person({
		id: ctx.getActorUri(identifier), preferredUsername: identifier, name: 'Dilnoza', inbox: ctx.getInboxUri(identifier),
		endpoints: new Endpoints({sharedInbox: ctx.getInboxUri()}), url: ctx.getActorUri(identifier),
		publicKey: pairs[0].cryptographicKey, assertionMethods: pairs.map((p) => p.multikey),
	});
}).setKeyPairsDispatcher((ctx, identifier) => (identifier === 'dilnoza' ? keys : []));

async function describe(object) {
	const j = await object.toJsonLd({format: 'compact'}).catch((e) => ({error: String(e)}));
	return {
		id: object.id?.href, class: object.constructor.name, name: object.name?.toString(),
		content: object.content?.toString(), contents: object.contents?.map((c) => [c.locale?.toString(), c.toString()]),
		updated: object.updated?.toString(), attribution: object.attributionId?.href, json: j,
	};
}

// Only what Fedify has verified reaches these.
federation.setInboxListeners('/users/{identifier}/inbox', '/inbox')
	.on(Accept, async (ctx, a) => say({accepted: a.objectId?.href, by: a.actorId?.href}))
	.on(Create, async (ctx, a) => say({created: await describe(await a.getObject()), id: a.id?.href, by: a.actorId?.href}))
	.on(Update, async (ctx, a) => say({updated: await describe(await a.getObject()), id: a.id?.href}))
	.on(Delete, async (ctx, a) => say({deleted: a.objectId?.href ?? (await a.getObject())?.id?.href, id: a.id?.href}))
	.onError((ctx, error) => say({error: String(error.stack ?? error)}));

http.createServer(async (req, res) => {
	const chunks = [];
	for await (const c of req)
		chunks.push(c);
	const body = ['GET', 'HEAD'].includes(req.method) ? undefined : Buffer.concat(chunks);
	const request = new Request(new URL(req.url, ORIGIN), {method: req.method, headers: req.headers, body});
	const answer = await federation.fetch(request, {contextData: undefined});
	if (answer.status >= 400)
		say({refused: answer.status, path: req.url, text: (await answer.clone().text()).slice(0, 200)});
	res.writeHead(answer.status, Object.fromEntries(answer.headers));
	res.end(Buffer.from(await answer.arrayBuffer()));
}).listen(Number(PORT), '127.0.0.1', () => say({ready: true}));

const ctx = federation.createContext(new URL(ORIGIN), undefined);
let followed, activity;

const actions = {
	async find({what}) {
		followed = await ctx.lookupObject(what);
		return {found: followed && {...await describe(followed), actor: isActor(followed), inbox: followed.inboxId?.href}};
	},
	async follow() {
		activity = new Follow({id: new URL(`/follows/${Date.now()}`, ORIGIN), actor: ctx.getActorUri('dilnoza'),
			object: followed.id});
		await ctx.sendActivity({identifier: 'dilnoza'}, followed, activity);
		return {sent: 'follow', id: activity.id.href};
	},
	async unfollow() {
		await ctx.sendActivity({identifier: 'dilnoza'}, followed, new Undo({id: new URL(`/undos/${Date.now()}`, ORIGIN),
			actor: ctx.getActorUri('dilnoza'), object: activity}));
		return {sent: 'undo'};
	},
	async fetch({what}) {
		const object = await ctx.lookupObject(what);
		return {fetched: object && await describe(object), note: object instanceof Note};
	},
	async nodeinfo({what}) {
		// Fedify's own fetch of it goes to public addresses only; its parser is what judges.
		const {links} = await (await fetch(new URL('/.well-known/nodeinfo', what))).json();
		return {nodeinfo: parseNodeInfo(await (await fetch(links[0].href)).json())};
	},
};

const controller = new AbortController();
federation.startQueue(undefined, {signal: controller.signal});
for await (const line of createInterface({input: process.stdin})) {
	const order = JSON.parse(line);
	try {
		say({...await actions[order.do](order), done: order.do});
	} catch (e) {
		say({done: order.do, error: String(e.stack ?? e)});
	}
}
controller.abort();
process.exit(0);
