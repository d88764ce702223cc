// Before anything is measured: the sink sees a repeat, a late one and what is no activity, and tells inboxes apart.
import {request} from '../../lib/http.mjs';
import {equal, ok} from '../../lib/test.mjs';
import {startSink} from '../lib/tools.mjs';

export const name = 'sink';

const activity = (id, actor = 7) =>
	JSON.stringify({'@context': ['x', {id: 'y/1'}], id: `http://h/activity/${id}`, actor: `http://h/actor/${actor}`, object: {id: 'z/9'}});

export async function run() {
	const sink = await startSink({delay: 50, sample: 2});
	const deliver = (address, body, options = {}) =>
		request(`http://${address}:${sink.port}/inbox`, {method: 'POST', body, headers: {'content-length': Buffer.byteLength(body)}, ...options});
	const started = Date.now();
	equal((await deliver('127.10.0.1', activity(5))).status, 202);
	ok(Date.now() - started >= 45, 'it did not wait');
	for (const id of [6, 6, 5])
		await deliver('127.10.0.1', activity(id));
	await deliver('127.10.0.2', activity(5));
	await deliver('127.10.0.1', activity(5, 8));
	await deliver('127.10.0.1', '{"id": "http://h/activity/9", "object": {"actor": "http://h/actor/1"}}');
	equal((await deliver('127.120.0.1', activity(5))).status, 503);
	const silent = await deliver('127.100.0.1', activity(5), {timeout: 200}).catch((e) => e.message);
	ok(/no answer/.test(silent), 'what hangs answered');
	const r = await sink.report();
	equal([r.pairs, r.repeats, r.late, r.unreadable, r.broken], [3, 1, 1, 1, 0]);
	equal([r.living.requests, r.failing.requests, r.hanging.requests], [7, 1, 1]);
	equal(r.sampled, 3);
	equal(sink.requests().map((b) => b.subarray(0, 16).toString()), Array(3).fill('POST /inbox HTTP'));
	equal((await sink.wait(7)).living.requests, 7);
	equal((await sink.reset()).living.requests, 0);
	await sink.stop();
	return [];
}
