/* An item of a feed as a statement: what it says, made safe, in a form that can be compared with
 * what it said before. */
#ifndef CHORSU_SOURCES_ITEM_H
#define CHORSU_SOURCES_ITEM_H

#include "core/institution.h"
#include "core/post.h"
#include "feature/sources/source_db.h"
#include "kit/feed/feed.h"

#define ITEM_TAGS_MAX 10

struct item {
	struct source_item key; /* key and hash */
	struct variant_input variant;
	int64_t published_at;                     /* ms; 0: it does not say */
	const struct feed_media *const *pictures; /* at most POST_MEDIA_MAX, ended by NULL */
	const char *label;                        /* for messages: the title, or the address */
};

/* lang: of an item that does not say its own; "" : by its letters, else the institution's. All in
 * the context's arena. ERR_INVALID: there is nothing to say in it; ERR_TOO_LARGE. */
MUST_USE int item_make(struct ctx *cx, const struct institution *i, const char *lang,
	const struct feed_item *from, struct item *ret);

/* The language of a text by its letters: "uz-Cyrl", "ru", or fallback. */
const char *item_language(const char *text, const char *told, const char *fallback);

#endif
