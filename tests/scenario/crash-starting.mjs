// init dies at each of its steps and is run again; serve dies in a migration and is started again.
import {makeStore} from '../lib/store.mjs';
import {test} from '../lib/test.mjs';
import {INIT, MIGRATING, runInit, runMigrating, share} from './lib/crash-table.mjs';

test(async () => {
	const stores = [await makeStore(), await makeStore()];
	await share(stores, [...INIT.map((row) => (s) => runInit(s, row)), ...MIGRATING.map((row) => (s) => runMigrating(s, row))]);
});
