/* Settings: files good and broken, the sentence for each fault, the written file read again. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/setting.h"
#include "base/str.h"

static const struct setting SERVER[] = {
	{"server", "origin", SETTING_TEXT, "", "The address of the pages.\n\nIt can never change.",
		NULL, 0, 0, false, false},
	{"server", "open", SETTING_BOOL, "no", "May strangers look?", NULL, 0, 0, false, false},
	{"log", "level", SETTING_CHOICE, "info", "How much is logged.", "debug|info|warn|error", 0,
		0, false, true},
	{"server", "threads", SETTING_INT, "4", "Worker threads.", NULL, 1, 64, false, false},
	{0},
};
static const struct setting LATER[] = {
	{"http", "body", SETTING_SIZE, "1m", "Largest body.", NULL, 1024, 16777216, false, false},
	{"http", "wait", SETTING_DURATION, "30s", "Time for a request.", NULL, 0, 0, false, true},
	{"test", "shift", SETTING_DURATION, "0", "Moves the clock.", NULL, 0, 0, true, false},
	{"server", "offset", SETTING_INT, "-5", "A difference.", NULL, 0, 0, false, false},
	{0},
};
static const struct setting *const TABLES[] = {SERVER, LATER, NULL};

static char path[] = "/tmp/chorsu-setting-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);
	(void)state;

	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : -1;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static int load(const char *bytes, size_t len, struct err *err, struct settings **ret)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	return settings_load(path, TABLES, err, ret);
}

static void defaults(void **state)
{
	struct settings *s = NULL;
	struct err e = {0};
	(void)state;

	assert_int_equal(load("", 0, &e, &s), 0);
	assert_string_equal(settings_text(s, "server", "origin"), "");
	assert_false(settings_bool(s, "server", "open"));
	assert_string_equal(settings_text(s, "log", "level"), "info");
	assert_int_equal(settings_int(s, "server", "threads"), 4);
	assert_int_equal(settings_int(s, "http", "body"), 1048576);
	assert_int_equal(settings_int(s, "http", "wait"), 30000);
	assert_int_equal(settings_int(s, "test", "shift"), 0);
	assert_int_equal(settings_int(s, "server", "offset"), -5);
	settings_free(s);
	settings_free(NULL);
}

static void values(void **state)
{
	static const char FILE_TEXT[] =
		"\xef\xbb\xbf; a comment\n# another\r\n\r\n[server]\r\n"
		"origin = https://a.example/?a=b;c # d ; e\r\n"
		"open=yes\n  threads = 64\n"
		"[http]\n; wait = 1s\nbody: 64k\n"
		"\t[log]\nlevel=debug\n[server]\noffset=-9223372036854775807\n[test]\nshift = 2d";
	struct settings *s = NULL;
	struct err e = {0};
	(void)state;

	assert_int_equal(load(FILE_TEXT, sizeof FILE_TEXT - 1, &e, &s), 0);
	assert_string_equal(
		settings_text(s, "server", "origin"), "https://a.example/?a=b;c # d ; e");
	assert_true(settings_bool(s, "server", "open"));
	assert_string_equal(settings_text(s, "log", "level"), "debug");
	assert_int_equal(settings_int(s, "server", "threads"), 64);
	assert_int_equal(settings_int(s, "http", "body"), 65536);
	assert_string_equal(settings_text(s, "http", "body"), "64k");
	assert_int_equal(settings_int(s, "http", "wait"), 30000);
	assert_true(settings_int(s, "server", "offset") == -INT64_MAX);
	assert_int_equal(settings_int(s, "test", "shift"), 172800000);
	settings_free(s);
}

static void broken_files(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *fragment;
	} ROWS[] = {
#define ROW(literal, fragment) {literal, sizeof literal - 1, fragment}
		ROW("[server]\n\nopn = yes\n",
			"line 3: There is no setting \"opn\" in section [server]."),
		ROW("[server]\nOpen = yes\n", "line 2: There is no setting \"Open\""),
		ROW("[log]\nopen = yes\n",
			"line 2: There is no setting \"open\" in section [log]."),
		ROW("\n[servers]\n", "line 2: There is no section [servers]."),
		ROW("[server]\nopen=no\n[]\n", "line 3: There is no section []."),
		ROW("[ server ]\n", "line 1: There is no section [ server ]."),
		ROW("open = yes\n[server]\n",
			"line 1: \"open\" stands before the first [section]."),
		ROW("[server]\nopen = yes\nopen = no\n",
			"line 3: \"open\" in section [server] is already set in line 2"),
		ROW("[server]\nopen\n", "line 2: This is neither"),
		ROW("hello\n[nowhere]\n", "line 1: This is neither"),
		ROW("[server\nopen = yes\n", "line 1: This is neither"),
		ROW("[server]\nopen = maybe\nhello\n",
			"line 2: open must be yes or no, not \"maybe\"."),
		ROW("[server]\nopen = Yes\n", "open must be yes or no, not \"Yes\"."),
		ROW("[server]\nopen = 1\n", "open must be yes or no"),
		ROW("[server]\nopen =\n", "open must be yes or no, not \"\"."),
		ROW("[server]\nopen = yes ; really\n",
			"open must be yes or no, not \"yes ; really\"."),
		ROW("[log]\nlevel = inf\n",
			"level must be one of debug|info|warn|error, not \"inf\"."),
		ROW("[log]\nlevel = info|warn\n", "level must be one of"),
		ROW("[log]\nlevel =\n", "level must be one of"),
		ROW("[server]\nthreads = 0\n", "threads must be from 1 to 64, not \"0\"."),
		ROW("[server]\nthreads = 65\n", "threads must be from 1 to 64"),
		ROW("[server]\nthreads = -1\n", "threads must be from 1 to 64"),
		ROW("[server]\nthreads = four\n", "threads must be a whole number, not \"four\"."),
		ROW("[server]\nthreads = 4.5\n", "threads must be a whole number"),
		ROW("[server]\nthreads = 0x4\n", "threads must be a whole number"),
		ROW("[server]\noffset = -0\n", "offset must be a whole number"),
		ROW("[server]\noffset = --5\n", "offset must be a whole number"),
		ROW("[server]\noffset = 99999999999999999999\n", "offset must be a whole number"),
		ROW("[http]\nbody = 1023\n",
			"body must be from 1024 to 16777216 bytes, not \"1023\"."),
		ROW("[http]\nbody = 17m\n", "body must be from 1024 to 16777216 bytes"),
		ROW("[http]\nbody = 1 m\n", "body must be a number of bytes such as"),
		ROW("[http]\nwait = 30\n", "wait must be a time such as"),
		ROW("[http]\nwait = -30s\n", "wait must be a time such as"),
		ROW("[server]\norigin = a\tb\n", "line 2: origin holds control characters"),
		ROW("[server]\norigin = a\x1b[2J\n", "line 2: origin holds control characters"),
		ROW("[server]\norigin = a\rb\n", "line 2: origin holds control characters"),
		ROW("[server]\norigin = \xff\n", "is not UTF-8 text."),
		ROW("[server]\norigin = a\0b\n", "is not UTF-8 text."),
#undef ROW
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct settings *s = NULL;
		struct err e = {0};
		int rc = load(ROWS[i].bytes, ROWS[i].len, &e, &s);

		if (rc != ERR_INVALID || e.code != rc || s || !strstr(e.text, ROWS[i].fragment) ||
			!str_starts(e.text, path))
			fail_msg("row %zu gave %d \"%s\"", i, rc, e.text);
	}
}

/* Lines up to and past each limit: of the file, the line, the value. */
static void long_files(void **state)
{
	static const struct {
		const char *before;
		size_t len;
		int rc;
		const char *fragment;
	} ROWS[] = {
		{"[server]\norigin=", 1800, 0, ""},
		{"[server]\norigin=", 1801, ERR_INVALID,
			"line 2: origin is longer than 1800 bytes."},
		{"[server]\norigin=", 2000 - 7, ERR_INVALID,
			"line 2: origin is longer than 1800 bytes."},
		{"[server]\norigin=", 2000 - 6, ERR_INVALID,
			"line 2: The line is longer than 2000 bytes."},
		{"[server]\norigin=", 100000, ERR_INVALID,
			"line 2: The line is longer than 2000 bytes."},
		{";", 1999, 0, ""},
		{";", 2000, ERR_INVALID, "line 1: The line is longer than 2000 bytes."},
		{"[", 1000, ERR_INVALID, "line 1: This is neither"},
		{"[server]\n", 1000, ERR_INVALID, "line 2: This is neither"},
		{"", 262145, ERR_TOO_LARGE, "is larger than 262144 bytes."},
	};
	static char text[300000];
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct settings *s = NULL;
		struct err e = {0};
		size_t len = strlen(ROWS[i].before);
		int rc;

		memcpy(text, ROWS[i].before, len);
		memset(text + len, 'x', ROWS[i].len);
		text[len + ROWS[i].len] = '\n';
		rc = load(text, len + ROWS[i].len + 1, &e, &s);
		if (rc != ROWS[i].rc || !strstr(e.text, ROWS[i].fragment) ||
			(rc == 0) != (s != NULL))
			fail_msg("row %zu gave %d \"%s\"", i, rc, e.text);
		settings_free(s);
	}
}

