/* Pages by key, their entries in the order of use, and how much memory they take. */
#include "kit/http/cache_page.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

_Static_assert(crypto_shorthash_KEYBYTES == 16, "size of the seed");
_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "size of the hash");

static size_t bucket_of(const struct cache *c, const void *key, size_t len)
{
	uint64_t hash;

	crypto_shorthash((unsigned char *)&hash, key, len, c->seed);
	return hash % CACHE_BUCKETS;
}

static struct cache_page *look_up(struct cache *c, size_t bucket, const void *key, size_t len)
{
	struct cache_page *p = c->buckets[bucket];

	while (p && (p->key_len != len || memcmp(p->key, key, len) != 0))
		p = p->next;
	return p;
}

struct cache_page *cache_page_find(struct cache *c, const void *key, size_t len)
{
	return look_up(c, bucket_of(c, key, len), key, len);
}

struct cache_page *cache_page_get(struct cache *c, const void *key, size_t len)
{
	size_t bucket = bucket_of(c, key, len);
	struct cache_page *p = look_up(c, bucket, key, len);

	if (p)
		return p;
	p = calloc(1, sizeof(*p) + len);
	if (!p)
		return NULL;
	p->bucket = bucket;
	p->key_len = len;
	memcpy(p->key, key, len);
	p->next = c->buckets[bucket];
	c->buckets[bucket] = p;
	c->used += sizeof(*p) + len;
	return p;
}

void cache_page_settle(struct cache *c, struct cache_page *page)
{
	struct cache_page **at;

	if (!page || page->entries || page->flights)
		return;
	for (at = &c->buckets[page->bucket]; *at != page; at = &(*at)->next)
		;
	*at = page->next;
	c->used -= sizeof(*page) + page->key_len;
	cache_offers_unref(page->offers);
	free(page);
}

static bool same_offers(const struct cache_offers *o, const char *const *tags, int count)
{
	if (!o || o->count != count)
		return false;
	for (int i = 0; i < count; i++)
		if (!str_eq(o->tags[i], tags[i]))
			return false;
	return true;
}

bool cache_page_offer(struct cache_page *page, const char *const *tags, int count)
{
	size_t size = sizeof(struct cache_offers) + (size_t)count * sizeof(tags[0]);
	struct cache_offers *o;
	char *at;

	if (same_offers(page->offers, tags, count))
		return true;
	for (int i = 0; i < count; i++)
		size += strlen(tags[i]) + 1;
	o = malloc(size);
	if (!o)
		return false;
	o->references = 1;
	o->count = count;
	at = (char *)&o->tags[count];
	for (int i = 0; i < count; i++) {
		size_t len = strlen(tags[i]) + 1;

		o->tags[i] = memcpy(at, tags[i], len);
		at += len;
	}
	cache_offers_unref(page->offers);
	page->offers = o;
	return true;
}

void cache_offers_unref(struct cache_offers *o)
{
	if (o && --o->references == 0)
		free(o);
}

struct cache_entry *cache_entry_find(struct cache_page *page, const char *language)
{
	struct cache_entry *e = page->entries;

	while (e && strcmp(e->language, language) != 0)
		e = e->next;
	return e;
}

static size_t size_of(const struct cache_entry *e)
{
	return sizeof(*e) + strlen(e->language) + 1 + e->answer->size;
}

static void link_newest(struct cache *c, struct cache_entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void unlink_used(struct cache *c, struct cache_entry *e)
{
	*(e->newer ? &e->newer->older : &c->newest) = e->older;
	*(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

struct cache_entry *cache_entry_add(
	struct cache *c, struct cache_page *page, const char *language, struct answer *a)
{
	size_t len = strlen(language) + 1;
	struct cache_entry *e = calloc(1, sizeof(*e) + len);

	if (!e)
		return NULL;
	memcpy(e->language, language, len);
	atomic_fetch_add(&a->references, 1);
	e->answer = a;
	a->entry = e;
	e->page = page;
	e->next = page->entries;
	page->entries = e;
	link_newest(c, e);
	c->used += size_of(e);
	return e;
}

void cache_entry_use(struct cache *c, struct cache_entry *e)
{
	if (c->newest == e)
		return;
	unlink_used(c, e);
	link_newest(c, e);
}

void cache_entry_drop(struct cache *c, struct cache_entry *e)
{
	struct cache_entry **at = &e->page->entries;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	unlink_used(c, e);
	c->used -= size_of(e);
	e->answer->entry = NULL;
	answer_unref(e->answer);
	free(e);
}

void cache_shrink(struct cache *c, size_t max)
{
	while (c->oldest && c->used > max) {
		struct cache_page *page = c->oldest->page;

		cache_entry_drop(c, c->oldest);
		cache_page_settle(c, page);
	}
}
