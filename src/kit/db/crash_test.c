/* Processes that die: everything acknowledged is there, nothing is there by halves. Each process is
 * this program once more, with a role as its argument, so that threads, crash points and the power
 * cut begin fresh. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/crash.h"
#include "kit/db/engine.h"
#include "kit/db/fixture_testing.h"
#include "kit/db/sqlite_powercut_testing.h"

#define THREADS   8
#define ROUNDS    60
#define DISK_FULL 40                     /* status of a child that met it */
#define IDS       (4 * THREADS * ROUNDS) /* of up to four processes */

/* Every write is a row in each table: both or none. */
static const struct migration STEPS[] = {
	{1, "tables",
		"CREATE TABLE one (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"
		"CREATE TABLE two (id INTEGER PRIMARY KEY REFERENCES one (id)) STRICT;"},
	{2, "more",
		"CREATE TABLE three (id INTEGER PRIMARY KEY) STRICT; INSERT INTO three (id) VALUES (3);"},
	{0},
};
static const struct migration FIRST_STEP[] = {
	{1, "tables",
		"CREATE TABLE one (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"
		"CREATE TABLE two (id INTEGER PRIMARY KEY REFERENCES one (id)) STRICT;"},
	{0},
};
static const struct migrations ALL = {"test", STEPS}, FIRST = {"test", FIRST_STEP};
static const struct migrations *const ROOMS[] = {&ALL, NULL};
static const struct migrations *const ROOMS_FIRST[] = {&FIRST, NULL};

/* The child's side. */

static struct db *child_db;

static int add_row(struct tx *tx, const char *sql, int64_t id, const char *body)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, sql);

	bind_int(q, "id", id);
	if (body)
		bind_text(q, "body", body);
	return stmt_run(q);
}

static int add_pair(struct tx *tx, void *arg)
{
	static const char ONE[] = "INSERT INTO one (id, body) VALUES ($id, $body)";
	static const char TWO[] = "INSERT INTO two (id) VALUES ($id)";
	int64_t id = *(int64_t *)arg;
	/* Every seventh is larger than the cache of pages, so that it reaches the log before its
	 * commit. */
	size_t size = id % 7 == 0 ? 1200 * KIB : 100;
	char *body = arena_alloc(tx_arena(tx), size + 1);
	int rc;

	if (!body)
		return tx_fail(tx, ERR_MEMORY, "no memory");
	memset(body, 'x', size);
	rc = add_row(tx, ONE, id, body);
	if (rc == 0)
		rc = add_row(tx, TWO, id, NULL);
	/* Every fifth thinks better of it. */
	return rc == 0 && id % 5 == 0 ? tx_fail(tx, ERR_GONE, "undone") : rc;
}

static void *write_rows(void *arg)
{
	int64_t id = *(int64_t *)arg;

	for (int i = 0; i < ROUNDS; i++, id++) {
		struct ctx cx = {.arena = arena_new(32 * MIB), .db = child_db};
		int rc = db_write(&cx, add_pair, &id);

		if (rc == 0 && write(STDOUT_FILENO, &id, sizeof(id)) != sizeof(id))
			_exit(3);
		if (rc < 0 && rc != ERR_GONE)
			_exit(rc == ERR_FULL ? DISK_FULL : 4);
		arena_free(cx.arena);
	}
	return NULL;
}

static int child_write(struct fixture *f, bool serve, int64_t from)
{
	pthread_t threads[THREADS];
	int64_t ids[THREADS];

	child_db = fixture_open(f, serve);
	for (int i = 0; i < THREADS; i++) {
		ids[i] = from + i * ROUNDS;
		if (pthread_create(&threads[i], NULL, write_rows, &ids[i]) != 0)
			return 5;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	db_close(child_db);
	return 0;
}

static int child_migrate(struct fixture *f)
{
	struct ctx cx = {.arena = arena_new(MIB), .db = fixture_open(f, false)};
	int rc = db_migrate(&cx, ROOMS);

	db_close(cx.db);
	arena_free(cx.arena);
	return rc == 0 ? 0 : 6;
}

/* Writes as SQLite does with synchronous = OFF, and says so: what a program that forgets to sync
 * would do. */
static int child_forget(struct fixture *f)
{
	static const char SQL[] =
		"PRAGMA synchronous = OFF; INSERT INTO one (id, body) VALUES (1, 'x');"
		" INSERT INTO two (id) VALUES (1)";
	int64_t id = 1;
	char path[300];
	sqlite3 *h;

	snprintf(path, sizeof(path), "%s/chorsu.db", f->dir);
	if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE, powercut_vfs()) != SQLITE_OK ||
		sqlite3_exec(h, SQL, NULL, NULL, NULL) != SQLITE_OK ||
		write(STDOUT_FILENO, &id, sizeof(id)) < 0)
		return 7;
	kill(getpid(), SIGKILL);
	return 8;
}

