/* Ids: order, uniqueness between threads, reading. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/id.h"

enum { THREADS = 4, EACH = 20000 };

#define EPOCH_MS INT64_C(1704067200000)

static void ids_carry_the_time_and_grow(void **state)
{
	int64_t from = clock_now(), last = 0;
	(void)state;

	for (int i = 0; i < 1000; i++) {
		int64_t id = id_new();

		assert_true(id > last);
		last = id;
	}
	assert_in_range((last >> 22) + EPOCH_MS, from, clock_now() + 1);
}

/* A clock that is set back must not bring an old id again. */
static void ids_grow_when_the_clock_goes_back(void **state)
{
	int64_t before = id_new(), after;
	(void)state;

	clock_setup(-30 * DAY, 1);
	after = id_new();
	assert_true(after > before);
	clock_setup(-60 * 365 * DAY, 1); /* before the epoch */
	assert_true(id_new() > after);
	clock_setup(0, 1);
}

static void *make(void *p)
{
	int64_t *ids = p;

	for (int i = 0; i < EACH; i++)
		ids[i] = id_new();
	return NULL;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void ids_differ_between_threads(void **state)
{
	static int64_t ids[THREADS * EACH];
	pthread_t threads[THREADS];
	(void)state;

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make, ids + i * EACH), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++)
		for (int k = 1; k < EACH; k++)
			assert_true(ids[i * EACH + k] > ids[i * EACH + k - 1]);
	qsort(ids, LENGTH(ids), sizeof ids[0], compare);
	for (size_t i = 1; i < LENGTH(ids); i++)
		assert_true(ids[i] != ids[i - 1]);
}

static void reading(void **state)
{
	static const struct {
		const char *text;
		int64_t id; /* 0: refused */
	} ROWS[] = {
		{"1", 1},
		{"384273948273948234", 384273948273948234},
		{"9223372036854775807", INT64_MAX},
		{"9223372036854775808", 0},
		{"99999999999999999999", 0},
		{"0", 0},
		{"01", 0},
		{"-1", 0},
		{"+1", 0},
		{" 1", 0},
		{"1 ", 0},
		{"1x", 0},
		{"0x1", 0},
		{"", 0},
		{"١", 0},
		{NULL, 0},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		int64_t id = -7;

		assert_int_equal(id_parse(ROWS[i].text, &id), ROWS[i].id != 0);
		assert_true(id == (ROWS[i].id ? ROWS[i].id : -7));
	}
}

static void random_texts(void **state)
{
	char a[23], b[23];
	(void)state;

	for (int i = 0; i < 1000; i++) {
		id_random_text(a);
		id_random_text(b);
		assert_int_equal(strlen(a), 22);
		assert_int_equal(
			strspn(a,
				"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
			22);
		assert_string_not_equal(a, b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_carry_the_time_and_grow),
		cmocka_unit_test(ids_grow_when_the_clock_goes_back),
		cmocka_unit_test(ids_differ_between_threads),
		cmocka_unit_test(reading),
		cmocka_unit_test(random_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
