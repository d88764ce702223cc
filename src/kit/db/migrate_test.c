/* Migrations on both engines. Dying inside a step is in crash_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "kit/db/engine.h"
#include "kit/db/fixture_testing.h"
#include "kit/db/sqlite_powercut_testing.h"

static const struct migration ONE[] = {
	{1, "first",
		"CREATE TABLE a (id INTEGER PRIMARY KEY, t TEXT NOT NULL) STRICT; INSERT INTO a (id, t) VALUES (1, 'one');"},
	{0},
};
static const struct migration TWO[] = {
	{1, "first", "this is not run again"},
	{2, "second",
		"ALTER TABLE a ADD COLUMN n INTEGER NOT NULL DEFAULT 7; CREATE INDEX a_n ON a (n);"},
	{3, "third", "UPDATE a SET n = n + 1;"},
	{0},
};
static const struct migration BROKEN[] = {
	{1, "first", ""},
	{2, "second", "INSERT INTO a (id, t) VALUES (2, 'two')"},
	{3, "third",
		"CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT; INSERT INTO nowhere (id) VALUES (1);"},
	{4, "fourth", "INSERT INTO a (id, t) VALUES (4, 'four')"},
	{0},
};
static const struct migration OTHER[] = {
	{1, "other", "CREATE TABLE o (id INTEGER PRIMARY KEY) STRICT"},
	{0},
};

static const struct migrations R_ONE = {"core", ONE}, R_TWO = {"core", TWO},
			       R_BROKEN = {"core", BROKEN}, R_OTHER = {"other", OTHER};
static const struct migrations *const ROOMS_ONE[] = {&R_ONE, NULL};
static const struct migrations *const ROOMS_TWO[] = {&R_TWO, NULL};
static const struct migrations *const ROOMS_BROKEN[] = {&R_BROKEN, NULL};
static const struct migrations *const ROOMS_BOTH[] = {&R_ONE, &R_OTHER, NULL};

static int set_up(void **state)
{
	*state = world_new(*(enum db_engine *)*state, false, ROOMS_ONE);
	return 0;
}

static int tear_down(void **state)
{
	world_free(*state);
	return 0;
}

static int ask(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, arg);
	int rc = stmt_step(q);

	return rc > 0 ? (int)col_int(q, 0) : rc;
}

static int number(struct world *w, const char *sql)
{
	return db_read(&w->cx, ask, (void *)sql);
}

static size_t copies(const struct world *w, char *first, size_t size)
{
	char pattern[300];
	glob_t found;
	size_t n = 0;

	snprintf(pattern, sizeof(pattern), "%s/before-migration*", w->fixture.dir);
	if (glob(pattern, 0, NULL, &found) == 0) {
		n = found.gl_pathc;
		snprintf(first, size, "%s", found.gl_pathv[0]);
		globfree(&found);
	}
	return n;
}

static int count_tables(const char *path, const char *sql)
{
	sqlite3_stmt *q = NULL;
	sqlite3 *h = NULL;
	int n = -1;

	if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
		sqlite3_prepare_v2(h, sql, -1, &q, NULL) == SQLITE_OK &&
		sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(h);
	return n;
}

static void test_forward(void **state)
{
	struct world *w = *state;
	char copy[300];
	struct stat st;

	assert_int_equal(
		number(w,
			"SELECT count(*) FROM migration WHERE room = 'core' AND name = 'first' AND at > 0"),
		1);
	assert_int_equal(db_migrate(&w->cx, ROOMS_ONE), 0);
	assert_int_equal(copies(w, copy, sizeof(copy)), 0); /* nothing was brought forward */
	assert_int_equal(db_migrate(&w->cx, ROOMS_TWO), 0);
	assert_int_equal(number(w, "SELECT n FROM a WHERE id = 1"), 8);
	assert_int_equal(number(w, "SELECT count(*) FROM migration"), 3);
	assert_int_equal(db_migrate(&w->cx, ROOMS_TWO), 0);
	assert_int_equal(number(w, "SELECT n FROM a WHERE id = 1"), 8);
	if (w->fixture.engine == DB_POSTGRES)
		return;
	assert_int_equal(copies(w, copy, sizeof(copy)), 1);
	assert_int_equal(count_tables(copy, "SELECT count(*) FROM migration"), 1);
	assert_int_equal(count_tables(copy, "SELECT id FROM a WHERE t = 'one'"), 1);
	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_new_room(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_migrate(&w->cx, ROOMS_BOTH), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM o"), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM migration"), 2);
}

