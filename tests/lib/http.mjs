// HTTP as tests need it: nothing is followed, added or repaired behind our back.
//
//   const r = await request('http://127.0.0.1:8080/x', {method, headers, body, agent, timeout});
//   r.status, r.headers (lower case; an array where a name stood twice), r.raw (names and values as sent), r.text, r.bytes,
//   r.json()
//   await get(url, 'application/activity+json')      GET with that Accept
//   await raw(port, 'GET / HTTP/1.1\r\n…', {host, timeout, halfClose})  -> {text, closed}: bytes over a bare socket, for
//                                                     requests that no HTTP library would send
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

export const ACTIVITY = 'application/activity+json';

function answerOf(res, chunks) {
	const bytes = Buffer.concat(chunks);
	return {
		status: res.statusCode, headers: res.headers, raw: res.rawHeaders, bytes,
		get text() { return bytes.toString('utf8'); },
		json: () => JSON.parse(bytes.toString('utf8')),
	};
}

export function request(url, {method = 'GET', headers = {}, body, agent, timeout = 30000, ca, lookup, servername,
	socketPath, localAddress} = {}) {
	const u = new URL(url);
	return new Promise((resolve, reject) => {
		const client = u.protocol === 'https:' ? https : http;
		const req = client.request(u, {method, headers, agent: agent ?? false, ca, lookup, servername, socketPath, localAddress},
			(res) => {
			const chunks = [];
			res.on('data', (c) => chunks.push(c));
			res.on('error', reject);
			res.on('end', () => resolve(answerOf(res, chunks)));
		});
		const timer = setTimeout(() => req.destroy(new Error(`${method} ${url}: no answer in ${timeout} ms`)), timeout);
		req.on('error', reject);
		req.on('close', () => clearTimeout(timer));
		req.end(body);
	});
}

export const get = (url, accept, options = {}) =>
	request(url, {...options, headers: {...(accept ? {accept} : {}), ...options.headers}});

// Everything that comes back until the server closes, or until timeout (then closed is false).
export function raw(port, bytes, {host = '127.0.0.1', timeout = 5000, halfClose = false} = {}) {
	return new Promise((resolve, reject) => {
		const chunks = [];
		const socket = net.connect({port, host, allowHalfOpen: true});
		const done = (closed) => {
			clearTimeout(timer);
			socket.destroy();
			resolve({closed, text: Buffer.concat(chunks).toString('latin1')});
		};
		const timer = setTimeout(() => done(false), timeout);
		socket.on('connect', () => (halfClose ? socket.end(bytes) : socket.write(bytes)));
		socket.on('data', (c) => chunks.push(c));
		socket.on('end', () => done(true));
		socket.on('error', (e) => (e.code === 'ECONNRESET' || e.code === 'EPIPE' ? done(true) : reject(e)));
	});
}