static int run_child(char **argv)
{
	struct fixture f = {.engine = *argv[3] ? DB_POSTGRES : DB_SQLITE};

	snprintf(f.dir, sizeof(f.dir), "%s", argv[2]);
	snprintf(f.url, sizeof(f.url), "%s", argv[3]);
	switch (*argv[1]) {
	case 'm':
		return child_migrate(&f);
	case 'f':
		return child_forget(&f);
	default:
		return child_write(&f, *argv[1] == 's', strtoll(argv[4], NULL, 10));
	}
}

/* The parent's side. */

struct process {
	pid_t pid;
	int out;
};

static struct process start(
	const struct fixture *f, const char *role, const char *crash, bool powercut, int64_t from)
{
	struct process p;
	char number[24];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	snprintf(number, sizeof(number), "%lld", (long long)from);
	p.pid = fork();
	assert_true(p.pid >= 0);
	if (p.pid == 0) {
		char program[PATH_MAX] = "";
		char *argv[] = {(char *)"crash", (char *)role, (char *)f->dir, (char *)f->url,
			number, NULL};

		setenv("CHORSU_CRASH", crash, 1);
		setenv("CHORSU_POWERCUT", powercut ? "1" : "0", 1);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		/* Under valgrind the link itself is valgrind's, and what it is read as is ours. */
		if (readlink("/proc/self/exe", program, sizeof(program) - 1) > 0)
			execv(program, argv);
		_exit(9);
	}
	close(ends[1]);
	p.out = ends[0];
	return p;
}

/* Marks what was acknowledged, to the end of the process; returns its status. */
static int finish(struct process p, bool *acknowledged, int *ret_count)
{
	int64_t id;
	int status, count = 0;

	while (read(p.out, &id, sizeof(id)) == sizeof(id)) {
		assert_in_range(id, 0, IDS - 1);
		acknowledged[id] = true;
		count++;
	}
	close(p.out);
	assert_int_equal(waitpid(p.pid, &status, 0), p.pid);
	if (ret_count)
		*ret_count += count;
	return status;
}

static int mark_stored(struct tx *tx, void *arg)
{
	AUTO(stmt_done)
	struct stmt *q =
		tx_prepare(tx, "SELECT one.id, two.id FROM one LEFT JOIN two ON two.id = one.id");
	bool *stored = arg;
	int rc;

	while ((rc = stmt_step(q)) > 0) {
		if (col_null(q, 1))
			return tx_fail(tx, ERR_INTERNAL, "half of %lld is stored",
				(long long)col_int(q, 0));
		stored[col_int(q, 0)] = true;
	}
	return rc;
}

/* What stands, seen by a process that knows nothing of the power cut. */
static int check(const struct fixture *f, const bool *acknowledged)
{
	static bool stored[IDS];
	struct ctx cx = {.arena = arena_new(MIB), .db = fixture_open(f, true)};
	int n = 0;

	memset(stored, 0, sizeof(stored));
	if (db_read(&cx, mark_stored, stored) < 0 || db_check(&cx) < 0)
		fail_msg("%s", cx.err.text);
	for (int i = 0; i < IDS; i++) {
		if (acknowledged[i] && !stored[i])
			fail_msg("%d was acknowledged and is not stored", i);
		if (stored[i] && i % 5 == 0)
			fail_msg("%d was undone and is stored", i);
		n += stored[i];
	}
	db_close(cx.db);
	arena_free(cx.arena);
	return n;
}

static int set_up(void **state)
{
	*state = world_new(*(enum db_engine *)*state, false, ROOMS_FIRST);
	return 0;
}

static int tear_down(void **state)
{
	world_free(*state);
	return 0;
}

static bool killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static const char *const POINTS[] = {"write.before_commit:1", "write.before_commit:9",
	"write.in_batch:1", "write.in_batch:20", "write.after_commit:1", "write.after_commit:11",
	"write.after_commit:25"};

static void kill_everywhere(struct world *w, bool powercut)
{
	for (size_t i = 0; i < LENGTH(POINTS); i++) {
		static bool acknowledged[IDS];
		struct fixture f;
		struct ctx cx = {.arena = arena_new(MIB)};
		int count = 0, stored;

		memset(acknowledged, 0, sizeof(acknowledged));
		fixture_make(&f, w->fixture.engine);
		cx.db = fixture_open(&f, false);
		assert_int_equal(db_migrate(&cx, ROOMS), 0);
		db_close(cx.db);
		assert_true(killed(
			finish(start(&f, "serve", POINTS[i], powercut, 0), acknowledged, &count)));
		stored = check(&f, acknowledged);
		assert_in_range(
			stored, count, count + THREADS); /* nobody had more than one under way */
		if (i == 0) {                            /* and the store goes on */
			assert_int_equal(finish(start(&f, "write", "", powercut, IDS / 2),
						 acknowledged, &count),
				0);
			assert_true(check(&f, acknowledged) >= count);
		}
		fixture_drop(&f);
		arena_free(cx.arena);
	}
}

