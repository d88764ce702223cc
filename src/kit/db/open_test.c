/* Opening stores: what is refused and what the sentence says, for each engine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "kit/db/engine.h"
#include "kit/db/fixture_testing.h"

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	fixture_make(f, *(enum db_engine *)*state);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	fixture_drop(*state);
	free(*state);
	return 0;
}

static void expect_refusal(const struct db_options *options, int code, const char *part)
{
	struct err err = {0};
	struct db *db = NULL;
	int rc = db_open(options, &err, &db);

	if (rc != code || !strstr(err.text, part))
		fail_msg("%d \"%s\" where %d \"%s\" was due", rc, err.text, code, part);
	assert_null(db);
	assert_int_equal(err.code, code);
}

static void put_file(const struct fixture *f, const char *name, const void *p, size_t len)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, len), len);
	close(fd);
}

static void test_no_directory(void **state)
{
	const struct fixture *f = *state;
	struct db_options options = fixture_options(f, false);
	char path[600];

	options.dir = "/nonexistent/store";
	expect_refusal(&options, ERR_NOT_FOUND, "no store at /nonexistent/store");
	put_file(f, "file", "x", 1);
	snprintf(path, sizeof(path), "%s/file", f->dir);
	options.dir = path;
	expect_refusal(&options, ERR_NOT_FOUND, "is not a directory");
	snprintf(path, sizeof(path), "%s/file/below", f->dir);
	expect_refusal(&options, ERR_NOT_FOUND, "no store at");
	memset(path, 'a', 500);
	path[0] = '/';
	path[500] = '\0';
	expect_refusal(&options, ERR_INVALID, "longer than 480 bytes");
}

static void test_not_made(void **state)
{
	const struct fixture *f = *state;
	struct db_options options = fixture_options(f, false);

	options.create = false;
	expect_refusal(&options, ERR_NOT_FOUND, "chorsu init");
}

/* As "nobody" in a child: root may read everything. */
static int open_as_nobody(const struct fixture *f, char *text, size_t size)
{
	int ends[2], status = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct db_options options = fixture_options(f, false);
		struct err err = {0};
		struct db *db = NULL;
		int rc = setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0
				 ? 0
				 : 1;

		if (rc == 0)
			rc = db_open(&options, &err, &db);
		if (write(ends[1], err.text, strlen(err.text)) < 0)
			rc = 1;
		_exit(rc == 0 ? 0 : -rc);
	}
	close(ends[1]);
	n = read(ends[0], text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void test_other_owner(void **state)
{
	const struct fixture *f = *state;
	struct db_options options = fixture_options(f, false);
	char text[600];

	if (geteuid() != 0) { /* whoever runs this, root's directory is not theirs */
		options.dir = "/";
		expect_refusal(&options, ERR_DENIED, "run it as \"sudo -u root chorsu");
		return;
	}
	assert_int_equal(chown(f->dir, 65534, 65534), 0);
	expect_refusal(&options, ERR_DENIED, "belongs to nobody and you are root");
	expect_refusal(&options, ERR_DENIED, "run it as \"sudo -u nobody chorsu …\"");
	assert_int_equal(chown(f->dir, 54321, 54321), 0);
	expect_refusal(&options, ERR_DENIED, "sudo -u '#54321' chorsu");
	assert_int_equal(chown(f->dir, 0, 0), 0);
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(open_as_nobody(f, text, sizeof(text)), ERR_DENIED);
	assert_non_null(strstr(text, "sudo -u root chorsu"));
}

static void test_unreadable(void **state)
{
	const struct fixture *f = *state;
	char path[300], text[600];

	if (geteuid() != 0)
		return; /* the owner's own case is below */
	db_close(fixture_open(f, false));
	snprintf(path, sizeof(path), "%s/chorsu.db", f->dir);
	assert_int_equal(chown(f->dir, 65534, 65534), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(open_as_nobody(f, text, sizeof(text)), ERR_DENIED);
	assert_non_null(strstr(text, "cannot be read and written"));
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(open_as_nobody(f, text, sizeof(text)), 0);
}

static void test_bad_files(void **state)
{
	static const struct {
		const char *content;
		size_t len;
		int code;
		const char *part;
	} ROWS[] = {
		{"this is a text and no database at all, and it is long enough to look like a header of one, which has 100 bytes"
		 " .......................................................",
			160, ERR_IO, "run chorsu check"},
		{"SQLite format 3", 16, ERR_IO, "run chorsu check"},
		{"", 0, ERR_NOT_FOUND, "is empty: run chorsu init again"},
	};
	const struct fixture *f = *state;
	struct db_options options = fixture_options(f, false);
	char path[300];

	options.create = false;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		put_file(f, "chorsu.db", ROWS[i].content, ROWS[i].len);
		expect_refusal(&options, ROWS[i].code, ROWS[i].part);
	}
	snprintf(path, sizeof(path), "%s/chorsu.db", f->dir);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	expect_refusal(&options, ERR_IO, "is not a file");
	rmdir(path);
}

static void test_strangers_database(void **state)
{
	const struct fixture *f = *state;
	struct db_options options = fixture_options(f, false);
	char path[300];
	sqlite3 *h;

	snprintf(path, sizeof(path), "%s/chorsu.db", f->dir);
	assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
	assert_int_equal(sqlite3_exec(h, "CREATE TABLE a (b)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(h);
	expect_refusal(&options, ERR_IO, "of another program");
}

/* A damaged page is met when it is read. */
static int read_all(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT sum(length(b)) FROM a");

	(void)arg;
	return stmt_run(q);
}

static void test_damage(void **state)
{
	static const struct migration STEPS[] = {
		{1, "a",
			"CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT;"
			"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
			" INSERT INTO a (id, b) SELECT i, 'some text that fills pages ' || i FROM n;"},
		{0}};
	static const struct migrations MIGRATIONS = {"test", STEPS};
	static const struct migrations *const ROOMS[] = {&MIGRATIONS, NULL};
	static const char JUNK[8192] = "junk";
	const struct fixture *f = *state;
	struct ctx cx = {.arena = arena_new(MIB), .db = fixture_open(f, false)};
	char path[300];
	int fd;

	assert_int_equal(db_migrate(&cx, ROOMS), 0);
	assert_int_equal(db_check(&cx), 0);
	db_close(cx.db);
	snprintf(path, sizeof(path), "%s/chorsu.db", f->dir);
	fd = open(path, O_WRONLY);
	for (int page = 4; page < 12; page += 2)
		assert_int_equal(pwrite(fd, JUNK, 4096, page * 4096), 4096);
	close(fd);
	cx.db = fixture_open(f, false);
	assert_int_equal(db_read(&cx, read_all, NULL), ERR_IO);
	assert_non_null(strstr(cx.err.text, "run chorsu check"));
	assert_int_equal(db_check(&cx), ERR_IO);
	assert_non_null(strstr(cx.err.text, "is damaged"));
	db_close(cx.db);
	arena_free(cx.arena);
}

static void test_one_server(void **state)
{
	const struct fixture *f = *state;
	struct db_options options = fixture_options(f, true);
	struct db *first = fixture_open(f, true), *command;
	char pid[24];

	snprintf(pid, sizeof(pid), "pid %ld", (long)getpid());
	expect_refusal(&options, ERR_BUSY, pid);
	expect_refusal(&options, ERR_BUSY, "served by another process already");
	command = fixture_open(f, false); /* a command may */
	assert_true(db_is_served(command));
	db_close(first);
	assert_false(db_is_served(command));
	assert_false(db_is_served(command)); /* asking leaves nothing behind */
	db_close(command);
	db_close(fixture_open(f, true));
}

/* Another directory over the same database. */
static void test_one_server_a_schema(void **state)
{
	const struct fixture *f = *state;
	struct db_options options = fixture_options(f, true);
	struct db *first = fixture_open(f, true);
	char dir[] = "/tmp/chorsu-store-XXXXXX", lock[64], pid[40];

	assert_non_null(mkdtemp(dir));
	options.dir = dir;
	snprintf(pid, sizeof(pid), "(chorsu pid %ld on ", (long)getpid());
	expect_refusal(&options, ERR_BUSY, pid);
	db_close(first);
	snprintf(lock, sizeof(lock), "%s/lock", dir);
	unlink(lock);
	rmdir(dir);
}

static void test_private_files(void **state)
{
	static const char *const NAMES[] = {"chorsu.db", "chorsu.db-wal", "chorsu.db-shm", "lock"};
	const struct fixture *f = *state;
	mode_t before = umask(0);
	struct db *db = fixture_open(f, true);
	struct ctx cx = {.arena = arena_new(MIB), .db = db};
	static const struct migrations *const NONE[] = {NULL};

	assert_int_equal(db_migrate(&cx, NONE), 0);
	for (size_t i = 0; i < LENGTH(NAMES); i++) {
		char path[300];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", f->dir, NAMES[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	umask(before);
	db_close(db);
	arena_free(cx.arena);
}

static void test_postgres_refusals(void **state)
{
	const struct fixture *f = *state;
	struct db_options options = fixture_options(f, false);
	char url[1200];

	snprintf(url, sizeof(url), "%s%%20-csynchronous_commit%%3Doff", f->url);
	options.url = url;
	expect_refusal(&options, ERR_INVALID, "runs with synchronous_commit = off");
	snprintf(
		url, sizeof(url), "%s&options=-csearch_path%%3Dmissing_schema", fixture_postgres());
	expect_refusal(&options, ERR_NOT_FOUND, "no schema of the search_path");
	options.url = "postgresql:///postgres?host=/nonexistent&user=postgres";
	expect_refusal(&options, ERR_IO, "cannot be reached");
	options.url = "postgresql://[broken";
	expect_refusal(&options, ERR_IO, "cannot be reached");
	options.url = fixture_start_postgres("fsync=off");
	expect_refusal(&options, ERR_INVALID, "runs with fsync = off");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(test_no_directory, set_up, tear_down),
		FIXTURE_BOTH(test_not_made, set_up, tear_down),
		FIXTURE_BOTH(test_other_owner, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_unreadable, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_bad_files, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_strangers_database, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_damage, set_up, tear_down),
		FIXTURE_BOTH(test_one_server, set_up, tear_down),
		FIXTURE_ONE(DB_POSTGRES, test_one_server_a_schema, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_private_files, set_up, tear_down),
		FIXTURE_ONE(DB_POSTGRES, test_postgres_refusals, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
