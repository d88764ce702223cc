/* What only PostgreSQL can do to us: connections that break, a commit nobody knows the end of, a
 * lock that is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/db/fixture_testing.h"
#include "kit/db/postgres.h"

static const struct migration STEPS[] = {
	{1, "tables",
		"CREATE TABLE thing (id INTEGER PRIMARY KEY, body TEXT) STRICT;"
		"INSERT INTO thing (id, body) VALUES (1, 'one');"},
	{0},
};
static const struct migrations MIGRATIONS = {"test", STEPS};
static const struct migrations *const ROOMS[] = {&MIGRATIONS, NULL};

/* A session of a stranger, for making trouble. */
static PGconn *outside;

static int set_up(void **state)
{
	struct world *w = world_new(DB_POSTGRES, false, ROOMS);

	outside = PQconnectdb(w->fixture.url);
	assert_int_equal(PQstatus(outside), CONNECTION_OK);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	PQfinish(outside);
	world_free(*state);
	return 0;
}

static void trouble(const char *sql)
{
	PGresult *r = PQexec(outside, sql);

	if (!pg_ok(r))
		fail_msg("%s: %s", sql, PQerrorMessage(outside));
	PQclear(r);
}

/* Ends all sessions of this process but the stranger's, as a restart of the server does. */
static void break_all(void)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
		"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'chorsu pid %ld on %%'",
		(long)getpid());
	trouble(sql);
}

static int insert(struct tx *tx, void *arg)
{
	AUTO(stmt_done)
	struct stmt *q = tx_prepare(tx, "INSERT INTO thing (id, body) VALUES ($id, 'x')");

	bind_int(q, "id", *(const int *)arg);
	return stmt_run(q);
}

static int write_id(struct world *w, int id)
{
	w->cx.err = (struct err){0};
	return db_write(&w->cx, insert, &id);
}

static int count(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT count(*) FROM thing");
	int rc = stmt_step(q);

	(void)arg;
	return rc > 0 ? (int)col_int(q, 0) : rc;
}

static void test_reconnects(void **state)
{
	struct world *w = *state;

	assert_int_equal(write_id(w, 2), 0);
	assert_int_equal(db_read(&w->cx, count, NULL), 2);
	for (int i = 3; i < 6; i++) {
		break_all();
		assert_int_equal(write_id(w, i), 0);
		assert_int_equal(db_read(&w->cx, count, NULL), i);
	}
}

struct breaking {
	int id;
	int runs;
	bool always;
};

/* Its own connection is broken under it. */
static int insert_and_break(struct tx *tx, void *arg)
{
	struct breaking *b = arg;
	int rc = insert(tx, &b->id);

	if (rc == 0 && (b->runs++ == 0 || b->always))
		break_all();
	return rc < 0 ? rc : count(tx, NULL);
}

static void test_broken_inside(void **state)
{
	struct world *w = *state;
	struct breaking b = {.id = 2}, again = {.id = 3, .always = true};

	assert_int_equal(db_write(&w->cx, insert_and_break, &b), 2);
	assert_int_equal(b.runs, 2); /* nothing had been stored, so it was run again */
	assert_int_equal(db_write(&w->cx, insert_and_break, &again), ERR_IO);
	assert_true(again.runs > 2);
	assert_non_null(strstr(w->cx.err.text, "the connection to the database was lost"));
	assert_int_equal(db_read(&w->cx, count, NULL), 2);
}

static int count_and_break(struct tx *tx, void *arg)
{
	int rc = count(tx, NULL);

	(void)arg;
	break_all();
	return rc < 0 ? rc : count(tx, NULL);
}

static void test_broken_reading(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_read(&w->cx, count_and_break, NULL), ERR_IO);
	assert_int_equal(db_read(&w->cx, count, NULL), 1);
}

static void *break_commit(void *arg)
{
	static const char COMMITTING[] =
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'PgSleep'"
		" AND application_name LIKE 'chorsu pid ' || $1 || ' on %'";
	char pid[24];
	const char *values[] = {pid};
	PGconn *h = PQconnectdb(arg);
	bool done = false;

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	for (int i = 0; i < 500 && !done; i++) {
		PGresult *r = pg_ask(h, COMMITTING, values, 1);

		done = PQntuples(r) > 0;
		PQclear(r);
		clock_sleep(10);
	}
	PQfinish(h);
	return NULL;
}

/* A commit that takes its time, and is broken meanwhile. */
static void test_unsure(void **state)
{
	struct world *w = *state;
	struct breaking b = {.id = 2};
	pthread_t thread;

	trouble("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(5); RETURN NULL; END $$");
	trouble("CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON thing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
		" EXECUTE FUNCTION slow()");
	pthread_create(&thread, NULL, break_commit, w->fixture.url);
	b.runs = 1; /* breaks nothing itself */
	assert_int_equal(db_write(&w->cx, insert_and_break, &b), ERR_IO);
	assert_non_null(strstr(w->cx.err.text, "may or may not have been stored"));
	assert_int_equal(b.runs, 2); /* never run again: it may be stored */
	pthread_join(thread, NULL);
	trouble("DROP TRIGGER slow ON thing");
	assert_int_equal(write_id(w, 3), 0);
}

/* The tables change under statements that are prepared. */
static int read_star(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT * FROM thing WHERE id = 1");
	AUTO(stmt_done) struct stmt *touch = tx_prepare(tx, "UPDATE thing SET body = body");
	int rc = stmt_step(q);

	(void)arg;
	return rc < 0 ? rc : stmt_run(touch);
}

