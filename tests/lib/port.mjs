// Free TCP ports for servers under test. They lie below the range from which the kernel takes ports for outgoing
// connections, else a peer's connection may sit on the port that we have just found free; the runner gives each test a
// range of its own (CHORSU_TEST_PORTS, 100 ports), so parallel tests do not meet either.
import net from 'node:net';

let next = 0;
const base = Number(process.env.CHORSU_TEST_PORTS ?? 11000 + (process.pid % 180) * 100);

function free(port, address) {
	return new Promise((resolve) => {
		const server = net.createServer();
		server.once('error', () => resolve(false));
		server.listen({port, host: address, exclusive: true}, () => server.close(() => resolve(true)));
	});
}

// A port that is free on this address at the moment. Never the same twice in one process.
export async function freePort(address = '0.0.0.0') {
	while (next < 100) {
		const port = base + next++;
		if (await free(port, address))
			return port;
	}
	throw new Error(`no free port from ${base} to ${base + 99}`);
}
