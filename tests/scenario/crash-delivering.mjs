// A server dies while it delivers, at each step of the way: the next one goes on where it stood, and nobody misses anything.
// seconds: 40
// why: 17 servers die under load, each followed by an account of everything
// weight: 2
import {makePeers} from '../lib/peer.mjs';
import {test} from '../lib/test.mjs';
import {DELIVERING, runDelivering, share} from './lib/crash-table.mjs';
import {makeLane} from './lib/lane.mjs';

test(async () => {
	const net = await makePeers();
	const lanes = await Promise.all([0, 1].map((number) => makeLane(net, {number})));
	await share(lanes, DELIVERING.map((row) => (lane) => runDelivering(lane, row)));
});
