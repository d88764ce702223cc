/* The question to the own address: what is told of an answer, and the sentence when there is none.
 * With a certificate: tls_test.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/fetch/loop.h"
#include "kit/fetch/peer_testing.h"

static const char *answer_text;

static bool answer(struct peer *p, int fd, const char *request)
{
	(void)p, (void)request;
	peer_writes(fd, answer_text);
	return false;
}

static int probe(struct ctx *cx, int port, const char *resolve, struct probed *ret)
{
	struct fetch_options options = {.resolve = resolve, .user_agent = "chorsu/test"};
	char url[80];

	snprintf(url, sizeof url, "http://pages.test:%d/x?y", port);
	return fetch_probe(cx, &options, url, "application/jrd+json", ret);
}

static void test_answer(void **state)
{
	struct peer *p = peer_new(answer);
	struct ctx cx = {.arena = arena_new(1 * MIB)};
	struct probed r;
	char resolve[60], *request;

	(void)state;
	answer_text = "HTTP/1.1 404 Not Found\r\nDate: Thu, 26 Nov 2026 02:08:11 GMT\r\n"
		      "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nnone";
	snprintf(resolve, sizeof resolve, "pages.test:%d:127.0.0.7", peer_port(p));
	assert_int_equal(probe(&cx, peer_port(p), resolve, &r), 0);
	assert_int_equal(r.status, 404);
	assert_string_equal(r.body, "none");
	assert_string_equal(r.type, "text/plain");
	assert_string_equal(r.server, "127.0.0.7");
	assert_string_equal(r.location, "");
	assert_int_equal(r.date, INT64_C(1795658891000));
	assert_int_equal(r.certificate_end, -1);
	assert_true(r.before <= r.after);
	request = peer_request(p, 0);
	assert_non_null(strstr(request, "GET /x?y HTTP/1.1\r\n"));
	assert_non_null(strstr(request, "Accept: application/jrd+json\r\n"));
	assert_non_null(strstr(request, "User-Agent: chorsu/test\r\n"));
	free(request);
	answer_text = "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n";
	assert_int_equal(probe(&cx, peer_port(p), resolve, &r), 0);
	assert_non_null(strstr(r.location, "/other"));
	answer_text = "HTTP/1.1 200 OK\r\nDate: soon\r\nContent-Length: 0\r\n\r\n";
	assert_int_equal(probe(&cx, peer_port(p), resolve, &r), 0);
	assert_int_equal(r.date, -1);
	assert_string_equal(r.body, "");
	arena_free(cx.arena);
	peer_free(p);
}

static void test_none(void **state)
{
	struct peer *p = peer_new(answer);
	struct ctx cx = {.arena = arena_new(1 * MIB)};
	struct probed r = {.status = 7};
	char resolve[60];
	int port = peer_port(p);

	(void)state;
	answer_text = "SSH-2.0-none\r\n";
	snprintf(resolve, sizeof resolve, "pages.test:%d:127.0.0.1", port);
	assert_int_equal(probe(&cx, port, resolve, &r), ERR_NETWORK);
	answer_text = "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n";
	assert_int_equal(probe(&cx, port, resolve, &r), ERR_NETWORK);
	assert_int_equal(probe(&cx, port, "", &r), ERR_NETWORK);
	assert_string_equal(cx.err.text, "there is no such host name");
	assert_int_equal(probe(&cx, port, "nonsense", &r), ERR_INVALID);
	peer_free(p);
	assert_int_equal(probe(&cx, port, resolve, &r), ERR_NETWORK);
	assert_non_null(strstr(cx.err.text, "no connection: Connection refused"));
	assert_int_equal(r.status, 7);
	arena_free(cx.arena);
}

static void test_certificate_date(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
	} ROWS[] = {
		{"Nov 26 02:08:11 2026 GMT", INT64_C(1795658891000)},
		{"Jan  1 00:00:00 1970 GMT", 0},
		{"Feb 29 00:00:00 2024 GMT", INT64_C(1709164800000)},
		{"Dec 31 23:59:59 9999 GMT", INT64_C(253402300799000)},
		{"Feb 29 00:00:00 2023 GMT", -1},
		{"Nov 26 02:08:11 2026", -1},
		{"Nov 26 02:08:11 2026 UTC", -1},
		{"ovD 26 02:08:11 2026 GMT", -1},
		{"Nov 32 02:08:11 2026 GMT", -1},
		{"Nov 2x 02:08:11 2026 GMT", -1},
		{"Nov 26 02:08:11.52026 GMT", -1},
		{"Nov-26 02:08:11 2026 GMT", -1},
		{"", -1},
		{"Bad time value", -1},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (probe_certificate_date(ROWS[i].text) != ROWS[i].at)
			fail_msg("%s: %lld", ROWS[i].text,
				(long long)probe_certificate_date(ROWS[i].text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_certificate_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
