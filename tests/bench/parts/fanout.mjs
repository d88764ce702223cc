// Fan-out to 10,000 inboxes on 10,000 addresses: first on new connections, then once more while they are kept.
import {equal, soon} from '../../lib/test.mjs';
import {behind, benchStore} from '../lib/stores.mjs';
import {atMost, holds, told} from '../lib/table.mjs';
import {cpu, monotonic, signatureCost, startSink} from '../lib/tools.mjs';
import {verifyAll} from '../lib/verify.mjs';

export const name = 'fanout';

const COUNT = 10000, SAMPLE = 20;
const TEXT = 'Kommunal xizmatlar haqida: **ertaga** soat 9 dan 12 gacha Chorsu maydonida suv boʻlmaydi. Batafsil: https://example.org/suv #suv';

async function publish(store, sink) {
	await sink.reset();
	const before = {server: cpu(store.server.pid), sink: await sink.report(), at: monotonic()};
	await store.post('bench', TEXT);
	const report = await sink.wait(COUNT);
	await soon('all positions are written', async () => (await behind(store)) === 0, {seconds: 30, every: 250});
	return {
		perDelivery: (cpu(store.server.pid) - before.server) * 1000 / COUNT, seconds: (report.living.last - before.at) / 1e6,
		accepted: report.accepted, sink: (report.cpu_us - before.sink.cpu_us) / 1000 / COUNT,
	};
}

export async function run() {
	const sink = await startSink({sample: SAMPLE});
	const store = await benchStore({sink, groups: [{count: COUNT}], settings: {'delivery.connections': COUNT}});
	await store.serve();
	const before = await signatureCost();
	const first = await publish(store, sink);
	const second = await publish(store, sink);
	const after = await signatureCost();
	const sign = (before.sign + after.sign) / 2;
	const report = await sink.report();
	equal(report.pairs, COUNT);
	equal(report.living.requests, COUNT, 'after the last one nothing more comes');
	const verified = await verifyAll(sink.requests());
	await store.stop();
	await sink.stop();
	const note = (r) => `${r.perDelivery.toFixed(3)} ms of CPU each, ${r.seconds.toFixed(1)} s in all, ${r.accepted} connections; `
		+ `the sink ${r.sink.toFixed(3)} ms each`;
	return [
		told('one RSA-2048 signature', sign * 1000, 'µs', `${(before.sign * 1000).toFixed(0)} before, ${(after.sign * 1000).toFixed(0)} after; `
			+ `a verification ${(before.verify * 1000).toFixed(0)} µs`),
		atMost('fan-out to 10,000, new connections: CPU per delivery', first.perDelivery / sign, 2.0, '×', note(first)),
		atMost('second post to the same 10,000', second.perDelivery / sign, 1.6, '×', note(second)),
		holds('each once and in order', report.repeats + report.late + report.unreadable + report.broken === 0 && verified > 0,
			`${report.repeats} repeats, ${report.late} late, ${report.unreadable} unreadable; ${verified} signatures verified`),
	];
}
