/* Names and words in SQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kit/db/sql.h"

static const struct {
	const char *sql, *names, *numbered;
} ROWS[] = {
	{"", "", ""},
	{"SELECT 1", "", "SELECT 1"},
	{"SELECT $a", "a", "SELECT $1"},
	{"$b + $a + $b", "b a", "$1 + $2 + $1"},
	{"$at $a $at_1 $at1", "at a at_1 at1", "$1 $2 $3 $4"},
	{"'$a' \"$b\" $c", "c", "'$a' \"$b\" $1"},
	{"'it''s $a' $b", "b", "'it''s $a' $1"},
	{"'open $a", "", "'open $a"},
	{"\"open $a", "", "\"open $a"},
	{"1 -- $a\n$b", "b", "1 -- $a\n$1"},
	{"1 -- $a", "", "1 -- $a"},
	{"/* $a ' */ $b /* $c", "b", "/* $a ' */ $1 /* $c"},
	{"a - b / c * $d", "d", "a - b / c * $1"},
	{"$ $", "", "$ $"},
	{"x$a", "a", "x$1"},
	{"($a,$b)", "a b", "($1,$2)"},
};

static void test_params(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf names = BUF(1024);
		AUTO(buf_done) struct buf numbered = BUF(1024);
		struct param *params = NULL;
		int count = 0;

		assert_int_equal(sql_params(ROWS[i].sql, &params, &count), 0);
		for (int k = 0; k < count; k++)
			buf_addf(&names, "%s%.*s", k ? " " : "", (int)params[k].name_len,
				params[k].name);
		assert_string_equal(buf_text(&names), ROWS[i].names);
		sql_numbered(ROWS[i].sql, params, count, &numbered);
		assert_string_equal(buf_text(&numbered), ROWS[i].numbered);
		free(params);
	}
}

static void test_many_params(void **state)
{
	AUTO(buf_done) struct buf sql = BUF(64 * KIB);
	struct param *params = NULL;
	int count = 0;

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_addf(&sql, "$p%d, $p%d, ", i, i / 2);
	assert_int_equal(sql_params(buf_text(&sql), &params, &count), 0);
	assert_int_equal(count, 300);
	assert_int_equal(params[299].name_len, 4);
	free(params);
}

static const struct {
	const char *in, *out;
} MIGRATIONS[] = {
	{"CREATE TABLE a (i INTEGER PRIMARY KEY, b BLOB) STRICT;",
		"CREATE TABLE a (i BIGINT PRIMARY KEY, b BYTEA) ;"},
	{"t TEXT NOT NULL", "t TEXT COLLATE \"C\" NOT NULL"},
	{"CAST(x AS TEXT)", "CAST(x AS TEXT)"},
	{"cast(x as integer)", "cast(x as BIGINT)"},
	{"CHECK (kind IN ('TEXT', 'STRICT'))", "CHECK (kind IN ('TEXT', 'STRICT'))"},
	{"\"BLOB\" -- INTEGER\n", "\"BLOB\" -- INTEGER\n"},
	{"institution_text INTEGERS my_BLOB STRICTLY",
		"institution_text INTEGERS my_BLOB STRICTLY"},
};

static void test_migration(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(MIGRATIONS); i++) {
		AUTO(buf_done) struct buf out = BUF(1024);

		sql_migration(MIGRATIONS[i].in, &out);
		assert_string_equal(buf_text(&out), MIGRATIONS[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_many_params),
		cmocka_unit_test(test_migration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