static void test_changed_tables(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_write(&w->cx, read_star, NULL), 0);
	trouble("ALTER TABLE thing ADD COLUMN more BIGINT");
	assert_int_equal(db_write(&w->cx, read_star, NULL), 0);
}

static void test_lock_lost(void **state)
{
	struct world *w = *state;
	struct db *server = fixture_open(&w->fixture, true), *command = w->cx.db;
	struct pg_store *store = server->impl;
	PGconn *waiting = outside;
	char sql[80];
	int rc = ERR_BUSY;

	w->cx.db = server;
	assert_int_equal(write_id(w, 2), 0);
	/* The lock is another's from the moment that it is lost: this one queues for it. */
	snprintf(sql, sizeof(sql), "SELECT pg_advisory_lock(%lld)", (long long)store->serve_key);
	assert_true(PQsendQuery(outside, sql));
	outside = PQconnectdb(w->fixture.url);
	break_all();
	PQfinish(outside);
	outside = waiting;
	PQclear(PQgetResult(outside));
	assert_null(PQgetResult(outside));
	for (int i = 0; i < 300 && keeper_holds(server); i++)
		clock_sleep(10);
	assert_int_equal(write_id(w, 3), ERR_BUSY);
	assert_non_null(strstr(w->cx.err.text, "the lock of the serving process was lost"));
	assert_int_equal(db_read(&w->cx, count, NULL), 2);
	trouble("SELECT pg_advisory_unlock_all()");
	for (int i = 0; i < 300 && rc == ERR_BUSY; i++) {
		rc = write_id(w, 4);
		clock_sleep(10);
	}
	assert_int_equal(rc, 0);
	db_close(server);
	w->cx.db = command;
}

static void no_fn(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

/* The ear and the sender both open their connections again. */
static void test_nudge_reconnects(void **state)
{
	struct world *w = *state;
	struct db *server = fixture_open(&w->fixture, true);
	struct err err;
	bool heard = false;

	assert_int_equal(db_on_nudge(server, no_fn, NULL, &err), 0);
	assert_true(db_nudge(w->cx.db, "one", 2000));
	break_all();
	for (int i = 0; i < 20 && !heard; i++)
		heard = db_nudge(w->cx.db, "two", 300);
	assert_true(heard);
	db_close(server);
}

static int write_text(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "UPDATE thing SET body = $body");

	bind_text(q, "body", arg);
	return stmt_run(q);
}

static void test_broken_utf8(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_write(&w->cx, write_text, (void *)"\xff\xfe"), ERR_INVALID);
	assert_non_null(strstr(w->cx.err.text, "not valid UTF-8"));
}

static const struct {
	const char *sql;
	int code;
	const char *part;
} RAISED[] = {
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = '53100'; END $x$", ERR_FULL,
		"the disk of the database is full (boom)"},
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = '53200'; END $x$", ERR_MEMORY,
		"not enough memory"},
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = '53300'; END $x$", ERR_BUSY,
		"overloaded"},
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = '55P03'; END $x$", ERR_BUSY,
		"locked by another process"},
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = '58030'; END $x$", ERR_IO,
		"cannot read or write its files"},
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = 'XX001'; END $x$", ERR_IO,
		"run chorsu check"},
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = '42501'; END $x$", ERR_DENIED,
		"grant"},
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = '40001'; END $x$", ERR_BUSY,
		"another process wrote the same"},
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = '40P01'; END $x$", ERR_BUSY,
		"another process wrote the same"},
	{"DO $x$ BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = 'P0001'; END $x$", ERR_INTERNAL,
		"refused a statement (boom)"},
};

/* Raised as the server would; the quoting stands in a migration's script, the one place where SQL
 * is not parsed for names. */
static int raise_error(struct tx *tx, void *arg)
{
	struct err err = {0};
	int rc = tx->conn->engine->exec(tx->conn, arg, &err);

	return tx_fail(tx, rc, "%s", err.text);
}

static void test_errors(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH(RAISED); i++) {
		assert_int_equal(
			db_write(&w->cx, raise_error, (void *)RAISED[i].sql), RAISED[i].code);
		if (!strstr(w->cx.err.text, RAISED[i].part))
			fail_msg("\"%s\" lacks \"%s\"", w->cx.err.text, RAISED[i].part);
	}
}

/* A server that is away: callers wait a while, then most fail at once. */
static void test_outage(void **state)
{
	struct world *w = *state;
	struct pg_store *store = w->cx.db->impl;
	PGconn *h = NULL;
	char url[] = "postgresql:///postgres?host=/nonexistent&user=postgres", *was = w->cx.db->url;
	int64_t began = clock_steady();
	struct err err = {0};

	w->cx.db->url = url;
	assert_int_equal(pg_connect_again(w->cx.db, &err, &h), ERR_BUSY);
	assert_non_null(strstr(err.text, "cannot be reached"));
	assert_in_range(clock_steady() - began, 1000, 6000);
	for (int i = 0; i < 20; i++)
		assert_int_equal(pg_connect_again(w->cx.db, &err, &h), ERR_BUSY);
	assert_in_range(clock_steady() - began, 1000, 7000);
	w->cx.db->url = was;
	while (pg_connect_again(w->cx.db, &err, &h) < 0)
		clock_sleep(50);
	assert_in_range(clock_steady() - began, 1000, 10000);
	assert_int_equal(store->down_since, 0);
	PQfinish(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reconnects, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_broken_inside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_broken_reading, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unsure, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changed_tables, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lock_lost, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nudge_reconnects, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_broken_utf8, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_outage, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
