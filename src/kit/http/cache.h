/* The answer cache by itself: answers by key, in the language and coding that suits who asks, for
 * as long as nothing newer is known. It knows neither connections nor routes (cached.c does).
 *
 * An answer is good while its version is not below the newest that is known of its scope and the
 * time of its next change has not come. One who asks for what is not there renders it, and the
 * others who ask for the same wait. All functions are for any thread and hold a lock for a moment
 * only. */
#ifndef CHORSU_KIT_HTTP_CACHE_H
#define CHORSU_KIT_HTTP_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "kit/http/coding.h"

#define CACHE_LANGUAGES_MAX 32        /* that an answer may be negotiated among */
#define CACHE_SCOPE_FIXED   INT64_MIN /* of answers that last as long as the process */

struct cache;

struct field {
	const char *name, *value;
};

/* A finished answer with its bytes in one or more codings. Never changed but by cache_add_body. */
struct answer {
	_Atomic int references;
	uint64_t serial; /* no other answer has it */
	int status;
	const char *type; /* NULL: none */
	const char *etag; /* of the bytes as they are; NULL: none */
	int64_t modified; /* ms; 0: not known */
	bool suits;       /* worth compressing */
	bool borrowed;    /* the bytes as they are belong to the program */
	int64_t scope, version;
	int64_t next_change_at; /* ms; 0: never */
	struct body {
		const void *bytes; /* NULL: not made yet */
		size_t len;
	} bodies[CODINGS];         /* that of CODING_IDENTITY is always there */
	struct cache_entry *entry; /* where it stands; under the cache's lock */
	size_t size;               /* bytes in all */
	int field_count;
	const struct field *fields; /* those that are the same for every coding and client */
};

/* A copy of model with its texts, fields and the bytes of CODING_IDENTITY (unless borrowed); one
 * reference, which is the caller's. NULL without memory. */
struct answer *answer_new(const struct answer *model);
void answer_unref(struct answer *a); /* takes NULL */

/* One who asks. Zeroed before the first question; lives until cache_end, or until woken. */
struct cache_ticket {
	struct cache_flight *flight; /* that it leads */
	struct cache_ticket *next;   /* who waits as well */
	uint64_t generation;
	int waits;   /* how often it waited */
	bool alone;  /* whoever it waited for failed: it waits no more */
	bool served; /* what it led is kept, or was outdated meanwhile: those who waited ask again
		      */
};

struct cache_options {
	size_t max; /* bytes of answers and what is kept with them */
	/* suspend: the ticket is about to wait; called under the lock, so it must not ask the
	 * cache. wake: it is to ask again. */
	void (*suspend)(struct cache_ticket *ticket);
	void (*wake)(struct cache_ticket *ticket);
};

/* NULL without memory. free: when nobody asks any more; takes NULL. */
struct cache *cache_new(const struct cache_options *options);
void cache_free(struct cache *c);

/* What is asked: key holds everything that decides about the answer but language and coding. */
struct cache_query {
	const void *key;
	size_t key_len;
	const char *language; /* Accept-Language, or NULL */
	const int *weights;   /* of codings (accept_coding) */
};

enum cache_says {
	CACHE_HIT,      /* here it is */
	CACHE_RENDER,   /* nobody does: render it, cache_store, then cache_end in any case */
	CACHE_COMPRESS, /* it stands in another coding: make this one, cache_add_body, cache_end */
	CACHE_WAIT,     /* suspended, to be woken when somebody else has rendered it */
	CACHE_ALONE,    /* render without regard to others; it may be stored; no cache_end */
};

/* With CACHE_HIT and CACHE_COMPRESS. */
struct cache_found {
	struct answer *answer; /* a reference for the caller */
	enum coding coding;
	struct body body; /* not with CACHE_COMPRESS */
};

enum cache_says cache_find(struct cache *c, const struct cache_query *q, struct cache_ticket *t,
	struct cache_found *ret);

/* languages: those that it was negotiated among, in the order of the offer, none when it was not;
 * language: the one chosen, NULL when none of them suited. False when it is not kept: older than
 * what is known, too large, no memory, or everything was forgotten since the ticket asked. */
bool cache_store(struct cache *c, const struct cache_query *q, struct cache_ticket *t,
	struct answer *a, const char *const *languages, int count, const char *language);

/* Takes bytes (freed by free) over, or frees them if another was faster. What stands then. */
struct body cache_add_body(struct cache *c, struct cache_ticket *t, struct answer *a,
	enum coding coding, void *bytes, size_t len);

/* The answer's body in a coding; bytes NULL when that was not made. */
struct body cache_body(struct cache *c, const struct answer *a, enum coding coding);

/* What the ticket led is over; those who waited are woken, and when it was for nothing each of them
 * tries by itself. Does nothing for one that leads nothing. */
void cache_end(struct cache *c, struct cache_ticket *t);

/* The newest version of a scope is at least this. */
void cache_raise(struct cache *c, int64_t scope, int64_t version);

/* Forget everything, what is being rendered included: nothing is known of versions any more. */
void cache_forget(struct cache *c);

size_t cache_used(struct cache *c); /* bytes */

#endif
