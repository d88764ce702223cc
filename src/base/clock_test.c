/* The clock: shift, speed, waiting; dates both ways, and everything that is no date. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/clock.h"

static int64_t machine_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void follows_the_machine(void **state)
{
	int64_t before = machine_now(), now = clock_now(), after = machine_now();
	(void)state;

	assert_in_range(now, before, after);
	before = clock_steady();
	clock_sleep(20);
	assert_in_range(clock_steady() - before, 20, 5000);
}

static void shift_and_speed(void **state)
{
	int64_t before, steady;
	(void)state;

	clock_setup(-3 * DAY, 1);
	assert_in_range(machine_now() - clock_now(), 3 * DAY - SECOND, 3 * DAY + SECOND);

	clock_setup(DAY, 1000);
	before = clock_now();
	steady = clock_steady();
	assert_in_range(before - machine_now(), DAY - SECOND, DAY + MINUTE);
	clock_sleep(20 * SECOND); /* 20 ms */
	assert_in_range(clock_now() - before, 20 * SECOND, HOUR);
	assert_in_range(clock_steady() - steady, 20 * SECOND, HOUR);
	clock_setup(0, 1);
}

/* Two processes that begin at different times: the second set-up must not turn the clock back. */
static void processes_agree(void **state)
{
	int64_t from = machine_now(), first;
	(void)state;

	clock_setup_from(from, HOUR, 1000);
	clock_sleep(20 * SECOND);
	first = clock_now();
	clock_setup_from(from, HOUR, 1000);
	assert_in_range(clock_now() - first, 0, MINUTE);
	assert_true(first >= from + HOUR + 20 * SECOND);
	clock_setup(0, 1);
}

static void waiting(void **state)
{
	static const struct {
		double speed;
		int64_t ms;
		int real;
	} ROWS[] = {
		{1, 0, 0},
		{1, -5, 0},
		{1, 1, 1},
		{1, 1234, 1234},
		{1000, 1, 1},
		{1000, 1000, 1},
		{1000, 1001, 2},
		{0.5, 10, 20},
		{1, INT64_MAX, INT_MAX},
		{1, (int64_t)INT_MAX + 1, INT_MAX},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		clock_setup(0, ROWS[i].speed);
		assert_int_equal(clock_wait(ROWS[i].ms), ROWS[i].real);
	}
	clock_setup(0, 1);
}

/* Deadlines are real time, whatever the speed, and their nanoseconds never reach a second. */
static void real_deadlines(void **state)
{
	static const int ROWS[] = {0, 1, 999, 1000, 1001, 59999, INT_MAX};
	(void)state;

	clock_setup(DAY, 1000);
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		for (int repeat = 0; repeat < 1000; repeat++) {
			struct timespec now, until;
			int64_t ns;

			clock_gettime(CLOCK_MONOTONIC, &now);
			clock_real_deadline(ROWS[i], &until);
			assert_in_range(until.tv_nsec, 0, 999999999);
			ns = (until.tv_sec - now.tv_sec) * INT64_C(1000000000) + until.tv_nsec -
			     now.tv_nsec;
			assert_in_range(
				ns - ROWS[i] * INT64_C(1000000), 0, 5 * INT64_C(1000000000));
		}
	clock_setup(0, 1);
}

