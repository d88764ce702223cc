// A store that crashes, forty inboxes behind it, and the account of what must hold whatever died when: what was acknowledged is
// there, nothing is there twice, every inbox has everything, in order. Several lanes run in one test, over one set of peers.
//
//   const lane = await makeLane(net, {number: 0, env: {CHORSU_POWERCUT: '1'}});      served and followed
//   await lane.start({crash: 'deliver.after_send:9'})   serves again, to die there; lane.start() not to die
//   await lane.say('post' | 'revise' | 'withdraw', {crash, stored, killAfter})    by a command. With crash it must die there, and
//                           stored tells whether its work must be found then; killAfter: ms until kill -9, whatever it did;
//                           more: what the text has besides its number; post: which one, else the last that stands
//   await lane.dies(point)  the server must end by SIGKILL
//   await lane.follow(guest), lane.undo(guest)   true: acknowledged by 202; the same activity when called again
//   await lane.account()    waits until everything has gone out and checks all of it
import {equal, ok, pause, soon} from '../../lib/test.mjs';
import {run} from '../../lib/process.mjs';
import {CHORSU, makeStore} from '../../lib/store.mjs';

const HANDLE = 'mehnat';
const SLOW = Number(process.env.SLOW ?? 1);

const isEntry = (r) => ['Create', 'Update', 'Delete'].includes(r.json?.type);
const numberOf = (url) => /(\d+)$/.exec(url ?? '')?.[1];

// Everything that the account needs, in one question.
const STATE = `
SELECT 'entry', CAST(seq AS TEXT), CAST(id AS TEXT), kind, CAST(post AS TEXT), '' FROM outbox
UNION ALL SELECT 'post', CAST(p.id AS TEXT), p.state, CAST(p.created AS TEXT), CAST(p.revision AS TEXT), v."text"
 FROM post p JOIN variant v ON v.post = p.id AND v.revision = p.revision
UNION ALL SELECT 'revision', CAST(post AS TEXT), CAST(number AS TEXT), '', '', '' FROM revision
UNION ALL SELECT 'audit', act, CAST(subject AS TEXT), '', '', '' FROM audit
UNION ALL SELECT 'head', CAST(head AS TEXT), '', '', '', '' FROM institution
UNION ALL SELECT 'follow', a.uri, '', '', '', '' FROM follow f JOIN remote_actor a ON a.id = f.actor
UNION ALL SELECT 'reader', target, CAST(subscribed AS TEXT), CAST(since AS TEXT), CAST(until AS TEXT), CAST(position AS TEXT)
 FROM reader WHERE kind = 'fediverse'
UNION ALL SELECT 'busy', CAST(count(*) AS TEXT), '', '', '', '' FROM reader r JOIN institution i ON i.id = r.institution
 WHERE (r.subscribed = 1 AND r.position < i.head) OR r.has_parcels = 1
UNION ALL SELECT 'trouble', name, state, why, '', '' FROM host WHERE state <> 'live'
UNION ALL SELECT 'trouble', 'refusal', what, why, '', '' FROM refusal`;

class Lane {
	lives = [null]; // of servers, from 1: {died}
	actors = []; // all that ever followed
	guests = 0;
	posts = []; // {text, url, hidden} acknowledged, or found after a crash
	open = []; // commands of which nobody knows yet what they did: {act, post, text}
	count = 0;
	arrived = 0; // requests at inboxes, answered or not
	gate = null; // a promise: inboxes answer once it is kept

	get life() {
		return this.lives.length - 1;
	}

	watch(peer) {
		peer.stamp = () => this.life; // when it began to arrive: it may be judged when the next server lives
		peer.answer = async (r) => {
			r.life = r.stamp;
			this.arrived++;
			await this.gate;
			return null;
		};
		return peer;
	}

	// Hosts of this lane alone; every actor has an inbox of its own.
	makeActor(host, name) {
		const peer = this.watch(this.net.peer(`127.${60 + this.number}.0.${host}`));
		const actor = peer.actor(name, {sharedInbox: false});
		this.actors.push(actor);
		return actor;
	}

	guest() {
		this.guests++;
		return this.makeActor(100 + this.guests % 5, `guest${this.guests}`);
	}

	launch(crash) {
		this.lives.push({crash, died: false});
		return this.s.launch({env: crash ? {CHORSU_CRASH: crash} : {}});
	}

	async start({crash} = {}) {
		const server = await this.launch(crash);
		const ready = async () => (await this.s.get('/health/ready', undefined, {timeout: 3000})).status === 200;
		await soon('the server is ready', async () => !server.running || ready(), {seconds: 20 * SLOW, every: 10});
		if (!crash && !server.running)
			throw new Error(`the server ended at its start:\n${server.log.slice(-2000)}`);
	}

