/* What the cache is made of. Inside the cache only; all of it is under its lock.
 *
 * A page is what one key names. It has an entry for each language in which it was rendered, and a
 * flight for each that is being rendered now; it goes with the last of them. */
#ifndef CHORSU_KIT_HTTP_CACHE_PAGE_H
#define CHORSU_KIT_HTTP_CACHE_PAGE_H

#include <pthread.h>

#include "kit/http/cache.h"
#include "kit/http/cache_versions.h"

#define CACHE_BUCKETS 2048

struct cache_entry {
	struct cache_entry *next; /* of its page */
	struct cache_entry *newer, *older;
	struct cache_page *page;
	struct answer *answer;
	char language[]; /* "" when it was not negotiated, "*" when none suited */
};

struct cache_flight {
	struct cache_flight *next;
	struct cache_page *page;
	struct cache_ticket *waiting;
	bool any; /* nobody knows yet which languages there are */
	char language[];
};

/* The languages that a page is negotiated among. */
struct cache_offers {
	int references;
	int count;
	const char *tags[];
};

struct cache_page {
	struct cache_page *next; /* in its bucket */
	struct cache_entry *entries;
	struct cache_flight *flights;
	struct cache_offers *offers; /* NULL: not known */
	size_t bucket;
	size_t key_len;
	unsigned char key[];
};

struct cache {
	struct cache_options options;
	pthread_mutex_t lock;
	unsigned char seed[16]; /* of the hash: nobody can choose who shares a bucket */
	struct cache_page *buckets[CACHE_BUCKETS];
	struct cache_entry *newest, *oldest; /* by their last use */
	struct cache_versions versions;
	uint64_t generation;
	size_t used;
};

/* NULL: there is none. */
struct cache_page *cache_page_find(struct cache *c, const void *key, size_t len);

/* Find or make; NULL without memory. An empty one must be settled again. */
struct cache_page *cache_page_get(struct cache *c, const void *key, size_t len);

/* Free it when nothing is left of it; takes NULL. */
void cache_page_settle(struct cache *c, struct cache_page *page);

/* False without memory. */
bool cache_page_offer(struct cache_page *page, const char *const *tags, int count);
void cache_offers_unref(struct cache_offers *o); /* takes NULL */

struct cache_entry *cache_entry_find(struct cache_page *page, const char *language);

/* Takes a reference of its own; NULL without memory. */
struct cache_entry *cache_entry_add(
	struct cache *c, struct cache_page *page, const char *language, struct answer *a);
void cache_entry_use(struct cache *c, struct cache_entry *e); /* it was asked for */

/* Its page stays, to be settled. */
void cache_entry_drop(struct cache *c, struct cache_entry *e);

/* Drop what was not asked for longest until the rest is within the limit; pages are settled. */
void cache_shrink(struct cache *c, size_t max);

#endif
