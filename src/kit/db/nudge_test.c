/* Nudges on both engines, and what strangers may send to SQLite's socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "kit/db/engine.h"
#include "kit/db/fixture_testing.h"

struct ears {
	struct fixture fixture;
	char dir[256]; /* the fixture's own, while a longer one is used */
	struct db *server, *command;
	pthread_mutex_t lock;
	char last[300];
	atomic_int texts, ticks;
};

static void hear(void *arg, const char *text)
{
	struct ears *e = arg;

	if (!*text) {
		atomic_fetch_add(&e->ticks, 1);
		return;
	}
	pthread_mutex_lock(&e->lock);
	snprintf(e->last, sizeof(e->last), "%s", text);
	pthread_mutex_unlock(&e->lock);
	atomic_fetch_add(&e->texts, 1);
}

/* The store lies deeper than a socket's path may be long. */
static int set_up(void **state)
{
	struct ears *e = calloc(1, sizeof(*e));
	struct err err;

	assert_non_null(e);
	fixture_make(&e->fixture, *(enum db_engine *)*state);
	snprintf(e->dir, sizeof(e->dir), "%s", e->fixture.dir);
	for (int i = 0; i < 4; i++) {
		size_t len = strlen(e->fixture.dir);

		snprintf(e->fixture.dir + len, sizeof(e->fixture.dir) - len,
			"/a-folder-with-quite-a-long-name-%d", i);
		assert_int_equal(mkdir(e->fixture.dir, 0700), 0);
	}
	assert_true(strlen(e->fixture.dir) > sizeof(((struct sockaddr_un *)0)->sun_path));
	pthread_mutex_init(&e->lock, NULL);
	e->server = fixture_open(&e->fixture, true);
	e->command = fixture_open(&e->fixture, false);
	assert_int_equal(db_on_nudge(e->server, hear, e, &err), 0);
	*state = e;
	return 0;
}

static int tear_down(void **state)
{
	struct ears *e = *state;

	db_close(e->command);
	db_close(e->server);
	snprintf(e->fixture.dir, sizeof(e->fixture.dir), "%s", e->dir);
	fixture_drop(&e->fixture);
	free(e);
	return 0;
}

static void expect_last(struct ears *e, const char *text)
{
	char last[sizeof(e->last)];

	pthread_mutex_lock(&e->lock);
	snprintf(last, sizeof(last), "%s", e->last);
	pthread_mutex_unlock(&e->lock);
	assert_string_equal(last, text);
}

static void test_heard(void **state)
{
	struct ears *e = *state;
	char longest[NUDGE_MAX + 1];

	memset(longest, 'x', NUDGE_MAX);
	longest[NUDGE_MAX] = '\0';
	assert_true(db_nudge(e->command, "institution 42", 2000));
	expect_last(e, "institution 42"); /* heard before the answer */
	assert_true(db_nudge(e->command, "a b 'c' %s ~", 2000));
	expect_last(e, "a b 'c' %s ~");
	assert_true(db_nudge(e->command, longest, 2000));
	expect_last(e, longest);
	assert_true(db_nudge(e->server, "to itself", 2000));
	assert_int_equal(atomic_load(&e->texts), 4);
}

static void test_refused(void **state)
{
	struct ears *e = *state;
	char longer[NUDGE_MAX + 2];

	memset(longer, 'x', NUDGE_MAX + 1);
	longer[NUDGE_MAX + 1] = '\0';
	assert_false(db_nudge(e->command, "", 300));
	assert_false(db_nudge(e->command, longer, 300));
	assert_false(db_nudge(e->command, "line\nfeed", 300));
	assert_false(db_nudge(e->command, "ў", 300));
	assert_int_equal(atomic_load(&e->texts), 0);
}

static void test_nobody(void **state)
{
	struct ears *e = *state;

	db_close(e->server);
	e->server = NULL;
	assert_false(db_nudge(e->command, "anybody", 100));
	e->server = fixture_open(&e->fixture, true); /* serves, and does not listen */
	assert_false(db_nudge(e->command, "anybody", 100));
}

static void test_ticks(void **state)
{
	struct ears *e = *state;
	int before = atomic_load(&e->ticks);

	/* Once a second, also while there is much to hear. */
	for (int64_t end = clock_steady() + 2500; clock_steady() < end;)
		assert_true(db_nudge(e->command, "again", 2000));
	assert_in_range(atomic_load(&e->ticks) - before, 1, 4);
}