static void test_broken(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_migrate(&w->cx, ROOMS_BROKEN), ERR_INTERNAL);
	assert_non_null(strstr(w->cx.err.text, "the migration core 3 (third) failed: "));
	assert_non_null(strstr(w->cx.err.text, "nowhere"));
	/* The steps before stand, nothing of this one and of those after. */
	assert_int_equal(number(w, "SELECT count(*) FROM a"), 2);
	assert_int_equal(number(w, "SELECT count(*) FROM migration"), 2);
	assert_int_equal(number(w, "SELECT count(*) FROM b"), ERR_INTERNAL);
	assert_int_equal(db_migrate(&w->cx, ROOMS_BROKEN), ERR_INTERNAL);
	assert_int_equal(number(w, "SELECT count(*) FROM a"), 2);
}

static void test_newer(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_migrate(&w->cx, ROOMS_TWO), 0);
	assert_int_equal(db_migrate(&w->cx, ROOMS_ONE), ERR_CONFLICT);
	assert_non_null(strstr(w->cx.err.text, "made by a newer version"));
	assert_non_null(strstr(w->cx.err.text, "core 2 \"second\""));
}

static void test_unknown_room(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_migrate(&w->cx, ROOMS_BOTH), 0);
	assert_int_equal(db_migrate(&w->cx, ROOMS_TWO), ERR_CONFLICT);
	assert_non_null(strstr(w->cx.err.text, "other 1 \"other\""));
	assert_int_equal(number(w, "SELECT count(*) FROM migration"), 2);
}

struct migrating {
	struct ctx cx;
	pthread_t thread;
	int rc;
};

static void *migrate(void *arg)
{
	struct migrating *m = arg;

	m->rc = db_migrate(&m->cx, ROOMS_TWO);
	return NULL;
}

static void test_at_once(void **state)
{
	struct world *w = *state;
	struct migrating list[4];
	char copy[300];

	for (size_t i = 0; i < LENGTH(list); i++) {
		list[i] = (struct migrating){
			.cx = {.arena = arena_new(MIB), .db = fixture_open(&w->fixture, false)}};
		assert_int_equal(pthread_create(&list[i].thread, NULL, migrate, &list[i]), 0);
	}
	for (size_t i = 0; i < LENGTH(list); i++) {
		pthread_join(list[i].thread, NULL);
		if (list[i].rc < 0)
			fail_msg("%s", list[i].cx.err.text);
		db_close(list[i].cx.db);
		arena_free(list[i].cx.arena);
	}
	assert_int_equal(number(w, "SELECT n FROM a WHERE id = 1"), 8);
	assert_int_equal(number(w, "SELECT count(*) FROM migration"), 3);
	if (w->fixture.engine == DB_SQLITE)
		assert_int_equal(copies(w, copy, sizeof(copy)), 1);
}

/* Without room for the copy nothing is touched. */
static void test_no_room(void **state)
{
	struct world *w = *state;
	char copy[300];

	powercut_fail(POWERCUT_WRITE, 1, 1000);
	assert_int_equal(db_migrate(&w->cx, ROOMS_TWO), ERR_FULL);
	powercut_fail(POWERCUT_WRITE, 0, 0);
	assert_int_equal(copies(w, copy, sizeof(copy)), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM migration"), 1);
	assert_int_equal(db_migrate(&w->cx, ROOMS_TWO), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(test_forward, set_up, tear_down),
		FIXTURE_BOTH(test_new_room, set_up, tear_down),
		FIXTURE_BOTH(test_broken, set_up, tear_down),
		FIXTURE_BOTH(test_newer, set_up, tear_down),
		FIXTURE_BOTH(test_unknown_room, set_up, tear_down),
		FIXTURE_BOTH(test_at_once, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_no_room, set_up, tear_down),
	};

	setenv("CHORSU_POWERCUT", "1", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
