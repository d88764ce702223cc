/* What the server answers to any bytes that a client may send: conversations over raw sockets, as a
 * table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "kit/http/http_testing.h"

/* Rows leave out what does not matter to them. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define END      "Host: x\r\nConnection: close\r\n\r\n"
#define KEEP     "Host: x\r\n\r\n"
#define BYTES(s) s, sizeof s - 1

struct row {
	const char *bytes;
	size_t len;
	int answers;        /* status lines that come back */
	const char *has[6]; /* all of these stand in the answer */
	const char *lacks;  /* this does not */
};

static const char HELLO_ETAG[] = "ETag: \"";

static const struct row PLAIN[] = {
	{BYTES("GET / HTTP/1.1\r\n" END), 1,
		{"HTTP/1.1 200 OK\r\n", "\r\n\r\n<p>shown</p>",
			"X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: same-origin\r\n",
			"Content-Security-Policy: default-src 'none'", "X-Request-Id: "}},
	{BYTES("GET / HTTP/1.1\r\n" END), 1,
		{"\r\nDate: ", "Content-Length: 12\r\n", HELLO_ETAG, "Cache-Control: no-cache\r\n"},
		"Access-Control"},
	{BYTES("GET / HTTP/1.0\r\n\r\n"), 1, {" 200 OK\r\n", "<p>shown</p>"}},
	{BYTES("\r\nGET / HTTP/1.1\r\n" END), 1, {" 200 OK\r\n"}},
	{BYTES("GET http://elsewhere.example/echo?text=1 HTTP/1.1\r\n" END), 1,
		{"text=[1] said=[] target=[http://elsewhere.example/echo?text=1]"}},
	{BYTES("HEAD / HTTP/1.1\r\n" END), 1,
		{"HTTP/1.1 200 OK\r\n", "Content-Length: 12\r\n", HELLO_ETAG}, "<p>"},
	{BYTES("HEAD /none HTTP/1.1\r\n" END), 1, {"HTTP/1.1 404 Not Found\r\n"}, "There is"},
	{BYTES("GET /none HTTP/1.1\r\n" END), 1,
		{"HTTP/1.1 404 Not Found\r\n", "There is nothing at /none.", "nosniff",
			"no-store"}},
	{BYTES("GET /none HTTP/1.1\r\nAccept: application/json\r\n" END), 1,
		{"application/json",
			"{\"error\":\"There is nothing at /none.\",\"code\":\"not_found\"}"}},
	{BYTES("PUT / HTTP/1.1\r\n" END), 1,
		{"HTTP/1.1 405 ", "Allow: GET, HEAD, OPTIONS\r\n", "/ does not take PUT"}},
	{BYTES("BREW /echo HTTP/1.1\r\n" END), 1,
		{"HTTP/1.1 405 ", "Allow: GET, HEAD, POST, OPTIONS\r\n"}},
	{BYTES("HEAD /empty HTTP/1.1\r\n" END), 1, {"HTTP/1.1 405 ", "Allow: POST, OPTIONS\r\n"}},
	{BYTES("TRACE /none HTTP/1.1\r\n" END), 1, {"HTTP/1.1 404 "}},
	{BYTES("OPTIONS /echo HTTP/1.1\r\n" END), 1,
		{"HTTP/1.1 204 ", "Allow: GET, HEAD, POST, OPTIONS\r\n"}, "Access-Control"},
	{BYTES("OPTIONS /@a HTTP/1.1\r\nOrigin: http://y\r\n" END), 1,
		{"HTTP/1.1 204 ", "Access-Control-Allow-Origin: *\r\n",
			"Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"}},
	{BYTES("GET /@a HTTP/1.1\r\n" END), 1, {"Access-Control-Allow-Origin: *\r\n"}},
	{BYTES("GET /@%ff HTTP/1.1\r\n" END), 1,
		{"HTTP/1.1 400 ", "The parameter \"handle\"",
			"Access-Control-Allow-Origin: *\r\n"}},
	{BYTES("GET / HTTP/1.1\r\nIf-None-Match: *\r\n" END), 1,
		{"HTTP/1.1 304 Not Modified\r\n", HELLO_ETAG, "Content-Length: 12\r\n"}, "<p>"},
	{BYTES("GET / HTTP/1.1\r\nIf-None-Match: \"other\"\r\n" END), 1, {" 200 OK", "<p>"}},
	{BYTES("GET /repeat HTTP/1.1\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n" END),
		1,
		{"HTTP/1.1 304 ", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
			"Cache-Control: public, max-age=60\r\n"}},
	{BYTES("GET /repeat HTTP/1.1\r\n" END), 1,
		{"Set-Cookie: a=1\r\n", "Set-Cookie: b=2\r\n", "Referrer-Policy: no-referrer\r\n"},
		"same-origin"},
	{BYTES("GET /negotiate HTTP/1.1\r\nAccept: application/activity+json\r\nAccept-Language: ru\r\n" END),
		1,
		{"Content-Type: application/activity+json\r\n", "\r\n\r\nru",
			"Vary: Accept, Accept-Language\r\n"},
		"Content-Security-Policy"},
	{BYTES("GET /negotiate HTTP/1.1\r\nAccept: image/png\r\n" END), 1,
		{"HTTP/1.1 406 ", "Only HTML"}},
	{BYTES("GET /either HTTP/1.1\r\n" END), 1, {"<p>shown</p>", "Vary: Accept\r\n"}},
	{BYTES("GET /either HTTP/1.1\r\nAccept: text/plain\r\n" END), 1,
		{"\r\n\r\n127.0.0.1", "Vary: Accept\r\n"}},
	{BYTES("GET /either HTTP/1.1\r\nAccept: image/png\r\n" END), 1, {"<p>shown</p>"}},
	{BYTES("GET /echo HTTP/1.1\r\nX-Said: a\r\nx-said: b\r\nX-SAID: c\r\n" END), 1,
		{"said=[a, b, c]"}},
	{BYTES("GET /echo?text=%zz HTTP/1.1\r\n" END), 1, {"HTTP/1.1 400 ", "\"text\""}},
	{BYTES("GET /echo?text=a%20b&other=%zz HTTP/1.1\r\n" END), 1,
		{"text=[a b]", "target=[/echo?text=a%20b&other=%zz]"}},
	{BYTES("GET /fail?code=7 HTTP/1.1\r\n" END), 1,
		{"HTTP/1.1 401 ", "It failed as asked.", "WWW-Authenticate: Signature\r\n"},
		"X-Lost"},
	{BYTES("GET /fail?code=11 HTTP/1.1\r\n" END), 1, {"HTTP/1.1 503 ", "Retry-After: "}},
	{BYTES("GET /wordless HTTP/1.1\r\n" END), 1, {"HTTP/1.1 410 "}},
	{BYTES("GET /nothing HTTP/1.1\r\n" END), 1, {"HTTP/1.1 500 ", "gave no answer"}},
	{BYTES("GET /memory HTTP/1.1\r\n" END), 1, {"HTTP/1.1 503 ", "more memory", "nosniff"},
		"never"},
	{BYTES("GET /split?value=fine HTTP/1.1\r\n" END), 1, {" 200 OK", "X-Name: fine\r\n"}},
	{BYTES("GET /split?value=a%0AInjected:%20b HTTP/1.1\r\n" END), 1, {"HTTP/1.1 500 "},
		"Injected"},
	{BYTES("GET /split?value=a%0D%0AInjected:%20b HTTP/1.1\r\n" END), 1, {"HTTP/1.1 500 "},
		"Injected"},
	{BYTES("GET /redirect?to=/x%0AInjected:%20b HTTP/1.1\r\n" END), 1, {"HTTP/1.1 500 "},
		"Injected"},
	{BYTES("GET /redirect?to=/x HTTP/1.1\r\n" END), 1, {"HTTP/1.1 303 ", "Location: /x\r\n"}},
	{BYTES("GET /framing HTTP/1.1\r\n" END), 1, {"HTTP/1.1 500 "}, "framed"},
	{BYTES("GET /who HTTP/1.1\r\n" END), 1, {"\r\n\r\n127.0.0.1"}},
	{BYTES("GET /who HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 198.51.100.9\r\n" END),
		1, {"\r\n\r\n198.51.100.9"}},
	{BYTES("GET /who HTTP/1.1\r\nForwarded: for=6.6.6.6\r\n" END), 1, {"\r\n\r\n127.0.0.1"}},
	{BYTES("GET /health/live HTTP/1.1\r\n" END), 1, {" 200 OK", "live\n"}},
	{BYTES("GET /health/ready HTTP/1.1\r\n" END), 1, {"HTTP/1.1 503 ", "not ready"}},
};

