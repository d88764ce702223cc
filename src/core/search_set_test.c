/* Sets of places: in memory, and as they are stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/search.h"

static void there_and_back(void **state)
{
	static const int COUNTS[] = {0, 1, 2, 255, 256, 257, 2048, 4095, 4096};
	(void)state;

	for (size_t k = 0; k < sizeof(COUNTS) / sizeof(*COUNTS); k++) {
		struct places p = {0}, back;
		unsigned char bytes[PLACES_BYTES];
		size_t len;

		for (int i = 0; i < COUNTS[k]; i++)
			places_set(&p, (i * 1117 + 4095) % PLACES_MAX,
				true); /* 1117 is prime to 4096 */
		assert_int_equal(places_count(&p), COUNTS[k]);
		len = places_save(&p, bytes);
		assert_true(len <= PLACES_BYTES);
		assert_true(COUNTS[k] >= 256 || len == (size_t)COUNTS[k] * 2);
		assert_true(places_load(&back, bytes, len));
		assert_memory_equal(&p, &back, sizeof(p));
	}
}

static void damaged(void **state)
{
	static const unsigned char OUTSIDE[] = {0x00, 0x10}; /* 4096 */
	unsigned char bytes[PLACES_BYTES + 2] = {0};
	struct places p;
	(void)state;

	assert_false(places_load(&p, bytes, 3));
	assert_false(places_load(&p, bytes, sizeof(bytes)));
	assert_false(places_load(&p, OUTSIDE, 2));
	assert_true(places_load(&p, bytes, PLACES_BYTES));
	assert_int_equal(places_count(&p), 0);
}

static void joined(void **state)
{
	struct places a = {0}, b = {0};
	(void)state;

	places_set(&a, 1, true);
	places_set(&a, 4095, true);
	places_set(&b, 4095, true);
	places_set(&b, 64, true);
	assert_true(places_and(&a, &b));
	assert_int_equal(places_count(&a), 1);
	assert_true(places_has(&a, 4095));
	places_or(&a, &b);
	assert_int_equal(places_count(&a), 2);
	places_set(&b, 4095, false);
	places_set(&b, 64, false);
	assert_false(places_and(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(damaged),
		cmocka_unit_test(joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
