/* The serving process's log: moved into the database file while it is written, and bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <semaphore.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "kit/db/engine.h"
#include "kit/db/fixture_testing.h"

#define BODY ((size_t)64 * KIB)

static const struct migration STEPS[] = {
	{1, "tables", "CREATE TABLE thing (id INTEGER PRIMARY KEY, body BLOB) STRICT;"},
	{0},
};
static const struct migrations MIGRATIONS = {"test", STEPS};
static const struct migrations *const ROOMS[] = {&MIGRATIONS, NULL};

static int set_up(void **state)
{
	*state = world_new(DB_SQLITE, true, ROOMS);
	return 0;
}

static int tear_down(void **state)
{
	world_free(*state);
	return 0;
}

static int insert(struct tx *tx, void *arg)
{
	static char body[BODY];
	AUTO(stmt_done)
	struct stmt *q = tx_prepare(tx, "INSERT INTO thing (id, body) VALUES ($id, $body)");

	bind_int(q, "id", *(const int *)arg);
	bind_blob(q, "body", body, sizeof(body));
	return stmt_run(q);
}

static long long size_of(const struct world *w, const char *name)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", w->fixture.dir, name);
	return stat(path, &st) == 0 ? (long long)st.st_size : -1;
}

static long long write_megabytes(struct world *w, int from, int megabytes)
{
	long long largest = 0;

	for (int id = from; id < from + megabytes * 16; id++) {
		long long size;

		assert_int_equal(db_write(&w->cx, insert, &id), 0);
		size = size_of(w, "chorsu.db-wal");
		if (size > largest)
			largest = size;
	}
	return largest;
}

/* Written without a pause, the log stays within the second mark and what comes during one
 * checkpoint. */
static void test_bounded(void **state)
{
	struct world *w = *state;
	long long largest = write_megabytes(w, 0, 300);

	print_message("300 MB written: the log reached %lld MB\n", largest >> 20);
	assert_in_range(largest, 4 << 20, 200 << 20); /* a busy machine checkpoints late */
	assert_true(size_of(w, "chorsu.db") > 100 << 20);
}

struct reading {
	struct ctx cx;
	sem_t began, end;
};

static int stay(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT count(*) FROM thing");
	struct reading *r = arg;
	int rc = stmt_step(q);

	sem_post(&r->began);
	sem_wait(&r->end);
	return rc < 0 ? rc : 0;
}

static void *read_long(void *arg)
{
	struct reading *r = arg;

	return db_read(&r->cx, stay, r) == 0 ? NULL : r;
}

/* A reader that stays makes the log grow; writers go on, and afterwards it shrinks. */
static void test_long_reader(void **state)
{
	struct world *w = *state;
	struct reading r = {.cx = {.arena = arena_new(MIB), .db = w->cx.db}};
	int64_t began;
	pthread_t thread;
	void *failed;

	sem_init(&r.began, 0, 0);
	sem_init(&r.end, 0, 0);
	write_megabytes(w, 0, 1);
	assert_int_equal(pthread_create(&thread, NULL, read_long, &r), 0);
	sem_wait(&r.began);
	began = clock_steady();
	assert_true(write_megabytes(w, 16, 90) > 80 << 20);
	print_message("90 MB beside a reader that stays: %d ms\n", (int)(clock_steady() - began));
	sem_post(&r.end);
	pthread_join(thread, &failed);
	assert_null(failed);
	arena_free(r.cx.arena);
	for (int id = 2000; id < 2400 && size_of(w, "chorsu.db-wal") > 20 << 20; id++) {
		assert_int_equal(db_write(&w->cx, insert, &id), 0);
		clock_sleep(5);
	}
	assert_in_range(size_of(w, "chorsu.db-wal"), 0, 20 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_reader, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
