/* Comparison, UTF-8 and trimming. Numbers and encodings are tested in str_number_test.c and
 * str_code_test.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"

static void comparison(void **state)
{
	static const struct {
		const char *a, *b;
		bool eq, nocase;
	} ROWS[] = {
		{"a", "a", true, true},
		{"a", "A", false, true},
		{"Inbox-9", "iNBOX-9", false, true},
		{"a", "ab", false, false},
		{"ab", "a", false, false},
		{"", "", true, true},
		{"", "a", false, false},
		{"[", "{", false, false}, /* differ in the bit of case, and are no letters */
		{"ў", "Ў", false, false},
		{NULL, NULL, true, true},
		{NULL, "", false, false},
		{"", NULL, false, false},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		assert_int_equal(str_eq(ROWS[i].a, ROWS[i].b), ROWS[i].eq);
		assert_int_equal(str_eq_nocase(ROWS[i].a, ROWS[i].b), ROWS[i].nocase);
	}
	assert_true(str_starts("/ru/@mehnat", "/ru/"));
	assert_true(str_starts("x", ""));
	assert_false(str_starts("/r", "/ru"));
	assert_true(str_ends("post.html", ".html"));
	assert_true(str_ends("x", ""));
	assert_false(str_ends("html", ".html"));
	assert_false(str_ends("post.htm", ".html"));
}

static const struct {
	const char *bytes;
	size_t len;
	bool valid, text;
} TEXTS[] = {
#define ROW(literal, valid, text)                                                                  \
	{                                                                                          \
		literal, sizeof literal - 1, valid, text                                           \
	}
	ROW("", true, true),
	ROW("plain text of more than eight bytes", true, true),
	ROW("tab\tand\nline feed", true, true),
	ROW("Ўзбекистон Oʻzbekiston 中文 𝄞", true, true),
	ROW("\xef\xbb\xbf"
	    "mark",
		true, true),
	ROW("\xf4\x8f\xbf\xbf", true, true),
	ROW("\xed\x9f\xbf\xee\x80\x80", true, true),
	ROW("\xc2\xa0", true, true),
	ROW("carriage\rreturn", true, false),
	ROW("bell\x07", true, false),
	ROW("\x1f", true, false),
	ROW("delete\x7f", true, false),
	ROW("next line\xc2\x85", true, false),
	ROW("\xc2\x80", true, false),
	ROW("\xc2\x9f", true, false),
	ROW("nul\0", false, false),
	ROW("\0", false, false),
	ROW("eight by\0te", false, false),
	ROW("\x80", false, false),
	ROW("\xbf", false, false),
	ROW("\xc0\x80", false, false), /* overlong */
	ROW("\xc1\xbf", false, false),
	ROW("\xe0\x80\x80", false, false),
	ROW("\xe0\x9f\xbf", false, false),
	ROW("\xf0\x80\x80\x80", false, false),
	ROW("\xf0\x8f\xbf\xbf", false, false),
	ROW("\xed\xa0\x80", false, false), /* surrogates */
	ROW("\xed\xbf\xbf", false, false),
	ROW("\xf4\x90\x80\x80", false, false), /* past U+10FFFF */
	ROW("\xf5\x80\x80\x80", false, false),
	ROW("\xff", false, false),
	ROW("\xc2", false, false), /* cut */
	ROW("\xe2\x82", false, false),
	ROW("\xf0\x9d\x84", false, false),
	ROW("\xc2\xc2\xa0", false, false),
	ROW("\xe2\x82 ", false, false),
	ROW("\xd0"
	    "aa",
		false, false),
#undef ROW
};

/* Each text alone and after 0 to 17 plain bytes, for the paths of whole words; on the heap without
 * a NUL behind it. */
static void validity(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(TEXTS); i++)
		for (size_t before = 0; before < 18; before++)
			for (size_t after = 0; after < 18; after++) {
				size_t len = before + TEXTS[i].len + after;
				char *s = malloc(len ? len : 1);

				memset(s, 'a', len);
				memcpy(s + before, TEXTS[i].bytes, TEXTS[i].len);
				if (str_utf8_valid(s, len) != TEXTS[i].valid ||
					str_is_text(s, len) != TEXTS[i].text)
					fail_msg(
						"row %zu, %zu before, %zu after", i, before, after);
				free(s);
			}
}

