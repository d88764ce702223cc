// A scripted ActivityPub server, the other side in scenarios. Signatures are made and verified here with node:crypto alone,
// by draft-cavage-http-signatures-12 as the fediverse uses it, independently of the code under test.
//
//   const net = await makePeers();                     one listener for every address of 127.0.0.0/8, on one port
//   const peer = net.peer('127.9.0.1');                a server (host 127.9.0.1:PORT) with a shared inbox at /inbox
//   const anna = peer.actor('anna');                   an actor with a key; anna.id, anna.inbox, anna.keyId
//   peer.answer = {status: 503, headers: {'retry-after': '2'}, delay: 200}     or {hang: true}, {reset: true},
//                                                      or a function of the request that returns one (or nothing: 202)
//   await anna.follow(institutionUrl)                  signed Follow, waits for the Accept -> {activity, accept}
//   await anna.undoFollow(activity, institutionUrl)
//   await anna.send(inboxUrl, activity, defect)        -> {status, …}; the defects are listed at sign()
//   peer.gets                                          GET requests that came: {path, headers, at}
//   peer.inbox                                         what came: {at, path, address, headers, body, json, verified, why, actor}
//   await peer.wait(r => r.json.type === 'Create', {count: 1, seconds: 10})    -> the first such (or an array for count > 1)
//   net.verify = 'all' | 'none' | (record) => bool     which requests have their signature verified (all)
//   net.inbox                                          of all its peers together; net.sent(type) of them those verified
import {createHash, createPublicKey, createVerify, createSign, generateKeyPairSync, randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import http from 'node:http';

import {ACTIVITY, get, request} from './http.mjs';
import {freePort} from './port.mjs';
import {cleanup, pause, soon} from './test.mjs';

const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public';
const CONTEXT = ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'];
export {PUBLIC, CONTEXT};

export function makeKey(bits = 2048) {
	return generateKeyPairSync('rsa', {
		modulusLength: bits, publicKeyEncoding: {type: 'spki', format: 'pem'},
		privateKeyEncoding: {type: 'pkcs8', format: 'pem'},
	});
}

let shared;
const sharedKey = () => (shared ??= makeKey());

export const sha256 = (bytes) => `SHA-256=${createHash('sha256').update(bytes).digest('base64')}`;

// Headers of a signed request. `defect` spoils or replaces one thing, everything else stays right:
//   date: text or Date | false      the Date header (a Date in the past or future; false: none)
//   digest: text | false            the Digest header
//   body: text                      sent in place of what was signed and digested
//   signed: ['host', …]             the names covered
//   host, target                    what is signed in place of the real ones
//   key: PEM                        another private key; keyId: another key's id
//   algorithm: text | false         the algorithm parameter; parameters: (text) => text  rewrites the Signature header
//   signature: text | false         the whole Signature header
//   contentType, headers            sent in place, added
export function sign(url, {method = 'POST', body, key, keyId, ...defect}) {
	const u = new URL(url);
	const date = defect.date === false ? undefined
		: (defect.date instanceof Date ? defect.date : undefined)?.toUTCString() ?? defect.date ?? new Date().toUTCString();
	const digest = body === undefined || defect.digest === false ? undefined : defect.digest ?? sha256(body);
	const values = {
		'(request-target)': defect.target ?? `${method.toLowerCase()} ${u.pathname}${u.search}`,
		host: defect.host ?? u.host, date, digest,
		'content-type': body === undefined ? undefined : defect.contentType ?? ACTIVITY,
	};
	const names = defect.signed ?? ['(request-target)', 'host', 'date', 'digest'].filter((n) => values[n] !== undefined);
	const text = names.map((n) => `${n}: ${values[n] ?? ''}`).join('\n');
	const made = createSign('RSA-SHA256').update(text).sign(defect.key ?? key, 'base64');
	const algorithm = defect.algorithm === false ? '' : `algorithm="${defect.algorithm ?? 'rsa-sha256'}",`;
	let header = `keyId="${keyId}",${algorithm}headers="${names.join(' ')}",signature="${made}"`;
	if (defect.parameters)
		header = defect.parameters(header);
	const headers = {host: u.host, date, digest, 'content-type': values['content-type'],
		signature: defect.signature ?? header, ...defect.headers};
	if (defect.signature === false)
		delete headers.signature;
	return Object.fromEntries(Object.entries(headers).filter(([, v]) => v !== undefined));
}

// Why a received request's signature does not hold; null when it does. key: PEM of the sender; now: ms, what its date is
// compared with.
export function whyUnsigned({method, path, headers, body}, key, now = Date.now()) {
	const parameters = Object.fromEntries([...(headers.signature ?? '').matchAll(/([a-zA-Z]+)="([^"]*)"/g)]
		.map((m) => [m[1], m[2]]));
	if (!parameters.keyId || !parameters.signature)
		return 'no Signature header';
	const names = (parameters.headers ?? 'date').split(' ');
	const needed = ['(request-target)', 'host', 'date', ...(method === 'POST' ? ['digest'] : [])];
	for (const name of needed)
		if (!names.includes(name))
			return `${name} is not signed`;
	if (method === 'POST' && headers.digest !== sha256(body))
		return `digest is ${headers.digest}, the body's is ${sha256(body)}`;
	const date = Date.parse(headers.date);
	if (!(Math.abs(date - now) < 5 * 60000))
		return `date is ${headers.date}`;
	if (parameters.algorithm && !['rsa-sha256', 'hs2019'].includes(parameters.algorithm))
		return `algorithm is ${parameters.algorithm}`;
	const text = names.map((n) => `${n}: ${n === '(request-target)' ? `${method.toLowerCase()} ${path}` : headers[n]}`)
		.join('\n');
	return createVerify('RSA-SHA256').update(text).verify(key, parameters.signature, 'base64')
		? null : 'the signature is not over this request';
}

class Actor {
	constructor(peer, name, {key = sharedKey(), type = 'Person', sharedInbox = true} = {}) {
		this.peer = peer;
		this.name = name;
		this.key = key;
		this.type = type;
		this.id = `${peer.origin}/users/${name}`;
		this.inbox = `${this.id}/inbox`;
		this.keyId = `${this.id}#main-key`;
		this.sharedInbox = sharedInbox ? `${peer.origin}/inbox` : undefined;
		this.changes = {}; // laid over the document, to play an actor that is wrong in some way
		this.gone = false;
	}

	document() {
		return {
			'@context': CONTEXT, id: this.id, type: this.type, preferredUsername: this.name, name: this.name,
			inbox: this.inbox, outbox: `${this.id}/outbox`, followers: `${this.id}/followers`,
			endpoints: this.sharedInbox ? {sharedInbox: this.sharedInbox} : undefined,
			publicKey: {id: this.keyId, owner: this.id, publicKeyPem: this.key.publicKey}, ...this.changes,
		};
	}

	newId() {
		return `${this.peer.origin}/activities/${randomUUID()}`;
	}

	// activity: an object (id and actor are added), or text that is sent as it is.
	async send(inbox, activity, defect = {}) {
		const object = typeof activity === 'string' ? activity
			: JSON.stringify({'@context': CONTEXT[0], id: this.newId(), actor: this.id, ...activity});
		const date = new Date(this.peer.network.clock());
		const headers = sign(inbox, {key: this.key.privateKey, keyId: this.keyId, date, ...defect, body: object});
		return request(inbox, {method: 'POST', headers, body: defect.body ?? object, timeout: defect.timeout});
	}

	async get(url, accept = ACTIVITY) {
		const headers = sign(url, {method: 'GET', key: this.key.privateKey, keyId: this.keyId});
		return get(url, accept, {headers});
	}

	// The activity as sent, and the Accept that came back for it.
	async follow(target, {seconds = 10, id = this.newId()} = {}) {
		const activity = {id, type: 'Follow', object: target};
		const inbox = await this.inboxOf(target);
		const answer = await this.send(inbox, activity);
		if (answer.status !== 202)
			throw new Error(`Follow of ${target}: ${answer.status} ${answer.text.slice(0, 300)}`);
		const accept = await this.peer.wait((r) => r.json?.type === 'Accept' &&
			(r.json.object?.id ?? r.json.object) === id, {seconds, what: `Accept of ${this.id}'s Follow`});
		return {activity: {...activity, actor: this.id}, accept, answer};
	}

	async undoFollow(activity, target = activity.object) {
		return this.send(await this.inboxOf(target), {type: 'Undo', object: activity});
	}

	async inboxOf(actor) {
		return (await this.peer.network.remote(actor)).inbox;
	}
}

class Peer {
	constructor(network, address) {
		this.network = network;
		this.address = address;
		this.host = `${address}:${network.port}`;
		this.origin = `http://${this.host}`;
		this.actors = new Map();
		this.objects = new Map(); // path -> object or function, served as ActivityPub
		this.inbox = [];
		this.gets = [];
		this.answer = null;
	}

	actor(name, options) {
		const actor = new Actor(this, name, options);
		this.actors.set(`/users/${name}`, actor);
		return actor;
	}

	received(predicate) {
		return this.inbox.filter(predicate);
	}

	async wait(predicate, {count = 1, seconds = 10, what = 'a request at the inbox'} = {}) {
		const rows = await soon(`${what} at ${this.host}; it had ${this.summary()}`, () => {
			const found = this.inbox.filter(predicate);
			return found.length >= count && found;
		}, {seconds}).catch((e) => {
			throw new Error(`${e.message}; it has now ${this.summary()}`);
		});
		return count === 1 ? rows[0] : rows;
	}

	summary() {
		return JSON.stringify(this.inbox.slice(-8).map((r) => `${r.json?.type} ${r.status}${r.why ? ` (${r.why})` : ''}`));
	}

	clear() {
		this.inbox.length = 0;
	}
}

class Network {
	peers = new Map();
	inbox = [];
	keys = new Map();
	documents = new Map();
	verify = 'all';
	clock = () => Date.now(); // of the peers, for servers whose clock a test shifts
	keep = true; // whether bodies are kept (a benchmark of 100,000 turns it off)
	sockets = new Set();
	strangers = []; // requests for a host that is no peer

	peer(address = '127.0.0.1') {
		if (!this.peers.has(address))
			this.peers.set(address, new Peer(this, address));
		return this.peers.get(address);
	}

	sent(type) {
		return this.inbox.filter((r) => r.verified && (!type || r.json?.type === type));
	}

	// Until count requests at all its peers together fit. For many peers: one look, not one each.
	wait(predicate, {count = 1, seconds = 30} = {}) {
		return soon(`${count} requests at the peers`, () => {
			const found = this.inbox.filter(predicate);
			return found.length >= count && found;
		}, {seconds, every: 100});
	}

	async remote(id) {
		if (!this.documents.has(id)) {
			const r = await get(id, ACTIVITY);
			if (r.status !== 200)
				throw new Error(`GET ${id}: ${r.status} ${r.text.slice(0, 200)}`);
			this.documents.set(id, r.json());
		}
		return this.documents.get(id);
	}

	async keyOf(keyId) {
		const owner = keyId.split('#')[0];
		const {publicKey} = await this.remote(owner);
		if (publicKey?.id !== keyId || publicKey.owner !== owner)
			throw new Error(`${owner} does not own the key ${keyId}`);
		return createPublicKey(publicKey.publicKeyPem);
	}

	async judge(record) {
		if (this.verify === 'none' || (typeof this.verify === 'function' && !this.verify(record)))
			return {verified: null};
		const keyId = /keyId="([^"]*)"/.exec(record.headers.signature ?? '')?.[1];
		if (!keyId)
			return {verified: false, why: 'no Signature header'};
		if (!this.keys.has(keyId))
			this.keys.set(keyId, this.keyOf(keyId));
		try {
			const why = whyUnsigned(record, await this.keys.get(keyId), this.clock());
			const actor = record.json?.actor;
			if (!why && actor !== undefined && actor !== keyId.split('#')[0])
				return {verified: false, why: `signed by ${keyId}, but the actor is ${actor}`};
			return why ? {verified: false, why} : {verified: true};
		} catch (e) {
			this.keys.delete(keyId);
			return {verified: false, why: e.message};
		}
	}

	async take(req, res) {
		const host = (req.headers.host ?? '').replace(/:\d+$/, '');
		const peer = this.peers.get(host);
		if (!peer || req.headers.host !== peer.host) {
			this.strangers.push({host: req.headers.host, path: req.url});
			return reply(res, {status: 421});
		}
		if (req.method !== 'POST')
			return serveDocument(peer, req, res);
		const stamp = peer.stamp?.();
		const chunks = [];
		for await (const chunk of req)
			chunks.push(chunk);
		const body = Buffer.concat(chunks);
		const record = {at: Date.now(), method: 'POST', path: req.url, address: req.socket.localAddress, port: req.socket.remotePort, peer: peer.host,
			headers: req.headers, raw: req.rawHeaders, body, json: undefined, stamp};
		try {
			record.json = JSON.parse(body.toString('utf8'));
		} catch { /* stands as undefined */ }
		Object.assign(record, await this.judge(record));
		if (!this.keep)
			record.body = record.raw = null;
		const chosen = typeof peer.answer === 'function' ? await peer.answer(record) : peer.answer;
		const answer = {status: record.verified === false ? 401 : 202, ...chosen};
		record.status = answer.hang ? 'hang' : answer.reset ? 'reset' : answer.status;
		peer.inbox.push(record);
		this.inbox.push(record);
		return reply(res, answer);
	}

	// Whoever was connected to addresses that begin so has gone, and what it had sent has been read.
	async quiet(prefix, seconds = 10) {
		const open = () => [...this.sockets].some((s) => s.localAddress?.startsWith(prefix));
		await soon(`no connection to ${prefix} is open`, () => waitingToBeAccepted(this.port) === 0 && !open(), {seconds, every: 10});
	}

	// Closes every connection that is open and takes no more: the peers are down until open() is called.
	async close() {
		const closed = new Promise((resolve) => this.server.close(resolve));
		for (const socket of this.sockets)
			socket.destroy();
		await closed;
	}

	async open() {
		this.server = http.createServer({keepAliveTimeout: 60000}, (req, res) => {
			this.take(req, res).catch((e) => {
				if (e.code !== 'ECONNRESET')
					console.error(`peer: ${e.stack}`);
				res.destroy();
			});
		});
		this.server.on('connection', (socket) => {
			this.sockets.add(socket);
			socket.on('close', () => this.sockets.delete(socket));
		});
		await new Promise((resolve, reject) => {
			this.server.once('error', reject);
			this.server.listen({port: this.port, host: '0.0.0.0', backlog: 4096}, resolve);
		});
	}
}

