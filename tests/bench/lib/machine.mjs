// What else the machine does: a figure measured while others compute is worth little, so each part waits a while for quiet, and it is
// told how much of the processors others took meanwhile.
//
//   await quiet(60);   const m = meter(); ...; m.others() -> share of all cores, 0 to 1, once all child processes have ended
import {readFileSync} from 'node:fs';
import {cpus} from 'node:os';

import {pause} from '../../lib/test.mjs';

const CORES = cpus().length;
const TICKS = 100; // a second, USER_HZ
const QUIET = 0.1;

// Seconds that all cores were busy since the start; guests are part of user time already.
function busy() {
	const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'latin1').split('\n')[0].trim().split(/\s+/)
		.slice(1).map(Number);
	return (user + nice + system + irq + softirq + (steal ?? 0)) / TICKS;
}

// Seconds of this process and of its children that have ended.
function ours() {
	const text = readFileSync('/proc/self/stat', 'latin1');
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').slice(11, 15).map(Number);
	return fields.reduce((sum, ticks) => sum + ticks) / TICKS;
}

export function meter() {
	const from = {at: process.hrtime.bigint(), busy: busy(), ours: ours()};
	return {
		others() {
			const seconds = Number(process.hrtime.bigint() - from.at) / 1e9;
			return Math.max(0, (busy() - from.busy - (ours() - from.ours)) / seconds / CORES);
		},
	};
}

export async function quiet(seconds) {
	for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
		const m = meter();
		await pause(1500);
		if (m.others() < QUIET)
			return;
	}
}
