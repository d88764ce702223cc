/* An institution: handle, names and descriptions in its languages, keys, state. */
#ifndef CHORSU_CORE_INSTITUTION_H
#define CHORSU_CORE_INSTITUTION_H

#include <stdbool.h>

#include "core/server.h"

struct media;

struct institution_text {
	const char *lang; /* canonical BCP 47 */
	const char *name;
	/* Plain text, lines kept; "" when there is none. */
	const char *bio;
	const char *services; /* what one can get here, one a line */
	const char *hours;
	const char *address;
};

/* Does the official site name this page, so that a reader can be sure of both? */
enum website_state { WEBSITE_UNSEEN, WEBSITE_VERIFIED, WEBSITE_UNLINKED, WEBSITE_FAILED };

/* A row with its texts, in the arena of the context or transaction that loaded it. */
struct institution {
	int64_t id;
	const char *handle;
	const char *languages; /* tags in the institution's order, separated by spaces; the first is
				  its own */
	bool closed;
	int64_t head;    /* number of the last outbox entry */
	int64_t version; /* rises with everything that shows */
	int64_t unsure;  /* entries up to here may have been sent by a process that died */
	int64_t created_at, updated_at;
	const char *rsa_public, *ed25519_public; /* PEM */
	const char *phone, *email, *website;     /* "" when there is none */
	enum website_state website_state;
	int64_t website_at;                  /* when that was seen */
	const struct media *avatar, *header; /* NULL: none */
	const struct institution_text
		*texts; /* in the order of languages, then the rest; ended by lang NULL */
};

/* The text in lang, or in the nearest other language (uz for uz-Cyrl), or the institution's first.
 * Never NULL. */
const struct institution_text *institution_text(const struct institution *i, const char *lang);

/* Lower-case ASCII letters, digits and "_", 1 to 30 of them, not only digits (an id must not look
 * like a handle). */
MUST_USE int handle_check(const char *handle, struct err *err);

/* ERR_NOT_FOUND. A closed institution is loaded too: look at closed. By an old handle the
 * institution comes with its present one. */
MUST_USE int institution_load(struct tx *tx, int64_t id, const struct institution **ret);
MUST_USE int institution_find(struct tx *tx, const char *handle, const struct institution **ret);

/* All, by handle after `after` ("" : from the start), at most limit. Count in
 * *ret_count. */
MUST_USE int institution_list(struct tx *tx, const char *after, int limit,
	const struct institution **ret, int *ret_count);

/* The one whose official site was looked at longest ago, and before `before`; ERR_NOT_FOUND. */
MUST_USE int institution_website_due(struct tx *tx, int64_t before, const struct institution **ret);

/* Open institutions and standing public posts, for NodeInfo. */
MUST_USE int institution_counts(struct tx *tx, int64_t *ret_institutions, int64_t *ret_posts);

/* A change of what an institution says of itself: what is NULL keeps what stands, "" clears it (but
 * not a name). */
struct institution_change {
	const char *handle;
	const char *new_handle;
	const struct institution_text *texts; /* ended by lang NULL */
	const char *phone, *email, *website;
	const struct media *avatar, *header; /* made by media_make_ready, stored with the change */
	const char *who;
	struct server *server;
	/* results */
	int64_t id;
	const struct institution *institution;
};

/* Add: keys are made first (a second of work at most), then one transaction. ERR_CONFLICT for a
 * handle that is or was taken. */
MUST_USE int institution_add(struct ctx *cx, struct institution_change *change);

/* Followers are told by an Update of the actor. */
MUST_USE int institution_set(struct ctx *cx, struct institution_change *change);

/* No more posts and follows; pages stay readable. ERR_CONFLICT when it is closed already. */
MUST_USE int institution_close(struct ctx *cx, struct institution_change *change);

/* Its address for programs and for people. In the arena. */
char *institution_actor(struct arena *a, const struct server *s, int64_t id);
char *institution_page(struct arena *a, const struct server *s, const char *handle);

/* Opened private keys, kept for the life of the process. key_cache_get gives a reference that the
 * caller frees. */
struct key_cache;
struct key_cache *key_cache_new(void);
void key_cache_free(struct key_cache *c);
MUST_USE int key_cache_get(struct ctx *cx, int64_t institution, struct key **ret);

/* SQL (institution_db.c). */
int institution_db_insert(struct tx *tx, const struct institution *i, const void *rsa,
	size_t rsa_len, const void *ed, size_t ed_len);
int institution_db_text(struct tx *tx, int64_t id, const struct institution_text *text);
int institution_db_languages(struct tx *tx, int64_t id, const char *languages, int64_t now);
int institution_db_contacts(struct tx *tx, const struct institution *i);
int institution_db_website(struct tx *tx, int64_t id, enum website_state state, int64_t now);
int institution_db_handle(struct tx *tx, int64_t id, const char *handle);
int institution_db_close(struct tx *tx, int64_t id, int64_t now);
int institution_db_private(struct tx *tx, int64_t id, const void **ret, size_t *ret_len);

/* Does the secret open every institution's keys? ERR_INVALID with one sentence that names one whose
 * keys it does not open. */
MUST_USE int institution_db_check_keys(struct tx *tx, const struct secret *secret);

#endif
