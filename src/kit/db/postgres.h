/* PostgreSQL's half of this room, shared between its files. */
#ifndef CHORSU_KIT_DB_POSTGRES_H
#define CHORSU_KIT_DB_POSTGRES_H

#include <libpq-fe.h>
#include <stdatomic.h>

#include "kit/db/engine.h"

struct pg_conn {
	struct conn base;
	PGconn *h;      /* NULL or broken: connected again by the next begin */
	bool stale;     /* the same: its prepared statements no longer fit */
	unsigned names; /* of prepared statements so far */
};

struct pg_store {
	int64_t serve_key, migrate_key; /* of advisory locks, from the schema's name */
	char channel[40], seen_channel[40];

	pthread_mutex_t outage_lock;
	int64_t down_since, retry_at; /* steady; 0: the server answers */
	int pause;                    /* ms until the next try */

	struct pg_keeper *keeper; /* of the serving lock; NULL: none is needed */
	PGconn *ear;
	pthread_mutex_t nudge_lock;
	PGconn *nudger; /* opened by the first nudge */
};

/* postgres_conn.c: one try to connect, with the session's settings checked; ERR_IO. */
int pg_connect(struct db *db, struct err *err, PGconn **ret);

/* The same, waiting through a short outage; within a longer one most calls fail at once with
 * ERR_BUSY. */
int pg_connect_again(struct db *db, struct err *err, PGconn **ret);

/* Learn the schema; ERR_NOT_FOUND unless it holds a store or one is to be made. */
int pg_learn(struct db *db, PGconn *h, bool create, struct err *err);

/* postgres_error.c: one sentence about a failed result, and c's trouble (c may be NULL). Returns
 * ERR_*. */
int pg_error(struct conn *c, PGconn *h, const PGresult *r, struct err *err);
static inline void pg_clear(PGresult **r)
{
	PQclear(*r);
}

/* A statement with text parameters and results. NULL-safe to PQclear; check with pg_ok(). */
PGresult *pg_ask(PGconn *h, const char *sql, const char *const *values, int count);
bool pg_ok(const PGresult *r);

/* postgres_stmt.c */
int pg_prepare(struct stmt *s, struct err *err);
int pg_step(struct stmt *s, struct err *err);
int pg_reset(struct stmt *s, struct err *err);
void pg_finalize(struct stmt *s);
int64_t pg_col_int(struct stmt *s, int column);
const char *pg_col_text(struct stmt *s, int column);
const void *pg_col_blob(struct stmt *s, int column, size_t *ret_len);
bool pg_col_null(struct stmt *s, int column);

/* postgres_copy.c */
extern const char pg_tables[], pg_columns[];
int pg_snapshot(struct db *db, const char *path, struct err *err, struct conn **ret);
int pg_loosen(struct tx *tx, struct loosened **ret);
int pg_fasten(struct tx *tx, struct loosened *loose);

/* postgres_lock.c: the serving lock, on a connection of its own with a thread that watches it. */
int keeper_start(struct db *db, struct err *err); /* ERR_BUSY: another process serves */
bool keeper_holds(const struct db *db);           /* true as well where no lock is needed */
void keeper_stop(struct db *db);

/* postgres_nudge.c */
bool pg_nudge(struct db *db, const char *text, int wait_ms);
int pg_ear_open(struct db *db, struct err *err);
bool pg_ear_hear(struct db *db, int stop_fd, int wait_ms, struct heard *ret);
void pg_ear_answer(struct db *db, const struct heard *to);
void pg_ear_close(struct db *db);

#endif
