/* One interface over SQLite and PostgreSQL.
 *
 * SQL is constant text in the common dialect with parameters named $like_this, bound by name; each
 * parameter name may stand several times. Integers are 64-bit, time is milliseconds, booleans are 0
 * and 1. On PostgreSQL, aggregates such as sum() are cast to BIGINT by the SQL itself. Migrations
 * write INTEGER, TEXT and BLOB; the PostgreSQL side reads them as BIGINT, TEXT and BYTEA and drops
 * STRICT. */
#ifndef CHORSU_KIT_DB_DB_H
#define CHORSU_KIT_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

struct db;
struct tx;
struct stmt;

enum db_engine { DB_SQLITE, DB_POSTGRES };

struct db_options {
	const char *dir; /* the store's directory: SQLite's file chorsu.db, the lock, the nudge
			    socket */
	const char *url; /* "" for SQLite, else a libpq connection URL */
	int readers;     /* read connections, opened when first needed; 0: 6 */
	bool serve;  /* the serving process: takes the store's one lock (SQLite: file, PostgreSQL:
		      * advisory), runs the  checkpointer. A second one is refused with ERR_BUSY and
		      * one sentence */
	bool create; /* make the database if it is not there; else ERR_NOT_FOUND */
};

/* Opens and checks: the owner of the store, the engine's settings (PostgreSQL with fsync or
 * synchronous_commit off is refused), the lock. */
MUST_USE int db_open(const struct db_options *options, struct err *err, struct db **ret);
void db_close(struct db *db); /* waits for writes under way; takes NULL */
enum db_engine db_engine(const struct db *db);

/* Does another process serve this store now? As far as this machine can tell. */
bool db_is_served(const struct db *db);

/* Transactions.
 *
 * db_write: the one way to write. fn runs on the writer thread inside a savepoint of its own, many
 * callers to one commit; its failure undoes its own savepoint only; 0 means that the shared commit
 * is durable. If the commit itself fails the callers are run again one by one. So fn may run more
 * than once: no network, hashing, file or log, no effect outside its transaction but through
 * tx_arena() and arg (overwritten by the last run). db_read: fn runs on the calling thread in one
 * read transaction (a snapshot). Not nested, no db_write inside. Both return fn's result and leave
 * its error in cx->err. */
MUST_USE int db_write(struct ctx *cx, int (*fn)(struct tx *tx, void *arg), void *arg);
MUST_USE int db_read(struct ctx *cx, int (*fn)(struct tx *tx, void *arg), void *arg);

/* The caller's arena (the caller is waiting, so the writer thread may use it). */
struct arena *tx_arena(struct tx *tx);

/* Set the transaction's error; returns code. */
int tx_fail(struct tx *tx, int code, const char *format, ...) PRINTF(3, 4);
const struct err *tx_err(const struct tx *tx);
enum db_engine tx_engine(const struct tx *tx);

/* Statements. sql must be constant text: it is the key of the connection's cache of prepared
 * statements. Never NULL: what goes wrong comes out of stmt_step. Bound text and bytes must live
 * until the statement is done. An unknown parameter name is a bug (assert); a parameter that was
 * never bound is NULL. Binding after a run begins the next run, with what else was bound before.
 * Every statement is given back before fn returns (assert).
 *
 * The first error of a statement dooms its transaction, on both engines: later statements return
 * it without running, and it undoes what fn did even when fn returns 0. What may conflict and go
 * on is written with ON CONFLICT. */
struct stmt *tx_prepare(struct tx *tx, const char *sql);
void bind_int(struct stmt *s, const char *name, int64_t value);
void bind_text(struct stmt *s, const char *name, const char *value);         /* NULL binds NULL */
void bind_blob(struct stmt *s, const char *name, const void *p, size_t len); /* NULL binds NULL */

/* 1: a row; 0: the end; or ERR_* : ERR_CONFLICT for a unique or foreign key, ERR_FULL, ERR_BUSY,
 * ERR_IO (a commit whose end is unknown says that it may or may not have been stored). */
MUST_USE int stmt_step(struct stmt *s);

/* Run to the end; 0 or ERR_*. */
MUST_USE int stmt_run(struct stmt *s);

/* Rows that the finished statement changed. */
int64_t stmt_changes(struct stmt *s);

/* Columns count from 0, in the order of the statement. Values live until the next step. */
int64_t col_int(struct stmt *s, int column);      /* NULL: 0 */
const char *col_text(struct stmt *s, int column); /* NULL: NULL */
const void *col_blob(struct stmt *s, int column, size_t *ret_len);
bool col_null(struct stmt *s, int column);

/* Copy of a text column in tx_arena(). */
char *col_strdup(struct stmt *s, int column);

/* Reset and give back to the cache. For AUTO(stmt_done). */
void stmt_done(struct stmt **s);

/* Migrations: one list a room, numbered from 1, forward only. */
struct migration {
	int number;
	const char *name;
	const char *sql; /* several statements */
};

struct migrations {
	const char *room;             /* "core", "fediverse" */
	const struct migration *list; /* ended by number 0 */
};

/* Bring the store to the newest state under a lock, after a copy of the database file (SQLite) when
 * there is something to bring forward. A store that holds migrations unknown to this binary is
 * refused with ERR_CONFLICT. rooms: ended by NULL. */
MUST_USE int db_migrate(struct ctx *cx, const struct migrations *const *rooms);

/* Nudges: how processes learn at once that something was written (a datagram on the store's own
 * socket with SQLite, NOTIFY on a connection of its own with PostgreSQL). text: at most 200 bytes
 * of printable ASCII.
 *
 * db_nudge: tell the serving process, wait up to wait_ms to hear that it was seen; false when
 * nobody answered. db_on_nudge: the serving process's ear; fn runs on the database's own thread for
 * every text heard. What is missed is found by asking within a second: fn also runs with "" once a
 * second. */
bool db_nudge(struct db *db, const char *text, int wait_ms);
MUST_USE int db_on_nudge(
	struct db *db, void (*fn)(void *arg, const char *text), void *arg, struct err *err);

/* Free bytes are not checked in advance: a full disk is ERR_FULL from the write that meets it.
 * Whole-store check: SQLite's integrity_check, PostgreSQL's amcheck of our indexes where the
 * extension is at hand. */
MUST_USE int db_check(struct ctx *cx);

#endif
