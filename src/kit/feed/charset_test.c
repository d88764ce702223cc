/* Charsets: declared rightly, wrongly, not at all; cut anywhere. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "kit/feed/charset.h"

#define DECLARED(name) "<?xml version=\"1.0\" encoding=\"" name "\"?>"

/* "Привет, мир, это новости города" */
#define IN_1251                                                                                    \
	"\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0, \xFD\xF2\xEE \xED\xEE\xE2\xEE\xF1\xF2\xE8 "       \
	"\xE3\xEE\xF0\xEE\xE4\xE0"
#define IN_KOI8                                                                                    \
	"\xF0\xD2\xC9\xD7\xC5\xD4, \xCD\xC9\xD2, \xDC\xD4\xCF \xCE\xCF\xD7\xCF\xD3\xD4\xC9 "       \
	"\xC7\xCF\xD2\xCF\xC4\xC1"
#define IN_866                                                                                     \
	"\x8F\xE0\xA8\xA2\xA5\xE2, \xAC\xA8\xE0, \xED\xE2\xAE \xAD\xAE\xA2\xAE\xE1\xE2\xA8 "       \
	"\xA3\xAE\xE0\xAE\xA4\xA0"
#define IN_UTF8 "Привет, мир, это новости города"

static int collect(void *arg, const char *p, size_t len)
{
	assert_true(str_utf8_valid(p, len));
	buf_add(arg, p, len);
	return 0;
}

static struct charset *read_all(
	const char *type, const char *p, size_t len, size_t piece, struct buf *out)
{
	struct charset *c = NULL;

	buf_clear(out);
	assert_int_equal(charset_new(type, collect, out, NULL, &c), 0);
	for (size_t at = 0; at < len; at += piece) {
		size_t n = piece < len - at ? piece : len - at;

		assert_int_equal(charset_push(c, (const unsigned char *)p + at, n), 0);
	}
	assert_int_equal(charset_end(c), 0);
	return c;
}

static void check(const char *type, const char *text, size_t len, const char *wanted,
	const char *name, bool wrong)
{
	static const size_t PIECES[] = {1, 3, 1000000};
	AUTO(buf_done) struct buf out = BUF(MIB);

	for (size_t i = 0; i < LENGTH(PIECES); i++) {
		struct charset *c = read_all(type, text, len, PIECES[i], &out);

		if (!str_ends(buf_text(&out), wanted) || !str_eq(charset_name(c), name) ||
			charset_was_wrong(c) != wrong)
			fail_msg("\"%s\" is read as %s%s, \"%s\"", wanted, charset_name(c),
				charset_was_wrong(c) ? " (wrong)" : "", buf_text(&out));
		charset_free(c);
	}
}

static void eight_bits(void **state)
{
	static const struct {
		const char *type, *text, *name;
		bool wrong;
	} ROWS[] = {
		{NULL, DECLARED("windows-1251") IN_1251, "windows-1251", false},
		{NULL, DECLARED("CP1251") IN_1251, "windows-1251", false},
		{NULL, "\n\n" DECLARED("Windows-1251") IN_1251, "windows-1251", false},
		{"text/xml; charset=windows-1251", IN_1251, "windows-1251", false},
		{"text/xml; charset=utf-8", DECLARED("windows-1251") IN_1251, "windows-1251",
			false},
		{"text/xml;charset=ISO-8859-1", DECLARED("windows-1251") IN_1251, "windows-1251",
			false},
		{NULL, DECLARED("UTF-8") IN_1251, "windows-1251", true},
		{NULL, IN_1251, "windows-1251", true},
		{NULL, DECLARED("iso-8859-1") IN_1251, "windows-1251", true},
		{NULL, DECLARED("koi8-r") IN_1251, "windows-1251", true},
		{NULL, DECLARED("nonsense") IN_1251, "windows-1251", true},
		{NULL, DECLARED("koi8-r") IN_KOI8, "KOI8-R", false},
		{NULL, DECLARED("KOI8-R") IN_KOI8, "KOI8-R", false},
		{NULL, IN_KOI8, "KOI8-R", true},
		{NULL, DECLARED("windows-1251") IN_KOI8, "KOI8-R", true},
		{NULL, DECLARED("UTF-8") IN_KOI8, "KOI8-R", true},
		{NULL, DECLARED("cp866") IN_866, "IBM866", false},
		{NULL, DECLARED("windows-1251") IN_UTF8, "UTF-8", true},
		{"text/xml; charset=\"koi8-r\"", IN_UTF8, "UTF-8", true},
		{NULL, DECLARED("utf-8") IN_UTF8, "UTF-8", false},
		{NULL, "\xEF\xBB\xBF" IN_UTF8, "UTF-8", false},
		{NULL, DECLARED("utf-16") IN_UTF8, "UTF-8", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].type, ROWS[i].text, strlen(ROWS[i].text), IN_UTF8, ROWS[i].name,
			ROWS[i].wrong);
}

