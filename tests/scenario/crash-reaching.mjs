// A server dies while it tells those who left what became of the posts that they hold: they are told all the same.
import {makePeers} from '../lib/peer.mjs';
import {test} from '../lib/test.mjs';
import {REACHING, runReaching, share} from './lib/crash-table.mjs';
import {makeLane} from './lib/lane.mjs';

test(async () => {
	const net = await makePeers();
	const lanes = await Promise.all([0, 1].map((number) => makeLane(net, {number, hosts: 2, each: 2})));
	await share(lanes, REACHING.map((row) => (lane) => runReaching(lane, row)));
});
