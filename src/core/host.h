/* A host: a server that we speak to. Failure, back-off, Retry-After and concurrency live here,
 * never on readers: when a host fails its readers wait. The rules are pure functions; the rows are
 * host_db.c's. */
#ifndef CHORSU_CORE_HOST_H
#define CHORSU_CORE_HOST_H

#include <stdbool.h>

#include "kit/db/db.h"

enum host_state { HOST_LIVE, HOST_PARKED, HOST_RETIRED };

struct host {
	const char *name; /* "example.org" or "127.0.0.1:8081", lower case */
	enum host_state state;
	int attempts;          /* failures in a row */
	int64_t next_at;       /* when a parked host is tried again, ms */
	int64_t failing_since; /* 0: it is not failing */
	int64_t last_ok_at;
	int window;      /* transfers at a time */
	const char *why; /* of the last failure, for people */
};

#define HOST_RETIRE_AFTER_DAYS 7
#define HOST_BACKOFF_FIRST_MS  (60 * 1000)
#define HOST_BACKOFF_MAX_MS    (6 * 3600 * 1000)
#define HOST_WINDOW_MAX        8

/* What became of one delivery. */
enum outcome_kind {
	OUTCOME_OK,      /* 2xx */
	OUTCOME_PASSING, /* no answer, 401, 408, 425, 429, 5xx but 501: try again */
	OUTCOME_GONE,    /* 410 */
	OUTCOME_REFUSED, /* any other answer: never try this again */
};
enum outcome_kind outcome_classify(int error, int status);

/* The host after a failure at `now` (1 min × 2ⁿ ± 20 %, at most 6 h, never before Retry-After;
 * retired after 7 days) and after a success. dice: 0 … 1, the jitter. */
void host_failed(struct host *h, int64_t now, int64_t retry_after_ms, double dice, const char *why);
void host_succeeded(struct host *h, int64_t now);

/* Rows. */
int host_db_ensure(
	struct tx *tx, const char *name, int64_t now); /* make it live and fresh when it is new */
int host_db_load(struct tx *tx, const char *name, struct host *ret); /* ERR_NOT_FOUND */
int host_db_save(struct tx *tx, const struct host *h,
	bool readers); /* readers: they are parked or freed by its state */
int host_db_park_readers(struct tx *tx, const char *name, bool parked);

/* Hosts whose parking has ended are made live again, with their readers; at most limit, names in
 * ret. */
int host_db_unpark(struct tx *tx, int64_t now, int limit, const char ***ret, int *ret_count);

/* Heard from: a retired host comes back at once, with its readers. 1 when it was retired. */
int host_db_revive(struct tx *tx, const char *name);

/* When the next parked host is due; 0: none is parked. */
int host_db_next(struct tx *tx, int64_t *ret);

#endif