/* Names longer than the library keeps must not be taken for their beginnings. */
static void long_names(void **state)
{
	struct settings *s = NULL;
	struct err e = {0};
	char text[400];
	(void)state;

	for (int len = 40; len < 70; len++) {
		snprintf(text, sizeof text, "[%0*d]\n", len, 0);
		assert_int_equal(load(text, strlen(text), &e, &s), ERR_INVALID);
		assert_non_null(strstr(e.text, "There is no section [000"));
		snprintf(text, sizeof text, "[server]\n%0*d=1\n", len, 0);
		assert_int_equal(load(text, strlen(text), &e, &s), ERR_INVALID);
		assert_non_null(strstr(e.text, "line 2: There is no setting \"000"));
	}
}

static void files_that_are_none(void **state)
{
	struct settings *s = NULL;
	struct err e = {0};
	(void)state;

	assert_int_equal(settings_load("/nonexistent/chorsu.conf", TABLES, &e, &s), ERR_NOT_FOUND);
	assert_non_null(strstr(e.text, "There is no settings file /nonexistent/chorsu.conf."));
	assert_int_equal(settings_load("/", TABLES, &e, &s), ERR_INVALID);
	assert_non_null(strstr(e.text, "/ is not a file."));
	assert_int_equal(settings_load("/dev/null", TABLES, &e, &s), ERR_INVALID);
	assert_int_equal(settings_load("/dev/null/x", TABLES, &e, &s), ERR_IO);
	assert_non_null(strstr(e.text, "cannot be read: Not a directory."));
	assert_null(s);
}

