// Processes that die at random moments, while statements go out and people come and go. The crash points are places that
// somebody thought of; these are not.
import {equal, ok, pause} from '../../lib/test.mjs';

const between = (from, to) => from + Math.random() * (to - from);
const chance = (p) => Math.random() < p;

// Commands without a pause. One in four is killed too, wherever it may be then.
async function speak(lane, going) {
	while (going()) {
		const act = chance(0.5) ? 'post' : chance(0.6) ? 'revise' : 'withdraw';
		const standing = lane.posts.filter((p) => !p.hidden);
		const post = standing[Math.floor(between(0, standing.length))];
		await lane.say(post ? act : 'post', {post, killAfter: chance(0.25) ? between(5, 80) : undefined});
		await lane.settle();
	}
}

// Somebody comes and perhaps goes, and asks again until there is an answer, as servers do.
async function visit(lane, going) {
	const insist = async (act, guest) => {
		while (!await lane[act](guest))
			await pause(20);
	};
	while (going()) {
		const guest = lane.guest();
		await insist('follow', guest);
		if (chance(0.5)) {
			await pause(between(0, 100));
			await insist('undo', guest);
		}
	}
}

// kills servers, one after the other; an account every few of them.
export async function killAtRandom(lane, kills, every = 15) {
	for (let done = 0; done < kills;) {
		let going = true;
		const load = [speak, visit, visit].map((fn) => fn(lane, () => going));
		const failed = Promise.all(load).then(() => new Promise(() => {})); // it never ends well while going
		for (const until = Math.min(kills, done + every); done < until; done++) {
			await Promise.race([failed, lane.launch()]);
			await Promise.race([failed, pause(between(30, 700))]);
			await lane.kill();
		}
		await lane.start();
		going = false;
		await Promise.all(load);
		const state = await lane.account();
		ok(state.entries.length > 0);
		await lane.s.stop();
		equal(lane.lives.filter((l) => l?.died).length, done);
	}
}
