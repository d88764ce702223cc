// The power goes at each crash point: what SQLite had written and not synced is lost with the process (the VFS of
// src/kit/db/sqlite_powercut_testing.c). The same table of runs, and the same must hold.
// engines: sqlite
// seconds: 60
// why: all runs of the crash tests, on two stores
// weight: 2
import {makePeers} from '../lib/peer.mjs';
import {makeStore} from '../lib/store.mjs';
import {test} from '../lib/test.mjs';
import {
	DELIVERING, INIT, MIGRATING, REACHING, RECEIVING, runCommands, runDelivering, runInit, runMigrating, runReaching, runReceiving,
	share,
} from './lib/crash-table.mjs';
import {makeLane} from './lib/lane.mjs';

const env = {CHORSU_POWERCUT: '1'};

test(async () => {
	const net = await makePeers();
	const [lane, store] = await Promise.all([makeLane(net, {number: 0, env}), makeStore({env})]);
	const other = await makeLane(net, {number: 1, env, hosts: 4, each: 3});
	await Promise.all([
		share([lane], DELIVERING.map((row) => () => runDelivering(lane, row))),
		share([other], [
			...INIT.map((row) => () => runInit(store, row)), ...MIGRATING.map((row) => () => runMigrating(store, row)),
			() => runCommands(other), ...REACHING.map((row) => () => runReaching(other, row)),
			...RECEIVING.map((row) => () => runReceiving(other, row)),
		]),
	]);
});
