/* The arena: cap, zeroing, alignment, deferred functions. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"

static void items_are_zeroed_aligned_and_apart(void **state)
{
	enum { COUNT = 5000 };
	struct arena *a = arena_new(8 * MIB);
	unsigned char *items[COUNT];
	(void)state;

	for (size_t i = 0; i < COUNT; i++) {
		size_t size = i % 701;

		items[i] = arena_alloc(a, size);
		assert_non_null(items[i]);
		assert_int_equal((uintptr_t)items[i] % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(items[i][k], 0);
		memset(items[i], (int)(i % 251) + 1, size);
		assert_non_null(arena_strdup(a, "odd")); /* moves the filling off its alignment */
	}
	for (size_t i = 0; i < COUNT; i++)
		for (size_t k = 0; k < i % 701; k++)
			assert_int_equal(items[i][k], i % 251 + 1);
	assert_false(arena_failed(a));
	arena_free(a);
}

static void big_items_do_not_waste_the_chunk(void **state)
{
	struct arena *a = arena_new(8 * MIB);
	char *small = arena_strdup(a, "small");
	char *big = arena_alloc(a, 3 * MIB);
	char *next = arena_strdup(a, "next");
	(void)state;

	memset(big, 'b', 3 * MIB);
	assert_string_equal(small, "small");
	assert_string_equal(next, "next");
#ifndef CHORSU_ARENA_DEBUG
	assert_ptr_equal(next, small + sizeof "small");
#endif
	arena_free(a);
}

static void cap_is_exact_and_failure_stays(void **state)
{
	struct arena *a = arena_new(100);
	(void)state;

	assert_non_null(arena_copy(a, "0123456789", 10));
	assert_int_equal(arena_used(a), 11);
	assert_null(arena_copy(a, "x", 90));
	assert_true(arena_failed(a));
	assert_null(arena_alloc(a, 1));
	assert_null(arena_strdup(a, ""));
	assert_int_equal(arena_used(a), 11);
	arena_freep(&a);
	assert_null(a);

	a = arena_new(100);
	assert_non_null(arena_alloc(a, 100));
	assert_false(arena_failed(a));
	assert_null(arena_alloc(a, 0));
	assert_true(arena_failed(a));
	arena_free(a);
}

/* Nothing is free: many empty items reach the cap too. */
static void empty_items_count(void **state)
{
	struct arena *a = arena_new(1000);
	void *first = arena_alloc(a, 0);
	size_t n = 1;
	(void)state;

	assert_ptr_not_equal(first, arena_alloc(a, 0));
	while (n < 2000 && arena_alloc(a, 0))
		n++;
	assert_in_range(n, 1, 1000);
	arena_free(a);
}

static void sizes_that_overflow_fail(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct arena *a = arena_new(SIZE_MAX);

		switch (i) {
		case 0:
			assert_null(arena_array(a, SIZE_MAX / 2, 3));
			break;
		case 1:
			assert_null(arena_array(a, SIZE_MAX / 8 + 1, 8));
			break;
		case 2:
			assert_null(arena_copy(a, "", SIZE_MAX));
			break;
		case 3:
			assert_non_null(arena_array(a, 7, 11));
			arena_alloc(a, 1);
			arena_array(a, SIZE_MAX, 1);
			break;
		}
		assert_true(arena_failed(a));
		arena_free(a);
	}
}

static void copies(void **state)
{
	struct arena *a = arena_new(4 * MIB);
	char *long_text = arena_printf(a, "%0*d", 100000, 7);
	(void)state;

	assert_null(arena_strdup(a, NULL));
	assert_null(arena_copy(a, NULL, 0));
	assert_memory_equal(arena_copy(a, "a\0b", 3), "a\0b", 4);
	assert_string_equal(arena_copy(a, "abc", 0), "");
	assert_string_equal(arena_printf(a, "%s-%d", "x", 42), "x-42");
	assert_string_equal(arena_printf(a, "%s", ""), "");
	assert_int_equal(strlen(long_text), 100000);
	assert_false(arena_failed(a));
	arena_free(a);
}

static char order[8];

static void note(void *p)
{
	strcat(order, p);
}

static void deferred_run_last_first(void **state)
{
	struct arena *a = arena_new(1000);
	(void)state;

	order[0] = '\0';
	arena_defer(a, note, "1");
	arena_defer(a, note, "2");
	arena_defer(a, note, "3");
	assert_string_equal(order, "");
	arena_free(a);
	assert_string_equal(order, "321");
}

static void deferred_run_at_once_after_failure(void **state)
{
	struct arena *a = arena_new(100);
	(void)state;

	order[0] = '\0';
	arena_defer(a, note, "1");
	assert_null(arena_alloc(a, 1000));
	arena_defer(a, note, "2");
	assert_string_equal(order, "2");
	arena_free(a);
	assert_string_equal(order, "21");
	arena_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_zeroed_aligned_and_apart),
		cmocka_unit_test(big_items_do_not_waste_the_chunk),
		cmocka_unit_test(cap_is_exact_and_failure_stays),
		cmocka_unit_test(empty_items_count),
		cmocka_unit_test(sizes_that_overflow_fail),
		cmocka_unit_test(copies),
		cmocka_unit_test(deferred_run_last_first),
		cmocka_unit_test(deferred_run_at_once_after_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