static void writing(void **state)
{
	static const struct {
		int64_t at;
		const char *rfc3339, *http;
	} ROWS[] = {
		{0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"},
		{1795490145000, "2026-11-24T03:15:45Z", "Tue, 24 Nov 2026 03:15:45 GMT"},
		{1795490145007, "2026-11-24T03:15:45.007Z", "Tue, 24 Nov 2026 03:15:45 GMT"},
		{951782400000, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT"},
		{784111777000, "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"},
		{-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"},
		{INT64_MAX, "9999-12-31T23:59:59.999Z", "Fri, 31 Dec 9999 23:59:59 GMT"},
		{INT64_MIN, "0000-01-01T00:00:00Z", "Sat, 01 Jan 0000 00:00:00 GMT"},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		char text[32];

		clock_rfc3339(ROWS[i].at, text);
		assert_string_equal(text, ROWS[i].rfc3339);
		clock_http_date(ROWS[i].at, text);
		assert_string_equal(text, ROWS[i].http);
	}
}

/* Against the C library, over all the years, and back again. */
static void agrees_with_the_library(void **state)
{
	(void)state;
	for (int64_t at = -62167219200000; at < 253402300800000; at += 86400000 * 3 + 12345678) {
		time_t seconds = (time_t)((at - ((at % 1000) + 1000) % 1000) / 1000);
		char text[32], wanted[32];
		struct tm tm;

		gmtime_r(&seconds, &tm);
		strftime(wanted, sizeof wanted, "%a, %d %b %Y %H:%M:%S GMT", &tm);
		clock_http_date(at, text);
		if (at >= -30610224000000) /* the library writes years below 1000 in fewer digits */
			assert_string_equal(text, wanted);
		assert_true(clock_parse_http_date(text) == (at < 0 ? -1 : at - at % 1000));
		clock_rfc3339(at, text);
		assert_true(clock_parse_rfc3339(text) == (at < 0 ? -1 : at));
	}
}

static void reading_rfc3339(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
	} ROWS[] = {
		{"2026-11-24T03:15:45Z", 1795490145000},
		{"2026-11-24t03:15:45z", 1795490145000},
		{"2026-11-24T03:15:45.1Z", 1795490145100},
		{"2026-11-24T03:15:45.123Z", 1795490145123},
		{"2026-11-24T03:15:45.1239999999999999999999Z", 1795490145123},
		{"2026-11-24T08:15:45+05:00", 1795490145000},
		{"2026-11-23T21:45:45-05:30", 1795490145000},
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01T05:00:00+05:00", 0},
		{"9999-12-31T23:59:59Z", 253402300799000},
		{"2016-12-31T23:59:60Z", 1483228800000},
		{"2024-02-29T00:00:00Z", 1709164800000},
		{"2023-02-29T00:00:00Z", -1},
		{"1900-02-29T00:00:00Z", -1},
		{"1969-12-31T23:59:59Z", -1},
		{"1970-01-01T00:00:00+00:01", -1},
		{"2026-13-24T03:15:45Z", -1},
		{"2026-00-24T03:15:45Z", -1},
		{"2026-11-00T03:15:45Z", -1},
		{"2026-11-31T03:15:45Z", -1},
		{"2026-11-24T24:00:00Z", -1},
		{"2026-11-24T03:60:45Z", -1},
		{"2026-11-24T03:15:61Z", -1},
		{"2026-11-24T03:15:45", -1},
		{"2026-11-24T03:15:45.Z", -1},
		{"2026-11-24T03:15:45,5Z", -1},
		{"2026-11-24T03:15:45+24:00", -1},
		{"2026-11-24T03:15:45+05:60", -1},
		{"2026-11-24T03:15:45+0500", -1},
		{"2026-11-24T03:15:45+05", -1},
		{"2026-11-24T03:15:45+-5:00", -1},
		{"2026-11-24T03:15:45ZZ", -1},
		{"2026-11-24T03:15:45Z ", -1},
		{" 2026-11-24T03:15:45Z", -1},
		{"2026-11-24 03:15:45Z", -1},
		{"2026-11-24T03:15Z", -1},
		{"2026-11-24", -1},
		{"26-11-24T03:15:45Z", -1},
		{"12026-11-24T03:15:45Z", -1},
		{"2026-1-24T03:15:45Z", -1},
		{"-026-11-24T03:15:45Z", -1},
		{"2026-11-24T+3:15:45Z", -1},
		{"2026-11-24T03: 5:45Z", -1},
		{"٢٠٢٦-11-24T03:15:45Z", -1},
		{"2026", -1},
		{"", -1},
		{NULL, -1},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (clock_parse_rfc3339(ROWS[i].text) != ROWS[i].at)
			fail_msg("%s", ROWS[i].text);
}

static void reading_http(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
	} ROWS[] = {
		{"Sun, 06 Nov 1994 08:49:37 GMT", 784111777000},
		{"Sunday, 06-Nov-94 08:49:37 GMT", 784111777000},
		{"Sun Nov  6 08:49:37 1994", 784111777000},
		{"Tue Nov 24 03:15:45 2026", 1795490145000},
		{"Tue, 24 Nov 2026 03:15:45 GMT", 1795490145000},
		{"Tuesday, 24-Nov-26 03:15:45 GMT", 1795490145000},
		{"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800000},
		{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
		{"Wed, 31 Dec 1969 23:59:59 GMT", -1},
		{"Mon, 06 Nov 1994 08:49:37 GMT", -1}, /* was a Sunday */
		{"Monday, 06-Nov-94 08:49:37 GMT", -1},
		{"Mon Nov  6 08:49:37 1994", -1},
		{"Sun, 6 Nov 1994 08:49:37 GMT", -1},
		{"Sun, 06 Nov 1994 08:49:37 UTC", -1},
		{"Sun, 06 Nov 1994 08:49:37 +0000", -1},
		{"Sun, 06 Nov 1994 08:49:37", -1},
		{"Sun, 06 Nov 1994 08:49:37 GMT ", -1},
		{"Sun, 06 nov 1994 08:49:37 GMT", -1},
		{"sun, 06 Nov 1994 08:49:37 GMT", -1},
		{"Sun, 06 Nov 94 08:49:37 GMT", -1},
		{"Sun, 06 Nov 19940 08:49:37 GMT", -1},
		{"Sun, 31 Nov 1994 08:49:37 GMT", -1},
		{"Sun, 00 Nov 1994 08:49:37 GMT", -1},
		{"Sun, 06 Nov 1994 24:49:37 GMT", -1},
		{"Sun, 06 Nov 1994 08:60:37 GMT", -1},
		{"Sun, 06 Nov 1994 08:49:61 GMT", -1},
		{"Sun, 06 Nov 1994 8:49:37 GMT", -1},
		{"Sun,06 Nov 1994 08:49:37 GMT", -1},
		{"Sun", -1},
		{"Sunday", -1},
		{"Sun,", -1},
		{"Sun Nov", -1},
		{"1795490145", -1},
		{"", -1},
		{NULL, -1},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (clock_parse_http_date(ROWS[i].text) != ROWS[i].at)
			fail_msg("%s", ROWS[i].text);
}

/* Every cut and every changed byte of a good date is read without harm, and never as a time outside
 * the years. */
static void broken_dates(void **state)
{
	static const char *const GOOD[] = {
		"2026-11-24T03:15:45.123+05:00",
		"Sun, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
	};
	(void)state;

	for (size_t g = 0; g < LENGTH(GOOD); g++)
		for (size_t i = 0; i < strlen(GOOD[g]); i++) {
			char *text = strdup(
				GOOD[g]); /* on the heap, so that a sanitizer sees reads past it */

			for (int byte = 255; byte >= 0; byte--) {
				text[i] = (char)byte;
				assert_in_range(clock_parse_rfc3339(text) + 1, 0, 253402300800000);
				assert_in_range(
					clock_parse_http_date(text) + 1, 0, 253402300800000);
			}
			assert_true(clock_parse_rfc3339(text) == -1 &&
				    clock_parse_http_date(text) == -1);
			free(text);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_machine),
		cmocka_unit_test(shift_and_speed),
		cmocka_unit_test(processes_agree),
		cmocka_unit_test(waiting),
		cmocka_unit_test(real_deadlines),
		cmocka_unit_test(writing),
		cmocka_unit_test(agrees_with_the_library),
		cmocka_unit_test(reading_rfc3339),
		cmocka_unit_test(reading_http),
		cmocka_unit_test(broken_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
