// Every crash point of the program has a row in the table of runs, and every row a point that there is.
// engines: sqlite
import {must} from '../lib/process.mjs';
import {CHORSU} from '../lib/store.mjs';
import {equal, test} from '../lib/test.mjs';
import {ALL} from './lib/crash-table.mjs';

test(async () => {
	const points = (await must(CHORSU, ['crash-points'])).trim().split('\n');
	equal([...new Set(ALL.map((row) => row.point.split(':')[0]))].sort(), points.sort());
});