static void fresh_file(void **state)
{
	static const char WANTED[] =
		"[server]\n"
		"\n; The address of the pages.\n;\n; It can never change.\norigin = https://a.example\n"
		"\n; May strangers look?\nopen = no\n"
		"\n; Worker threads.\nthreads = 8\n"
		"\n; A difference.\noffset = -5\n"
		"\n[log]\n"
		"\n; How much is logged.\nlevel = info\n"
		"\n[http]\n"
		"\n; Largest body.\nbody = 1m\n"
		"\n; Time for a request.\nwait = 30s\n";
	static const char *const VALUES[] = {
		"server.origin", "https://a.example", "server.threads", "8", NULL};
	AUTO(buf_done) struct buf b = BUF(64 * KIB);
	struct settings *s = NULL;
	struct err e = {0};
	(void)state;

	settings_write(TABLES, VALUES, &b);
	assert_false(b.failed);
	assert_string_equal(buf_text(&b), WANTED);
	assert_int_equal(load(b.data, b.len, &e, &s), 0);
	assert_string_equal(settings_text(s, "server", "origin"), "https://a.example");
	assert_int_equal(settings_int(s, "server", "threads"), 8);
	settings_free(s);
}

static void fresh_file_with_a_test_row(void **state)
{
	static const char *const VALUES[] = {"test.shift", "1h", NULL};
	AUTO(buf_done) struct buf b = BUF(64 * KIB);
	(void)state;

	settings_write(TABLES, NULL, &b);
	assert_non_null(strstr(buf_text(&b), "origin =\n"));
	assert_null(strstr(buf_text(&b), "[test]"));
	buf_clear(&b);
	settings_write(TABLES, VALUES, &b);
	assert_non_null(strstr(buf_text(&b), "\n[test]\n\n; Moves the clock.\nshift = 1h\n"));
}

