/* Readers: destinations of the outbox, each with a durable position; parcels: what is for one
 * reader only; and the one form in which a kind of destination is known (struct reader_kind). The
 * engine that moves them is delivery.h. */
#ifndef CHORSU_CORE_READER_H
#define CHORSU_CORE_READER_H

#include <stdbool.h>

#include "core/host.h"
#include "core/outbox.h"
#include "kit/crypto/key.h"
#include "kit/fetch/fetch.h"

struct server;

struct reader {
	int64_t id;
	int64_t institution;
	const char *kind;
	const char *target;   /* an inbox's URL; "" for readers in this process */
	const char *host;     /* of the target, "" for local ones */
	int64_t position;     /* entries up to here are done */
	int64_t since, until; /* it held a subscription for the entries after since and up to until
				 (until: once it ended) */
	bool subscribed;
	bool has_parcels;
	int64_t unsure; /* an attempt at entries up to here ended in doubt */
	int64_t trying; /* what failed last: the number of an entry or the id of a parcel */
	int tries;      /* failed attempts at what is next */
	int64_t trying_since;
	int gone; /* answers 410 in a row */
	int64_t gone_since;
};

/* The bytes of one entry or parcel for one kind, made once and shared by all its readers. Counted
 * references. */
struct payload {
	int refs;     /* atomic */
	int64_t head; /* made when the institution's outbox stood here */
	char *body;
	size_t len;
	const char *content_type; /* constant text */
	char digest[64];          /* value of the Digest header */
};
struct payload *payload_new(const char *body, size_t len, const char *content_type,
	int64_t head); /* copies; NULL: memory */
struct payload *payload_ref(struct payload *p);
void payload_unref(struct payload *p);

/* One request to one reader, as a kind's headers callback sees it. */
struct sending {
	const struct server *server;
	int64_t institution;
	const struct key *key; /* the institution's */
	const char *target;
	const char *host;
	const struct payload *payload;
};

struct reader_kind {
	const char *name;
	bool local;          /* works in this process: `take`; else `render` and `headers` */
	bool followers_only; /* takes entries whose audience is followers */
	bool from_start; /* local: begins with the first entry of each outbox, not at its head */
	/* Bytes of an entry as it stands now (database reads allowed). ERR_UNSUPPORTED: this kind
	 * does not take such an entry; ERR_GONE: the post went meanwhile. Either way the reader
	 * passes on without a try. */
	int (*render)(struct ctx *cx, const struct entry *e, struct payload **ret);
	const char *content_type; /* of parcels' bodies */
	/* On the loop's thread, connection standing: write header lines with transfer_header. */
	int (*headers)(struct transfer *t, const struct sending *s);
	/* Local kinds: do the work of an entry, or of some that follow one another; again without
	 * harm if it was done already. */
	int (*take)(struct ctx *cx, const struct reader *r, const struct entry *e);
	int (*take_all)(
		struct ctx *cx, const struct reader *r, const struct entry *list, int count);
};

/* Subscribing (DESIGN: the reader's row is locked first, so several followers behind one inbox are
 * one reader).
 *
 * reader_lock makes the row when it is new (position at the head) and locks it to the end of the
 * transaction. reader_recount sets subscribed from the follows that stand: beginning, the reader
 * starts at the head (since = head, but an earlier since stays, so that a withdrawal reaches what
 * was received in an earlier subscription); ending, until = head. */
MUST_USE int reader_lock(struct tx *tx, int64_t institution, const char *kind, const char *target,
	const char *host, struct reader *ret);
MUST_USE int reader_recount(struct tx *tx, const struct reader *r);

/* A reader for each local kind of the features, for a new institution; and for all, where a kind is
 * new to the store. */
MUST_USE int reader_add_locals(struct tx *tx, const struct server *s, int64_t institution);
MUST_USE int reader_add_missing_locals(struct tx *tx, const struct server *s);

/* A parcel for one reader: "activity" with its bytes, or "entry" with the number of an outbox
 * entry. id 0: a fresh one. */
