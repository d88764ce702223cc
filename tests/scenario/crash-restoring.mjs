// engines: both
// seconds: 60
// why: nine restores, some of them served
// restore and backup die at each of their steps: what is unfinished is no store and no backup, and the same command goes on.
import {join} from 'node:path';

import {makeStore} from '../lib/store.mjs';
import {folder, test} from '../lib/test.mjs';
import {BACKING_UP, RESTORING, runBackingUp, runRestoring} from './lib/crash-table.mjs';

test(async () => {
	const s = await makeStore();
	const file = join(folder('backup'), 'store.tar.gz');
	await s.chorsu('institution add', 'mehnat', '--name', 'uz=Mehnat vazirligi');
	await s.post('mehnat', 'Birinchi');
	for (const row of BACKING_UP)
		await runBackingUp(s, file, row);
	for (const row of RESTORING)
		await runRestoring(s, file, row);
});
