/* Cursors and the addresses of pages. What pages hold is shown by scenarios, on both engines. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "feature/site/paging.h"

static void cursors(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t at, id;
	} ROWS[] = {
		{"1795000000000-388888888888888888", true, 1795000000000, 388888888888888888},
		{"1-0", true, 1, 0},
		{"9223372036854775807-9223372036854775807", true, INT64_MAX, INT64_MAX},
		{"0-1", false, 0, 0}, /* nothing is before the beginning of time */
		{NULL, false, 0, 0},
		{"", false, 0, 0},
		{"-", false, 0, 0},
		{"1", false, 0, 0},
		{"1-", false, 0, 0},
		{"-1", false, 0, 0},
		{"-1-1", false, 0, 0},
		{"1-1-1", false, 0, 0},
		{"+1-1", false, 0, 0},
		{" 1-1", false, 0, 0},
		{"1-1 ", false, 0, 0},
		{"01-1", false, 0, 0},
		{"0x1-1", false, 0, 0},
		{"1.5-1", false, 0, 0},
		{"1e3-1", false, 0, 0},
		{"9223372036854775808-1", false, 0, 0},
		{"1-9223372036854775808", false, 0, 0},
		{"99999999999999999999999999999999999999-1", false, 0, 0},
		{"1-1' OR 1=1", false, 0, 0},
		{"١-١", false, 0, 0},
	};
	struct arena *a = arena_new(64 * KIB);
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct cursor c = {-7, -7};

		if (cursor_parse(ROWS[i].text, &c) != ROWS[i].ok)
			fail_msg("\"%s\"", ROWS[i].text);
		assert_int_equal(c.at, ROWS[i].ok ? ROWS[i].at : -7); /* untouched on failure */
		assert_int_equal(c.id, ROWS[i].ok ? ROWS[i].id : -7);
		if (ROWS[i].ok)
			assert_string_equal(cursor_text(a, &c), ROWS[i].text);
	}
	arena_free(a);
}

static void paths(void **state)
{
	struct arena *a = arena_new(64 * KIB);
	(void)state;

	assert_string_equal(listing_path(a, "/@x", &(struct cursor){0, 0}), "/@x");
	assert_string_equal(listing_path(a, "/@x", &(struct cursor){5, 7}), "/@x?before=5-7");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cursors),
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
