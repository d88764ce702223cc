// Debian's nginx as the https side of servers under test, with a certificate authority made for this test.
//
//   const proxy = await startNginx({names: {'pages.test': store.port, 'peer.test': other.port}});
//   proxy.url('pages.test')     https://pages.test, or with :PORT where 443 may not be taken
//   proxy.address, proxy.port   where it listens: an address of 127.0.0.0/8 of its own, so that 443 is free there
//   proxy.ca                    path of the CA's certificate (PEM); for Node processes NODE_EXTRA_CA_CERTS
//   proxy.resolve               what chorsu.conf's [fetch] resolve takes: "pages.test:443:127.x.y.z …"
//   await proxy.get('pages.test', '/path', accept)
//   await proxy.stop()          by itself when the test ends
//
// A port is an upstream on 127.0.0.1. Names should end in .test, which no resolver knows.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';

import {get} from './http.mjs';
import {freePort} from './port.mjs';
import {must, start} from './process.mjs';
import {cleanup, folder, soon} from './test.mjs';

// ca.pem, and server.pem with its key for all the names. EC keys: quick to make.
export async function makeCertificates(dir, names, days) {
	const path = (name) => join(dir, name);
	const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
	await must('openssl', ['req', '-x509', ...ec, '-days', '60', '-subj', '/CN=Chorsu test CA', '-keyout', path('ca.key'),
		'-out', path('ca.pem'), '-addext', 'keyUsage=critical,keyCertSign,cRLSign']);
	await must('openssl', ['req', '-new', ...ec, '-subj', `/CN=${names[0]}`, '-keyout', path('server.key'),
		'-out', path('server.csr')]);
	writeFileSync(path('server.ext'), `subjectAltName=${names.map((n) => `DNS:${n}`).join(',')}\n` +
		'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n');
	await must('openssl', ['x509', '-req', '-in', path('server.csr'), '-CA', path('ca.pem'), '-CAkey', path('ca.key'),
		'-CAcreateserial', '-days', String(days), '-extfile', path('server.ext'), '-out', path('server.pem')]);
}

// What every configuration of ours begins with: nothing outside of dir is written to.
function base(dir, workers) {
	const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
		.map((n) => `	${n}_temp_path ${join(dir, `tmp-${n}`)};`).join('\n');
	return `${process.getuid() === 0 ? 'user root;\n' : ''}daemon off;
worker_processes ${workers};
pid ${join(dir, 'nginx.pid')};
error_log stderr warn;
events { worker_connections 1024; }
http {
	access_log off;
${temporary}
`;
}

function configuration(dir, address, port, names) {
	const servers = Object.entries(names).map(([name, upstream]) => `
	server {
		listen ${address}:${port} ssl http2;
		server_name ${name};
		location / {
			proxy_pass http://127.0.0.1:${upstream};
			proxy_http_version 1.1;
			proxy_set_header Host $http_host;
			proxy_set_header X-Forwarded-For $remote_addr;
			proxy_set_header X-Forwarded-Proto https;
			proxy_set_header Connection "";
			proxy_buffering off;
		}
	}`).join('\n');
	return `${base(dir, 1)}
	client_max_body_size 8m;
	ssl_certificate ${join(dir, 'server.pem')};
	ssl_certificate_key ${join(dir, 'server.key')};
${servers}
}
`;
}

// 443 on an address of our own needs the right to take low ports; without it, a free high port.
export async function place(port) {
	const address = `127.${64 + (process.pid >> 14) % 60}.${(process.pid >> 7) % 128}.${1 + process.pid % 128}`;
	if (port)
		return {address, port};
	const low = await new Promise((resolve) => {
		const server = net.createServer();
		server.once('error', () => resolve(false));
		server.listen(443, address, () => server.close(() => resolve(true)));
	});
	return {address, port: low ? 443 : await freePort(address)};
}

// QUIT and TERM reach the master, which ends its workers; KILL would leave them behind.
function launch(dir, text) {
	writeFileSync(join(dir, 'nginx.conf'), text);
	return start('/usr/sbin/nginx', ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', 'stderr'], {deathSignal: 'TERM'});
}

const listening = (server, at) => soon('nginx listens', () => {
	if (!server.running)
		throw new Error(server.log);
	return new Promise((resolve) => {
		const socket = net.connect(at.port, at.address, () => resolve(true));
		socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
	});
});

export async function startNginx({names, port, days = 30}) {
	const dir = folder('nginx');
	const at = await place(port);
	await makeCertificates(dir, Object.keys(names), days);
	mkdirSync(join(dir, 'logs'));
	const server = launch(dir, configuration(dir, at.address, at.port, names));
	const ca = join(dir, 'ca.pem');
	const host = (name) => (at.port === 443 ? name : `${name}:${at.port}`);
	const proxy = {
		...at, ca, server, url: (name) => `https://${host(name)}`,
		resolve: Object.keys(names).map((n) => `${n}:${at.port}:${at.address}`).join(' '),
		lookup: (name, options, done) => (options.all ? done(null, [{address: at.address, family: 4}])
			: done(null, at.address, 4)),
		get: (name, path, accept, options = {}) => get(`https://${host(name)}${path}`, accept,
			{...options, ca: readFileSync(ca), lookup: proxy.lookup}),
		stop: () => server.stop('TERM', 5000),
	};
	cleanup(proxy.stop);
	await listening(server, at);
	return proxy;
}

// nginx over files, as Debian's nginx.conf has it, which is with sendfile, and what its manual has to make that faster; without
// sendfile it reads each file and writes it together with the head, which is faster still for small ones:
// {'/page': {bytes, headers: {'content-encoding': 'br'}, type}}.
//   const nginx = await startFiles({files, workers: 2, sendfile: false});  nginx.port;  await nginx.stop()
export async function startFiles({files, workers = 1, sendfile = true}) {
	const dir = folder('nginx');
	const at = {address: '127.0.0.1', port: await freePort('127.0.0.1')};
	mkdirSync(join(dir, 'root'));
	mkdirSync(join(dir, 'logs'));
	const locations = Object.entries(files).map(([path, {bytes, type, headers = {}}]) => {
		writeFileSync(join(dir, 'root', path), bytes);
		const fields = Object.entries(headers).map(([name, value]) => `add_header ${name} "${value}";`).join(' ');
		return `		location = ${path} { types {} default_type "${type}"; ${fields} }`;
	}).join('\n');
	const server = launch(dir, `${base(dir, workers)}
	sendfile ${sendfile ? 'on' : 'off'};
	tcp_nopush on;
	open_file_cache max=100 inactive=1h;
	open_file_cache_valid 1h;
	keepalive_requests 100000000;
	server {
		listen ${at.address}:${at.port} backlog=1024;
		root ${join(dir, 'root')};
${locations}
	}
}
`);
	const stop = () => server.stop('TERM', 5000);
	cleanup(stop);
	await listening(server, at);
	return {...at, server, stop};
}
