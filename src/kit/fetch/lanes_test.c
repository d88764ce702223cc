/* The lanes alone: places, ageing, and the width under different loads, without sockets or time. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/auto.h"
#include "kit/fetch/lanes.h"

static struct lane_place places[6000];

static void enter(struct lanes *l, int from, int count, bool slow, int64_t now)
{
	for (int i = from; i < from + count; i++)
		lanes_enter(l, &places[i], slow, now);
}

static void test_limits(void **state)
{
	static const struct {
		int64_t files;
		int fast, slow;
	} rows[] = {{256, 32, 64}, {1024, 64, 256}, {20000, 1024, 4096}, {1 << 20, 1024, 4096},
		{0, 32, 32}};
	struct lanes l;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		lanes_init(&l, rows[i].files);
		assert_int_equal(l.width_max, rows[i].fast);
		assert_int_equal(l.slow_max, rows[i].slow);
		assert_int_equal(lanes_room(&l, false), 32);
		assert_int_equal(lanes_room(&l, true), rows[i].slow / 4 * 3);
		assert_int_equal(lanes_next(&l, 0), -1);
	}
}

static void test_room(void **state)
{
	struct lanes l;

	(void)state;
	lanes_init(&l, 1024);
	enter(&l, 0, 30, false, 0);
	assert_int_equal(lanes_room(&l, false), 2);
	enter(&l, 30, 4, false, 0);
	assert_int_equal(lanes_room(&l, false), 0);
	enter(&l, 100, 192, true, 0);
	assert_int_equal(lanes_room(&l, true), 0);
	assert_int_equal(lanes_room(&l, false), 0);
	lanes_leave(&l, &places[150]);
	assert_int_equal(lanes_room(&l, true), 1);
	for (int i = 0; i < 34; i++)
		lanes_leave(&l, &places[i]);
	assert_int_equal(lanes_room(&l, false), 32);
}

static void test_ageing(void **state)
{
	struct lanes l;

	(void)state;
	lanes_init(&l, 1024);
	enter(&l, 0, 1, false, 1000);
	enter(&l, 1, 1, false, 1100);
	assert_int_equal(lanes_next(&l, 1000), 301);
	assert_null(lanes_age(&l, 1300));
	assert_ptr_equal(lanes_age(&l, 1301), &places[0]);
	assert_true(places[0].slow);
	assert_int_equal(places[0].since, 1000);
	assert_null(lanes_age(&l, 1301));
	assert_int_equal(l.fast_count, 1);
	assert_int_equal(l.slow_count, 1);
	assert_int_equal(lanes_next(&l, 1301), 100);
	assert_int_equal(lanes_next(&l, 5000), 0);
	lanes_leave(&l, &places[0]);
	lanes_leave(&l, &places[1]);
	assert_int_equal(l.fast_count + l.slow_count, 0);
	assert_int_equal(lanes_next(&l, 5000), -1);
}

/* Those known to be slow leave a quarter of their lane to those that turn out so; past that the
 * fast lane holds back. */
static void test_slow_full(void **state)
{
	struct lanes l;
	int moved = 0;

	(void)state;
	lanes_init(&l, 1024);
	enter(&l, 0, lanes_room(&l, true), true, 0);
	enter(&l, 1000, 100, false, 0);
	while (lanes_age(&l, 400))
		moved++;
	assert_int_equal(moved, 256 - 192);
	assert_int_equal(lanes_room(&l, true), 0);
	assert_int_equal(l.fast_count, 100 - moved);
	/* Nothing to look for until a place is free: the loop must not spin. */
	assert_true(lanes_next(&l, 400) != 0);
	lanes_leave(&l, &places[0]);
	assert_int_equal(lanes_next(&l, 400), 0);
	assert_non_null(lanes_age(&l, 400));
}

static void test_widens(void **state)
{
	static const int widths[] = {48, 72, 108, 162, 243, 364, 546, 819, 1024, 1024};
	struct lanes l;
	int64_t now = 0;
	int count = 0;
	bool wider;

	(void)state;
	lanes_init(&l, 20000);
	for (size_t i = 0; i < LENGTH(widths); i++) {
		enter(&l, count, l.width - count, false, now);
		count = l.width;
		assert_int_equal(
			lanes_next(&l, now), l.width < 1024 ? 4 : 301 - (now > 300 ? 300 : now));
		(void)lanes_waited(&l, 0, now);
		assert_int_equal(lanes_waited(&l, 2, now + 2), false);
		wider = l.width < 1024;
		assert_int_equal(lanes_waited(&l, 2, now + 4), wider);
		assert_int_equal(l.width, widths[i]);
		now += 4;
	}
}

static void test_keeps_width_with_room(void **state)
{
	struct lanes l;

	(void)state;
	lanes_init(&l, 20000);
	enter(&l, 0, 31, false, 0);
	for (int64_t now = 0; now < 1000; now += 10)
		assert_false(lanes_waited(&l, 10, now));
	assert_int_equal(l.width, 32);
}

static void test_narrows(void **state)
{
	struct lanes l;
	int64_t now = 0;

	(void)state;
	lanes_init(&l, 20000);
	l.width = 1024;
	enter(&l, 0, 1024, false, 0);
	for (; now < 2000; now++)
		assert_false(lanes_waited(&l, 0, now));
	assert_true(l.width < 1024);
	/* Over-full now: no room, and still narrowing, down to the least and no further. */
	assert_int_equal(lanes_room(&l, false), 0);
	for (; now < 4000; now++)
		(void)lanes_waited(&l, 0, now);
	assert_in_range(l.width, LANE_FAST_MIN, 40);
	for (; now < 8000; now++)
		(void)lanes_waited(&l, 0, now);
	assert_in_range(l.width, LANE_FAST_MIN, 40);
}

/* Half busy: neither. */
static void test_steady(void **state)
{
	struct lanes l;

	(void)state;
	lanes_init(&l, 20000);
	l.width = 100;
	enter(&l, 0, 100, false, 0);
	for (int64_t now = 0; now < 2000; now++)
		(void)lanes_waited(&l, now % 4 == 0, now);
	assert_int_equal(l.width, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_ageing),
		cmocka_unit_test(test_slow_full),
		cmocka_unit_test(test_widens),
		cmocka_unit_test(test_keeps_width_with_room),
		cmocka_unit_test(test_narrows),
		cmocka_unit_test(test_steady),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