static void overrides_are_checked(void **state)
{
	static const struct {
		const char *name, *value, *fragment; /* NULL: taken */
	} ROWS[] = {
		{"server.origin", "https://a.example", NULL},
		{"server.origin", "", NULL},
		{"server.origin", "a ; b # c = [d]", NULL},
		{"server.origin", "Ўзбек", NULL},
		{"server.threads", "64", NULL},
		{"server.origin", "x\n[log]\nlevel = debug", "origin holds control characters"},
		{"server.origin", "x\r", "origin holds control characters"},
		{"server.origin", "\xff", "origin holds control characters"},
		{"server.origin", " x", "origin begins or ends with a space"},
		{"server.origin", "x ", "origin begins or ends with a space"},
		{"server.threads", "65", "threads must be from 1 to 64"},
		{"server", "x", "There is no setting \"server\"."},
		{"server.", "x", "There is no setting \"server.\"."},
		{"server.originx", "x", "There is no setting"},
		{"origin", "x", "There is no setting"},
		{"", "x", "There is no setting"},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf b = BUF(64 * KIB);
		const char *pair[] = {ROWS[i].name, ROWS[i].value, NULL};
		struct settings *s = NULL;
		struct err e = {0};
		int rc = settings_check(TABLES, ROWS[i].name, ROWS[i].value, &e);

		settings_write(TABLES, pair, &b);
		if (rc != (ROWS[i].fragment ? ERR_INVALID : 0) || b.failed != (rc < 0) ||
			!strstr(e.text, ROWS[i].fragment ? ROWS[i].fragment : ""))
			fail_msg("row %zu gave %d \"%s\"", i, rc, e.text);
		if (rc < 0)
			continue;
		assert_int_equal(load(b.data, b.len, &e, &s), 0);
		assert_string_equal(
			settings_text(s, "server", strchr(ROWS[i].name, '.') + 1), ROWS[i].value);
		settings_free(s);
	}
}

static struct settings *loaded(const char *text)
{
	struct settings *s = NULL;

	assert_int_equal(load(text, strlen(text), NULL, &s), 0);
	return s;
}