MUST_USE int parcel_add(struct tx *tx, int64_t reader, const char *kind, int64_t id,
	int64_t subject, const char *body);

/* Take back the activities with this subject that wait for the reader. */
MUST_USE int parcel_take_back(struct tx *tx, int64_t reader, int64_t subject);

struct parcel {
	int64_t id;
	bool entry; /* subject is an outbox number; else body holds the bytes */
	int64_t subject;
	const char *body;
};
/* The reader's parcels after an id, in order, at most limit. */
MUST_USE int parcel_list(struct tx *tx, int64_t reader, int64_t after, int limit,
	struct parcel *ret, int *ret_count);

/* Pages of due readers with their hosts (reader_db.c), for the engine. */
struct due {
	struct reader reader;
	struct host host;
	int64_t head; /* of its institution's outbox, read together with `subscribed` */
};
int reader_db_due(struct tx *tx, int64_t institution, int64_t head, int64_t after_position,
	int64_t after_id, int limit, struct due *ret, int *ret_count);
int reader_db_due_host(struct tx *tx, const char *host, int64_t after_id, int limit,
	struct due *ret, int *ret_count);
int reader_db_due_parcels(
	struct tx *tx, int64_t after_id, int limit, struct due *ret, int *ret_count);
int reader_db_due_local(
	struct tx *tx, int64_t after_id, struct reader *ret, int limit, int *ret_count);
int reader_db_institutions_due(
	struct tx *tx, int64_t (*ret)[2], int limit, int *ret_count); /* {id, head} */

/* Outcomes. Up to 32 readers move to one position at once (ids beyond count are ignored). */
#define READER_BATCH 32
int reader_db_advance(struct tx *tx, const int64_t *ids, int count, int64_t position);
int reader_db_pass(struct tx *tx, int64_t id, int64_t position); /* over what it would not take */
int reader_db_tried(struct tx *tx, int64_t id, int64_t trying, int64_t now, int64_t unsure);
int reader_db_unsure(struct tx *tx, int64_t id, int64_t unsure);
int reader_db_not_gone(struct tx *tx, int64_t id);
int reader_db_gone(struct tx *tx, int64_t id, int64_t now, int *ret_gone, int64_t *ret_since);
int reader_db_retire(struct tx *tx, int64_t id); /* its follows go; it is no longer subscribed */
int reader_db_refusal(struct tx *tx, int64_t id, const char *what, int64_t number, int status,
	const char *why, int64_t now);
int parcel_db_done(struct tx *tx, int64_t reader, int64_t parcel);

/* How far a subscribed reader may read now; 0: it is not subscribed any more. */
int reader_db_head(struct tx *tx, int64_t id, int64_t *ret_head);

/* Left readers that may hold a post whose Create is entry `created`, and did not get entry `seq`:
 * for the kind `reach`. */
int reader_db_left(struct tx *tx, int64_t institution, int64_t created, int64_t seq,
	int64_t after_id, int limit, int64_t *ret, int *ret_count);
int parcel_db_add_entry(struct tx *tx, int64_t reader, int64_t seq); /* unless it waits already */

/* After an unclean stop, what stands in each outbox may have been sent without its position having
 * been written. */
int reader_db_mark_unsure(struct tx *tx);

/* Refusals older than 90 days go. */
MUST_USE int refusal_forget(struct tx *tx);

/* The command line's view: readers that lag, have parcels, or refused something lately; with the
 * newest of their refusals: an entry's number or a parcel's, and what was answered. */
struct lag {
	int64_t reader;
	const char *handle, *kind, *target, *host, *state, *why;
	int64_t behind, parcels, attempts, next_at, failing_since, refusals;
	const char *refused_what, *refused_why; /* NULL: it refused nothing */
	int64_t refused_number, refused_at;
	bool subscribed;
};
int reader_db_lagging(struct tx *tx, int64_t after_id, int limit, struct lag *ret,
	int64_t *ret_last, int *ret_count);
int reader_db_counts(struct tx *tx, int64_t *ret_readers, int64_t *ret_behind, int64_t *ret_parcels,
	int64_t *ret_parked);

#endif
