/* db_write and db_read with many callers: commits that are shared, errors that are not, snapshots.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <semaphore.h>

#include "base/clock.h"
#include "kit/db/engine.h"
#include "kit/db/fixture_testing.h"
#include "kit/db/sqlite_powercut_testing.h"

#define CALLERS_MAX 64

static const struct migration STEPS[] = {
	{1, "tables",
		"CREATE TABLE thing (id INTEGER PRIMARY KEY, body BLOB) STRICT;"
		"CREATE TABLE counter (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT;"
		"INSERT INTO counter (name, n) VALUES ('a', 0), ('b', 0);"},
	{0},
};
static const struct migrations MIGRATIONS = {"test", STEPS};
static const struct migrations *const ROOMS[] = {&MIGRATIONS, NULL};

static int set_up(void **state)
{
	*state = world_new(*(enum db_engine *)*state, false, ROOMS);
	return 0;
}

static int tear_down(void **state)
{
	world_free(*state);
	return 0;
}

/* One caller on a thread of its own. */
struct caller {
	struct ctx cx;
	pthread_t thread;
	int (*fn)(struct tx *tx, void *arg);
	int64_t id;
	int calls; /* of db_write */
	int runs;  /* of fn */
	int rc;    /* the first error, or the last result */
	const char *sql;
	size_t size;
};

static int insert(struct tx *tx, int64_t id, const void *body, size_t size)
{
	AUTO(stmt_done)
	struct stmt *q = tx_prepare(tx, "INSERT INTO thing (id, body) VALUES ($id, $body)");

	bind_int(q, "id", id);
	bind_blob(q, "body", body, size);
	return stmt_run(q);
}

static int insert_one(struct tx *tx, void *arg)
{
	struct caller *c = arg;

	c->runs++;
	return insert(tx, c->id, NULL, 0);
}

static void *call(void *arg)
{
	struct caller *c = arg;

	for (int i = 0; i < c->calls && c->rc >= 0; i++) {
		c->rc = db_write(&c->cx, c->fn, c);
		c->id++;
	}
	return NULL;
}

static void start(struct caller *c, struct db *db, int (*fn)(struct tx *, void *), int64_t id)
{
	*c = (struct caller){
		.cx = {.arena = arena_new(MIB), .db = db}, .fn = fn, .id = id, .calls = 1};
	assert_int_equal(pthread_create(&c->thread, NULL, call, c), 0);
}

static int finish(struct caller *c)
{
	assert_int_equal(pthread_join(c->thread, NULL), 0);
	arena_free(c->cx.arena);
	return c->rc;
}

/* Holds the writer until it is opened, so that what comes meanwhile is one batch. */
struct gate {
	struct caller caller;
	sem_t entered, open;
};

static struct gate gate;

static int stand_in_gate(struct tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	sem_post(&gate.entered);
	sem_wait(&gate.open);
	return 0;
}

static void close_gate(struct db *db)
{
	sem_init(&gate.entered, 0, 0);
	sem_init(&gate.open, 0, 0);
	start(&gate.caller, db, stand_in_gate, 0);
	sem_wait(&gate.entered);
}

/* When `callers` of them wait. */
static void open_gate(struct db *db, int callers)
{
	while (writer_waiting(db) < callers)
		clock_sleep(1);
	sem_post(&gate.open);
	assert_int_equal(finish(&gate.caller), 0);
}

static int count_things(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT count(*) FROM thing");
	int rc = stmt_step(q);

	if (rc > 0)
		*(int64_t *)arg = col_int(q, 0);
	return rc < 0 ? rc : 0;
}

static int64_t things(struct ctx *cx)
{
	int64_t n = -1;

	assert_int_equal(db_read(cx, count_things, &n), 0);
	return n;
}

static void test_group(void **state)
{
	static struct caller callers[40];
	struct world *w = *state;
	struct db *db = w->cx.db;

	close_gate(db);
	for (size_t i = 0; i < LENGTH(callers); i++)
		start(&callers[i], db, insert_one, (int64_t)i);
	open_gate(db, LENGTH(callers));
	for (size_t i = 0; i < LENGTH(callers); i++) {
		assert_int_equal(finish(&callers[i]), 0);
		assert_int_equal(callers[i].runs, 1);
	}
	assert_int_equal(writer_commits(db), 2);
	assert_int_equal(things(&w->cx), LENGTH(callers));
}

