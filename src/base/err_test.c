/* Errors and the context that carries one: printable texts, cutting, the table of codes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"

static void texts_are_made_printable(void **state)
{
	static const struct {
		const char *value, *text;
	} ROWS[] = {
		{"plain", "plain"},
		{"Ўзбек ʻ 𝄞", "Ўзбек ʻ 𝄞"},
		{"two\nlines", "two lines"},
		{"line feed at the end\r\n", "line feed at the end"},
		{"\x1b[2J", " [2J"},
		{"a\x7f"
		 "b\xc2\x85"
		 "c",
			"a b c"},
		{"a\xe2\x80\xae"
		 "b",
			"a b"}, /* right-to-left override */
		{"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"cut \xd0", "cut \xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
		{"", ""},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct err e = {0};

		assert_int_equal(err_set(&e, ERR_INVALID, "%s", ROWS[i].value), ERR_INVALID);
		assert_int_equal(e.code, ERR_INVALID);
		assert_string_equal(e.text, ROWS[i].text);
	}
}

/* Values of every length around the maximum, of characters of each length: always valid, always
 * whole. */
static void long_texts_are_cut_at_a_character(void **state)
{
	static const char *const CHARACTERS[] = {"a", "ў", "ʻ", "€", "𝄞", "\xff"};
	(void)state;

	for (size_t c = 0; c < LENGTH(CHARACTERS); c++)
		for (size_t shift = 0; shift < 8; shift++) {
			char value[1200] = "";
			struct err e;
			size_t len;

			/* Shorter once printable, so that the cut of the formatting shows. */
			for (size_t i = 0; i < shift; i++)
				strcat(value, i % 2 ? "." : "\xc2\x85");
			while (strlen(value) < 600)
				strcat(value, CHARACTERS[c]);
			err_set(&e, ERR_INVALID, "%s", value);
			len = strlen(e.text);
			assert_in_range(len, ERR_TEXT_MAX - 16, ERR_TEXT_MAX - 1);
			assert_true(str_utf8_valid(e.text, len));
			assert_true(str_ends(e.text, "…"));
			if (CHARACTERS[c][0] != '\xff')
				assert_null(strstr(e.text, "\xef\xbf\xbd"));
		}
}

static void arguments_may_point_into_the_error(void **state)
{
	struct err e = {0}, other = {0};
	(void)state;

	err_set(&e, ERR_IO, "disk");
	err_set(&e, ERR_FULL, "%s: %s", "chorsu.db", e.text);
	assert_string_equal(e.text, "chorsu.db: disk");
	assert_int_equal(err_copy(&other, &e), ERR_FULL);
	assert_string_equal(other.text, e.text);
	assert_int_equal(err_copy(&e, &e), ERR_FULL);
	assert_int_equal(err_copy(NULL, &e), ERR_FULL);
	assert_int_equal(err_set(NULL, ERR_GONE, "%s", "x"), ERR_GONE);
}

static void codes(void **state)
{
	static const struct {
		int code;
		const char *name;
		int http, exit;
	} ROWS[] = {
		{0, "ok", 200, 0},
		{ERR_INVALID, "invalid", 400, 2},
		{ERR_NOT_FOUND, "not_found", 404, 3},
		{ERR_DENIED, "denied", 403, 5},
		{ERR_CONFLICT, "conflict", 409, 4},
		{ERR_GONE, "gone", 410, 1},
		{ERR_TOO_LARGE, "too_large", 413, 2},
		{ERR_UNAUTHENTICATED, "unauthenticated", 401, 1},
		{ERR_UNSUPPORTED, "unsupported", 415, 2},
		{ERR_METHOD, "method", 405, 1},
		{ERR_RATE, "rate", 429, 1},
		{ERR_BUSY, "busy", 503, 1},
		{ERR_FULL, "full", 507, 1},
		{ERR_IO, "io", 500, 1},
		{ERR_NETWORK, "network", 502, 1},
		{ERR_TIMEOUT, "timeout", 504, 1},
		{ERR_MEMORY, "memory", 503, 1},
		{ERR_INTERNAL, "internal", 500, 1},
		{ERR_NOT_ACCEPTABLE, "not_acceptable", 406, 1},
		{1, "internal", 500, 1},
		{-1000, "internal", 500, 1},
		{INT32_MIN, "internal", 500, 1},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct err e = {.code = ROWS[i].code};

		assert_string_equal(err_name(ROWS[i].code), ROWS[i].name);
		assert_int_equal(err_http_status(ROWS[i].code), ROWS[i].http);
		assert_int_equal(err_exit_status(ROWS[i].code), ROWS[i].exit);
		assert_true(str_ends(err_text(&e), "."));
	}
}

static void context_keeps_its_error(void **state)
{
	struct ctx cx = {0};
	(void)state;

	assert_int_equal(
		ctx_fail(&cx, ERR_CONFLICT, "The handle %s is taken.", "mehnat"), ERR_CONFLICT);
	assert_int_equal(cx.err.code, ERR_CONFLICT);
	assert_string_equal(err_text(&cx.err), "The handle mehnat is taken.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_made_printable),
		cmocka_unit_test(long_texts_are_cut_at_a_character),
		cmocka_unit_test(arguments_may_point_into_the_error),
		cmocka_unit_test(codes),
		cmocka_unit_test(context_keeps_its_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
