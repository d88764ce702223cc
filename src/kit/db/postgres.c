/* PostgreSQL: connections and transactions, and the engine's table. */
#include "kit/db/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define BEGIN_TRIES 2 /* the first may find that an idle connection broke meanwhile */

static void disconnect(struct conn *base)
{
	struct pg_conn *c = (struct pg_conn *)base;

	PQfinish(c->h); /* first, so that the cache is only memory */
	c->h = NULL;
	stmt_cache_clear(base);
	free(c);
}

static int connect(struct db *db, enum role role, struct err *err, struct conn **ret)
{
	struct pg_conn *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return err_set(err, ERR_MEMORY, "there is not enough memory for the database");
	c->base = (struct conn){.db = db, .engine = &postgres_engine, .role = role};
	rc = pg_connect_again(db, err, &c->h);
	if (rc < 0) {
		free(c);
		return rc;
	}
	*ret = &c->base;
	return 0;
}

static int make_ready(struct pg_conn *c, struct err *err)
{
	if (c->h && !c->stale && PQstatus(c->h) == CONNECTION_OK)
		return 0;
	if (c->base.role == ROLE_MIGRATOR) /* its lock went with the connection */
		return err_set(err, ERR_IO,
			"the connection to the database was lost while it was being brought forward: try again");
	PQfinish(c->h);
	c->h = NULL;
	stmt_cache_clear(&c->base);
	c->stale = false;
	return pg_connect_again(c->base.db, err, &c->h);
}

static int exec(struct conn *base, const char *sql, struct err *err)
{
	struct pg_conn *c = (struct pg_conn *)base;
	AUTO(pg_clear) PGresult *r = PQexec(c->h, sql);

	return pg_ok(r) ? 0 : pg_error(base, c->h, r, err);
}

static int begin(struct conn *base, struct err *err)
{
	static const char *const SQL[] = {
		[ROLE_WRITER] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE",
		[ROLE_READER] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		[ROLE_MIGRATOR] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
	};
	struct pg_conn *c = (struct pg_conn *)base;
	int rc = 0;

	for (int i = 0; i < BEGIN_TRIES; i++) {
		base->trouble = TROUBLE_NONE;
		rc = make_ready(c, err);
		if (rc < 0)
			return rc;
		if (base->role == ROLE_WRITER && !keeper_holds(base->db))
			return err_set(err, ERR_BUSY,
				"the lock of the serving process was lost and is not held again: try again later");
		rc = exec(base, SQL[base->role], err);
		if (rc == 0 || PQstatus(c->h) == CONNECTION_OK)
			break;
	}
	base->trouble = TROUBLE_NONE;
	return rc;
}

static void rollback(struct conn *base)
{
	struct pg_conn *c = (struct pg_conn *)base;
	struct err err;

	if (PQstatus(c->h) == CONNECTION_OK && PQtransactionStatus(c->h) != PQTRANS_IDLE) {
		enum trouble before = base->trouble;

		/* A connection that fails here is found broken by the next begin. */
		if (exec(base, "ROLLBACK", &err) < 0)
			c->stale = true;
		base->trouble = before;
	}
}

/* The server answers ROLLBACK to the commit of a transaction that has failed. */
static int commit(struct conn *base, struct err *err)
{
	struct pg_conn *c = (struct pg_conn *)base;
	AUTO(pg_clear) PGresult *r = PQexec(c->h, "COMMIT");
	int rc;

	if (pg_ok(r) && str_eq(PQcmdStatus(r), "COMMIT"))
		return 0;
	rc = pg_ok(r) ? err_set(err, ERR_IO, "the database undid the transaction")
		      : pg_error(base, c->h, r, err);
	if (PQstatus(c->h) == CONNECTION_BAD) {
		base->trouble = TROUBLE_UNSURE;
		return err_set(err, ERR_IO,
			"the connection to the database was lost while this was being stored: it may or may not"
			" have been stored");
	}
	if (!base->trouble)
		base->trouble = TROUBLE_UNDONE;
	rollback(base);
	return rc;
}

