// 10,000 inboxes that take 200 ms each to answer: more transfers must be in flight than in the fast case.
import {equal} from '../../lib/test.mjs';
import {benchStore} from '../lib/stores.mjs';
import {atMost, told} from '../lib/table.mjs';
import {monotonic, startSink} from '../lib/tools.mjs';

export const name = 'slow';

const COUNT = 10000;

async function publish(store, sink, n) {
	await sink.reset();
	const at = monotonic();
	await store.post('bench', `Number ${n} for inboxes that take their time.`);
	const report = await sink.wait(COUNT);
	equal(report.repeats + report.late + report.unreadable + report.broken, 0);
	return {seconds: (report.living.last - at) / 1e6, open: report.open_most};
}

export async function run() {
	const sink = await startSink({delay: 200});
	const store = await benchStore({sink, groups: [{count: COUNT}]});
	await store.serve();
	const first = await publish(store, sink, 1);
	await new Promise((resolve) => setTimeout(resolve, 1500));
	const second = await publish(store, sink, 2);
	await store.stop();
	await sink.stop();
	return [
		atMost('10,000 inboxes that take 200 ms to answer: all in', first.seconds, 8, 's', 'from the publishing to the last arrival'),
		told('the same, second post', second.seconds, 's', `${second.open} connections open at most`),
	];
}