static int insert_and_fail(struct tx *tx, void *arg)
{
	struct caller *c = arg;
	int rc = insert(tx, c->id, NULL, 0);

	return rc < 0 ? rc : tx_fail(tx, ERR_GONE, "number %d is closed", (int)c->id);
}

static int insert_twice(struct tx *tx, void *arg)
{
	struct caller *c = arg;
	int rc = insert(tx, c->id, NULL, 0);

	return rc < 0 ? rc : insert(tx, c->id, NULL, 0);
}

static int return_positive(struct tx *tx, void *arg)
{
	int rc = insert_one(tx, arg);

	return rc < 0 ? rc : 7;
}

static void test_isolation(void **state)
{
	static const struct {
		int (*fn)(struct tx *, void *);
		int rc;
	} KINDS[] = {{insert_one, 0}, {insert_and_fail, ERR_GONE}, {insert_twice, ERR_CONFLICT},
		{return_positive, 7}};
	static struct caller callers[32];
	struct world *w = *state;
	char text[40];

	close_gate(w->cx.db);
	for (size_t i = 0; i < LENGTH(callers); i++)
		start(&callers[i], w->cx.db, KINDS[i % 4].fn, (int64_t)i);
	open_gate(w->cx.db, LENGTH(callers));
	for (size_t i = 0; i < LENGTH(callers); i++) {
		assert_int_equal(finish(&callers[i]), KINDS[i % 4].rc);
		assert_int_equal(callers[i].cx.err.code, KINDS[i % 4].rc < 0 ? KINDS[i % 4].rc : 0);
		snprintf(text, sizeof(text), "number %d is closed", (int)i);
		if (i % 4 == 1)
			assert_string_equal(callers[i].cx.err.text, text);
	}
	assert_int_equal(writer_commits(w->cx.db), 2);
	assert_int_equal(things(&w->cx), LENGTH(callers) / 2);
}

/* Runs a batch of ten while steps of the disk fail. */
static void run_poor_batch(
	struct world *w, struct caller *callers, enum powercut_step step, int count)
{
	close_gate(w->cx.db);
	for (int i = 0; i < 10; i++)
		start(&callers[i], w->cx.db, insert_one, i);
	while (writer_waiting(w->cx.db) < 10)
		clock_sleep(1);
	powercut_fail(step, 0, count);
	open_gate(w->cx.db, 10);
	for (int i = 0; i < 10; i++)
		finish(&callers[i]);
	powercut_fail(step, 0, 0);
}

static void fail_once(struct world *w, enum powercut_step step)
{
	static struct caller callers[10];
	int64_t before = writer_commits(w->cx.db);
	int failed = powercut_failed();

	run_poor_batch(w, callers, step, 1);
	assert_int_equal(powercut_failed(), failed + 1);
	assert_int_equal(writer_commits(w->cx.db) - before, 11); /* the gate, and each alone */
	for (int i = 0; i < 10; i++) {
		assert_int_equal(callers[i].rc, 0);
		assert_int_equal(callers[i].runs, 2);
	}
	assert_int_equal(things(&w->cx), 10);
}

static void test_sync_fails_once(void **state)
{
	fail_once(*state, POWERCUT_SYNC);
}

static void test_write_fails_once(void **state)
{
	fail_once(*state, POWERCUT_WRITE);
}

static void test_disk_full(void **state)
{
	static struct caller callers[10];
	static const enum powercut_step KINDS[] = {POWERCUT_SYNC, POWERCUT_WRITE};
	struct world *w = *state;
	struct caller after;

	for (size_t k = 0; k < LENGTH(KINDS); k++) {
		run_poor_batch(w, callers, KINDS[k], 1000);
		for (int i = 0; i < 10; i++) {
			assert_int_equal(callers[i].rc, ERR_FULL);
			assert_int_equal(callers[i].runs, 2);
			assert_non_null(strstr(callers[i].cx.err.text, "the disk is full"));
		}
		assert_int_equal(things(&w->cx), k);
		start(&after, w->cx.db, insert_one, 100 + (int64_t)k);
		assert_int_equal(finish(&after), 0);
	}
	assert_int_equal(db_check(&w->cx), 0);
}

