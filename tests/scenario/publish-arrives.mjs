// A post, its revision and its withdrawal reach every follower's server: signed, in order, each once.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {ACTIVITY} from '../lib/http.mjs';
import {PUBLIC} from '../lib/peer.mjs';
import {equal, folder, match, ok, step, test} from '../lib/test.mjs';
import {heard, makeWorld, said, tried} from './lib/world.mjs';

const file = (name, text) => {
	const path = join(folder('text'), name);
	writeFileSync(path, text);
	return path;
};

test(async () => {
	const w = await makeWorld();
	const followers = `${w.actor}/followers`;
	const anna = await step('three followers of two servers', async () => {
		const first = await w.follower('127.3.0.1', 'anna');
		await w.follower('127.3.0.1', 'aziz');
		await w.follower('127.3.0.2', 'bek', {sharedInbox: false});
		return first;
	});
	const a = anna.peer, b = w.net.peer('127.3.0.2');
	const last = (peer) => peer.inbox.at(-1);
	const both = async (expected) => {
		await heard(a, expected, {quiet: 0});
		await heard(b, expected, {quiet: 0});
		equal(last(a).json, last(b).json, 'both servers are sent the same');
		return last(a).json;
	};

	const note = await step('a post with hashtags in three languages', async () => {
		const url = await w.post('note: #Ish_haqi va #Меҳнат', '--variant', `ru=${file('ru', 'Зарплата')}`,
			'--variant', `uz-Cyrl=${file('cyrl', 'Иш ҳақи')}`);
		const create = await both(['Create note:']);
		match(create.id, new RegExp(`^${w.s.url}/activity/\\d+$`));
		equal([create.type, create.actor, create.to, create.cc], ['Create', w.actor, [PUBLIC], [followers]]);
		const object = create.object;
		equal([object.id, object.url, object.type, object.attributedTo], [url, url, 'Note', w.actor]);
		equal([object.to, object.cc], [[PUBLIC], [followers]]);
		equal(Object.keys(object.contentMap), ['uz', 'ru', 'uz-Cyrl'], 'the post\'s own language comes first');
		equal(object.contentMap.uz, object.content);
		match(object.contentMap.ru, /Зарплата/);
		match(object.content, /note: .*<a [^>]*href="[^"]*\/@mehnat\/tag\/ish_haqi"[^>]*>#<span>Ish_haqi<\/span><\/a>/);
		equal(object.tag.map((t) => [t.type, t.name]), [['Hashtag', '#Ish_haqi'], ['Hashtag', '#Меҳнат']]);
		ok(Math.abs(Date.parse(object.published) - Date.now()) < 60000, object.published);
		equal(object.updated, undefined);
		return url;
	});

	await step('its document is what was sent, and so is the activity\'s', async () => {
		const create = last(a).json;
		const r = await w.s.get(note, ACTIVITY);
		match(r.headers['content-type'], /^application\/activity\+json/);
		const {'@context': context, ...object} = r.json();
		ok(context);
		equal(object, create.object);
		equal((await w.s.get(create.id, ACTIVITY)).json(), create);
	});

	await step('a revision with a note', async () => {
		await w.revise(note, 'Исправленная зарплата', '--lang', 'ru', '--note', 'A figure was wrong');
		const update = await both(['Create note:', 'Update note:']);
		equal(update.object.id, note);
		match(update.object.contentMap.ru, /Исправленная/);
		match(update.object.content, /note: /, 'other languages stand');
		equal(update.object.tag.length, 2, 'and their hashtags');
		ok(Date.parse(update.object.updated) >= Date.parse(update.object.published));
		ok(update.id !== a.inbox.find((r) => r.json.type === 'Create').json.id);
	});

	await step('an article', async () => {
		await w.post('article', '--title', 'Sarlavha', '--variant', `en=${file('en', '# Heading\n\nBody')}`);
		const {object} = await both([...said(a).slice(0, 2), 'Create article']);
		equal([object.type, object.name, object.nameMap], ['Article', 'Sarlavha', {uz: 'Sarlavha', en: 'Heading'}]);
		match(object.contentMap.en, /^<p>Body<\/p>\s*$/);
	});

	await step('an unlisted post', async () => {
		await w.post('unlisted', '--visibility', 'unlisted');
		const create = await both([...said(a).slice(0, 3), 'Create unlisted']);
		for (const x of [create, create.object])
			equal([x.to, x.cc], [[followers], [PUBLIC]]);
	});

	await step('a withdrawal', async () => {
		await w.withdraw(note, 'It was a mistake');
		const remove = await both([...said(a).slice(0, 4), 'Delete note:']);
		equal([remove.object.type, remove.object.formerType, remove.object.content], ['Tombstone', 'Note', undefined]);
		const r = await w.s.get(note, ACTIVITY);
		equal([r.status, r.json().type], [410, 'Tombstone']);
	});

	await step('every one was signed by the institution, and none came twice', async () => {
		const all = [...said(a)];
		await heard(a, all);
		for (const peer of [a, b]) {
			equal(tried(peer), all, 'nothing was tried in vain');
			const ids = peer.inbox.filter((r) => r.json.type !== 'Accept').map((r) => r.json.id);
			equal(new Set(ids).size, ids.length);
			for (const r of peer.inbox) {
				equal([r.verified, r.why], [true, undefined]);
				match(r.headers.signature, new RegExp(`keyId="${w.actor}#main-key"`));
				match(r.headers['content-type'], /^application\/activity\+json/);
				ok(r.json['@context']);
			}
		}
		ok(a.inbox.every((r) => r.path === '/inbox'), 'the shared inbox is preferred');
		ok(b.inbox.every((r) => r.path === '/users/bek/inbox'));
		equal(w.net.strangers, []);
	});
});