	// Its last bytes have come to the peers when this returns.
	async over() {
		const end = await this.s.server.ended;
		this.lives[this.life].died = true;
		await this.net.quiet(`127.${60 + this.number}.`, 10 * SLOW);
		return end;
	}

	async dies(point, seconds = 15) {
		const {server} = this.s;
		await Promise.race([server.ended, pause(seconds * 1000 * SLOW)]);
		if (server.running)
			throw new Error(`the server never came to ${point}`);
		const end = await this.over();
		equal(end, {code: null, signal: 'SIGKILL'}, `${point}: the server must die there by SIGKILL\n${server.log.slice(-2000)}`);
	}

	// Nothing is left to deliver, or the server has died.
	async rests() {
		const {server} = this.s;
		await soon('everything has gone out', async () => !server.running || (await this.state()).busy === 0,
			{seconds: 20 * SLOW, every: 50});
	}

	async kill() {
		this.s.server.signal('KILL');
		await this.over();
	}

	async say(act, {crash, stored, killAfter, more = '', post = this.posts.findLast((p) => !p.hidden)} = {}) {
		const text = `${act} ${this.number}-${++this.count}${more}`;
		const words = {post: ['post', HANDLE, text], revise: ['revise', post?.url, text],
			withdraw: ['withdraw', post?.url, '--reason', text]}[act];
		const r = await run(CHORSU, [words[0], this.s.dir, ...words.slice(1), '--json'],
			{env: {...this.s.env, ...(crash && {CHORSU_CRASH: crash})}, timeout: killAfter ?? 60000 * SLOW});
		if (r.code === 0) {
			ok(!crash, `${act} never came to ${crash}`);
			this.note({act, post, text}, JSON.parse(r.stdout).url);
			return this.posts.at(-1).url;
		}
		if (crash)
			equal([r.code, r.signal, r.stdout], [null, 'SIGKILL', ''], `${act} at ${crash}: ${r.stderr}`);
		else if (killAfter === undefined || r.signal !== 'SIGKILL')
			throw new Error(`${act} ${this.count}: exit ${r.code ?? r.signal}: ${r.stderr}`);
		this.open.push({act, post, text, stored, crash});
		return null;
	}

	note({act, post, text}, url) {
		if (act === 'post')
			this.posts.push({text, url, hidden: false});
		else if (act === 'revise')
			post.text = text;
		else
			post.hidden = true;
	}

	// What the commands that died have done, from the store. It must be all or nothing, and what the crash point says.
	async settle(state) {
		state ??= await this.state();
		for (const {act, post, text, stored, crash} of this.open) {
			const row = act === 'post' ? state.posts.find((p) => p.text === text) : state.posts.find((p) => p.id === numberOf(post.url));
			const done = act === 'post' ? row !== undefined : act === 'revise' ? row.text === text : row.state === 'withdrawn';
			if (stored !== undefined)
				equal(done, stored, `${act} that died at ${crash}`);
			if (done)
				this.note({act, post, text}, row && `${this.s.url}/post/${row.id}`);
		}
		this.open = [];
		return state;
	}

	async state() {
		const rows = await this.s.sql(STATE);
		const of = (kind) => rows.filter((r) => r[0] === kind);
		return {
			head: Number(of('head')[0][1]), busy: Number(of('busy')[0][1]), trouble: of('trouble').map((r) => r.slice(1, 4)),
			entries: of('entry').map(([, seq, id, kind, post]) => ({seq: Number(seq), id, kind, post})).sort((a, b) => a.seq - b.seq),
			posts: of('post').map(([, id, status, created, revision, text]) =>
				({id, state: status, created: Number(created), revision: Number(revision), text})),
			revisions: of('revision').map(([, post, number]) => ({post, number: Number(number)})),
			audit: of('audit').map(([, act, subject]) => `${act} ${subject}`),
			followers: of('follow').map((r) => r[1]).sort(),
			readers: new Map(of('reader').map(([, target, subscribed, since, until, position]) => [target,
				{subscribed: subscribed === '1', since: Number(since), until: Number(until), position: Number(position)}])),
		};
	}

