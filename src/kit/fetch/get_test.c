/* fetch_get: redirects hop by hop, statuses as errors, the answer in the arena. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/fetch/ask_testing.h"
#include "kit/fetch/peer_testing.h"

static void redirect(int fd, int status, const char *to)
{
	char head[300];

	snprintf(head, sizeof(head), "HTTP/1.1 %d X\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
		status, to);
	peer_writes(fd, head);
}

struct path {
	const char *path;
	const char *bytes; /* the whole answer, or: */
	const char *to;
	int status;
};

static const struct path paths[] = {
	{"/doc",
		"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json; x=y\r\n"
		"Content-Length: 4\r\n\r\n{\0 }",
		NULL, 0},
	{"/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL, 0},
	{"/gone", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", NULL, 0},
	{"/denied", "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", NULL, 0},
	{"/forbidden", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", NULL, 0},
	{"/broken", "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", NULL, 0},
	{"/choice", "HTTP/1.1 300 Choose\r\nContent-Length: 0\r\n\r\n", NULL, 0},
	{"/lost", "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n", NULL, 0},
	{"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", NULL, 0},
	{"/1", NULL, "doc", 301},
	{"/2", NULL, "/1#fragment", 302},
	{"/3", NULL, "./2?x=y", 303},
	{"/4", NULL, "/3", 307},
	{"/5", NULL, "/1", 308},
	{"/loop", NULL, "/loop", 302},
	{"/file", NULL, "file:///etc/passwd", 302},
	{"/ftp", NULL, "ftp://127.0.0.1/x", 302},
	{"/user", NULL, "http://a:b@127.0.0.1/", 302},
	{"/odd", NULL, "http://0x7f.1:1/", 302},
	{"/odd2", NULL, "http://2130706433:1/", 302},
	{"/nonsense", NULL, "http://", 302},
	{"/script", NULL, "javascript:alert(1)", 302},
};

static bool answer(struct peer *p, int fd, const char *request)
{
	const char *path = strchr(request, '/');
	size_t n = strcspn(path, " ?");

	if (n == 6 && memcmp(path, "/never", n) == 0) {
		while (peer_running(p))
			clock_sleep(20);
		return false;
	}
	for (size_t i = 0; i < LENGTH(paths); i++) {
		if (strlen(paths[i].path) != n || memcmp(paths[i].path, path, n) != 0)
			continue;
		if (paths[i].to)
			redirect(fd, paths[i].status, paths[i].to);
		else if (i == 0)
			peer_write(fd, paths[i].bytes,
				strlen(paths[i].bytes) + 3); /* with the NUL inside the body */
		else
			peer_writes(fd, paths[i].bytes);
		return !str_eq(paths[i].path, "/cut");
	}
	peer_writes(fd, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
	return true;
}

static int sign(struct transfer *t)
{
	atomic_int *signings = t->owner;

	atomic_fetch_add(signings, 1);
	transfer_header(t, "Signature: x");
	return 0;
}

struct row {
	const char *path;
	size_t max;
	int rc;
	int hops;          /* requests that the peer sees */
	const char *shows; /* fragment of the error, or the last path */
};

static const struct row rows[] = {
	{"/doc", 100, 0, 1, "/doc"},
	{"/doc", 4, 0, 1, "/doc"},
	{"/empty", 100, 0, 1, "/empty"},
	{"/1", 100, 0, 2, "/doc"},
	{"/2", 100, 0, 3, "/doc"},
	{"/3", 100, 0, 4, "/doc"},
	{"/5", 100, 0, 3, "/doc"},
	{"/4", 100, ERR_NETWORK, 4, "redirects once more after 3 times"},
	{"/loop", 100, ERR_NETWORK, 4, "redirects once more after 3 times"},
	{"/lost", 100, ERR_NETWORK, 1, "answered 301 without saying where to go"},
	{"/file", 100, ERR_INVALID, 1, "must begin with https://"},
	{"/ftp", 100, ERR_INVALID, 1, "must begin with https://"},
	{"/script", 100, ERR_INVALID, 1, "must begin with https://"},
	{"/user", 100, ERR_INVALID, 1, "user name"},
	/* What libcurl makes of odd numbers is what is checked, and asked. */
	{"/odd", 100, ERR_NETWORK, 1, "http://127.0.0.1:1/: no connection"},
	{"/odd2", 100, ERR_NETWORK, 1, "http://127.0.0.1:1/: no connection"},
	{"/nonsense", 100, ERR_INVALID, 1, "names no host"},
	{"/doc", 3, ERR_TOO_LARGE, 1, "too large"},
	{"/missing", 100, ERR_NOT_FOUND, 1, "/missing answered 404"},
	{"/gone", 100, ERR_GONE, 1, "/gone answered 410"},
	{"/denied", 100, ERR_DENIED, 1, "answered 401"},
	{"/forbidden", 100, ERR_DENIED, 1, "answered 403"},
	{"/broken", 100, ERR_NETWORK, 1, "answered 500"},
	{"/choice", 100, ERR_NETWORK, 1, "answered 300"},
	{"/cut", 100, ERR_NETWORK, 1, "broke off"},
};

static void test_table(void **state)
{
	struct peer *p = peer_new(answer);
	struct fetch_loop *loop = ask_loop_new();
	int before = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *r = &rows[i];
		struct ctx cx = {.arena = arena_new(64 * KIB)};
		struct fetched f = {.body = "untouched"};
		atomic_int signings = 0;
		char url[80];
		int rc;

		snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", peer_port(p), r->path);
		rc = fetch_get(&cx, loop, url, "a/b", r->max, sign, &signings, &f);
		if (rc != r->rc ||
			(rc < 0 && (cx.err.code != rc || !strstr(cx.err.text, r->shows))) ||
			(rc == 0 && !str_ends(f.url, r->shows)))
			fail_msg("%s: %d \"%s\"", r->path, rc, rc == 0 ? f.url : cx.err.text);
		if (rc < 0)
			assert_string_equal(f.body, "untouched");
		assert_int_equal(atomic_load(&signings), r->hops);
		assert_int_equal(peer_requests(p) - before, r->hops);
		before = peer_requests(p);
		arena_free(cx.arena);
	}
	fetch_loop_free(loop);
	peer_free(p);
}

static void test_answer(void **state)
{
	struct peer *p = peer_new(answer);
	struct fetch_loop *loop = ask_loop_new();
	struct ctx cx = {.arena = arena_new(64 * KIB)};
	struct fetched f;
	char url[80], *request;

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/3", peer_port(p));
	assert_int_equal(
		fetch_get(&cx, loop, url, "application/activity+json", 100, NULL, NULL, &f), 0);
	assert_int_equal(f.len, 4);
	assert_memory_equal(f.body, "{\0 }", 5);
	assert_string_equal(f.type, "application/activity+json; x=y");
	request = peer_request(p, 1);
	assert_true(str_starts(request, "GET /2?x=y HTTP/1.1\r\n"));
	free(request);
	request = peer_request(p, 2);
	assert_true(str_starts(request, "GET /1 HTTP/1.1\r\n"));
	assert_non_null(strstr(request, "\r\nAccept: application/activity+json\r\n"));
	free(request);
	fetch_loop_free(loop);
	arena_free(cx.arena);
	peer_free(p);
}

static void test_refused_before(void **state)
{
	static const struct {
		const char *url;
		int rc;
	} urls[] = {{"", ERR_INVALID}, {"https://", ERR_INVALID}, {"gopher://x/", ERR_INVALID},
		{"http://127.0.0.1/#x", ERR_INVALID},
		{"http://no-such-host.invalid/", ERR_NETWORK}};
	struct fetch_loop *loop = ask_loop_new();

	(void)state;
	for (size_t i = 0; i < LENGTH(urls); i++) {
		struct ctx cx = {.arena = arena_new(64 * KIB)};
		struct fetched f;

		assert_int_equal(
			fetch_get(&cx, loop, urls[i].url, NULL, 100, NULL, NULL, &f), urls[i].rc);
		assert_true(cx.err.text[0] != '\0');
		arena_free(cx.arena);
	}
	fetch_loop_free(loop);
}

/* The arena's cap holds for what came. */
static void test_small_arena(void **state)
{
	struct peer *p = peer_new(answer);
	struct fetch_loop *loop = ask_loop_new();
	struct ctx cx = {.arena = arena_new(48)};
	struct fetched f;
	char url[40];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/doc", peer_port(p));
	assert_int_equal(fetch_get(&cx, loop, url, NULL, 1000, NULL, NULL, &f), ERR_TOO_LARGE);
	arena_free(cx.arena);
	fetch_loop_free(loop);
	peer_free(p);
}

struct waiter {
	struct fetch_loop *loop;
	char url[80];
	int rc;
	char text[ERR_TEXT_MAX];
};

static void *get(void *arg)
{
	struct waiter *w = arg;
	struct ctx cx = {.arena = arena_new(64 * KIB)};
	struct fetched f;

	w->rc = fetch_get(&cx, w->loop, w->url, NULL, 100, NULL, NULL, &f);
	memcpy(w->text, cx.err.text, sizeof(w->text));
	arena_free(cx.arena);
	return NULL;
}

static void test_stop(void **state)
{
	struct peer *p = peer_new(answer);
	struct fetch_loop *loop = ask_loop_new();
	struct waiter w[8];
	pthread_t threads[8];

	(void)state;
	for (size_t i = 0; i < LENGTH(w); i++) {
		w[i].loop = loop;
		snprintf(w[i].url, sizeof(w[i].url), "http://127.0.0.1:%d/never", peer_port(p));
		assert_int_equal(pthread_create(&threads[i], NULL, get, &w[i]), 0);
	}
	while (peer_requests(p) < (int)LENGTH(w))
		clock_sleep(5);
	fetch_loop_free(loop);
	for (size_t i = 0; i < LENGTH(w); i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(w[i].rc, ERR_NETWORK);
		assert_non_null(strstr(w[i].text, "stopping"));
	}
	peer_free(p);
}

/* Waiting takes as long as the project's clock says. */
static void test_deadline(void **state)
{
	struct peer *p = peer_new(answer);
	struct fetch_loop *loop;
	struct waiter w = {0};
	int64_t from;

	(void)state;
	clock_setup(0, 20);
	loop = ask_loop_new();
	w.loop = loop;
	snprintf(w.url, sizeof(w.url), "http://127.0.0.1:%d/never", peer_port(p));
	from = clock_steady();
	(void)get(&w);
	assert_int_equal(w.rc, ERR_TIMEOUT);
	assert_in_range(clock_steady() - from, 14 * SECOND, 25 * SECOND);
	fetch_loop_free(loop);
	peer_free(p);
	clock_setup(0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_refused_before),
		cmocka_unit_test(test_small_arena),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
