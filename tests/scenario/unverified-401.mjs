// Whatever cannot be verified is answered 401 at once, in one sentence, and leaves nothing in the store.
import {createHash} from 'node:crypto';

import {ACTIVITY, request} from '../lib/http.mjs';
import {makeKey, sign} from '../lib/peer.mjs';
import {equal, match, ok, step, test} from '../lib/test.mjs';
import {DAY, HOUR, makeWorld, MINUTE} from './lib/world.mjs';

const stranger = makeKey();
const b64 = (algorithm, text) => createHash(algorithm).update(text).digest('base64');

// One thing is wrong with a signed Follow of an actor whose server and key are in order.
const DEFECTS = [
	['no signature', {signature: false}, /not signed: a Signature header is needed/],
	['an empty signature', {signature: ''}, /./],
	['a signature that is no signature', {signature: 'hello'}, /./],
	['a bearer token', {signature: false, headers: {authorization: 'Bearer x'}}, /not signed/],
	['no keyId', {parameters: (t) => t.replace(/keyId="[^"]*",/, '')}, /keyId/],
	['an empty keyId', {keyId: ''}, /keyId/],
	['a keyId that is no URL', {keyId: 'anna'}, /keyId/],
	['a keyId that is a path', {keyId: '/users/anna#main-key'}, /keyId/],
	['a file as keyId', {keyId: 'file:///etc/passwd'}, /key/],
	['another\'s private key', {key: stranger.privateKey}, /signature/],
	['a signature cut in half', {parameters: (t) => t.replace(/signature="(.{100})[^"]*"/, 'signature="$1"')}, /signature/],
	['a signature in other letters', {parameters: (t) => t.replace(/signature="[^"]*"/, 'signature="!!!!"')}, /signature/],
	['no signature parameter', {parameters: (t) => t.replace(/,signature="[^"]*"/, '')}, /signature/],
	['two keyIds', {parameters: (t) => `keyId="https://a.example/k",${t}`}, /keyId/],
	['another algorithm', {algorithm: 'hmac-sha256'}, /algorithm/],
	['a changed body', {body: '{"type":"Follow"}'}, /digest/i],
	['no digest', {digest: false}, /digest/i],
	['a digest that is not signed', {signed: ['(request-target)', 'host', 'date']}, /digest/i],
	['a digest of something else', {digest: `SHA-256=${b64('sha256', 'x')}`}, /digest/i],
	['a digest by SHA-1', {digest: `SHA=${b64('sha1', 'x')}`}, /digest/i],
	['an old date', {date: new Date(Date.now() - 13 * HOUR)}, /date|old/i],
	['a date of yesterday\'s year', {date: new Date(Date.now() - 365 * DAY)}, /date|old/i],
	['a date in the future', {date: new Date(Date.now() + 2 * HOUR)}, /date|future/i],
	['a date that is none', {date: 'yesterday'}, /date/i],
	['no date', {date: false}, /date|created/i],
	['a date that is not signed', {signed: ['(request-target)', 'host', 'digest']}, /date/i],
	['another host signed', {host: 'other.example'}, /signature/],
	['no host signed', {signed: ['(request-target)', 'date', 'digest']}, /host/],
	['no target signed', {signed: ['host', 'date', 'digest']}, /request-target/],
	['another target signed', {target: 'post /inbox'}, /signature/],
	['another method signed', {target: 'get /actor'}, /signature/],
	['nothing signed', {signed: []}, /./],
];

test(async () => {
	const w = await makeWorld();
	const inbox = `${w.actor}/inbox`;
	const anna = w.net.peer('127.3.0.1').actor('anna');
	const state = async () => [
		...await w.s.sql('SELECT (SELECT count(*) FROM follow), (SELECT count(*) FROM parcel), (SELECT count(*) FROM received),'
			+ ' (SELECT count(*) FROM reader WHERE kind = \'fediverse\'), (SELECT max(version) FROM institution)'),
	].map(String);
	const before = await state();

	const refused = async (name, r, says, started) => {
		equal(r.status, 401, `${name}: ${r.status} ${r.text}`);
		match(r.text, says, `${name}: ${r.text}`);
		ok(r.text.length < 700, `${name}: one sentence, not ${r.text}`);
		ok(Date.now() - started < 3000, `${name}: at once, not after ${Date.now() - started} ms`);
		ok(!r.text.includes('PRIVATE'), name);
	};

	await step('each defect of a signature', async () => {
		for (const [name, defect, says] of DEFECTS) {
			const started = Date.now();
			const r = await anna.send(inbox, {type: 'Follow', object: w.actor}, defect);
			await refused(name, r, says, started);
		}
		equal(await state(), before);
	});

	const follow = (actor, more = {}) => actor.send(inbox, {type: 'Follow', object: w.actor, ...more});

	await step('signer, actor and id that do not belong together', async () => {
		const bob = w.net.peer('127.3.0.1').actor('bob');
		const far = w.net.peer('127.3.0.2').actor('far');
		for (const [name, sender, more, says] of [
			['signed by another of the same host', anna, {actor: bob.id}, /signer is not the activity's actor/],
			['signed by one of another host', anna, {actor: far.id}, /signer is not/],
			['no actor', anna, {actor: undefined}, /signer is not/],
			['a list of actors', anna, {actor: [anna.id, bob.id]}, /signer is not/],
			['the institution itself', anna, {actor: w.actor}, /signer is not/],
			['no actor, and it goes', anna, {type: 'Delete', actor: undefined, object: undefined}, /signer is not/],
			['an id at another host', anna, {id: far.newId()}, /id is not at its actor's host/],
			['an id at this host', anna, {id: `${w.s.url}/activity/1`}, /id is not at/],
			['an id on another port', anna, {id: 'http://127.3.0.1:1/x'}, /id is not at/],
		])
			await refused(name, await follow(sender, more), says, Date.now());
		equal(await state(), before);
	});

	await step('keys that cannot be had or are not the actor\'s', async () => {
		const actors = new Map();
		let number = 10;
		// Each at an address of its own, so that no limit of fetches stands in the way.
		const actor = (name, change) => {
			const a = w.net.peer(`127.3.1.${number++}`).actor('x');
			actors.set(name, a);
			if (change)
				a.changes = change(a);
			return a;
		};
		const other = actor('a good one');
		equal((await follow(other)).status, 202, 'without a defect it is taken');
		await other.undoFollow({type: 'Follow', id: other.newId(), actor: other.id, object: w.actor}, w.actor);
		const keyed = (a, more) => ({publicKey: {id: a.keyId, owner: a.id, publicKeyPem: a.key.publicKey, ...more}});
		const wrong = [
			['the key belongs to another', actor('owner', (a) => keyed(a, {owner: other.id})), /not the actor's own/],
			['the key\'s id is another\'s', actor('id', (a) => keyed(a, {id: other.keyId})), /./],
			['another key is listed', actor('listed', (a) => keyed(a, {id: `${a.id}#other`})), /does not list the key/],
			['there is no key', actor('none', () => ({publicKey: undefined})), /no public key/],
			['the key is no key', actor('broken', (a) => keyed(a, {publicKeyPem: 'x'})), /key/],
			['the key is too short', actor('short', (a) => keyed(a, {publicKeyPem: makeKey(1024).publicKey})), /key/],
			['the document\'s id is another', actor('document', () => ({id: other.id})), /id is another one/],
			['the document is no actor', actor('type', () => ({type: 'Note'})), /not an actor/],
			['the inbox is at another host', actor('inbox', () => ({inbox: other.inbox})), /no inbox at its own host/],
		];
		for (const [name, a, says] of wrong)
			await refused(name, await follow(a), says, Date.now());
		for (const [name, answer, says] of [
			['the server is in trouble', {status: 503}, /could not be had/],
			['the actor is not there', {status: 404}, /gone/],
			['the actor is gone', {status: 410}, /gone/],
			['the document is a page', {status: 200, headers: {'content-type': 'text/html'}, body: '<p>'}, /not an ActivityPub document/],
			['the document is of no type', {status: 200, body: '{}'}, /not an ActivityPub document/],
			['the document is broken', {status: 200, headers: {'content-type': ACTIVITY}, body: '{'}, /could not be had/],
			['the document is a list', {status: 200, headers: {'content-type': ACTIVITY}, body: '[]'}, /could not be had/],
			['the document is empty', {status: 200, headers: {'content-type': ACTIVITY}, body: ''}, /could not be had/],
			['the document is huge', {status: 200, headers: {'content-type': ACTIVITY}, body: `{"a":"${'x'.repeat(300000)}"}`}, /could not be had/],
			['the connection breaks', {reset: true, status: 200}, /could not be had/],
			['it redirects to another\'s document', {status: 302, headers: {location: other.id}}, /./],
			['it redirects to a file', {status: 302, headers: {location: 'file:///etc/passwd'}}, /could not be had/],
			['it redirects to itself', {status: 302, headers: {location: ''}}, /could not be had/],
			['it redirects nowhere', {status: 302}, /could not be had/],
		]) {
			const a = actor(name);
			a.answer = answer;
			await refused(name, await follow(a), says, Date.now());
		}
		equal((await state()).slice(0, 1).map((x) => x.split(',')[0]), ['0']);
	});

	await step('an unreachable key', async () => {
		const port = w.net.port;
		for (const [name, keyId] of [
			['nobody listens', 'http://127.3.9.1:1/users/x#main-key'],
			['no such name', `https://nobody.invalid/users/x#main-key`],
			['this server itself', `${w.actor}#main-key`],
			['a key of another host', `http://127.3.9.2:${port}/users/nobody#main-key`],
		])
			await refused(name, await anna.send(inbox, {type: 'Follow', object: w.actor}, {keyId}), /./, Date.now());
	});

	await step('forged requests do not make this server knock at others\' doors', async () => {
		const victim = w.net.peer('127.3.0.7').actor('victim');
		victim.answer = {status: 404};
		const answers = [];
		for (let i = 0; i < 5; i++)
			answers.push(await follow(victim));
		ok(answers.every((r) => r.status === 401));
		equal(victim.peer.gets.length, 1, 'the same key is asked for once a minute');
		match(answers[4].text, /a moment ago/);
	});

	await step('a key that changed is fetched anew', async () => {
		const carol = await w.follower('127.3.0.8', 'carol');
		carol.key = stranger;
		await w.later(2 * MINUTE);
		equal((await carol.send(inbox, {type: 'Follow', object: w.actor})).status, 202);
		equal((await carol.send(inbox, {type: 'Follow', object: w.actor}, {key: makeKey().privateKey})).status, 401);
	});

	await step('it need not be an inbox of a living institution for a 401', async () => {
		for (const path of ['/inbox', '/actor/1/inbox'])
			equal((await anna.send(w.s.url + path, {type: 'Follow', object: w.actor}, {signature: false})).status, 401, path);
	});

	await step('a body that is no activity, signed well', async () => {
		const eve = w.net.peer('127.3.0.9').actor('eve');
		for (const [body, status, says] of [
			['', 400, /./], ['{', 400, /./], ['[]', 400, /./], ['"x"', 400, /./], ['{"a":1,"a":2}', 400, /./],
			[JSON.stringify({'@graph': [], id: eve.newId(), actor: eve.id, type: 'Follow'}), 400, /@graph/],
			[JSON.stringify({id: eve.newId(), actor: eve.id}), 400, /type/],
			[JSON.stringify({actor: eve.id, type: 'Follow'}), 400, /id/],
			[JSON.stringify({actor: eve.id, type: 'Follow', id: `${eve.id}/${'x'.repeat(3000)}`}), 400, /2,048/],
			[`${'['.repeat(100)}${']'.repeat(100)}`, 400, /./],
		]) {
			const r = await eve.send(inbox, body);
			equal(r.status, status, `${body.slice(0, 60)}: ${r.text}`);
			match(r.text, says);
		}
		const headers = sign(inbox, {key: eve.key.privateKey, keyId: eve.keyId, body: '{}', contentType: 'text/plain'});
		equal((await request(inbox, {method: 'POST', headers, body: '{}'})).status, 415);
	});
});
