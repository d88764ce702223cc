/* Entity tags and conditions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/auto.h"
#include "kit/http/conditional.h"

#define TAG  "\"abc\""
#define WHEN INT64_C(784111777000) /* Sun, 06 Nov 1994 08:49:37 GMT */

static const struct {
	const char *none_match, *since;
	int64_t modified;
	bool same;
} ROWS[] = {
	{NULL, NULL, WHEN, false},
	{TAG, NULL, 0, true},
	{"W/" TAG, NULL, 0, true},
	{"*", NULL, 0, true},
	{" * ", NULL, 0, true},
	{"\"x\", " TAG, NULL, 0, true},
	{"\"x\"," TAG ",\"y\"", NULL, 0, true},
	{"\"x\" , W/\"y\" ,, " TAG, NULL, 0, true},
	{"\"a,b\", " TAG, NULL, 0, true},
	{"\"x\"", NULL, 0, false},
	{"\"abcd\"", NULL, 0, false},
	{"\"ab\"", NULL, 0, false},
	{"\"ABC\"", NULL, 0, false},
	{"\"\"", NULL, 0, false},
	{"", NULL, 0, false},
	{"abc", NULL, 0, false},
	{"\"abc", NULL, 0, false},
	{"w/" TAG, NULL, 0, false},
	{"*, " TAG, NULL, 0, false},
	{"\"x\" " TAG, NULL, 0, false},
	{"W/", NULL, 0, false},
	{"\"", NULL, 0, false},
	{"\"x\"", "Sun, 06 Nov 1994 08:49:37 GMT", WHEN, false},
	{TAG, "Sat, 05 Nov 1994 08:49:37 GMT", WHEN, true},
	{NULL, "Sun, 06 Nov 1994 08:49:37 GMT", WHEN, true},
	{NULL, "Sun, 06 Nov 1994 08:49:37 GMT", WHEN + 999, true},
	{NULL, "Sun, 06 Nov 1994 08:49:37 GMT", WHEN + 1000, false},
	{NULL, "Sun, 06 Nov 1994 08:49:38 GMT", WHEN, true},
	{NULL, "Sun, 06 Nov 1994 08:49:36 GMT", WHEN, false},
	{NULL, "Sun, 06 Nov 1994 08:49:37 GMT", 0, false},
	{NULL, "yesterday", WHEN, false},
	{NULL, "", WHEN, false},
	{NULL, "784111777", WHEN, false},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (not_modified(ROWS[i].none_match, ROWS[i].since, TAG, ROWS[i].modified) !=
			ROWS[i].same)
			fail_msg("row %zu", i);
}

static void test_tags(void **state)
{
	char a[ETAG_SIZE], b[ETAG_SIZE];

	(void)state;
	etag_make("text/html", "hello", 5, a);
	etag_make("text/html", "hello", 5, b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), ETAG_SIZE - 1);
	assert_true(a[0] == '"' && a[ETAG_SIZE - 2] == '"');
	etag_make("text/html", "hellp", 5, b);
	assert_string_not_equal(a, b);
	etag_make("text/plain", "hello", 5, b);
	assert_string_not_equal(a, b);
	etag_make("text/htm", "l\0hello", 7, b);
	assert_string_not_equal(a, b);
	etag_make("", "", 0, b);
	assert_true(etag_matches(b, b));
}

static void test_tag_of_a_coding(void **state)
{
	struct arena *a = arena_new(64 * KIB);

	(void)state;
	assert_string_equal(etag_in(a, TAG, CODING_IDENTITY), TAG);
	assert_string_equal(etag_in(a, TAG, CODING_GZIP), "\"abc-gzip\"");
	assert_string_equal(etag_in(a, "W/" TAG, CODING_BR), "W/\"abc-br\"");
	assert_string_equal(etag_in(a, "\"\"", CODING_BR), "\"-br\"");
	assert_string_equal(etag_in(a, "x", CODING_BR), "x"); /* no tag at all */
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_tag_of_a_coding),
		cmocka_unit_test(test_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
