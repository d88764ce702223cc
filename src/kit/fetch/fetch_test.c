/* Transfers against a real peer: what is on the wire, and what becomes of every kind of answer. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/fetch/ask_testing.h"
#include "kit/fetch/peer_testing.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"

static void many(int fd, const char *line, int times)
{
	for (int i = 0; i < times; i++)
		peer_writes(fd, line);
}

static void drip(struct peer *p, int fd, const char *byte)
{
	while (peer_running(p)) {
		peer_writes(fd, byte);
		clock_sleep(50);
	}
}

static void filler(int fd, size_t len)
{
	char xs[4096];

	memset(xs, 'x', sizeof(xs));
	for (; len > 0; len -= len < sizeof(xs) ? len : sizeof(xs))
		peer_write(fd, xs, len < sizeof(xs) ? len : sizeof(xs));
}

/* Answers whose bytes need more than a text. */
static bool answer_specially(struct peer *p, int fd, const char *name)
{
	if (str_starts(name, "header-bomb ")) {
		peer_writes(fd, "HTTP/1.1 200 OK\r\n");
		many(fd, "X-Filler: 01234567890123456789012345678901234567890123456789\r\n", 2000);
	} else if (str_starts(name, "endless-line ")) {
		peer_writes(fd, "HTTP/1.1 200 OK\r\nX: ");
		filler(fd, 1 * MIB);
	} else if (str_starts(name, "interim-flood ")) {
		many(fd, "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n", 4000);
	} else if (str_starts(name, "trailer-bomb ")) {
		peer_writes(fd,
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n");
		many(fd, "X-Filler: 01234567890123456789012345678901234567890123456789\r\n", 2000);
	} else if (str_starts(name, "drip-head ")) {
		peer_writes(fd, "HTTP/1.1 200 OK\r\nX: ");
		drip(p, fd, "x");
	} else if (str_starts(name, "drip-body ")) {
		peer_writes(fd, "HTTP/1.1 200 OK\r\n\r\n");
		drip(p, fd, "x");
	} else if (str_starts(name, "silence ")) {
		while (peer_running(p))
			clock_sleep(20);
	} else if (str_starts(name, "huge ")) {
		peer_writes(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
		filler(fd, 4 * MIB);
	} else {
		return false;
	}
	return true;
}

struct canned {
	const char *name;
	const char *bytes;
	int error, status;
	const char *shows; /* fragment of why, or the answer */
};

/* The answer ends with the connection, so every row also shows what a broken one does. */
static const struct canned canned[] = {
	{"plain", OK "\r\nok", 0, 200, "ok"},
	{"empty", "HTTP/1.1 204 No Content\r\n\r\n", 0, 204, ""},
	{"accepted", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 0, 202, ""},
	{"no-length", "HTTP/1.1 200 OK\r\n\r\nup to the end", 0, 200, "up to the end"},
	{"http10", "HTTP/1.0 200 OK\r\n\r\nold", 0, 200, "old"},
	{"chunked",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nch\r\n4\r\nunks\r\n0\r\n\r\n",
		0, 200, "chunks"},
	{"interim", "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n" OK "\r\nok", 0, 200, "ok"},
	{"status", "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", 0, 500, ""},
	{"odd-status", "HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n", 0, 799, ""},
	{"gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8bxy",
		0, 200, "\x1f\x8bxy"},
	{"exactly-8", "HTTP/1.1 200 OK\r\n\r\n12345678", 0, 200, "12345678"},
	{"nothing", "", ERR_NETWORK, 0, "broke off"},
	{"half-head", "HTTP/1.1 200 OK\r\nContent-Le", ERR_NETWORK, 0, "broke off"},
	{"half-body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", ERR_NETWORK, 0,
		"broke off"},
	{"half-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
		ERR_NETWORK, 0, "broke off"},
	{"bad-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf",
		ERR_NETWORK, 0, "broke off"},
	{"http09", "<html>an answer of 1991</html>", ERR_NETWORK, 0, "not HTTP"},
	{"garbage", "SSH-2.0-OpenSSH_9.2\r\n", ERR_NETWORK, 0, "not HTTP"},
	{"bad-length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", ERR_NETWORK, 0,
		"not HTTP"},
	{"header-bomb", NULL, ERR_TOO_LARGE, 0, "head is too large"},
	{"endless-line", NULL, ERR_TOO_LARGE, 0, "head is too large"},
	{"interim-flood", NULL, ERR_TOO_LARGE, 0, "head is too large"},
	{"trailer-bomb", NULL, ERR_TOO_LARGE, 0, "head is too large"},
	{"huge", NULL, ERR_TOO_LARGE, 0, "answer is too large"},
};

static bool answer_canned(struct peer *p, int fd, const char *request)
{
	const char *name = strchr(request, '/') + 1;

	if (answer_specially(p, fd, name))
		return false;
	for (size_t i = 0; i < LENGTH(canned); i++) {
		size_t n = strlen(canned[i].name);

		if (strncmp(name, canned[i].name, n) == 0 && name[n] == ' ' && canned[i].bytes) {
			peer_writes(fd, canned[i].bytes);
			return false;
		}
	}
	peer_writes(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	return true;
}

static void test_answers(void **state)
{
	struct peer *p = peer_new(answer_canned);
	struct fetch_loop *loop = ask_loop_new();
	struct asked a;
	char url[80];

	(void)state;
	for (size_t i = 0; i < LENGTH(canned); i++) {
		const struct canned *c = &canned[i];

		snprintf(url, sizeof(url), "http://127.0.0.1:%d/%s", peer_port(p), c->name);
		ask_get(loop, url,
			c->error == ERR_TOO_LARGE      ? 100000
			: strcmp(c->name, "exactly-8") ? 1000
						       : 8,
			&a);
		if (a.error != c->error || (c->error == 0 && a.status != c->status) ||
			!strstr(c->error ? a.why : a.answer, c->shows) ||
			(c->error == 0 && a.answer_len != strlen(c->shows)))
			fail_msg("%s: %d %d \"%s\" \"%s\"", c->name, a.error, a.status, a.why,
				a.answer);
		assert_int_equal(a.retry_after_ms, -1);
		asked_done(&a);
	}
	fetch_loop_free(loop);
	peer_free(p);
}

/* Bodies that nobody asked for: read, cut when long, and the status counts all the same. */
static void test_discarded(void **state)
{
	static const struct {
		const char *name;
		int error, status;
	} rows[] = {{"plain", 0, 200}, {"huge", 0, 200}, {"status", 0, 500},
		{"half-body", ERR_NETWORK, 0}, {"missing", 0, 404},
		{"header-bomb", ERR_TOO_LARGE, 0}};
	struct peer *p = peer_new(answer_canned);
	struct fetch_loop *loop = ask_loop_new();
	struct asked a;
	char url[80];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(url, sizeof(url), "http://127.0.0.1:%d/%s", peer_port(p), rows[i].name);
		ask_get(loop, url, 0, &a);
		if (a.error != rows[i].error || a.status != rows[i].status || a.answer_len != 0)
			fail_msg("%s: %d %d %s", rows[i].name, a.error, a.status, a.why);
		asked_done(&a);
	}
	fetch_loop_free(loop);
	peer_free(p);
}

static void test_too_large(void **state)
{
	struct peer *p = peer_new(answer_canned);
	struct fetch_loop *loop = ask_loop_new();
	struct asked a;
	char url[80];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/exactly-8", peer_port(p));
	ask_get(loop, url, 7, &a);
	assert_int_equal(a.error, ERR_TOO_LARGE);
	assert_int_equal(a.status, 0);
	asked_done(&a);
	fetch_loop_free(loop);
	peer_free(p);
}

/* A byte now and then is no answer. */
static void test_time(void **state)
{
	static const char *const rows[] = {"drip-head", "drip-body", "silence"};
	struct peer *p = peer_new(answer_canned);
	struct fetch_loop *loop = ask_loop_new();
	struct asked a;
	char url[80];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct transfer t = {
			.url = url, .method = "GET", .answer_max = 1000, .total_ms = 400};

		snprintf(url, sizeof(url), "http://127.0.0.1:%d/%s", peer_port(p), rows[i]);
		ask(loop, &t, &a);
		assert_int_equal(a.error, ERR_TIMEOUT);
		assert_non_null(strstr(a.why, "no whole answer within 0.4 s"));
		assert_in_range(a.took, 390, 2000);
		assert_true(a.slow);
		asked_done(&a);
	}
	fetch_loop_free(loop);
	peer_free(p);
}

static bool answer_retry(struct peer *p, int fd, const char *request)
{
	char date[32], head[200];

	(void)p;
	clock_http_date(clock_now() + 100 * SECOND, date);
	snprintf(head, sizeof(head),
		"HTTP/1.1 503 Busy\r\nretry-AFTER: %s\r\nContent-Length: 0\r\n\r\n",
		strstr(request, "/date")      ? date
		: strstr(request, "/seconds") ? "17"
					      : "whenever");
	peer_writes(fd, head);
	return true;
}

static void test_retry_after(void **state)
{
	struct peer *p = peer_new(answer_retry);
	struct fetch_loop *loop = ask_loop_new();
	struct asked a;
	char url[80];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/seconds", peer_port(p));
	ask_get(loop, url, 0, &a);
	assert_int_equal(a.retry_after_ms, 17000);
	asked_done(&a);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/date", peer_port(p));
	ask_get(loop, url, 0, &a);
	assert_in_range(a.retry_after_ms, 97 * SECOND, 100 * SECOND);
	asked_done(&a);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/none", peer_port(p));
	ask_get(loop, url, 0, &a);
	assert_int_equal(a.status, 503);
	assert_int_equal(a.retry_after_ms, -1);
	asked_done(&a);
	fetch_loop_free(loop);
	peer_free(p);
}

static bool answer_redirect(struct peer *p, int fd, const char *request)
{
	const char *to = strchr(request, '?') + 1;
	char head[200];

	(void)p;
	snprintf(head, sizeof(head),
		"HTTP/1.1 302 Found\r\nLocation: %.*s\r\nContent-Length: 0\r\n\r\n",
		(int)strcspn(to, " "), to);
	peer_writes(fd, head);
	return true;
}

static void test_location(void **state)
{
	static const struct {
		const char *to, *location;
	} rows[] = {{"https://other.example/x", "https://other.example/x"},
		{"//other.example/y", "http://other.example/y"},
		{"relative", "http://HERE/a/relative"}, {"/rooted?q=1", "http://HERE/rooted?q=1"}};
	struct peer *p = peer_new(answer_redirect);
	struct fetch_loop *loop = ask_loop_new();
	struct asked a;
	char url[120], here[40], expected[80];

	(void)state;
	snprintf(here, sizeof(here), "127.0.0.1:%d", peer_port(p));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *hole = strstr(rows[i].location, "HERE");

		snprintf(url, sizeof(url), "http://%s/a/b?%s", here, rows[i].to);
		if (hole)
			snprintf(expected, sizeof(expected), "http://%s%s", here, hole + 4);
		else
			snprintf(expected, sizeof(expected), "%s", rows[i].location);
		ask_get(loop, url, 100, &a);
		assert_int_equal(a.error, 0);
		assert_int_equal(a.status, 302);
		assert_string_equal(a.location, expected);
		asked_done(&a);
	}
	assert_int_equal(peer_requests(p), LENGTH(rows)); /* none was followed */
	fetch_loop_free(loop);
	peer_free(p);
}