static const struct row BODIES[] = {
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: 5\r\n" END "hello"), 1, {"body=[hello]"}},
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: 0\r\n" END), 1, {"body=[]"}},
	{BYTES("POST /echo HTTP/1.1\r\n" END), 1, {"body=[]"}},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END
	       "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n"),
		1, {"body=[hello]"}},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END
	       "0\r\nTrailer: x\r\n\r\n"),
		1, {"body=[]"}},
	{BYTES("POST /echo HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n" END
	       "text=a+b"),
		1, {"text=[a b]"}},
	{BYTES("POST /echo HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 8\r\n" END
	       "text=a+b"),
		1, {"text=[]"}},
	{BYTES("POST /empty HTTP/1.1\r\nContent-Length: 1\r\n" END "x"), 1,
		{"HTTP/1.1 413 ", "at most 0"}},
	{BYTES("POST /empty HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "0\r\n\r\n"), 1,
		{" 200 OK"}},
	{BYTES("POST /empty HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "1\r\nx\r\n0\r\n\r\n"),
		1, {"HTTP/1.1 413 "}},
	{BYTES("GET / HTTP/1.1\r\nContent-Length: 4\r\n" END "body"), 1, {"HTTP/1.1 413 "}, "<p>"},
	{BYTES("POST /none HTTP/1.1\r\nContent-Length: 4\r\n" END "body"), 1, {"HTTP/1.1 404 "}},
	{BYTES("POST / HTTP/1.1\r\nContent-Length: 4\r\n" END "body"), 1,
		{"HTTP/1.1 405 ", "Allow: GET, HEAD, OPTIONS\r\n", "Connection: close\r\n"}},
	/* What follows a refused body is never read as a request. */
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: 101\r\n" KEEP "GET / HTTP/1.1\r\n" KEEP), 1,
		{"HTTP/1.1 413 ", "has 101 bytes, this address takes at most 100",
			"Connection: close", "X-Request-Id: ", "nosniff"},
		"<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" KEEP "65\r\n"
	       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	       "\r\n0\r\n\r\nGET / HTTP/1.1\r\n" KEEP),
		1, {"HTTP/1.1 413 ", "larger than the 100 bytes"}, "<p>"},
	{BYTES("POST /none HTTP/1.1\r\nContent-Length: 4\r\n" KEEP "bodyGET / HTTP/1.1\r\n" KEEP),
		1, {"HTTP/1.1 404 "}, "<p>"},
	/* The library itself refuses a Content-Length that is no number, and says so twice before
	   it closes. */
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n" END), 2,
		{"HTTP/1.1 413 "}},
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: 9223372036854775807\r\n" END), 1,
		{"HTTP/1.1 413 "}},
	{BYTES("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 101\r\n" END), 1,
		{"HTTP/1.1 413 "}, "100 Continue"},
	{BYTES("POST /form HTTP/1.1\r\nOrigin: http://pages.test\r\n" END), 1, {" 200 OK"}},
	{BYTES("POST /form HTTP/1.1\r\nOrigin: http://evil.test\r\n" END), 1,
		{"HTTP/1.1 403 ", "evil.test"}},
	{BYTES("POST /form HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n" END), 1, {"HTTP/1.1 403 "}},
	{BYTES("POST /form HTTP/1.1\r\n" END), 1, {"HTTP/1.1 403 ", "Origin: http://pages.test"}},
	{BYTES("POST /form HTTP/1.1\r\nOrigin: http://pages.test\r\nOrigin: http://pages.test\r\n" END),
		1, {"HTTP/1.1 403 "}},
	{BYTES("POST /echo HTTP/1.1\r\nOrigin: http://evil.test\r\n" END), 1, {" 200 OK"}},
};