	// The same activity until it is acknowledged.
	async #sent(guest, activity) {
		try {
			const r = await guest.send(`${this.actor}/inbox`, activity, {timeout: 20000 * SLOW});
			if (r.status === 202)
				return true;
			throw new Error(`${activity.type} of ${guest.id}: ${r.status} ${r.text.slice(0, 300)}`);
		} catch (e) {
			if (!['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(e.code))
				throw e;
			return false;
		}
	}

	async follow(guest) {
		guest.asked ??= {id: guest.newId(), type: 'Follow', actor: guest.id, object: this.actor};
		guest.follows = await this.#sent(guest, guest.asked) || guest.follows;
		return guest.follows === true;
	}

	async undo(guest) {
		guest.undone ??= {id: guest.newId(), type: 'Undo', actor: guest.id, object: guest.asked};
		guest.left = await this.#sent(guest, guest.undone) || guest.left;
		return guest.left === true;
	}

	accepted(guest) {
		return guest.peer.inbox.some((r) => r.verified && r.json?.type === 'Accept' && r.json.object?.id === guest.asked.id);
	}

	async account() {
		await this.settle();
		let state;
		let arrived = -1;
		const progress = async () => { // 20 s without anything new at an inbox are a standstill, whatever else the machine does
			while (arrived !== this.arrived) {
				arrived = this.arrived;
				const done = await soon('everything has gone out', async () => {
					state = await this.state();
					return state.busy === 0 || (this.s.server.running ? false : Promise.reject(new Error('the server is down')));
				}, {seconds: 20 * SLOW, every: 80}).catch((e) => e);
				if (!(done instanceof Error))
					return;
				if (!this.s.server.running || arrived === this.arrived)
					throw done;
			}
		};
		await progress().catch((e) => {
			const late = [...state.readers].filter(([, r]) => r.subscribed && r.position < state.head);
			throw new Error(`${e.message}: ${state.busy} readers wait, head ${state.head}, trouble ${JSON.stringify(state.trouble)},`
				+ ` late ${JSON.stringify(late)}`);
		});
		equal(state.trouble, [], 'no host failed, nothing was refused');
		const {findings} = (await this.s.chorsu('check', '--inside', {exit: null})).json; // a small disk is the test's own
		equal(findings.filter((f) => f.state !== 'ok' && !['disk', 'inodes'].includes(f.name)), []);
		this.checkStore(state);
		for (const actor of this.actors)
			this.checkInbox(state, actor);
		await this.checkPages(state);
		return state;
	}

	checkStore(state) {
		equal(state.entries.map((e) => e.seq), state.entries.map((_, i) => i + 1), 'the outbox is numbered without a gap');
		equal(state.head, state.entries.length);
		const known = (p) => ({id: p.id, state: p.state, text: p.text});
		equal(state.posts.map(known).sort((a, b) => Number(a.id) - Number(b.id)),
			this.posts.map((p) => ({id: numberOf(p.url), state: p.hidden ? 'withdrawn' : 'published', text: p.text}))
				.sort((a, b) => Number(a.id) - Number(b.id)), 'the store holds what was said, once');
		for (const p of state.posts) {
			const said = state.entries.filter((e) => e.post === p.id).map((e) => e.kind);
			equal(said, ['create', ...Array(p.revision - 1).fill('update'), ...(p.state === 'withdrawn' ? ['delete'] : [])]);
			equal(state.entries[p.created - 1].post, p.id);
			equal(state.revisions.filter((r) => r.post === p.id).map((r) => r.number).sort((a, b) => a - b),
				Array.from({length: p.revision}, (_, i) => i + 1));
			equal(state.audit.filter((a) => a.endsWith(` ${p.id}`)).length, said.length, 'each act of staff stands in the audit once');
		}
		equal(state.followers, this.actors.filter((a) => a.follows && !a.left).map((a) => a.id).sort());
	}

	// Whether every server from that life on has died: what it sent may not have been written down.
	inDoubt(from, life) {
		return this.lives.slice(from, life).every((l) => l.died);
	}

	// What came, in the lives of the servers that sent it: in order; again only what a server that died had sent. What is new may
	// stand before what came already only where the server that died had left it out: an Update whose text the Create or a later
	// Update brought, a Delete of what was never sent. The next one cannot know that it had. Those who left are told of such by
	// parcels, which go when they are made.
	checkOrder(state, actor, came) {
		const entries = new Map(state.entries.map((e) => [e.id, e]));
		const last = new Map(); // activity -> life that sent it last
		const story = () => `${this.told(state, came)}; ${JSON.stringify(state.readers.get(actor.inbox))}, left: ${actor.left}; its inbox: `
			+ this.times(actor.peer.inbox.filter((r) => r.path === new URL(actor.inbox).pathname));
		let seq = 0, life = 0, furthest = {seq: 0, life: 0};
		for (const r of came) {
			const id = numberOf(r.json.id), entry = entries.get(id);
			const what = `${r.json.type} ${r.json.id} at ${actor.id} (life ${r.life})`;
			ok(entry, `${what} tells of what the store does not hold`);
			equal([r.status, r.why, r.json.type.toLowerCase()], [202, undefined, entry.kind], what);
			if (r.life !== life)
				seq = 0;
			life = r.life;
			ok(entry.seq >= seq || (actor.left && entry.kind !== 'create'), `${what}: ${entry.seq} came after ${seq} (${story()})`);
			seq = entry.seq;
			if (last.has(id)) {
				// Who leaves while an Update or Delete is under way may get it as a parcel, too.
				const parcel = actor.left && entry.kind !== 'create';
				ok(last.get(id) < life || parcel, `${what} came twice from one server: ${this.times(came, id)}`);
				ok(this.inDoubt(last.get(id), life) || parcel, `${what} came again though nothing had died`);
			} else {
				ok(seq > furthest.seq || (entry.kind !== 'create' && (actor.left || this.inDoubt(furthest.life, life))),
					`${what}: ${seq} came after ${furthest.seq} of another life (${story()})`);
			}
			last.set(id, life);
			if (seq > furthest.seq)
				furthest = {seq, life};
		}
	}

	// As a peer does: by activity id, repeats dropped.
	static replay(came) {
		const holds = new Map(), seen = new Set();
		for (const {json} of came) {
			if (seen.has(json.id))
				continue;
			seen.add(json.id);
			const url = typeof json.object === 'string' ? json.object : json.object.id;
			if (json.type === 'Delete')
				holds.delete(numberOf(url));
			else if (json.type === 'Create' || holds.has(numberOf(url)))
				holds.set(numberOf(url), /<p>(.*)<\/p>/.exec(json.object.content)?.[1]);
		}
		return holds;
	}

	checkInbox(state, actor) {
		const path = new URL(actor.inbox).pathname;
		const came = actor.peer.inbox.filter((r) => r.path === path && isEntry(r));
		this.checkOrder(state, actor, came);
		const reader = state.readers.get(actor.inbox);
		if (!reader)
			return equal([actor.follows, came.length], [undefined, 0]);
		const until = reader.subscribed ? state.head : reader.until;
		const due = state.posts.filter((p) => p.state === 'published' && p.created > reader.since && p.created <= until);
		const holds = Lane.replay(came);
		// Who left need not have everything up to then, but nothing that does not stand.
		equal([...holds].sort(), due.filter((p) => reader.subscribed || holds.has(p.id)).map((p) => [p.id, p.text]).sort(),
			`what ${actor.id} holds is what was said (${JSON.stringify(reader)}; it had ${this.told(state, came)})`);
		ok(!actor.follows || this.accepted(actor), `${actor.id} has its Accept`);
	}

	// For messages: when and how an activity came.
	times(came, id) {
		return came.filter((r) => !id || numberOf(r.json.id) === id)
			.map((r) => `${r.json.type} ${new Date(r.at).toISOString()} port ${r.port} signed ${r.headers.date} in ${r.life}`).join(', ');
	}

	// For messages: number, kind and post of each, and the life that brought it.
	told(state, came) {
		const entries = new Map(state.entries.map((e) => [e.id, e]));
		return came.slice(-12).map((r) => {
			const e = entries.get(numberOf(r.json.id));
			return `${e.seq} ${e.kind} ${e.post} in ${r.life}`;
		}).join(', ');
	}

	async checkPages(state) {
		for (const p of this.posts.slice(-3)) {
			const r = await this.s.get(new URL(p.url).pathname, 'application/activity+json');
			equal(r.status, p.hidden ? 410 : 200, p.url);
			ok(p.hidden || r.json().content.includes(p.text), `${p.url} has its newest text`);
		}
		const r = await this.s.get(`${new URL(this.actor).pathname}/followers`, 'application/activity+json');
		equal(r.json().totalItems, state.followers.length);
	}
}

export async function makeLane(net, {number = 0, env = {}, hosts = 8, each = 5, leave = 4, settings = {}, make = makeStore} = {}) {
	const lane = new Lane();
	Object.assign(lane, {net, number});
	lane.s = await make({settings: {'fetch.allow_private': 'yes', ...settings}, env});
	lane.actor = (await lane.s.chorsu('institution add', HANDLE, '--name', 'uz=Mehnat vazirligi')).json.actor;
	await lane.start();
	for (let i = 0; i < hosts * each; i++)
		lane.makeActor(1 + i % hosts, `a${i}`);
	// Some hold the first post and leave.
	const leaving = Array.from({length: leave}, () => lane.guest());
	await Promise.all(lane.actors.map((a) => lane.follow(a)));
	await lane.say('post');
	await lane.account();
	await Promise.all(leaving.map((a) => lane.undo(a)));
	await lane.say('post');
	await lane.account();
	await lane.s.stop();
	return lane;
}
