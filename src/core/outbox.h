/* The outbox: the append-only list of everything an institution has said, in order. Only what is
 * said to everyone of an audience stands here; what is for one reader is a parcel. */
#ifndef CHORSU_CORE_OUTBOX_H
#define CHORSU_CORE_OUTBOX_H

#include <stdbool.h>

#include "kit/db/db.h"

/* Kinds of entry: "create", "update", "delete" of a post; "profile": the actor changed. A kind is
 * text, so that features bring their own. */
struct entry {
	int64_t institution;
	int64_t seq;
	int64_t id;           /* the activity's */
	const char *audience; /* "public", "unlisted", "followers" */
	const char *kind;
	int64_t post;     /* 0: of no post */
	bool quiet;       /* stands here, is not sent */
	const char *body; /* what cannot be made from the post; NULL: nothing */
	int64_t at;       /* ms */
};

/* Number, version and entry in one: the last write of the publishing transaction, whose row lock on
 * the institution is held to the commit, so numbers are gapless and in commit order. Fills seq. */
MUST_USE int outbox_append(struct tx *tx, struct entry *e);

/* Entries of an institution after seq, in order, at most limit; newest first before seq when
 * backwards. Count returned. */
MUST_USE int outbox_page(struct tx *tx, int64_t institution, int64_t after, int limit,
	struct entry **ret, int *ret_count);
MUST_USE int outbox_page_back(struct tx *tx, int64_t institution, int64_t before, int limit,
	struct entry **ret, int *ret_count);

/* One entry by its activity id. ERR_NOT_FOUND. */
MUST_USE int outbox_find(struct tx *tx, int64_t id, struct entry **ret);

/* Creates of public posts that still stand: what the public collection counts. */
MUST_USE int outbox_count(struct tx *tx, int64_t institution, int64_t *ret);

#endif
