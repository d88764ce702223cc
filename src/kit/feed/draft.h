/* An item while it is read: what the feed wrote, as it wrote it. */
#ifndef CHORSU_KIT_FEED_DRAFT_H
#define CHORSU_KIT_FEED_DRAFT_H

#include "kit/feed/feed.h"

struct feed;

/* A text and the place its links are seen from. */
struct written {
	const char *text; /* NULL: there is none */
	size_t len;
	bool plain;       /* is no HTML, by its own word */
	const char *base; /* or NULL */
};

struct draft {
	struct arena *arena;
	const char *base; /* xml:base, absolute, or NULL */
	const char *id, *about, *link, *original, *author, *lang, *comments;
	bool id_is_link;
	struct written title, content, summary, caption;
	int64_t published_ms, updated_ms;
	const char *categories[FEED_CATEGORIES_MAX];
	size_t category_count;
	struct feed_media media[FEED_MEDIA_MAX]; /* addresses as written until it is finished */
	size_t media_count;
	bool too_long;
	bool is_shown; /* the text that is walked for pictures is the item's html */
};

/* An empty one with an arena of its own. ERR_MEMORY. */
MUST_USE int draft_begin(struct draft *d);
void draft_done(struct draft *d); /* takes one that was never begun, zeroed */

/* In the order of their worth where several name the same: the first stays. Values may be NULL;
 * they are copied. */
void draft_set(struct draft *d, const char **slot, const char *value);
void draft_text(struct draft *d, struct written *slot, const struct written *w);
void draft_author(struct draft *d, const char *value);
void draft_category(struct draft *d, const char *value);

/* kind: a media type, a word as "image", or NULL. NULL when there are too many or url is NULL. */
struct feed_media *draft_media(struct draft *d, const char *url, const char *kind);

/* Into ret, which lives as long as the draft. False when it holds nothing that could be shown, or
 * too much. */
bool draft_finish(struct draft *d, const struct feed *f, struct feed_item *ret);

#endif
