// What `make bench` measures: the table of parts/, each figure a ratio or a time against its target, all in one run. A whole run
// writes docs/performance.md. With names of parts as arguments, or in BENCH, only those run and nothing is written.
import {test, step} from '../lib/test.mjs';
import {needsBinary} from '../lib/store.mjs';
import * as cached from './parts/cached.mjs';
import * as dead from './parts/dead.mjs';
import * as fanout from './parts/fanout.mjs';
import * as large from './parts/large.mjs';
import * as sink from './parts/sink.mjs';
import * as slow from './parts/slow.mjs';
import {meter, quiet} from './lib/machine.mjs';
import {describeMachine, print, write} from './lib/table.mjs';

const WAIT = Number(process.env.BENCH_WAIT ?? 60); // seconds that each part waits for a quiet machine
const PARTS = [sink, fanout, slow, dead, large, cached];

test(async () => {
	needsBinary();
	const wanted = process.argv.length > 2 ? process.argv.slice(2) : process.env.BENCH?.split(' ') ?? [];
	const parts = PARTS.filter((p) => p.name === 'sink' || !wanted.length || wanted.includes(p.name));
	const machine = await describeMachine();
	const rows = [], others = [];
	for (const part of parts) {
		await quiet(WAIT);
		const started = Date.now(), m = meter();
		const found = await step(part.name, part.run);
		rows.push(...found);
		others.push(`${part.name} ${Math.round(m.others() * 100)} %`);
		print(found);
		console.log(`(${part.name}: ${((Date.now() - started) / 1000).toFixed(0)} s; others: ${others.at(-1)} of the machine)`);
	}
	if (parts.length === PARTS.length)
		write(machine, rows, others.join(', '));
	const missed = rows.filter((r) => r.target !== undefined && !r.reached);
	if (missed.length)
		throw new Error(`${missed.length} of ${rows.length} targets missed: ${missed.map((r) => r.what).join('; ')}`);
});
