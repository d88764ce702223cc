/* Lists in pages with stable addresses: a page is named by the statement that it starts after, as
 * in the fediverse's collections, so that what is published later does not move it. */
#ifndef CHORSU_SITE_PAGING_H
#define CHORSU_SITE_PAGING_H

#include <stdbool.h>

#include "core/post.h"

#define PAGE_ITEMS 20

/* A statement's place in the order of time; at 0: the newest of all. */
struct cursor {
	int64_t at; /* ms */
	int64_t id;
};

/* "AT-ID". False for anything that we would not write ourselves. */
bool cursor_parse(const char *text, struct cursor *ret);
char *cursor_text(struct arena *a, const struct cursor *c);

/* A statement in a list: its HTML in the reader's language, which is cut when it is over 64 Ki
 * characters, and titles in all. */
struct listed {
	struct post post;
	bool cut;
};

/* One page of statements, newest first. */
struct listing {
	int64_t institution;  /* 0: all that are open */
	const char *tag;      /* folded hashtag; NULL: all */
	struct cursor before; /* starts after it */
	int64_t from,
		until; /* only what was published from and before these instants; 0: no bound */
	/* results */
	struct listed *items;
	int count;
	bool has_older, has_newer;
	struct cursor older, newer; /* where those pages start; newer.at 0: the first */
};

/* The cursor from the request's parameter "before", if any. ERR_INVALID. */
MUST_USE int listing_begin(struct request *rq, struct listing *l);

/* Loads institution's page, for a reader of lang, in the transaction. */
MUST_USE int listing_load(struct tx *tx, struct listing *l, const char *lang);

/* The addresses of a page: path with "before" where it has a start, in the arena. */
char *listing_path(struct arena *a, const char *path, const struct cursor *before);

#endif