static void test_kill(void **state)
{
	kill_everywhere(*state, false);
}

static void test_power_cut(void **state)
{
	kill_everywhere(*state, true);
}

/* Two processes write at once; one is cut off and the other goes on, with what was synced. */
static void test_power_cut_beside(void **state)
{
	static bool acknowledged[IDS];
	struct world *w = *state;
	struct process one = start(&w->fixture, "serve", "write.before_commit:40", true, 0);
	struct process two = start(&w->fixture, "write", "", true, IDS / 4);
	struct process three = start(&w->fixture, "write", "write.after_commit:30", true, IDS / 2);
	int count = 0;

	assert_true(killed(finish(one, acknowledged, &count)));
	assert_int_equal(finish(two, acknowledged, &count), 0);
	assert_true(killed(finish(three, acknowledged, &count)));
	assert_true(check(&w->fixture, acknowledged) >= count);
	assert_true(count > THREADS * ROUNDS / 2);
}

/* The power cut is one: what is not synced is lost. */
static void test_power_cut_bites(void **state)
{
	static bool acknowledged[IDS];
	struct world *w = *state;
	int count = 0;

	assert_true(
		killed(finish(start(&w->fixture, "forget", "", false, 0), acknowledged, &count)));
	assert_int_equal(count, 1);
	assert_int_equal(check(&w->fixture, acknowledged), 1); /* kill -9 alone loses nothing */
	world_free(w);
	*state = w = world_new(DB_SQLITE, false, ROOMS_FIRST);
	assert_true(
		killed(finish(start(&w->fixture, "forget", "", true, 0), acknowledged, &count)));
	assert_int_equal(count, 2);
	memset(acknowledged, 0, sizeof(acknowledged));
	assert_int_equal(check(&w->fixture, acknowledged), 0);
}

/* A disk that fills and is emptied again, seen by whole processes. */
static void test_disk_full(void **state)
{
	static bool acknowledged[IDS];
	struct world *w = *state;
	char path[300];
	int status, count = 0;
	FILE *full;

	snprintf(path, sizeof(path), "%s/full", w->fixture.dir);
	full = fopen(path, "w");
	assert_non_null(full);
	fclose(full);
	setenv("CHORSU_DISK_FULL", path, 1);
	status = finish(start(&w->fixture, "write", "", false, 0), acknowledged, &count);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == DISK_FULL);
	assert_int_equal(count, 0);
	unlink(path);
	assert_int_equal(
		finish(start(&w->fixture, "write", "", false, 0), acknowledged, &count), 0);
	unsetenv("CHORSU_DISK_FULL");
	assert_int_equal(check(&w->fixture, acknowledged), count);
}

static int count_steps(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT count(*) FROM migration");

	(void)arg;
	return stmt_step(q) > 0 ? (int)col_int(q, 0) : -1;
}

static int count_three(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT count(*) FROM three");
	int rc = stmt_step(q);

	(void)arg;
	return rc > 0 ? (int)col_int(q, 0) : rc;
}

static void migrate_and_die(struct world *w, bool powercut)
{
	static bool acknowledged[IDS];

	assert_true(killed(finish(start(&w->fixture, "migrate", "migrate.in_step:1", powercut, 0),
		acknowledged, NULL)));
	assert_int_equal(db_read(&w->cx, count_steps, NULL), 1);
	assert_int_equal(db_read(&w->cx, count_three, NULL), ERR_INTERNAL);
	assert_int_equal(
		finish(start(&w->fixture, "migrate", "", powercut, 0), acknowledged, NULL), 0);
	assert_int_equal(db_read(&w->cx, count_steps, NULL), 2);
	assert_int_equal(db_read(&w->cx, count_three, NULL), 1);
}

static void test_migration(void **state)
{
	migrate_and_die(*state, false);
}

static void test_migration_power_cut(void **state)
{
	migrate_and_die(*state, true);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(test_kill, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_power_cut, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_power_cut_beside, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_power_cut_bites, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_disk_full, set_up, tear_down),
		FIXTURE_BOTH(test_migration, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_migration_power_cut, set_up, tear_down),
	};

	return argc > 4 ? run_child(argv) : cmocka_run_group_tests(tests, NULL, NULL);
}
