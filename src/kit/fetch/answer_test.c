/* Retry-After in both its forms and in none. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "kit/fetch/loop.h"

static void test_seconds(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} rows[] = {
		{"0", 0},
		{"1", 1000},
		{" 120\r\n", 120000},
		{"\t007 \t", 7000},
		{"000", 0},
		{"604799", 604799000},
		{"604800", 7 * DAY},
		{"604801", 7 * DAY},
		{"99999999999999999999999999", 7 * DAY},
		{"9223372036854775807", 7 * DAY},
		{"0000000000000000000000000000000003", 3000},
		{"", -1},
		{" ", -1},
		{"\r\n", -1},
		{"-1", -1},
		{"+5", -1},
		{"1.5", -1},
		{"5s", -1},
		{"1 2", -1},
		{"soon", -1},
		{"Tue, 99 Nov 2026 03:15:45 GMT", -1},
		{"11111111111111111111111111111111111111111111111111111111", -1},
		{"Tue, 24 Nov 2020 03:15:45 GMT", 0},
		{"Fri, 24 Nov 2090 03:15:45 GMT", 7 * DAY},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t ms = answer_retry_after(rows[i].value, strlen(rows[i].value));

		if (ms != rows[i].ms)
			fail_msg("\"%s\": %lld", rows[i].value, (long long)ms);
	}
	assert_int_equal(answer_retry_after("5\0005", 3), -1);
	assert_int_equal(answer_retry_after("55555", 2), 55000);
}

static void test_date(void **state)
{
	char text[32];
	int64_t ms;

	(void)state;
	clock_http_date(clock_now() + 90 * SECOND, text);
	ms = answer_retry_after(text, strlen(text));
	assert_in_range(ms, 88 * SECOND, 90 * SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
