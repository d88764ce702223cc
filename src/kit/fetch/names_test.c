/* Fixed addresses: what is taken, what is refused, what is found. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/fetch/names.h"

static void test_refused(void **state)
{
	static const char *const rows[] = {"x", "x:443", "x:443:", ":443:127.0.0.1", "x::127.0.0.1",
		"x:0:127.0.0.1", "x:65536:127.0.0.1", "x:4a:127.0.0.1", "x:443:y",
		"x:443:127.0.0.1,127.0.0.2", "x:443:::1", "x:443:[::1", "x:443:[]",
		"x:443:[127.0.0.1]", "x:443:127.0.0.1 y:443", "x:443443443443:127.0.0.1"};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct err err = {0};
		struct names *n = NULL;

		if (names_new(rows[i], &err, &n) != ERR_INVALID ||
			!strstr(err.text, "is not host:port:address"))
			fail_msg("%s: \"%s\"", rows[i], err.text);
		assert_null(n);
	}
}

static void test_empty(void **state)
{
	static const char *const rows[] = {"", " ", "\n\t "};
	struct names *n;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		n = (struct names *)&n;
		assert_int_equal(names_new(rows[i], NULL, &n), 0);
		assert_null(n);
	}
	assert_int_equal(names_new(NULL, NULL, &n), 0);
	assert_null(n);
	assert_null(names_find(NULL, "x", 443));
	names_free(NULL);
}

static void test_found(void **state)
{
	char text[64 * 1024] = "", host[32];
	size_t len = 0;
	struct names *n = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"Host%d.example:443:127.0.%d.%d ", i, i / 250, i % 250);
	snprintf(text + len, sizeof(text) - len,
		"host.example:443:[::1] host.example:8443:127.9.9.9");
	assert_int_equal(names_new(text, NULL, &n), 0);
	for (int i = 0; i < 1000; i++) {
		char expected[80];

		snprintf(host, sizeof(host), "host%d.example", i);
		snprintf(expected, sizeof(expected), "%s:443:127.0.%d.%d", host, i / 250, i % 250);
		assert_string_equal(names_find(n, host, 443), expected);
		assert_null(names_find(n, host, 444));
	}
	assert_string_equal(names_find(n, "host.example", 443), "host.example:443:[::1]");
	assert_string_equal(names_find(n, "host.example", 8443), "host.example:8443:127.9.9.9");
	assert_null(names_find(n, "host", 443));
	assert_null(names_find(n, "host.example.org", 443));
	names_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
