/* The growing buffer: its maximum, failure that stays, handing over. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"

static void empty(void **state)
{
	AUTO(buf_done) struct buf b = BUF(10);
	char *taken;
	size_t len = 7;
	(void)state;

	assert_string_equal(buf_text(&b), "");
	buf_adds(&b, "");
	assert_non_null(b.data);
	assert_false(b.failed);
	taken = buf_take(&b, &len);
	assert_string_equal(taken, "");
	assert_int_equal(len, 0);
	free(taken);
}

static void additions(void **state)
{
	AUTO(buf_done) struct buf b = BUF(MIB);
	(void)state;

	buf_adds(&b, "one");
	buf_addc(&b, ' ');
	buf_add(&b, "t\0wo", 4);
	buf_addf(&b, " %d%%", 3);
	assert_memory_equal(b.data, "one t\0wo 3%", 12);
	assert_int_equal(b.len, 11);
	buf_clear(&b);
	assert_string_equal(buf_text(&b), "");
	for (int i = 0; i < 100000; i++)
		buf_addf(&b, "%c", 'a' + i % 26);
	assert_int_equal(b.len, 100000);
	assert_int_equal(b.data[99999], 'a' + 99999 % 26);
	assert_false(b.failed);
}

/* Each row: a maximum, two additions, what stands then. */
static void maximum(void **state)
{
	static const struct {
		size_t max;
		const char *first, *second, *text;
		bool failed;
	} ROWS[] = {
		{6, "abc", "def", "abcdef", false},
		{5, "abc", "def", "abc", true},
		{3, "abc", "", "abc", false},
		{0, "", "", "", false},
		{0, "a", "", "", true},
		{64, "0123456789012345678901234567890123456789012345678901234567890123", "",
			"0123456789012345678901234567890123456789012345678901234567890123", false},
		{64, "0123456789012345678901234567890123456789012345678901234567890123", "4",
			"0123456789012345678901234567890123456789012345678901234567890123", true},
		{100, "0123456789012345678901234567890123456789012345678901234567890123",
			"0123456789012345678901234567890123456",
			"0123456789012345678901234567890123456789012345678901234567890123", true},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		for (int formatted = 0; formatted < 2; formatted++) {
			AUTO(buf_done) struct buf b = BUF(ROWS[i].max);

			buf_adds(&b, ROWS[i].first);
			if (formatted)
				buf_addf(&b, "%s", ROWS[i].second);
			else
				buf_adds(&b, ROWS[i].second);
			assert_string_equal(buf_text(&b), ROWS[i].text);
			assert_int_equal(b.failed, ROWS[i].failed);
			assert_true(!b.data || b.cap > b.len);
		}
}

static void failure_stays_until_cleared(void **state)
{
	AUTO(buf_done) struct buf b;
	char *taken;
	size_t len;
	(void)state;

	buf_init(&b, 4);
	buf_adds(&b, "abcde");
	assert_true(b.failed);
	buf_adds(&b, "a");
	buf_addf(&b, "%s", "a");
	buf_addc(&b, 'a');
	assert_string_equal(buf_text(&b), "");
	assert_null(buf_take(&b, &len));
	buf_clear(&b);
	buf_adds(&b, "abcd");
	taken = buf_take(&b, NULL);
	assert_string_equal(taken, "abcd");
	assert_null(b.data);
	buf_adds(&b, "new");
	assert_string_equal(buf_text(&b), "new");
	free(taken);
}

static void lengths_that_overflow_fail(void **state)
{
	AUTO(buf_done) struct buf b = BUF(SIZE_MAX);
	(void)state;

	buf_adds(&b, "abc");
	buf_add(&b, "x", SIZE_MAX - 3);
	assert_true(b.failed);
	assert_string_equal(buf_text(&b), "abc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(additions),
		cmocka_unit_test(maximum),
		cmocka_unit_test(failure_stays_until_cleared),
		cmocka_unit_test(lengths_that_overflow_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
