// What `make bench` measures: the table of parts/, each figure a ratio or a time against its target, each part in one run. Each
// writes its section of docs/performance.md. With names of parts as arguments, or in BENCH, only those run.
import {test, step} from '../lib/test.mjs';
import {needsBinary} from '../lib/store.mjs';
import * as cached from './parts/cached.mjs';
import * as dead from './parts/dead.mjs';
import * as fanout from './parts/fanout.mjs';
import * as million from './parts/million.mjs';
import * as large from './parts/large.mjs';
import * as sink from './parts/sink.mjs';
import * as slow from './parts/slow.mjs';
import {meter, quiet} from './lib/machine.mjs';
import {describeMachine, print, write} from './lib/table.mjs';

const WAIT = Number(process.env.BENCH_WAIT ?? 60); // seconds that each part waits for a quiet machine
const PARTS = [sink, fanout, slow, dead, large, cached, million];

test(async () => {
	needsBinary();
	const wanted = process.argv.length > 2 ? process.argv.slice(2) : process.env.BENCH?.split(' ') ?? [];
	const parts = PARTS.filter((p) => !wanted.length || wanted.includes(p.name));
	const machine = await describeMachine();
	const rows = [];
	for (const part of parts) {
		await quiet(WAIT);
		const started = Date.now(), m = meter();
		const found = await step(part.name, part.run);
		const others = m.others();
		rows.push(...found);
		print(found);
		console.log(`(${part.name}: ${((Date.now() - started) / 1000).toFixed(0)} s; others: ${Math.round(others * 100)} % of the machine)`);
		await write(part.name, machine, found, others, PARTS.map((p) => p.name));
	}
	const missed = rows.filter((r) => r.target !== undefined && !r.reached);
	if (missed.length)
		throw new Error(`${missed.length} of ${rows.length} targets missed: ${missed.map((r) => r.what).join('; ')}`);
});