static const struct {
	const char *text;
	size_t len;
	bool heard;
} DATAGRAMS[] = {
	{"", 0, false},
	{"x", 1, false},
	{"institution 42", 14, false},
	{"0123456789012345678901", 22, false},
	{"0123456789012345678901 ", 23, false},
	{"0123456789012345678901 x", 24, true},
	{"0123456789012345678901_x", 24, false},
	{"0123456789012345678901 a\0b", 26, false},
	{"0123456789\00012345678901 x", 25, false},
	{"0123456789012345678901 \xff\xfe", 25, false},
	{"0123456789012345678901 a\n", 25, false},
};

static void test_forged(void **state)
{
	struct ears *e = *state;
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char large[4096];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), heard = 0;

	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/nudge.sock", e->command->dir_fd);
	for (size_t i = 0; i < LENGTH(DATAGRAMS); i++) {
		assert_true(sendto(fd, DATAGRAMS[i].text, DATAGRAMS[i].len, 0,
				    (struct sockaddr *)&a, sizeof(a)) >= 0);
		heard += DATAGRAMS[i].heard;
	}
	memset(large, 'x', sizeof(large));
	large[NUDGE_TOKEN] = ' ';
	assert_true(sendto(fd, large, sizeof(large), 0, (struct sockaddr *)&a, sizeof(a)) >= 0);
	assert_true(sendto(fd, large, NUDGE_LINE, 0, (struct sockaddr *)&a, sizeof(a)) >=
		    0); /* one byte too long */
	close(fd);
	assert_true(db_nudge(
		e->command, "still here", 2000)); /* in order, so all of the above was read */
	assert_int_equal(atomic_load(&e->texts), heard + 1);
}

/* What a process that was killed has left behind. */
static void test_stale_socket(void **state)
{
	struct ears *e = *state;
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct err err;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	db_close(e->server);
	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/nudge.sock", e->command->dir_fd);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd);
	assert_false(db_nudge(e->command, "nobody", 100));
	e->server = fixture_open(&e->fixture, true);
	assert_int_equal(db_on_nudge(e->server, hear, e, &err), 0);
	assert_true(db_nudge(e->command, "somebody", 2000));
}

/* What stands on the socket, where anybody of the same user may write. */
#define TOKEN "abcdefghijklmnopqrstuv"

static void test_lines(void **state)
{
	static const struct {
		const char *line;
		size_t len; /* 0: of the text */
		bool ok;
	} ROWS[] = {
		{TOKEN " outbox 7", 0, true},
		{TOKEN " a", 0, true},
		{"", 0, false},
		{" ", 0, false},
		{"a", 0, false},
		{TOKEN, 0, false},
		{TOKEN " ", 0, false},
		{TOKEN "x a", 0, false},
		{TOKEN "\ta", 0, false},
		{"short a and more than that", 0, false},
		{"abcdefghijklmnopqrstu\n a", 0, false},
		{"abcdefghijklmnopqrstu\xff a", 0, false},
		{TOKEN " a\nb", 0, false},
		{TOKEN " a\x7f", 0, false},
		{TOKEN " \xd1\x8f", 0, false},
		{TOKEN " a\0b", NUDGE_TOKEN + 4, false},
	};
	char line[NUDGE_LINE + 1] = TOKEN " ";
	struct heard h;

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		size_t len = ROWS[i].len ? ROWS[i].len : strlen(ROWS[i].line);

		if (nudge_parse(ROWS[i].line, len, &h) != ROWS[i].ok)
			fail_msg("row %zu", i);
		if (ROWS[i].ok)
			assert_string_equal(h.token, TOKEN);
	}
	memset(line + NUDGE_TOKEN + 1, 'a', NUDGE_MAX + 1);
	assert_true(nudge_parse(line, NUDGE_TOKEN + 1 + NUDGE_MAX, &h));
	assert_int_equal(strlen(h.text), NUDGE_MAX);
	assert_false(nudge_parse(line, NUDGE_TOKEN + 1 + NUDGE_MAX + 1, &h));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(test_heard, set_up, tear_down),
		FIXTURE_BOTH(test_refused, set_up, tear_down),
		FIXTURE_BOTH(test_nobody, set_up, tear_down),
		FIXTURE_BOTH(test_ticks, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_forged, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, test_stale_socket, set_up, tear_down),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
