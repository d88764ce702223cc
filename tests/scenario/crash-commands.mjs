// A command dies while it publishes, revises or withdraws: all of it stands or nothing, and what stands goes out, once.
import {makePeers} from '../lib/peer.mjs';
import {test} from '../lib/test.mjs';
import {runCommands} from './lib/crash-table.mjs';
import {makeLane} from './lib/lane.mjs';

test(async () => {
	await runCommands(await makeLane(await makePeers(), {hosts: 4, each: 2}));
});