/* More than the cache holds: the log is written before the commit, where an error undoes the whole
 * transaction. */
static int insert_large(struct tx *tx, void *arg)
{
	static char body[6 * MIB];
	struct caller *c = arg;

	c->runs++;
	return insert(tx, c->id, body, sizeof(body));
}

static void test_statement_undoes_batch(void **state)
{
	static struct caller callers[9];
	struct world *w = *state;

	close_gate(w->cx.db);
	for (int i = 0; i < 9; i++) {
		start(&callers[i], w->cx.db, i == 4 ? insert_large : insert_one, i);
		while (writer_waiting(w->cx.db) < i + 1)
			clock_sleep(1);
	}
	powercut_fail(POWERCUT_WRITE, 100, 1);
	open_gate(w->cx.db, 9);
	for (int i = 0; i < 9; i++) {
		assert_int_equal(finish(&callers[i]), 0);
		assert_int_equal(callers[i].runs, i <= 4 ? 2 : 1);
	}
	powercut_fail(POWERCUT_WRITE, 0, 0);
	assert_int_equal(things(&w->cx), 9);
}

struct snapshot {
	struct ctx cx;
	sem_t counted, go_on;
	int64_t before, after;
	int rc;
};

static int count_around(struct tx *tx, void *arg)
{
	struct snapshot *s = arg;
	int rc = count_things(tx, &s->before);

	sem_post(&s->counted);
	sem_wait(&s->go_on);
	return rc < 0 ? rc : count_things(tx, &s->after);
}

static void *read_around(void *arg)
{
	struct snapshot *s = arg;

	s->rc = db_read(&s->cx, count_around, s);
	return NULL;
}

static void test_snapshot(void **state)
{
	struct world *w = *state;
	struct snapshot s = {.cx = {.arena = w->cx.arena, .db = w->cx.db}};
	struct caller writer;
	pthread_t thread;

	sem_init(&s.counted, 0, 0);
	sem_init(&s.go_on, 0, 0);
	assert_int_equal(pthread_create(&thread, NULL, read_around, &s), 0);
	sem_wait(&s.counted);
	start(&writer, w->cx.db, insert_one, 1);
	assert_int_equal(finish(&writer), 0);
	assert_int_equal(things(&w->cx), 1); /* on another connection */
	sem_post(&s.go_on);
	pthread_join(thread, NULL);
	assert_int_equal(s.rc, 0);
	assert_int_equal(s.before, 0);
	assert_int_equal(s.after, 0);
}

static int add_to(struct tx *tx, const char *name)
{
	static const char LOOK[] = "SELECT n FROM counter WHERE name = $name";
	static const char SET[] = "UPDATE counter SET n = $n WHERE name = $name";
	AUTO(stmt_done) struct stmt *look = tx_prepare(tx, LOOK);
	AUTO(stmt_done) struct stmt *set = tx_prepare(tx, SET);
	int rc;

	bind_text(look, "name", name);
	rc = stmt_step(look);
	if (rc <= 0)
		return rc;
	bind_int(set, "n", col_int(look, 0) + 1);
	bind_text(set, "name", name);
	return stmt_run(set);
}

/* Reads what another process may change meanwhile; in opposite orders, so that they lock each other
 * out too. */
static int add_to_both(struct tx *tx, void *arg)
{
	struct caller *c = arg;
	int rc = add_to(tx, c->id % 2 ? "a" : "b");

	c->runs++;
	return rc < 0 ? rc : add_to(tx, c->id % 2 ? "b" : "a");
}

static int read_counters(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT n FROM counter ORDER BY name");
	int64_t *n = arg;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(stmt_step(q), 1);
		n[i] = col_int(q, 0);
	}
	return 0;
}

