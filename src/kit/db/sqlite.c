/* SQLite: connections and transactions, errors as sentences, and the engine's table. */
#include "kit/db/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN_TRIES 3 /* each as long as the busy timeout */

static int fail_constraint(sqlite3 *h, int code, struct err *err)
{
	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return err_set(err, ERR_CONFLICT, "this goes against what is stored (%s)",
			sqlite3_errmsg(h));
	default:
		return err_set(err, ERR_INTERNAL, "a rule of the database was broken (%s)",
			sqlite3_errmsg(h));
	}
}

int sqlite_error(struct db *db, sqlite3 *h, int code, struct err *err)
{
	int system = h ? sqlite3_system_errno(h) : 0;
	bool io = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;

	if ((code & 0xff) == SQLITE_FULL || (io && (system == ENOSPC || system == EDQUOT)))
		return err_set(err, ERR_FULL, "the disk is full: make room where the store %s is",
			db->dir);
	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		return fail_constraint(h, code, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_BUSY,
			"the store %s is locked by another process: try again later", db->dir);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(err, ERR_IO,
			"the database %s/chorsu.db is damaged (%s): run chorsu check", db->dir,
			sqlite3_errmsg(h));
	case SQLITE_NOMEM:
		return err_set(err, ERR_MEMORY, "there is not enough memory for the database");
	case SQLITE_TOOBIG:
		return err_set(err, ERR_TOO_LARGE, "a value is longer than the database takes");
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(err, ERR_IO,
			"the database %s/chorsu.db cannot be read or written (%s%s%s)", db->dir,
			sqlite3_errmsg(h), system ? ": " : "", system ? strerror(system) : "");
	default:
		return err_set(err, ERR_INTERNAL, "the database refused a statement (%s)",
			sqlite3_errmsg(h));
	}
}

static int connect(struct db *db, enum role role, struct err *err, struct conn **ret)
{
	struct sqlite_conn *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return err_set(err, ERR_MEMORY, "there is not enough memory for the database");
	c->base = (struct conn){.db = db, .engine = &sqlite_engine, .role = role};
	c->migrate_fd = -1;
	rc = sqlite_connect_raw(db, role == ROLE_READER, err, &c->h);
	if (rc < 0) {
		free(c);
		return rc;
	}
	if (role == ROLE_WRITER && db->serve)
		checkpointer_watch(db, c->h);
	*ret = &c->base;
	return 0;
}

int sqlite_connect_copy(struct db *db, const char *path, struct err *err, struct conn **ret)
{
	struct sqlite_conn *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return err_set(err, ERR_MEMORY, "there is not enough memory for the database");
	c->base = (struct conn){.db = db, .engine = &sqlite_engine, .role = ROLE_READER};
	c->migrate_fd = -1;
	rc = sqlite_open_copy(db, path, err, &c->h);
	if (rc < 0)
		free(c);
	else
		*ret = &c->base;
	return rc;
}

static void disconnect(struct conn *base)
{
	struct sqlite_conn *c = (struct sqlite_conn *)base;

	stmt_cache_clear(base);
	sqlite3_close(c->h);
	if (c->migrate_fd >= 0)
		close(c->migrate_fd);
	free(c);
}

/* An error may have undone the whole transaction, savepoints and all. */
static void note_undone(struct conn *c)
{
	if (c->role != ROLE_READER && sqlite3_get_autocommit(sqlite_handle(c)))
		c->trouble = TROUBLE_UNDONE;
}

static int exec(struct conn *c, const char *sql, struct err *err)
{
	sqlite3 *h = sqlite_handle(c);
	int rc = sqlite3_exec(h, sql, NULL, NULL, NULL);

	if (rc == SQLITE_OK)
		return 0;
	sqlite_error(c->db, h, rc, err);
	note_undone(c);
	return err->code;
}

static int begin(struct conn *c, struct err *err)
{
	sqlite3 *h = sqlite_handle(c);
	int rc = SQLITE_BUSY;

	c->trouble = TROUBLE_NONE;
	if (c->role == ROLE_READER)
		return exec(c, "BEGIN", err);
	/* Some kinds of busy come at once, whatever the timeout. */
	for (int i = 0; (rc & 0xff) == SQLITE_BUSY && i < BEGIN_TRIES; i++)
		rc = sqlite3_exec(h, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : sqlite_error(c->db, h, rc, err);
}

static void rollback(struct conn *c)
{
	sqlite3 *h = sqlite_handle(c);

	if (!sqlite3_get_autocommit(h))
		sqlite3_exec(h, "ROLLBACK", NULL, NULL, NULL);
}

static int commit(struct conn *c, struct err *err)
{
	int rc = exec(c, "COMMIT", err);

	if (rc < 0) {
		c->trouble = TROUBLE_UNDONE;
		rollback(c);
	}
	return rc;
}

static int step(struct stmt *s, struct err *err)
{
	int rc = sqlite_step(s, err);

	if (rc < 0)
		note_undone(s->conn);
	return rc;
}

static void close_store(struct db *db)
{
	struct sqlite_store *store = db->impl;

	if (!store)
		return;
	checkpointer_stop(db);
	free(store->path);
	free(store);
	db->impl = NULL;
}

static int open_store(struct db *db, const struct db_options *options, struct err *err)
{
	struct sqlite_store *store = calloc(1, sizeof(*store));
	int rc;

	if (!store || asprintf(&store->path, "%s/chorsu.db", db->dir) < 0) {
		free(store);
		return err_set(err, ERR_MEMORY, "there is not enough memory to open the store");
	}
	store->ear_fd = -1;
	db->impl = store;
	rc = sqlite_open_store(db, options, err);
	if (rc == 0 && db->serve)
		rc = checkpointer_start(db, err);
	return rc;
}

static int check(struct tx *tx)
{
	static const char INTEGRITY[] =
		"SELECT integrity_check FROM pragma_integrity_check(1) WHERE integrity_check <> 'ok'";
	static const char KEYS[] =
		"SELECT 'a row of ' || \"table\" || ' refers to one of ' || \"parent\" || ' that is not there'"
		" FROM pragma_foreign_key_check LIMIT 1";
	int rc = check_rows(tx, INTEGRITY);

	return rc < 0 ? rc : check_rows(tx, KEYS);
}

const struct engine sqlite_engine = {
	.id = DB_SQLITE,
	.savepoint = "SAVEPOINT one",
	.next_savepoint = "RELEASE one; SAVEPOINT one",
	.undo_savepoint = "ROLLBACK TO one",
	.open = open_store,
	.close = close_store,
	.connect = connect,
	.disconnect = disconnect,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.exec = exec,
	.script = exec,
	.prepare = sqlite_prepare,
	.step = step,
	.reset = sqlite_stmt_reset,
	.finalize = sqlite_stmt_finalize,
	.col_int = sqlite_col_int,
	.col_text = sqlite_col_text,
	.col_blob = sqlite_col_blob,
	.col_null = sqlite_col_null,
	.tables = sqlite_tables,
	.columns = sqlite_columns,
	.snapshot = sqlite_snapshot,
	.loosen = sqlite_loosen,
	.fasten = sqlite_fasten,
	.migrate_lock = sqlite_migrate_lock,
	.backup = sqlite_backup,
	.check = check,
	.nudge = sqlite_nudge,
	.ear_open = sqlite_ear_open,
	.ear_hear = sqlite_ear_hear,
	.ear_answer = sqlite_ear_answer,
	.ear_close = sqlite_ear_close,
};