/* Live rows count at once, texts that were read stay readable, the others are named. */
static void applied(void **state)
{
	static const struct {
		const char *text, *changed, *waiting, *level;
		int64_t wait, body;
	} ROWS[] = {
		{"", "", "", "info", 30000, 1048576},
		{"[http]\nwait = 30000ms\nbody = 1024k\n", "", "", "info", 30000, 1048576},
		{"[http]\nwait = 1m\n[log]\nlevel = warn\n", "log.level http.wait", "", "warn",
			60000, 1048576},
		{"[http]\nwait = 1m\nbody = 2m\n[server]\norigin = https://b.example\n",
			"log.level", "server.origin http.body", "info", 60000, 1048576},
		{"[log]\nlevel = error\n", "log.level http.wait", "", "error", 30000, 1048576},
	};
	struct settings *s = loaded("");
	const char *first = settings_text(s, "log", "level");
	(void)state;

	for (size_t i = 0; i < 2 * LENGTH(ROWS); i++) {
		size_t k = i % LENGTH(ROWS);
		AUTO(buf_done) struct buf changed = BUF(1000);
		AUTO(buf_done) struct buf waiting = BUF(1000);
		struct settings *fresh = loaded(ROWS[k].text);

		assert_int_equal(settings_apply(s, fresh, &changed, &waiting, NULL), 0);
		settings_free(fresh);
		if (i && k) {
			assert_string_equal(buf_text(&changed), ROWS[k].changed);
			assert_string_equal(buf_text(&waiting), ROWS[k].waiting);
		}
		assert_string_equal(settings_text(s, "log", "level"), ROWS[k].level);
		assert_int_equal(settings_int(s, "http", "wait"), ROWS[k].wait);
		assert_int_equal(settings_int(s, "http", "body"), ROWS[k].body);
		assert_string_equal(settings_text(s, "server", "origin"), "");
	}
	assert_string_equal(first, "info");
	settings_free(s);
}

static atomic_bool reading_over;

static void *read_on(void *arg)
{
	while (!reading_over) {
		const char *level = settings_text(arg, "log", "level");
		int64_t wait = settings_int(arg, "http", "wait");

		assert_true(!strcmp(level, "info") || !strcmp(level, "warn"));
		assert_true(wait == 30000 || wait == 60000);
	}
	return NULL;
}

/* For the thread sanitizer's eyes. */
static void applied_while_read(void **state)
{
	struct settings *s = loaded(""),
			*other = loaded("[http]\nwait = 1m\n[log]\nlevel = warn\n"),
			*same = loaded("");
	pthread_t threads[3];
	(void)state;

	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_create(&threads[i], NULL, read_on, s);
	for (int i = 0; i < 2000; i++) {
		AUTO(buf_done) struct buf names = BUF(1000);

		assert_int_equal(settings_apply(s, i % 2 ? same : other, &names, &names, NULL), 0);
	}
	reading_over = true;
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
	settings_free(s);
	settings_free(other);
	settings_free(same);
}

static void one_replaced(void **state)
{
	static const struct {
		const char *text, *value, *expected;
	} ROWS[] = {
		{"[a]\nurl = x\n", "y", "[a]\nurl = y\n"},
		{"[a]\nurl = x", "y", "[a]\nurl = y\n"},
		{"[a]\nurl=x\nb = 1\n", "", "[a]\nurl =\nb = 1\n"},
		{"; url = c\n[b]\nurl = 1\n[a]\n  url : x\n[c]\nurl = 2\n", "y",
			"; url = c\n[b]\nurl = 1\n[a]\nurl = y\n[c]\nurl = 2\n"},
		{"[a]\nurls = 1\n;url = 2\n", "y", "[a]\nurls = 1\n;url = 2\n\n[a]\nurl = y\n"},
		{"[ab]\nurl = 1", "y", "[ab]\nurl = 1\n\n[a]\nurl = y\n"},
		{"", "y", "\n[a]\nurl = y\n"},
		{"[a]\nurl = $1 %s\n", "%s", "[a]\nurl = %s\n"},
		{"[", "y", "[\n\n[a]\nurl = y\n"},
		{"[a]\nurl", "y", "[a]\nurl\n\n[a]\nurl = y\n"},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf out = BUF(1000);

		settings_replace(ROWS[i].text, "a", "url", ROWS[i].value, &out);
		assert_string_equal(buf_text(&out), ROWS[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_replaced),
		cmocka_unit_test(defaults),
		cmocka_unit_test(values),
		cmocka_unit_test(broken_files),
		cmocka_unit_test(long_files),
		cmocka_unit_test(long_names),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(fresh_file),
		cmocka_unit_test(fresh_file_with_a_test_row),
		cmocka_unit_test(overrides_are_checked),
		cmocka_unit_test(applied),
		cmocka_unit_test(applied_while_read),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
