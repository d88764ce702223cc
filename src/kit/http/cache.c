/* The answer cache: asking, storing, and who waits for whom. How entries lie in memory is
 * cache_page.c's. */
#include "kit/http/cache.h"

#include <assert.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kit/http/accept.h"
#include "kit/http/cache_page.h"

#define SHARE_MAX 4 /* of the cache's memory one answer may take: a fourth */
#define WAITS_MAX                                                                                  \
	3 /* times that one waits for others, while what they render is outdated at once */
#define NONE_SUITED "*"
#define NOT_OFFERED ""

struct cache *cache_new(const struct cache_options *options)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->options = *options;
	randombytes_buf(c->seed, sizeof(c->seed));
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

static void drop_all(struct cache *c)
{
	cache_shrink(c, 0);
	c->generation++;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	drop_all(c);
	for (size_t i = 0; i < CACHE_BUCKETS; i++)
		assert(!c->buckets[i] && "somebody renders, or was forgotten");
	cache_versions_done(&c->versions);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

void cache_forget(struct cache *c)
{
	pthread_mutex_lock(&c->lock);
	drop_all(c);
	pthread_mutex_unlock(&c->lock);
}

void cache_raise(struct cache *c, int64_t scope, int64_t version)
{
	pthread_mutex_lock(&c->lock);
	/* What cannot be noted would be taken for current. */
	if (!cache_versions_raise(&c->versions, scope, version))
		drop_all(c);
	pthread_mutex_unlock(&c->lock);
}

size_t cache_used(struct cache *c)
{
	size_t used;

	pthread_mutex_lock(&c->lock);
	used = c->used;
	pthread_mutex_unlock(&c->lock);
	return used;
}

static bool is_outdated(const struct cache *c, const struct answer *a)
{
	return a->scope != CACHE_SCOPE_FIXED &&
	       a->version < cache_versions_get(&c->versions, a->scope);
}

static bool has_changed(const struct answer *a)
{
	return a->next_change_at != 0 && clock_now() >= a->next_change_at;
}

/* The language for who asks, of those that the page is in. Headers are read without the lock; the
 * page may be another afterwards. ret_offers: what the language's text lies in, to be given back.
 */
static const char *choose_language(struct cache *c, const struct cache_query *q,
	struct cache_page **page, struct cache_offers **ret_offers)
{
	struct cache_offers *o = *page ? (*page)->offers : NULL;
	int best;

	if (!o)
		return NULL;
	if (!o->count)
		return NOT_OFFERED;
	o->references++;
	*ret_offers = o;
	pthread_mutex_unlock(&c->lock);
	best = accept_language(q->language, o->tags, o->count);
	pthread_mutex_lock(&c->lock);
	*page = cache_page_find(c, q->key, q->key_len);
	return best >= 0 ? o->tags[best] : NONE_SUITED;
}

/* The entry, if it is still good; one that is not goes. */
static struct cache_entry *find_entry(
	struct cache *c, struct cache_page *page, const char *language)
{
	struct cache_entry *e = page && language ? cache_entry_find(page, language) : NULL;

	if (!e || (!is_outdated(c, e->answer) && !has_changed(e->answer)))
		return e;
	cache_entry_drop(c, e);
	return NULL;
}

static struct cache_flight *find_flight(struct cache_page *page, const char *language)
{
	struct cache_flight *f = page->flights;

	while (f && !f->any && strcmp(f->language, language) != 0)
		f = f->next;
	return f;
}

static bool take_off(
	struct cache *c, const struct cache_query *q, const char *language, struct cache_ticket *t)
{
	struct cache_page *page = cache_page_get(c, q->key, q->key_len);
	size_t len = language ? strlen(language) : 0;
	struct cache_flight *f = page ? calloc(1, sizeof(*f) + len + 1) : NULL;

	if (!f)
		return false;
	f->any = !language;
	memcpy(f->language, language ? language : NOT_OFFERED, len + 1);
	f->page = page;
	f->next = page->flights;
	page->flights = f;
	t->flight = f;
	return true;
}

/* Lead, or wait for who does. otherwise: what one does who neither leads nor waits. */
static enum cache_says join(struct cache *c, const struct cache_query *q, struct cache_page *page,
	const char *language, struct cache_ticket *t, enum cache_says lead,
	enum cache_says otherwise)
{
	struct cache_flight *f = NULL;

	if (t->alone || t->waits >= WAITS_MAX)
		return otherwise;
	if (page && page->flights)
		f = find_flight(page, language ? language : NOT_OFFERED);
	if (!f)
		return take_off(c, q, language, t) ? lead : otherwise;
	t->waits++;
	c->options.suspend(t);
	t->next = f->waiting;
	f->waiting = t;
	return CACHE_WAIT;
}

/* There is an answer: in the coding for who asks, or at least to make that from. */
static enum cache_says give(struct cache *c, const struct cache_query *q, struct cache_entry *e,
	struct cache_ticket *t, struct cache_found *ret)
{
	struct answer *a = e->answer;
	enum coding coding = coding_choose(q->weights, a->suits);
	enum cache_says says = CACHE_HIT;

	if (coding == CODINGS)
		return CACHE_ALONE;
	cache_entry_use(c, e);
	if (!a->bodies[coding].bytes)
		says = join(c, q, e->page, e->language, t, CACHE_COMPRESS, CACHE_COMPRESS);
	if (says == CACHE_WAIT)
		return says;
	atomic_fetch_add(&a->references, 1);
	*ret = (struct cache_found){a, coding, a->bodies[coding]};
	return says;
}

enum cache_says cache_find(struct cache *c, const struct cache_query *q, struct cache_ticket *t,
	struct cache_found *ret)
{
	struct cache_offers *offers = NULL;
	struct cache_page *page;
	struct cache_entry *e;
	const char *language;
	enum cache_says says;

	pthread_mutex_lock(&c->lock);
	page = cache_page_find(c, q->key, q->key_len);
	language = choose_language(c, q, &page, &offers);
	e = find_entry(c, page, language);
	t->generation = c->generation;
	says = e ? give(c, q, e, t, ret) : join(c, q, page, language, t, CACHE_RENDER, CACHE_ALONE);
	if (!e) /* the last entry may have been dropped, or there was no memory for a flight */
		cache_page_settle(c, cache_page_find(c, q->key, q->key_len));
	cache_offers_unref(offers);
	pthread_mutex_unlock(&c->lock);
	return says;
}

static bool is_welcome(struct cache *c, struct cache_ticket *t, const struct answer *a)
{
	if (t->generation != c->generation || a->size > c->options.max / SHARE_MAX ||
		has_changed(a))
		return false;
	t->served = is_outdated(c, a); /* those who wait may find a newer one */
	return !t->served && (a->scope == CACHE_SCOPE_FIXED ||
				     cache_versions_raise(&c->versions, a->scope, a->version));
}

static bool insert(struct cache *c, const struct cache_query *q, struct answer *a,
	const char *const *languages, int count, const char *language)
{
	struct cache_page *page = cache_page_get(c, q->key, q->key_len);
	struct cache_entry *old;
	bool stored;

	if (!page)
		return false;
	old = cache_entry_find(page, language);
	if (old)
		cache_entry_drop(c, old);
	stored = cache_page_offer(page, languages, count) && cache_entry_add(c, page, language, a);
	cache_page_settle(c, page);
	cache_shrink(c, c->options.max);
	return stored;
}

bool cache_store(struct cache *c, const struct cache_query *q, struct cache_ticket *t,
	struct answer *a, const char *const *languages, int count, const char *language)
{
	bool stored;

	if (count > CACHE_LANGUAGES_MAX)
		return false;
	if (!language)
		language = count ? NONE_SUITED : NOT_OFFERED;
	pthread_mutex_lock(&c->lock);
	stored = is_welcome(c, t, a) && insert(c, q, a, languages, count, language);
	t->served = t->served || stored;
	pthread_mutex_unlock(&c->lock);
	return stored;
}

struct body cache_add_body(struct cache *c, struct cache_ticket *t, struct answer *a,
	enum coding coding, void *bytes, size_t len)
{
	struct body body;

	pthread_mutex_lock(&c->lock);
	t->served = true;
	if (a->bodies[coding].bytes) {
		free(bytes);
	} else {
		a->bodies[coding] = (struct body){bytes, len};
		a->size += len;
		c->used += a->entry ? len : 0;
		cache_shrink(c, c->options.max);
	}
	body = a->bodies[coding];
	pthread_mutex_unlock(&c->lock);
	return body;
}

struct body cache_body(struct cache *c, const struct answer *a, enum coding coding)
{
	struct body body;

	pthread_mutex_lock(&c->lock);
	body = a->bodies[coding];
	pthread_mutex_unlock(&c->lock);
	return body;
}

void cache_end(struct cache *c, struct cache_ticket *t)
{
	struct cache_flight *f = t->flight, **at;

	if (!f)
		return;
	t->flight = NULL;
	pthread_mutex_lock(&c->lock);
	for (at = &f->page->flights; *at != f; at = &(*at)->next)
		;
	*at = f->next;
	cache_page_settle(c, f->page);
	pthread_mutex_unlock(&c->lock);
	for (struct cache_ticket *w = f->waiting, *next; w; w = next) {
		next = w->next;
		w->alone = !t->served;
		c->options.wake(w); /* from here on it is its owner's */
	}
	free(f);
}