/* Heads that two programs could read in two ways: refused, and nothing behind them is served. */
#define SMUGGLED "GET / HTTP/1.1\r\n" KEEP
static const struct row SMUGGLING[] = {
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" KEEP
	       "0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 ", "exclude each other", "Connection: close"}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n" KEEP
	       "0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 0\r\n" KEEP
	       "hello" SMUGGLED),
		1, {"HTTP/1.1 400 ", "more than once"}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: 5\r\ncontent-length: 5\r\n" KEEP
	       "hello" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: 5, 5\r\n" KEEP "hello" SMUGGLED), 2,
		{"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length: +5\r\n" KEEP "hello" SMUGGLED), 2,
		{"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nContent-Length : 5\r\n" KEEP "hello" SMUGGLED), 1,
		{"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding : chunked\r\n" KEEP "0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n" KEEP "0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n" KEEP
	       "0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n" KEEP
	       "0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: \x0b"
	       "chunked\r\n" KEEP "0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding:\r\n chunked\r\n" KEEP
	       "0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nX: a\r\n Content-Length: 5\r\n" KEEP "hello" SMUGGLED), 1,
		{"HTTP/1.1 400 ", "folded"}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nX: a\r\n\tb\r\nContent-Length: 5\r\n" KEEP "hello" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET / HTTP/1.1\r\n X: folded\r\n" KEEP), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET / HTTP/1.1\nHost: x\r\n\r\n"), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET / HTTP/1.1\r\nHost: x\n\r\n"), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET / HTTP/1.1\r\nX: a\nContent-Length: 5\r\n" KEEP "hello"), 1, {"HTTP/1.1 400 "},
		"<p>"},
	{BYTES("GET / HTTP/1.1\r\nX: a\0\0Y: b\r\n" KEEP), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET / HTTP/1.1\r\nX: a\0b\r\n" KEEP), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET / HTTP/1.1\r\nX: a\rb\r\n" KEEP), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET /\0/none HTTP/1.1\r\n" KEEP), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"), 1, {"HTTP/1.1 400 ", "Host"},
		"<p>"},
	{BYTES("GET / HTTP/1.1\r\n\r\n"), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET /\x01 HTTP/1.1\r\n" KEEP), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET /\x7f HTTP/1.1\r\n" KEEP), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET / HTTP/1.1\r\nNo colon\r\n" KEEP), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("GET / HTTP/1.1\r\n: empty\r\n" KEEP), 1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" KEEP "zz\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" KEEP "-1\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" KEEP
	       "0x1\r\na\r\n0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" KEEP
	       "1\r\nab\r\n0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 400 "}, "<p>"},
	{BYTES("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" KEEP
	       "fffffffffffffffff\r\na\r\n0\r\n\r\n" SMUGGLED),
		1, {"HTTP/1.1 413 "}, "<p>"},
};

