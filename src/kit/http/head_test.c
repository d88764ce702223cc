/* Strict reading of heads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/auto.h"
#include "kit/http/head.h"

/* Rows leave out what does not matter to them. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define BYTES(s) s, sizeof s - 1

static const struct {
	const char *p;
	size_t len;
	int count;
	bool sound;
} HEADS[] = {
	{BYTES("\0\0\0\0"), 0, true},
	{BYTES("\0\0Host\0 x\0\0\0\0"), 1, true},
	{BYTES("\0\0Host\0x\0\0A\0\0\0\0\0"), 2, true},
	{BYTES("\0\0A\0 b\tc\xd1\x8f\0\0\0\0"), 1, true},
	{BYTES(""), 0, false},
	{BYTES("\0"), 0, false},
	{BYTES("\0\0"), 0, false},
	{BYTES("\0\0A\0 b\0\0"), 1, false},
	{BYTES("\0\0A\0 b\0\0\0"), 1, false},
	{BYTES("\0\0A\0 b\0\0 folded\0\0\0\0"), 1, false},
	{BYTES("\0\0A\0 b\0\0\tfolded\0\0\0\0"), 1, false},
	{BYTES("\0\0A\0\0\0 folded\0\0\0\0"), 1, false},
	{BYTES("\0\0A\0 b\0B\0 c\0\0\0\0"), 2, false},
	{BYTES("\0\0A \0 b\0\0\0\0"), 1, false},
	{BYTES("\0\0\0 b\0\0\0\0"), 1, false},
	{BYTES("\0\0A b\0\0\0\0"), 1, false},
	{BYTES("\0\0A\0 b\rc\0\0\0\0"), 1, false},
	{BYTES("\0\0A\0 b\x01\0\0\0\0"), 1, false},
	{BYTES("\0\0A\0 b\x7f\0\0\0\0"), 1, false},
	{BYTES("\0\0(A)\0 b\0\0\0\0"), 1, false},
	{BYTES("\0\0A\xd1\0 b\0\0\0\0"), 1, false},
	{BYTES("\0\0A\0 b\0\0B\0 c\0\0\0\0"), 1, false}, /* a raw NUL made one line of two */
	{BYTES("\0\0A\0 b\0\0\0\0"), 2, false},
	{BYTES("\0A\0 b\0\0\0\0"), 1, false},
};

static void test_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(HEADS); i++) {
		struct err err = {0};
		int rc = head_check_bytes(HEADS[i].p, HEADS[i].len, HEADS[i].count, &err);

		if (rc != (HEADS[i].sound ? 0 : ERR_INVALID))
			fail_msg("row %zu", i);
	}
}

static const struct {
	const char *version;
	const char *headers[9]; /* name, value, … */
	const char *says;
} ROWS[] = {
	{"HTTP/1.1", {"Host", "x"}, NULL},
	{"HTTP/1.0", {NULL}, NULL},
	{"HTTP/1.1", {"Host", "x", "Content-Length", "0"}, NULL},
	{"HTTP/1.1", {"Host", "x", "content-length", "12"}, NULL},
	{"HTTP/1.1", {"Host", "x", "Transfer-Encoding", "Chunked"}, NULL},
	{"HTTP/1.1", {NULL}, "Host"},
	{"HTTP/1.1", {"Host", "x", "host", "x"}, "Host"},
	{"HTTP/1.0", {"Host", "x", "Host", "y"}, "Host"},
	{"HTTP/2.0", {"Host", "x"}, "HTTP/2.0"},
	{"", {"Host", "x"}, "protocol"},
	{"HTTP/1.1", {"Host", "x", "Content-Length", "5", "Content-Length", "5"}, "more than once"},
	{"HTTP/1.1", {"Host", "x", "Content-Length", "5", "Transfer-Encoding", "chunked"},
		"exclude"},
	{"HTTP/1.1", {"Host", "x", "Content-Length", "5, 5"}, "no whole number"},
	{"HTTP/1.1", {"Host", "x", "Content-Length", "+5"}, "no whole number"},
	{"HTTP/1.1", {"Host", "x", "Content-Length", "0x5"}, "no whole number"},
	{"HTTP/1.1", {"Host", "x", "Content-Length", "-5"}, "no whole number"},
	{"HTTP/1.1", {"Host", "x", "Content-Length", ""}, "no whole number"},
	{"HTTP/1.1", {"Host", "x", "Content-Length", "99999999999999999999"}, "no whole number"},
	{"HTTP/1.1", {"Host", "x", "Transfer-Encoding", "gzip, chunked"}, "must be \"chunked\""},
	{"HTTP/1.1", {"Host", "x", "Transfer-Encoding", "identity"}, "must be \"chunked\""},
	{"HTTP/1.1", {"Host", "x", "Transfer-Encoding", ""}, "must be \"chunked\""},
	{"HTTP/1.1", {"Host", "x", "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"},
		"must be \"chunked\""},
	{"HTTP/1.0", {"Host", "x", "Transfer-Encoding", "chunked"}, "must be \"chunked\""},
};

static void test_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct head head = {.length = -1};
		struct err err = {0};
		int rc;

		for (const char *const *h = ROWS[i].headers; h[0]; h += 2)
			head_add(&head, h[0], h[1]);
		rc = head_check(&head, ROWS[i].version, &err);
		if (rc != (ROWS[i].says ? ERR_INVALID : 0))
			fail_msg("row %zu: %d", i, rc);
		if (ROWS[i].says && !strstr(err.text, ROWS[i].says))
			fail_msg("row %zu: %s", i, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
