/* SQLite's half of this room, shared between its files. */
#ifndef CHORSU_KIT_DB_SQLITE_H
#define CHORSU_KIT_DB_SQLITE_H

#include <sqlite3.h>

#include "kit/db/engine.h"

struct sqlite_conn {
	struct conn base;
	sqlite3 *h;
	int migrate_fd; /* -1: the lock of migrations is not held */
};

struct sqlite_store {
	char *path;
	struct checkpointer *checkpointer;
	int ear_fd; /* -1: deaf */
};

static inline sqlite3 *sqlite_handle(struct conn *c)
{
	return ((struct sqlite_conn *)c)->h;
}

/* One sentence about what h met last; code: SQLite's extended code. Returns ERR_*. */
int sqlite_error(struct db *db, sqlite3 *h, int code, struct err *err);

/* sqlite_open.c: a connection with everything set, one thread at a time. */
int sqlite_connect_raw(struct db *db, bool readonly, struct err *err, sqlite3 **ret);
int sqlite_open_copy(struct db *db, const char *path, struct err *err, sqlite3 **ret);
int sqlite_open_store(struct db *db, const struct db_options *options, struct err *err);

/* sqlite_stmt.c */
int sqlite_prepare(struct stmt *s, struct err *err);
int sqlite_step(struct stmt *s, struct err *err);
int sqlite_stmt_reset(struct stmt *s, struct err *err);
void sqlite_stmt_finalize(struct stmt *s);
int64_t sqlite_col_int(struct stmt *s, int column);
const char *sqlite_col_text(struct stmt *s, int column);
const void *sqlite_col_blob(struct stmt *s, int column, size_t *ret_len);
bool sqlite_col_null(struct stmt *s, int column);

/* sqlite_migrate.c: the lock of migrations and the copy before them. */
int sqlite_migrate_lock(struct conn *c, struct err *err);
int sqlite_backup(struct conn *c, struct err *err);
int sqlite_vacuum_into(struct conn *c, const char *path, struct err *err);

/* sqlite_copy.c */
extern const char sqlite_tables[], sqlite_columns[];
int sqlite_snapshot(struct db *db, const char *path, struct err *err, struct conn **ret);
int sqlite_loosen(struct tx *tx, struct loosened **ret);
int sqlite_fasten(struct tx *tx, struct loosened *loose);

/* sqlite.c: a reading connection to the copy at path. */
int sqlite_connect_copy(struct db *db, const char *path, struct err *err, struct conn **ret);

/* sqlite_checkpoint.c: the serving process's thread that moves the log into the database file.
 * watch: the writer's connection tells it how long the log is, instead of moving it itself. */
int checkpointer_start(struct db *db, struct err *err);
void checkpointer_watch(struct db *db, sqlite3 *writer);
void checkpointer_stop(struct db *db);

/* sqlite_nudge.c */
bool sqlite_nudge(struct db *db, const char *text, int wait_ms);
int sqlite_ear_open(struct db *db, struct err *err);
bool sqlite_ear_hear(struct db *db, int stop_fd, int wait_ms, struct heard *ret);
void sqlite_ear_answer(struct db *db, const struct heard *to);
void sqlite_ear_close(struct db *db);

#endif