static int script(struct conn *base, const char *sql, struct err *err)
{
	AUTO(buf_done) struct buf text = BUF(SQL_MAX);

	sql_migration(sql, &text);
	if (text.failed)
		return err_set(err, ERR_MEMORY, "there is not enough memory for a migration");
	return exec(base, buf_text(&text), err);
}

static int migrate_lock(struct conn *base, struct err *err)
{
	struct pg_store *store = base->db->impl;
	struct pg_conn *c = (struct pg_conn *)base;
	char key[24];
	const char *values[] = {key};
	PGresult *r;
	int rc;

	snprintf(key, sizeof(key), "%lld", (long long)store->migrate_key);
	r = pg_ask(c->h, "SELECT pg_advisory_lock($1::bigint)", values, 1);
	rc = pg_ok(r) ? 0 : pg_error(base, c->h, r, err);
	PQclear(r);
	return rc;
}

static void close_store(struct db *db)
{
	struct pg_store *store = db->impl;

	if (!store)
		return;
	keeper_stop(db);
	PQfinish(store->nudger);
	pthread_mutex_destroy(&store->outage_lock);
	pthread_mutex_destroy(&store->nudge_lock);
	free(store);
	db->impl = NULL;
}

static int open_store(struct db *db, const struct db_options *options, struct err *err)
{
	struct pg_store *store = calloc(1, sizeof(*store));
	PGconn *h = NULL;
	int rc;

	if (!store)
		return err_set(err, ERR_MEMORY, "there is not enough memory to open the store");
	pthread_mutex_init(&store->outage_lock, NULL);
	pthread_mutex_init(&store->nudge_lock, NULL);
	db->impl = store;
	rc = pg_connect(db, err, &h);
	if (rc == 0)
		rc = pg_learn(db, h, options->create, err);
	PQfinish(h);
	if (rc == 0 && db->serve)
		rc = store_lock(db, err);
	if (rc == 0 && db->serve)
		rc = keeper_start(db, err);
	return rc;
}

/* Our indexes, where the extension amcheck is installed on the search_path and the role may use it.
 */
static int check(struct tx *tx)
{
	static const char AT_HAND[] =
		"SELECT 1 WHERE has_function_privilege(to_regprocedure('bt_index_check(regclass)'), 'EXECUTE')";
	static const char CHECK[] =
		"SELECT bt_index_check(c.oid::regclass) FROM pg_class c JOIN pg_am a ON a.oid = c.relam"
		" WHERE c.relkind = 'i' AND a.amname = 'btree'"
		" AND c.relnamespace = quote_ident(current_schema())::regnamespace";
	struct stmt *q = tx_prepare(tx, AT_HAND);
	int rc = stmt_step(q);

	stmt_done(&q);
	if (rc <= 0)
		return rc;
	q = tx_prepare(tx, CHECK);
	rc = stmt_run(q);
	stmt_done(&q);
	return rc;
}

const struct engine postgres_engine = {
	.id = DB_POSTGRES,
	.savepoint = "SAVEPOINT one",
	.next_savepoint = "RELEASE SAVEPOINT one; SAVEPOINT one",
	.undo_savepoint = "ROLLBACK TO SAVEPOINT one",
	.open = open_store,
	.close = close_store,
	.connect = connect,
	.disconnect = disconnect,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.exec = exec,
	.script = script,
	.prepare = pg_prepare,
	.step = pg_step,
	.reset = pg_reset,
	.finalize = pg_finalize,
	.col_int = pg_col_int,
	.col_text = pg_col_text,
	.col_blob = pg_col_blob,
	.col_null = pg_col_null,
	.tables = pg_tables,
	.columns = pg_columns,
	.snapshot = pg_snapshot,
	.loosen = pg_loosen,
	.fasten = pg_fasten,
	.migrate_lock = migrate_lock,
	.check = check,
	.nudge = pg_nudge,
	.ear_open = pg_ear_open,
	.ear_hear = pg_ear_hear,
	.ear_answer = pg_ear_answer,
	.ear_close = pg_ear_close,
};