/* Not HTTP at all: the library closes without a word, or with 400. */
static const struct row NOISE[] = {
	{BYTES("\r\n\r\n\r\nnonsense\r\n\r\n"), 0},
	{BYTES("GET\r\n\r\n"), 0},
	{BYTES("GET / HTTP/9.9\r\nHost: x\r\n\r\n"), 1, {"HTTP/1.1 505 "}},
	{BYTES("GET / FTP/1.1\r\nHost: x\r\n\r\n"), 1, {"HTTP/1.1 400 "}},
	{BYTES("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n"), 0},
	{BYTES("GET / x HTTP/1.1\r\n" END), 1, {"HTTP/1.1 400 ", "spaces"}},
};

static void check_row(int port, const char *table, size_t i, const struct row *row)
{
	char *all = testing_talk(port, row->bytes, row->len);
	int answers = testing_count(all, "HTTP/1.1 ");

	if (answers != row->answers)
		fail_msg("%s %zu: %d answers: %s", table, i, answers, all);
	for (size_t k = 0; k < LENGTH(row->has) && row->has[k]; k++)
		if (!strstr(all, row->has[k]))
			fail_msg("%s %zu: no \"%s\" in: %s", table, i, row->has[k], all);
	if (row->lacks && strstr(all, row->lacks))
		fail_msg("%s %zu: \"%s\" in: %s", table, i, row->lacks, all);
	free(all);
}