#define PROCESSES 3
#define ROUNDS    30

static void test_two_processes(void **state)
{
	static struct caller callers[PROCESSES * 4];
	struct world *w = *state;
	struct db *others[PROCESSES] = {w->cx.db};
	int64_t n[2];
	int runs = 0;

	for (int i = 1; i < PROCESSES; i++)
		others[i] = fixture_open(&w->fixture, false);
	for (size_t i = 0; i < LENGTH(callers); i++) {
		callers[i] = (struct caller){
			.cx = {.arena = arena_new(MIB), .db = others[i % PROCESSES]},
			.fn = add_to_both,
			.id = (int64_t)i,
			.calls = ROUNDS};
		assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
	}
	for (size_t i = 0; i < LENGTH(callers); i++) {
		if (finish(&callers[i]) < 0)
			fail_msg("%s", callers[i].cx.err.text);
		runs += callers[i].runs;
	}
	for (int i = 1; i < PROCESSES; i++)
		db_close(others[i]);
	assert_int_equal(db_read(&w->cx, read_counters, n), 0);
	assert_int_equal(n[0], LENGTH(callers) * ROUNDS);
	assert_int_equal(n[1], LENGTH(callers) * ROUNDS);
	print_message("%d writers run %d times for %d results\n", PROCESSES, runs,
		(int)LENGTH(callers) * ROUNDS);
	if (w->fixture.engine == DB_POSTGRES)
		assert_true(runs >
			    (int)LENGTH(callers) *
				    ROUNDS); /* else nothing was retried, and this showed nothing */
}

#define FAST_CALLERS 32
#define FAST_ROWS    500

static void test_throughput(void **state)
{
	static struct caller callers[FAST_CALLERS];
	struct world *w = *state;
	int64_t began = clock_steady(), took, commits = writer_commits(w->cx.db);

	for (int i = 0; i < FAST_CALLERS; i++) {
		callers[i] = (struct caller){.cx = {.arena = arena_new(MIB), .db = w->cx.db},
			.fn = insert_one,
			.id = i * (int64_t)FAST_ROWS,
			.calls = FAST_ROWS};
		assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
	}
	for (int i = 0; i < FAST_CALLERS; i++)
		assert_int_equal(finish(&callers[i]), 0);
	took = clock_steady() - began;
	commits = writer_commits(w->cx.db) - commits;
	print_message("%d rows in %d commits: %.1f a commit, %.0f rows/s\n",
		FAST_CALLERS * FAST_ROWS, (int)commits,
		1.0 * FAST_CALLERS * FAST_ROWS / (double)commits,
		1000.0 * FAST_CALLERS * FAST_ROWS / (double)(took + 1));
	assert_true(commits < FAST_CALLERS * FAST_ROWS / 2);
	assert_int_equal(things(&w->cx), FAST_CALLERS * FAST_ROWS);
}

static void test_close_waits(void **state)
{
	static struct caller callers[20];
	struct world *w = *state;
	struct db *db = fixture_open(&w->fixture, false);

	close_gate(db);
	for (size_t i = 0; i < LENGTH(callers); i++)
		start(&callers[i], db, insert_one, (int64_t)i);
	open_gate(db, LENGTH(callers));
	db_close(db);
	for (size_t i = 0; i < LENGTH(callers); i++)
		assert_int_equal(finish(&callers[i]), 0);
	assert_int_equal(things(&w->cx), LENGTH(callers));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(test_group, set_up, tear_down),
		FIXTURE_BOTH(test_isolation, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_sync_fails_once, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_write_fails_once, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_disk_full, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_statement_undoes_batch, set_up, tear_down),
		FIXTURE_BOTH(test_snapshot, set_up, tear_down),
		FIXTURE_BOTH(test_two_processes, set_up, tear_down),
		FIXTURE_BOTH(test_throughput, set_up, tear_down),
		FIXTURE_BOTH(test_close_waits, set_up, tear_down),
	};

	/* Plays disks that fail; what is measured stays nearly the same, as each sync is a real one
	 * too. */
	setenv("CHORSU_POWERCUT", "1", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
