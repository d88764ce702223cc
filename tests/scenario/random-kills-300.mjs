// As random-kills.mjs, 300 servers on two stores. CHORSU_TEST_KILLS=N: so many.
// tier: long
// seconds: 400
// why: 300 servers live up to 0.7 s each
// weight: 2
import {makePeers} from '../lib/peer.mjs';
import {test} from '../lib/test.mjs';
import {killAtRandom} from './lib/kills.mjs';
import {makeLane} from './lib/lane.mjs';

test(async () => {
	const net = await makePeers();
	const kills = Number(process.env.CHORSU_TEST_KILLS ?? 300);
	const lanes = await Promise.all([0, 1].map((number) => makeLane(net, {number, hosts: 4, each: 3})));
	await Promise.all(lanes.map((lane, i) => killAtRandom(lane, Math.floor((kills + i) / 2))));
});
