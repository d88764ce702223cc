// Signatures of deliveries, checked with node:crypto alone, from the bytes that came.
import {createHash, createVerify} from 'node:crypto';

import {ACTIVITY, get} from '../../lib/http.mjs';
import {equal, match, ok} from '../../lib/test.mjs';

function parse(bytes) {
	const end = bytes.indexOf('\r\n\r\n');
	const [first, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
	const [method, target] = first.split(' ');
	const headers = Object.fromEntries(lines.map((line) => {
		const colon = line.indexOf(':');
		return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
	}));
	return {method, target, headers, body: bytes.subarray(end + 4)};
}

async function keyOf(id, keys) {
	if (!keys.has(id)) {
		const actor = (await get(id.replace(/#.*/, ''), ACTIVITY)).json();
		equal(actor.publicKey.id, id);
		keys.set(id, actor.publicKey.publicKeyPem);
	}
	return keys.get(id);
}

// All of them are signed by the actor that they name, over target, host, date and digest, and carry the digest's bytes.
export async function verifyAll(requests) {
	const keys = new Map();
	for (const bytes of requests) {
		const r = parse(bytes);
		equal(r.method, 'POST');
		const fields = Object.fromEntries([...r.headers.signature.matchAll(/(\w+)="([^"]*)"/g)].map((m) => [m[1], m[2]]));
		const names = fields.headers.split(' ');
		for (const name of ['(request-target)', 'host', 'date', 'digest'])
			ok(names.includes(name), `the signature does not cover ${name}`);
		const text = names.map((name) => name === '(request-target)' ? `(request-target): post ${r.target}`
			: `${name}: ${r.headers[name]}`).join('\n');
		const key = await keyOf(fields.keyId, keys);
		ok(createVerify('sha256').update(text).verify(key, fields.signature, 'base64'), 'a signature does not verify');
		equal(r.headers.digest, `SHA-256=${createHash('sha256').update(r.body).digest('base64')}`);
		ok(fields.keyId.startsWith(JSON.parse(r.body).actor), 'signed with the key of another actor');
		match(r.headers.host, /^127\.\d+\.\d+\.\d+:\d+$/);
	}
	return requests.length;
}