/* All code points: written, found valid, read back. */
static void every_code_point(void **state)
{
	(void)state;
	for (uint32_t c = 1; c <= 0x10FFFF; c++) {
		char s[5] = "";
		const char *at = s;
		size_t len = str_utf8_put(c, s);

		if (c >= 0xD800 && c <= 0xDFFF) {
			assert_string_equal(s, "\xef\xbf\xbd");
			continue;
		}
		assert_true(str_utf8_valid(s, len));
		assert_int_equal(str_utf8_count(s), 1);
		assert_int_equal(str_utf8_next(&at), c);
		assert_ptr_equal(at, s + len);
		assert_int_equal(str_utf8_next(&at), 0);
		assert_ptr_equal(at, s + len);
	}
}

/* All sequences of three bytes: what is found valid reads back without a replacement, all else
 * shows one. */
static void every_three_bytes(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 1u << 24; n++) {
		char s[4] = {(char)(n >> 16), (char)(n >> 8), (char)n, '\0'};
		const char *at = s;
		bool broken = false;
		uint32_t c;

		if (!s[0] || !s[1] || !s[2])
			continue;
		while ((c = str_utf8_next(&at)) != 0)
			broken |= c == 0xFFFD;
		if (at != s + 3 || (str_utf8_valid(s, 3) == broken && n != 0xEFBFBD))
			fail_msg("%06x", n);
	}
}

static void counting(void **state)
{
	char out[4];
	(void)state;

	assert_int_equal(str_utf8_count(""), 0);
	assert_int_equal(str_utf8_count("Oʻzbek"), 6);
	assert_int_equal(str_utf8_count("𝄞ў€a"), 4);
	assert_int_equal(str_utf8_put(0x110000, out), 3);
	assert_memory_equal(out, "\xef\xbf\xbd", 3);
}

static void controls(void **state)
{
	static const uint32_t CONTROLS[] = {1, '\n', '\t', 0x1F, 0x7F, 0x80, 0x9F, 0x061C, 0x200E,
		0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2066, 0x2069};
	static const uint32_t OTHERS[] = {' ', '~', 0xA0, 0x2BB, 0x61B, 0x61D, 0x200D, 0x2010,
		0x2027, 0x202F, 0x2065, 0x206A, 0x1F600};
	(void)state;

	for (size_t i = 0; i < LENGTH(CONTROLS); i++)
		assert_true(str_is_control(CONTROLS[i]));
	for (size_t i = 0; i < LENGTH(OTHERS); i++)
		assert_false(str_is_control(OTHERS[i]));
}

static void trimming(void **state)
{
	static const struct {
		const char *text, *trimmed;
	} ROWS[] = {
		{"", ""},
		{" ", ""},
		{" \t\r\n\v\f ", ""},
		{"a", "a"},
		{"  a b  ", "a b"},
		{"\na\n\nb\n", "a\n\nb"},
		{"\xc2\xa0ў\xe2\x80\x83", "ў"}, /* no-break space, em space */
		{"\xef\xbb\xbf"
		 "a\xe3\x80\x80",
			"a"},
		{" \xff ", "\xff"},
		{"\xc2", "\xc2"},
		{NULL, NULL},
	};
	struct arena *a = arena_new(KIB);
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_true(str_eq(str_trim(a, ROWS[i].text), ROWS[i].trimmed));
	arena_free(a);
	a = arena_new(2);
	assert_null(str_trim(a, " abc "));
	assert_true(arena_failed(a));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparison),
		cmocka_unit_test(validity),
		cmocka_unit_test(every_code_point),
		cmocka_unit_test(every_three_bytes),
		cmocka_unit_test(counting),
		cmocka_unit_test(controls),
		cmocka_unit_test(trimming),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
