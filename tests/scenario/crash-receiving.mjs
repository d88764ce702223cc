// A server dies while it takes a Follow or an Undo: what it answered with 202 stands, what it did not may be sent again.
// seconds: 40
// why: 18 servers die under load
// weight: 2
import {makePeers} from '../lib/peer.mjs';
import {test} from '../lib/test.mjs';
import {RECEIVING, runReceiving, share} from './lib/crash-table.mjs';
import {makeLane} from './lib/lane.mjs';

test(async () => {
	const net = await makePeers();
	const lanes = await Promise.all([0, 1].map((number) => makeLane(net, {number, hosts: 2, each: 2})));
	await share(lanes, RECEIVING.map((row) => (lane) => runReceiving(lane, row)));
});
