/* Dates: how each language writes them, time zones, many threads. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kit/html/dates.h"

#define TASHKENT "Asia/Tashkent"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(MIB);
	return a ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static void languages(void **state)
{
	static const struct {
		const char *lang, *at;
		enum date_style style;
		const char *text;
	} ROWS[] = {
		{"uz", "2026-11-24T04:05:00Z", DATE_DAY, "24-noyabr"},
		{"uz", "2026-11-30T20:05:00Z", DATE_MONTH, "2026-yil, dekabr"},
		{"uz-Cyrl", "2026-11-24T04:05:00Z", DATE_MONTH, "2026 йил, ноябрь"},
		{"ru", "2026-11-24T04:05:00Z", DATE_MONTH, "ноябрь 2026 г."},
		{"en", "2026-11-24T04:05:00Z", DATE_MONTH, "November 2026"},
		{"uz", "2026-11-24T04:05:00Z", DATE_FULL, "2026-yil 24-noyabr"},
		{"uz", "2026-11-24T04:05:00Z", DATE_TIME, "2026-yil 24-noyabr, 09:05"},
		{"uz-Latn", "2026-11-24T04:05:00Z", DATE_DAY, "24-noyabr"},
		{"uz-Cyrl", "2026-11-24T04:05:00Z", DATE_DAY, "24-ноябрь"},
		{"uz-Cyrl", "2026-11-24T04:05:00Z", DATE_FULL, "2026 йил 24-ноябрь"},
		{"uz-Cyrl", "2026-11-24T04:05:00Z", DATE_TIME, "2026 йил 24-ноябрь, 09:05"},
		{"ru", "2026-11-24T04:05:00Z", DATE_DAY, "24 ноября"},
		{"ru", "2026-11-24T04:05:00Z", DATE_FULL, "24 ноября 2026 г."},
		{"ru", "2026-11-24T04:05:00Z", DATE_TIME, "24 ноября 2026 г., 09:05"},
		{"en", "2026-11-24T04:05:00Z", DATE_DAY, "24 November"},
		{"en", "2026-11-24T04:05:00Z", DATE_FULL, "24 November 2026"},
		{"en", "2026-11-24T04:05:00Z", DATE_TIME, "24 November 2026, 09:05"},
		{"kaa", "2026-11-24T04:05:00Z", DATE_FULL, "2026-yil 24-noyabr"},
		{"uz", "2026-01-05T00:00:00Z", DATE_DAY, "5-yanvar"},
		{"uz", "2026-09-05T00:00:00Z", DATE_DAY, "5-sentabr"},
		{"uz", "2026-10-05T00:00:00Z", DATE_DAY, "5-oktabr"},
		{"uz-Cyrl", "2026-01-05T00:00:00Z", DATE_DAY, "5-январь"},
		{"uz-Cyrl", "2026-02-05T00:00:00Z", DATE_DAY, "5-февраль"},
		{"uz-Cyrl", "2026-03-05T00:00:00Z", DATE_DAY, "5-март"},
		{"uz-Cyrl", "2026-06-05T00:00:00Z", DATE_DAY, "5-июнь"},
		{"uz-Cyrl", "2026-12-05T00:00:00Z", DATE_DAY, "5-декабрь"},
		{"ru", "2026-05-05T00:00:00Z", DATE_DAY, "5 мая"},
		/* Languages without patterns of their own, and such as nobody has. */
		{"de", "2026-11-24T04:05:00Z", DATE_FULL, "24. November 2026"},
		{"kk", "2026-11-24T04:05:00Z", DATE_DAY, "24 қараша"},
		{"fa", "2026-11-24T04:05:00Z", DATE_DAY, "24 نوامبر"},
		{"xx", "2026-11-24T04:05:00Z", DATE_FULL, "24 November 2026"},
		{"not a tag", "2026-11-24T04:05:00Z", DATE_FULL, "24 November 2026"},
		{"", "2026-11-24T04:05:00Z", DATE_FULL, "24 November 2026"},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_string_equal(date_text(a, ROWS[i].lang, TASHKENT,
					    clock_parse_rfc3339(ROWS[i].at), ROWS[i].style),
			ROWS[i].text);
}

