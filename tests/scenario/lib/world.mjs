// What the scenarios of the spine begin with: a store that is served, an institution, and peers that follow it.
//
//   const w = await makeWorld();               w.s the store (tests/lib/store.mjs), w.net the peers, w.actor the actor's URL
//   const anna = await w.follower('127.3.0.1', 'anna')     an actor at that address who follows; anna.peer, anna.followed
//   const url = await w.post('Text', '--lang', 'uz')       and w.revise(url, …), w.withdraw(url, …)
//   said(anna.peer) -> ['Create 1', 'Update 1', …]         what its inbox took, posts by the last digits of their URL or by
//                                                           the names that w.name(url, 'a') gave them
//   await heard(anna.peer, ['Create a'])       waits for exactly that, and that nothing more comes
//   await w.later(8 * DAY)                     the same store served again, that much later
import {makePeers} from '../../lib/peer.mjs';
import {makeStore} from '../../lib/store.mjs';
import {equal, soon, stays} from '../../lib/test.mjs';

export const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

const names = new Map(); // URL of a post -> what tests call it

export const idOf = (value) => (typeof value === 'string' ? value : value?.id);

const label = (r) => {
	const object = idOf(r.json?.object);
	return `${r.json?.type} ${names.get(object) ?? object}`;
};

const isEntry = (r) => ['Create', 'Update', 'Delete'].includes(r.json?.type);

// All that came about posts and profiles, whatever was answered.
export const tried = (peer) => peer.inbox.filter(isEntry).map(label);

// What was taken.
export const said = (peer) => peer.inbox.filter((r) => isEntry(r) && r.status >= 200 && r.status < 300).map(label);

export async function heard(peer, expected, {seconds = 10, quiet = 400} = {}) {
	await soon(`${peer.host} hears ${JSON.stringify(expected)}, heard ${JSON.stringify(said(peer))}`,
		() => said(peer).length >= expected.length, {seconds}).catch((e) => {
		equal(said(peer), expected, e.message);
		throw e;
	});
	equal(said(peer), expected);
	if (quiet)
		await stays(`nothing more comes to ${peer.host}`, () => said(peer).length === expected.length, quiet);
}

class World {
	shift = 0;
	speed = 1;
	from = 0;

	async institution(handle, ...rest) {
		const words = rest.length ? rest : ['--name', `uz=${handle}`];
		return (await this.s.chorsu('institution add', handle, ...words)).json.actor;
	}

	// Makes the actor; it follows and waits for the Accept.
	async follower(address, name, {target = this.actor, ...options} = {}) {
		const actor = this.net.peer(address).actor(name, options);
		actor.followed = await actor.follow(target);
		return actor;
	}

	name(url, name) {
		names.set(url, name);
		return url;
	}

	async post(text, ...rest) {
		const url = await this.s.post(this.handle, text, ...rest);
		return this.name(url, text.split(' ')[0]);
	}

	revise(url, text, ...rest) {
		return this.s.chorsu('revise', url, ...rest, text);
	}

	withdraw(url, reason = 'An error') {
		return this.s.chorsu('withdraw', url, '--reason', reason);
	}

	async readers() {
		return (await this.s.chorsu('readers')).json;
	}

	retry(host) {
		return this.s.chorsu('readers', 'retry', host);
	}

	// Rows of hosts as {name, state, attempts, next_at, why}.
	async hosts() {
		const rows = await this.s.sql('SELECT name, state, attempts, next_at, why FROM host ORDER BY name');
		return rows.map(([name, state, attempts, next_at, why]) =>
			({name, state, attempts: Number(attempts), next_at: Number(next_at), why}));
	}

	// What the server's clock shows.
	now() {
		return this.from + (Date.now() - this.from) * this.speed + this.shift;
	}

	setShift(ms) {
		this.shift = ms;
		this.s.set('test.clock_shift', ms);
	}

	async later(ms) {
		if (this.s.server?.running)
			await this.s.stop();
		this.setShift(this.shift + ms);
		await this.s.serve();
	}
}

// speed: how many times as fast the server's clock runs.
export async function makeWorld({settings = {}, handle = 'mehnat', serve = true, speed = 1} = {}) {
	const w = new World();
	if (speed !== 1)
		Object.assign(w, {speed, from: Date.now()});
	w.net = await makePeers();
	w.net.clock = () => w.now();
	w.s = await makeStore({settings: {'fetch.allow_private': 'yes',
		...(speed !== 1 && {'test.clock_from': w.from, 'test.clock_speed': speed}), ...settings}});
	w.handle = handle;
	w.actor = await w.institution(handle);
	w.name(w.actor, 'profile');
	if (serve)
		await w.s.serve();
	return w;
}