static void test_unreachable(void **state)
{
	struct fetch_loop *loop = ask_loop_new();
	struct peer *p = peer_new(answer_canned);
	struct asked a;
	char url[80];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", peer_port(p));
	peer_free(p);
	ask_get(loop, url, 100, &a);
	assert_int_equal(a.error, ERR_NETWORK);
	assert_non_null(strstr(a.why, "no connection: Connection refused"));
	asked_done(&a);
	ask_get(loop, "http://no-such-host.invalid/", 100, &a);
	assert_int_equal(a.error, ERR_NETWORK);
	assert_non_null(strstr(a.why, "no such host name"));
	asked_done(&a);
	ask_get(loop, "http://user@127.0.0.1/", 100, &a);
	assert_int_equal(a.error, ERR_INVALID);
	assert_non_null(strstr(a.why, "user name"));
	asked_done(&a);
	fetch_loop_free(loop);
}

/* Without allow_private nothing here is reached, whatever the name says: the guard sees the
 * address, not the name. */
static void test_guard(void **state)
{
	static const struct {
		const char *url;
		int error;
		const char *why;
	} rows[] = {
		{"https://inside.example/", ERR_DENIED, "its address is not public"},
		{"https://inside6.example/", ERR_DENIED, "its address is not public"},
		{"https://mapped.example/", ERR_DENIED, "its address is not public"},
		{"https://metadata.example/", ERR_DENIED, "its address is not public"},
		{"https://localhost/", ERR_DENIED, "its address is not public"},
		{"https://127.0.0.1/", ERR_INVALID, "not a public address"},
		{"http://inside.example/", ERR_INVALID, "must begin with https://"},
		{"https://inside.example:8443/", ERR_INVALID, "port 8443"},
	};
	struct fetch_options options = {.ca_file = "",
		.user_agent = "t",
		.resolve =
			"inside.example:443:127.0.0.1 inside6.example:443:[::1] mapped.example:443:[::ffff:10.0.0.1] "
			"metadata.example:443:169.254.169.254"};
	struct fetch_loop *loop = NULL;
	struct asked a;

	(void)state;
	assert_int_equal(fetch_loop_new(&options, NULL, &loop), 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ask_get(loop, rows[i].url, 100, &a);
		if (a.error != rows[i].error || !strstr(a.why, rows[i].why))
			fail_msg("%s: %d %s", rows[i].url, a.error, a.why);
		asked_done(&a);
	}
	fetch_loop_free(loop);
}

static void test_options(void **state)
{
	static const struct {
		struct fetch_options options;
		const char *why;
	} rows[] = {
		{{.ca_file = "/nonexistent/ca.pem"}, "/nonexistent/ca.pem cannot be read"},
		{{.niceness = 20}, "niceness 20"},
		{{.niceness = -1}, "niceness -1"},
		{{.resolve = "x:443"}, "\"x:443\" is not host:port:address"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fetch_loop *loop = NULL;
		struct err err = {0};

		assert_int_equal(fetch_loop_new(&rows[i].options, &err, &loop), ERR_INVALID);
		assert_non_null(strstr(err.text, rows[i].why));
		assert_null(loop);
	}
	fetch_loop_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_discarded),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_location),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_options),
	};

	/* Proxies of the environment must not matter. */
	setenv("http_proxy", "http://127.0.0.1:1/", 1);
	setenv("https_proxy", "http://127.0.0.1:1/", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