static void wide(void **state)
{
	static const char LITTLE[] = "\xFF\xFE<\0a\0>\0\x1F\x04\x3D\xD8\x00\xDE";
	static const char BIG[] = "\xFE\xFF\0<\0a\0>\x04\x1F\xD8\x3D\xDE\x00";
	static const char BARE[] = "\0<\0a\0>\x04\x1F\xD8\x3D\xDE\x00";
	static const char HALF[] = "\xFF\xFE<\0a\0>\0\x3D\xD8x\0";

	(void)state;
	check(NULL, LITTLE, sizeof LITTLE - 1, "<a>П😀", "UTF-16LE", false);
	check(NULL, BIG, sizeof BIG - 1, "<a>П😀", "UTF-16BE", false);
	check("text/xml; charset=utf-8", BARE, sizeof BARE - 1, "<a>П😀", "UTF-16BE", false);
	check(NULL, HALF, sizeof HALF - 1, "<a>\xEF\xBF\xBDx", "UTF-16LE", false);
}

static void cleaned(void **state)
{
	static const struct {
		const char *text, *wanted;
	} ROWS[] = {
		{"<a>1\r\n2\r3\n4", "<a>1\n2\n3\n4"},
		{"<a>\x01\x08\x0B\x1F\x7F.", "<a>."},
		{"<a>ў\xC2\x85\xEF\xBB\xBF\xEF\xBF\xBE.", "<a>ў."},
		{"<a>ўў\xFF.", "<a>ўў\xEF\xBF\xBD."},
		{"<a>ўўўў\xED\xA0\x80.", "<a>ўўўў\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD."},
		{"<a>ўў\xD1", "<a>ўў\xEF\xBF\xBD"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(NULL, ROWS[i].text, strlen(ROWS[i].text), ROWS[i].wanted, "UTF-8", false);
}

/* What is not ASCII comes after a megabyte of what is, and is still judged by. */
static void late(void **state)
{
	AUTO(buf_done) struct buf text = BUF(4 * MIB), out = BUF(4 * MIB);
	struct charset *c;

	(void)state;
	buf_adds(&text, DECLARED("utf-8"));
	while (text.len < MIB)
		buf_adds(&text, "<a>latin</a>\n");
	for (int i = 0; i < 1000; i++)
		buf_adds(&text, IN_1251 "\n");
	c = read_all(NULL, text.data, text.len, 4000, &out);
	assert_string_equal(charset_name(c), "windows-1251");
	assert_true(str_ends(out.data, "\n" IN_UTF8 "\n"));
	charset_free(c);
}

static int refuse(void *arg, const char *p, size_t len)
{
	(void)arg, (void)p, (void)len;
	return ERR_FULL;
}

static void ended(void **state)
{
	struct charset *c = NULL;

	(void)state;
	assert_int_equal(charset_new(NULL, refuse, NULL, NULL, &c), 0);
	assert_int_equal(charset_push(c, (const unsigned char *)"<a>", 3), 0);
	assert_int_equal(charset_end(c), ERR_FULL);
	charset_free(c);
	charset_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(eight_bits), cmocka_unit_test(wide),
		cmocka_unit_test(cleaned), cmocka_unit_test(late), cmocka_unit_test(ended)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