// Connections that the kernel has made for a listening port and nobody has taken yet: Node takes one in each turn of its loop.
function waitingToBeAccepted(port) {
	const listening = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/))
		.find(([, local, , state]) => state === '0A' && parseInt(local.split(':')[1], 16) === port);
	return listening ? parseInt(listening[4].split(':')[1], 16) : 0;
}

async function reply(res, {status, headers = {}, body = '', delay = 0, hang = false, reset = false}) {
	if (hang)
		return;
	if (delay)
		await pause(delay);
	if (reset) {
		res.socket?.resetAndDestroy();
		return;
	}
	res.writeHead(status, {'content-length': Buffer.byteLength(body), ...headers});
	res.end(body);
}

function serveDocument(peer, req, res) {
	const path = req.url.split('?')[0];
	peer.gets.push({path: req.url, headers: req.headers, at: Date.now()});
	const actor = peer.actors.get(path);
	const object = peer.objects.get(path);
	if (actor?.gone)
		return reply(res, {status: 410});
	const found = actor ? actor.answer ?? actor.document() : typeof object === 'function' ? object(req) : object;
	if (path === '/.well-known/webfinger')
		return reply(res, finger(peer, req.url));
	if (found === undefined)
		return reply(res, {status: 404});
	if (found.status)
		return reply(res, found);
	return reply(res, {status: 200, headers: {'content-type': ACTIVITY}, body: JSON.stringify(found)});
}

function finger(peer, url) {
	const resource = new URL(url, peer.origin).searchParams.get('resource') ?? '';
	const name = /^acct:([^@]+)@/.exec(resource)?.[1];
	const actor = peer.actors.get(`/users/${name}`);
	if (!actor || resource !== `acct:${name}@${peer.host}`)
		return {status: 404};
	return {status: 200, headers: {'content-type': 'application/jrd+json'}, body: JSON.stringify({
		subject: resource, links: [{rel: 'self', type: ACTIVITY, href: actor.id}],
	})};
}

export async function makePeers({port} = {}) {
	const network = new Network();
	network.port = port ?? await freePort();
	await network.open();
	cleanup(() => network.close());
	return network;
}