#define CHECK_ROWS(server, table)                                                                  \
	for (size_t i = 0; i < LENGTH(table); i++)                                                 \
	check_row(http_port(server), #table, i, &(table)[i])

static void test_tables(void **state)
{
	struct http_server *h = testing_start(NULL);
	int posted;

	(void)state;
	CHECK_ROWS(h, PLAIN);
	CHECK_ROWS(h, BODIES);
	posted = atomic_load(&testing.posted);
	CHECK_ROWS(h, SMUGGLING);
	CHECK_ROWS(h, NOISE);
	assert_int_equal(atomic_load(&testing.posted), posted);
	http_stop(h, 1000);
}

static void test_pipelining(void **state)
{
	static const char ASKS[] = "GET /echo?text=one HTTP/1.1\r\n" KEEP
				   "POST /echo HTTP/1.1\r\nContent-Length: 3\r\n" KEEP "two"
				   "HEAD / HTTP/1.1\r\n" KEEP "GET /none HTTP/1.1\r\n" KEEP
				   "GET /echo?text=last HTTP/1.1\r\n" END;
	struct http_server *h = testing_start(NULL);
	char *all = testing_talk(http_port(h), ASKS, sizeof ASKS - 1);
	const char *one = strstr(all, "text=[one]"), *two = strstr(all, "body=[two]");
	const char *none = strstr(all, "nothing at /none"), *last = strstr(all, "text=[last]");

	(void)state;
	assert_int_equal(testing_count(all, "HTTP/1.1 "), 5);
	assert_true(one && two && none && last && one < two && two < none && none < last);
	free(all);
	http_stop(h, 1000);
}

static void test_keep_alive(void **state)
{
	static const char ASK[] = "GET / HTTP/1.1\r\n" KEEP;
	struct http_server *h = testing_start(NULL);
	int fd = testing_connect(http_port(h));

	(void)state;
	for (int i = 0; i < 100; i++) {
		char *all;

		testing_send(fd, ASK, sizeof ASK - 1);
		all = testing_read_until(fd, "</p>", 1);
		assert_non_null(strstr(all, " 200 OK"));
		free(all);
	}
	close(fd);
	http_stop(h, 1000);
}

static void test_continue(void **state)
{
	static const char HEAD[] =
		"POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n" END;
	struct http_server *h = testing_start(NULL);
	int fd = testing_connect(http_port(h));
	char *all;

	(void)state;
	testing_send(fd, HEAD, sizeof HEAD - 1);
	all = testing_read_until(fd, "\r\n\r\n", 1);
	assert_string_equal(all, "HTTP/1.1 100 Continue\r\n\r\n");
	free(all);
	testing_send(fd, "hello", 5);
	all = testing_read(fd, NULL);
	assert_non_null(strstr(all, "body=[hello]"));
	free(all);
	close(fd);
	http_stop(h, 1000);
}

/* Fill a request's target or header with x up to len bytes and tell the answer's status line. */
static void check_long(
	int port, const char *before, size_t len, const char *after, const char *status)
{
	struct buf b = BUF(MIB);
	char *all;

	buf_adds(&b, before);
	for (size_t i = 0; i < len; i++)
		buf_addc(&b, 'x');
	buf_adds(&b, after);
	all = testing_talk(port, buf_text(&b), b.len);
	if (!strstr(all, status))
		fail_msg("%zu: %.100s", len, all);
	free(all);
	buf_done(&b);
}

static void test_limits(void **state)
{
	struct http_server *h = testing_start(NULL);
	int port = http_port(h);

	(void)state;
	check_long(port, "GET /", 8 * KIB - 1, " HTTP/1.1\r\n" END, "HTTP/1.1 404 ");
	check_long(port, "GET /", 8 * KIB, " HTTP/1.1\r\n" END, "HTTP/1.1 414 ");
	check_long(port, "GET /echo?", 8 * KIB, " HTTP/1.1\r\n" END, "HTTP/1.1 414 ");
	check_long(port, "GET /", 64 * KIB, " HTTP/1.1\r\n" END, "HTTP/1.1 414 ");
	check_long(port, "GET / HTTP/1.1\r\nX: ", 8 * KIB, "\r\n" END, "HTTP/1.1 200 ");
	check_long(port, "GET / HTTP/1.1\r\nX: ", 64 * KIB, "\r\n" END, "HTTP/1.1 431 ");
	check_long(port, "POST /echo HTTP/1.1\r\nContent-Length: 500000\r\n" END, 500000, "",
		"HTTP/1.1 413 ");
	http_stop(h, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_pipelining),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_continue),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
