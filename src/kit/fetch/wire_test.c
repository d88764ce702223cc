/* What is on the wire: header lines filled in at the last moment, on new and on kept connections,
 * and which are kept. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/fetch/ask_testing.h"
#include "kit/fetch/peer_testing.h"

static bool accept_post(struct peer *p, int fd, const char *request)
{
	(void)p, (void)request;
	peer_writes(fd, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
	return true;
}

/* Says that it keeps the connection, then does not. */
static bool accept_and_hang_up(struct peer *p, int fd, const char *request)
{
	(void)accept_post(p, fd, request);
	return false;
}

static int signings; /* changed on the loop's thread, read between transfers */

static int sign(struct transfer *t)
{
	char line[100];

	signings++;
	snprintf(line, sizeof(line), "Signature: number %d of %s", signings, t->method);
	transfer_header(t, line);
	transfer_header(t, "Date: today");
	return 0;
}

/* The request's head without what differs from run to run. */
static void assert_request(struct peer *p, int n, const char *format)
{
	char expected[4096];
	char *request = peer_request(p, n);

	snprintf(expected, sizeof(expected), format, peer_port(p));
	assert_non_null(request);
	assert_string_equal(request, expected);
	free(request);
}

static void test_post(void **state)
{
	struct peer *p = peer_new(accept_post);
	struct fetch_loop *loop = ask_loop_new();
	struct transfer t = {.method = "POST",
		.body = "{\"a\":1}",
		.body_len = 7,
		.content_type = "application/activity+json",
		.headers = sign};
	struct asked a;
	char url[80];

	(void)state;
	signings = 0;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/inbox?x=%%20y", peer_port(p));
	t.url = url;
	for (int i = 0; i < 3; i++) {
		ask(loop, &t, &a);
		assert_int_equal(a.error, 0);
		assert_int_equal(a.status, 202);
		assert_int_equal(signings, i + 1);
		asked_done(&a);
	}
	assert_int_equal(peer_connections(p), 1);
	assert_int_equal(peer_requests(p), 3);
#define HEAD "Host: 127.0.0.1:%d\r\nUser-Agent: Chorsu-test/1\r\nAccept: */*\r\n"
#define POST_HEAD                                                                                  \
	"POST /inbox?x=%%20y HTTP/1.1\r\n" HEAD "Content-Type: application/activity+json\r\n"
	assert_request(p, 0,
		POST_HEAD
		"Signature: number 1 of POST\r\nDate: today\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
	assert_request(p, 1,
		POST_HEAD
		"Signature: number 2 of POST\r\nDate: today\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
	assert_request(p, 2,
		POST_HEAD
		"Signature: number 3 of POST\r\nDate: today\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
	/* Lines of the ones before are gone, also those the same handle wrote. */
	t = (struct transfer){.url = url, .method = "GET"};
	ask(loop, &t, &a);
	asked_done(&a);
	t.accept = "application/activity+json";
	ask(loop, &t, &a);
	asked_done(&a);
	t = (struct transfer){.url = url, .method = "POST"};
	ask(loop, &t, &a);
	asked_done(&a);
	assert_request(p, 3, "GET /inbox?x=%%20y HTTP/1.1\r\n" HEAD "\r\n");
	assert_request(p, 4,
		"GET /inbox?x=%%20y HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: Chorsu-test/1\r\n"
		"Accept: application/activity+json\r\n\r\n");
	assert_request(p, 5,
		"POST /inbox?x=%%20y HTTP/1.1\r\n" HEAD "Content-Length: 0\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\n\r\n");
	assert_int_equal(peer_connections(p), 1);
	fetch_loop_free(loop);
	peer_free(p);
}

/* A body over what one write takes, bytes of every value in it. */
static void test_big_body(void **state)
{
	enum { LEN = 12000 };
	struct peer *p = peer_new(accept_post);
	struct fetch_loop *loop = ask_loop_new();
	char url[80], body[LEN + 1], *request;
	struct transfer t = {.url = url,
		.method = "POST",
		.body = body,
		.body_len = LEN,
		.content_type = "text/plain"};
	struct asked a;

	(void)state;
	for (int i = 0; i < LEN; i++)
		body[i] = (char)(1 + i % 255);
	body[LEN] = '\0';
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", peer_port(p));
	ask(loop, &t, &a);
	assert_int_equal(a.status, 202);
	request = peer_request(p, 0);
	assert_null(strcasestr(request, "Expect"));
	assert_memory_equal(strstr(request, "\r\n\r\n") + 4, body, LEN);
	free(request);
	asked_done(&a);
	fetch_loop_free(loop);
	peer_free(p);
}

/* Host and target on the wire are what fetch_url_host and fetch_url_target say: signatures cover
 * those. */
static void test_host(void **state)
{
	static const char *const rows[] = {"http://Peer.EXAMPLE:%d/In",
		"http://peer.example.:%d/a/../b/./c?d=/../e", "HTTP://peer.example:%d",
		"http://peer.example:%d?q", "http://127.0.0.1:%d//x//"};
	struct peer *p = peer_new(accept_post);
	struct arena *arena = arena_new(64 * KIB);
	struct fetch_loop *loop = NULL;
	char url[100], resolve[80], expected[200];
	struct fetch_options options = {
		.allow_private = true, .ca_file = "", .resolve = resolve, .user_agent = ""};
	struct asked a;

	(void)state;
	snprintf(resolve, sizeof(resolve), "peer.example:%d:127.0.0.1", peer_port(p));
	assert_int_equal(fetch_loop_new(&options, NULL, &loop), 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *request;

		snprintf(url, sizeof(url), rows[i], peer_port(p));
		ask_get(loop, url, 0, &a);
		if (a.error)
			fail_msg("%s: %s", url, a.why);
		request = peer_request(p, (int)i);
		snprintf(expected, sizeof(expected), "GET %s HTTP/1.1\r\nHost: %s\r\n",
			fetch_url_target(arena, url), fetch_url_host(arena, url));
		if (!str_starts(request, expected))
			fail_msg("%s: %s", url, request);
		free(request);
		asked_done(&a);
	}
	fetch_loop_free(loop);
	arena_free(arena);
	peer_free(p);
}

static void test_kept_connection_dies(void **state)
{
	struct peer *p = peer_new(accept_and_hang_up);
	struct fetch_loop *loop = ask_loop_new();
	char url[80];
	struct transfer t = {
		.url = url, .method = "POST", .body = "x", .body_len = 1, .headers = sign};
	struct asked a;

	(void)state;
	signings = 0;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", peer_port(p));
	for (int i = 0; i < 5; i++) {
		ask(loop, &t, &a);
		if (a.error)
			fail_msg("%d: %s", i, a.why);
		assert_int_equal(a.status, 202);
		asked_done(&a);
		clock_sleep(i % 2 ? 20 : 0);
	}
	assert_int_equal(peer_requests(p), 5);
	assert_int_equal(peer_connections(p), 5);
	assert_in_range(signings, 5, 9);
	fetch_loop_free(loop);
	peer_free(p);
}

/* Past the limit connections are closed, and the peer is told so. */
static void test_connections(void **state)
{
	struct peer *p = peer_new(accept_post);
	struct fetch_loop *loop = NULL;
	struct fetch_options options = {.allow_private = true, .connections = 2, .user_agent = "t"};
	char url[80];
	struct asked a;

	(void)state;
	assert_int_equal(fetch_loop_new(&options, NULL, &loop), 0);
	for (int round = 0; round < 3; round++) {
		for (int i = 1; i <= 4; i++) {
			char *request;

			snprintf(url, sizeof(url), "http://127.0.0.%d:%d/", i, peer_port(p));
			ask_get(loop, url, 0, &a);
			assert_int_equal(a.error, 0);
			asked_done(&a);
			request = peer_request(p, round * 4 + i - 1);
			assert_int_equal(strstr(request, "Connection: close") != NULL, i > 2);
			free(request);
		}
		assert_int_equal(peer_connections(p), 4 + round * 2);
	}
	fetch_loop_free(loop);
	peer_free(p);
}

static int refuse(struct transfer *t)
{
	transfer_header(t, "X: y");
	return ERR_BUSY;
}

static int add_two_lines(struct transfer *t)
{
	transfer_header(t, "X: y\r\nEvil: z");
	return 0;
}

static int add_long_line(struct transfer *t)
{
	char line[1100];

	memset(line, 'x', sizeof(line));
	line[1] = ':';
	line[1001] = '\0';
	transfer_header(t, line);
	return 0;
}

static int add_no_value(struct transfer *t)
{
	transfer_header(t, "Host: ");
	return 0;
}

static int add_no_name(struct transfer *t)
{
	transfer_header(t, "just words");
	return 0;
}

static int add_many(struct transfer *t)
{
	for (int i = 0; i < 20; i++)
		transfer_header(t, "X: y");
	return 0;
}

static int add_most(struct transfer *t)
{
	char line[1001];

	memset(line, 'x', sizeof(line));
	line[1] = ':';
	line[1000] = '\0';
	for (int i = 0; i < 8; i++)
		transfer_header(t, line);
	return 0;
}

static void test_refusals(void **state)
{
	static const struct {
		int (*headers)(struct transfer *t);
		int error;
	} rows[] = {{refuse, ERR_BUSY}, {add_two_lines, ERR_INTERNAL},
		{add_long_line, ERR_INTERNAL}, {add_no_value, ERR_INTERNAL},
		{add_no_name, ERR_INTERNAL}, {add_many, ERR_INTERNAL}, {add_most, 0}};
	struct peer *p = peer_new(accept_post);
	struct fetch_loop *loop = ask_loop_new();
	char url[80];
	struct asked a;

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", peer_port(p));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct transfer t = {.url = url,
			.method = "POST",
			.body = "x",
			.body_len = 1,
			.accept = "a/b",
			.content_type = "c/d",
			.headers = rows[i].headers};

		ask(loop, &t, &a);
		if (a.error != rows[i].error)
			fail_msg("row %d: %d %s", (int)i, a.error, a.why);
		assert_int_equal(peer_requests(p), rows[i].error == 0 ? 1 : 0);
		asked_done(&a);
	}
	fetch_loop_free(loop);
	peer_free(p);
}

/* No signature is made for a host that does not answer the door. */
static void test_dead_host(void **state)
{
	struct fetch_loop *loop = ask_loop_new();
	struct peer *p = peer_new(accept_post);
	char url[80];
	struct transfer t = {
		.url = url, .method = "POST", .body = "x", .body_len = 1, .headers = sign};
	struct asked a;

	(void)state;
	signings = 0;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", peer_port(p));
	peer_free(p);
	ask(loop, &t, &a);
	assert_int_equal(a.error, ERR_NETWORK);
	assert_int_equal(signings, 0);
	asked_done(&a);
	fetch_loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_post),
		cmocka_unit_test(test_big_body),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_kept_connection_dies),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_dead_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
