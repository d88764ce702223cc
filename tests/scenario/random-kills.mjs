// Five servers die at random moments under load, and some of the commands that publish: nothing is lost, nothing is there
// twice. CHORSU_TEST_KILLS=N: so many.
import {makePeers} from '../lib/peer.mjs';
import {test} from '../lib/test.mjs';
import {killAtRandom} from './lib/kills.mjs';
import {makeLane} from './lib/lane.mjs';

test(async () => {
	await killAtRandom(await makeLane(await makePeers(), {hosts: 4, each: 3}), Number(process.env.CHORSU_TEST_KILLS ?? 5));
});
