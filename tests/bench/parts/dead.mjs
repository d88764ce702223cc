// A third of the hosts is dead, one part refusing, one hanging, one answering 503: how long the living wait beside them, against the
// same living alone. The first post finds the dead out; the next ones find them parked (those that hang: after 30 s).
import {equal, pause} from '../../lib/test.mjs';
import {benchStore} from '../lib/stores.mjs';
import {atMost, told} from '../lib/table.mjs';
import {commandTimes, monotonic, startSink} from '../lib/tools.mjs';
import {CHORSU} from '../../lib/store.mjs';

export const name = 'dead';

const ENOUGH = 34000; // ms until those that hang are given up

const deadGroups = (count) => ['refusing', 'hanging', 'failing'].map((kind) => ({kind, count: Math.floor(count / 3)}));

// Seconds from the publishing by all institutions to the last arrival at a living inbox.
async function publish(store, sink, living) {
	await sink.reset();
	const at = monotonic();
	for (const handle of store.handles)
		await commandTimes([CHORSU, 'post', store.dir, handle, 'A post for the living and the dead.'], {count: 1});
	const report = await sink.wait(living * store.handles.length);
	equal(report.repeats + report.late + report.unreadable + report.broken, 0);
	return (report.living.last - at) / 1e6;
}

async function setUp(institutions, groups) {
	const sink = await startSink();
	const store = await benchStore({sink, institutions, groups});
	await store.serve();
	return {store, sink};
}

// Turn about, so that what else the machine does falls on both.
async function compare(what, {institutions = 1, living, dead}) {
	const alone = await setUp(institutions, [{count: living}]);
	const beside = await setUp(institutions, [{count: living}, ...deadGroups(dead)]);
	const pair = async () => [await publish(beside.store, beside.sink, living), await publish(alone.store, alone.sink, living)];
	const first = await pair(), second = await pair();
	await pause(ENOUGH);
	const third = await pair();
	for (const {store, sink} of [alone, beside]) {
		await store.server.stop('KILL');
		await sink.stop();
	}
	const note = ([a, b]) => `${a.toFixed(2)} s, without the dead ${b.toFixed(2)} s`;
	const row = (which, times) => atMost(`${what}: ${which}`, times[0] / times[1], 1.2, '×', note(times));
	return [
		told(`${what}: first post, which finds the dead out`, first[0] / first[1], '×',
			`${note(first)}; two thirds of the dead cost a signature and a connection, as the living do`),
		row('second post at once, while some still hang', second), row('third post', third),
	];
}

export async function run() {
	return [
		...await compare('a third of 10,000 hosts dead', {living: 6667, dead: 3333}),
		...await compare('100 institutions over the same 300 hosts, a third dead', {institutions: 100, living: 200, dead: 100}),
	];
}