static void zones(void **state)
{
	static const struct {
		const char *zone, *at, *text;
	} ROWS[] = {
		{TASHKENT, "2026-12-31T18:59:59Z", "31 December 2026, 23:59"},
		{TASHKENT, "2026-12-31T19:00:00Z", "1 January 2027, 00:00"},
		{"Etc/UTC", "2026-12-31T19:00:00Z", "31 December 2026, 19:00"},
		{"America/New_York", "2026-07-01T00:30:00Z", "30 June 2026, 20:30"},
		{"America/New_York", "2026-12-01T00:30:00Z", "30 November 2026, 19:30"},
		{"Asia/Kathmandu", "2026-07-01T00:00:00Z", "1 July 2026, 05:45"},
		{"Nowhere/Land", "2026-07-01T00:00:00Z", "1 July 2026, 00:00"},
		{TASHKENT, "1970-01-01T00:00:00Z", "1 January 1970, 06:00"}, /* UTC+6 then */
		{TASHKENT, "9999-12-31T00:00:00Z", "31 December 9999, 05:00"},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_string_equal(date_text(a, "en", ROWS[i].zone,
					    clock_parse_rfc3339(ROWS[i].at), DATE_TIME),
			ROWS[i].text);
}

static void extremes(void **state)
{
	static const int64_t ROWS[] = {INT64_MIN, INT64_MAX, -1, 0};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_true(strlen(date_text(a, "ru", TASHKENT, ROWS[i], DATE_TIME)) > 3);
}

static void timezone_names(void **state)
{
	static const struct {
		const char *name;
		bool known;
	} ROWS[] = {
		{"Asia/Tashkent", true},
		{"Asia/Samarkand", true},
		{"Etc/UTC", true},
		{"Etc/GMT-5", true},
		{"America/Argentina/Buenos_Aires", true},
		{"", false},
		{"Tashkent", false},
		{"asia tashkent", false},
		{"GMT+5", false}, /* no name of a zone */
		{"+05:00", false},
		{"Asia/Tashkent\n", false},
		{"Азия/Ташкент", false},
		{"Asia/Tashkentttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt", false},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (date_timezone(ROWS[i].name) != ROWS[i].known)
			fail_msg("\"%s\"", ROWS[i].name);
}

static void full_arena(void **state)
{
	struct arena *small = arena_new(4);
	(void)state;

	assert_null(date_text(small, "ru", TASHKENT, 0, DATE_FULL));
	assert_true(arena_failed(small));
	arena_free(small);
}

/* More languages and zones than are kept, from several threads at once. */
static void *many(void *arg)
{
	static const char *const LANGS[] = {"uz", "uz-Cyrl", "ru", "en", "de", "fr", "kk"};
	static const char *const ZONES[] = {TASHKENT, "Etc/UTC", "Europe/Berlin", "Asia/Tokyo"};
	struct arena *own = arena_new(MIB);
	intptr_t wrong = 0;

	(void)arg;
	for (size_t i = 0; i < 2000; i++) {
		const char *lang = LANGS[i % LENGTH(LANGS)], *zone = ZONES[i % LENGTH(ZONES)];
		int64_t at = (int64_t)(i % 28) * DAY + 12 * HOUR;
		const char *text = date_text(own, lang, zone, at, DATE_DAY);

		wrong += !text || atoi(text) != (int)(i % 28) + 1;
		wrong += !strstr(date_text(own, lang, zone, at, DATE_TIME), "1970");
	}
	arena_free(own);
	return (void *)wrong;
}

static void threads(void **state)
{
	pthread_t t[4];
	(void)state;

	for (size_t i = 0; i < LENGTH(t); i++)
		assert_int_equal(pthread_create(&t[i], NULL, many, NULL), 0);
	for (size_t i = 0; i < LENGTH(t); i++) {
		void *wrong;

		pthread_join(t[i], &wrong);
		assert_null(wrong);
	}
}

static void test_next_midnight(void **state)
{
	static const struct {
		const char *zone, *at, *next;
	} ROWS[] = {
		{"Asia/Tashkent", "2026-11-25T12:00:00Z", "2026-11-25T19:00:00Z"},
		{"Asia/Tashkent", "2026-11-25T18:59:59Z", "2026-11-25T19:00:00Z"},
		{"Asia/Tashkent", "2026-11-25T19:00:00Z",
			"2026-11-26T19:00:00Z"}, /* midnight itself */
		{"Asia/Tashkent", "2026-12-31T20:00:00Z", "2027-01-01T19:00:00Z"},
		{"Europe/Berlin", "2026-03-28T23:30:00Z",
			"2026-03-29T22:00:00Z"}, /* a day of 23 hours */
		{"Europe/Berlin", "2026-10-24T22:30:00Z", "2026-10-25T23:00:00Z"}, /* one of 25 */
		{"Nowhere/Else", "2026-11-25T12:00:00Z", "2026-11-26T00:00:00Z"},
		{"Etc/UTC", "2028-02-28T01:00:00Z", "2028-02-29T00:00:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		char text[32];

		clock_rfc3339(
			date_next_midnight(ROWS[i].zone, clock_parse_rfc3339(ROWS[i].at)), text);
		assert_string_equal(text, ROWS[i].next);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(languages, setup, teardown),
		cmocka_unit_test_setup_teardown(zones, setup, teardown),
		cmocka_unit_test_setup_teardown(extremes, setup, teardown),
		cmocka_unit_test(timezone_names),
		cmocka_unit_test(full_arena),
		cmocka_unit_test(test_next_midnight),
		cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
