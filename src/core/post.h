/* Posts: what an institution says, in variants (one a language), each change a revision. */
#ifndef CHORSU_CORE_POST_H
#define CHORSU_CORE_POST_H

#include <stdbool.h>

#include "core/institution.h"

struct media;

struct variant {
	const char *lang;
	const char *title; /* "" : none */
	const char *text;  /* Markdown as it was written */
	const char *html;  /* safe HTML made from it */
	int revision;      /* that brought it */
	bool imported;     /* text is HTML too */
};

struct post {
	int64_t id;
	int64_t institution;
	bool article;           /* it has a title */
	const char *visibility; /* "public", "unlisted" */
	bool withdrawn;
	const char *lang; /* of the first variant */
	int revision;     /* number of the newest; 1: never revised */
	int64_t created;  /* outbox number of its Create */
	int64_t published_at, updated_at, withdrawn_at;
	const char *reason; /* of the withdrawal */
	const struct variant
		*variants; /* those that stand, first the post's own language; ended by lang NULL */
	int pictures;      /* revision whose list of pictures stands, 0: none */
	const struct media *const *media; /* ended by NULL */
};

/* The variant in lang, or the nearest, or the first. NULL for a withdrawn post (its texts are for
 * auditors only). */
const struct variant *post_variant(const struct post *p, const char *lang);

/* ERR_NOT_FOUND. A withdrawn post is loaded without its variants. */
MUST_USE int post_load(struct tx *tx, int64_t id, const struct post **ret);

/* Public posts, newest first, published before the point (at, id) (0, 0: from the newest).
 * institution 0: of all that are open. tag: folded hashtag or NULL. */
struct post_query {
	int64_t institution;
	const char *tag;
	int64_t before_at, before_id;
	int limit;
};
MUST_USE int post_list(
	struct tx *tx, const struct post_query *query, const struct post **ret, int *ret_count);

/* A change note or the first publication, newest first, for the post's page. */
struct revision {
	int number;
	const char *note; /* "" : none */
	int64_t at;
};
MUST_USE int post_revisions(struct tx *tx, int64_t id, const struct revision **ret, int *ret_count);

/* Hashtags of a post as they were written; ended by a NULL name. */
struct post_tag {
	const char *name;
	const char *folded;
};
MUST_USE int post_tags(struct tx *tx, int64_t id, const struct post_tag **ret);

/* What staff ask for. Texts are checked and rendered before the transaction. */
struct variant_input {
	const char *lang;  /* canonical BCP 47 tag */
	const char *title; /* NULL or "" : none. Either all variants of a post have one, or none */
	const char *text;
	/* Of an import: safe HTML, which is taken as it is; text is then what it was made of. And
	 * hashtags beside the text, ended by a NULL name; NULL: none. */
	const char *html;
	const struct post_tag *tags;
};

struct publication {
	const char *handle;
	const char *visibility;               /* NULL: public */
	const struct variant_input *variants; /* ended by lang NULL; a NULL text is not allowed;
					       * lang "" means the institution's first language */
	const struct media *const *media;     /* prepared; ended by NULL. NULL: none */
	int64_t published_at;                 /* 0: now; earlier for imports and the demo */
	bool quiet;                           /* not sent */
	const char *who;                      /* for the audit trail */
	int (*also)(
		struct tx *tx, struct publication *p); /* in the same transaction; NULL: nothing */
	void *arg;
	/* results */
	int64_t id;
	int64_t institution;
};

/* One transaction stores the post and appends one outbox entry; durable when it returns 0; then
 * readers are nudged. */
MUST_USE int post_publish(struct ctx *cx, struct publication *p);

struct correction {
	int64_t id;
	const struct variant_input *variants; /* as above; title NULL keeps the variant's title */
	const struct media *const *media;     /* NULL: keeps what stands; empty: none from now on */
	const char *note;                     /* NULL: none */
	int64_t at;                           /* 0: now */
	bool quiet;
	const char *who;
	int (*also)(struct tx *tx, struct correction *c);
	void *arg;
	int64_t institution; /* result */
};
MUST_USE int post_revise(struct ctx *cx, struct correction *c);

struct withdrawal {
	int64_t id;
	const char *reason;
	int64_t at;
	bool quiet;
	const char *who;
	int64_t institution;
};
MUST_USE int post_withdraw(struct ctx *cx, struct withdrawal *w);

/* Pinned posts stand first on the institution's page: at most PINS_MAX, the newest pin first.
 * post_pin: ERR_CONFLICT when it is pinned (or not) already, ERR_TOO_LARGE. */
MUST_USE int post_pin(struct ctx *cx, int64_t id, bool pinned, const char *who);
MUST_USE int post_pinned(
	struct tx *tx, int64_t institution, const struct post **ret, int *ret_count);

/* Its address, in the arena: "https://host/post/ID". And back: a URL of this server or a plain id;
 * ERR_INVALID. */
char *post_url(struct arena *a, const struct server *s, int64_t id);
MUST_USE int post_parse(struct ctx *cx, const char *text, int64_t *ret);

/* SQL (post_db.c). */
int post_db_insert(struct tx *tx, const struct post *p);
int post_db_created(struct tx *tx, int64_t id, int64_t created);
int post_db_revision(struct tx *tx, int64_t id, int number, const char *note, int64_t at);
int post_db_variant(struct tx *tx, int64_t id, const struct variant *v);
int post_db_tag(struct tx *tx, int64_t id, int64_t institution, const struct post_tag *tag);
int post_db_pin(struct tx *tx, int64_t institution, int64_t id, int64_t at);
int post_db_unpin(struct tx *tx, int64_t institution, int64_t id);
int post_db_untag(struct tx *tx, int64_t id);
int post_db_lock(struct tx *tx, int64_t id); /* who else revises it waits, and is run again */
int post_db_revised(struct tx *tx, int64_t id, int revision, int64_t at);
int post_db_withdrawn(struct tx *tx, int64_t id, const char *reason, int64_t at);

#endif
