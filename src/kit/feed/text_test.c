/* Text out of HTML: references, tags, what was escaped once too often. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "kit/feed/text.h"

static void references(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		uint32_t c;
	} ROWS[] = {{"&amp;", 5, '&'}, {"&nbsp;x", 6, 0xA0}, {"&laquo;", 7, 0xAB},
		{"&apos;", 6, '\''}, {"&#8212;", 7, 0x2014}, {"&#x2014;", 8, 0x2014},
		{"&#X1f600;", 9, 0x1F600}, {"&#150;", 6, 0x2013}, {"&#151;", 6, 0x2014},
		{"&#0;", 4, 0}, {"&#xD800;", 8, 0}, {"&#x110000;", 10, 0},
		{"&#99999999999999;", 17, 0}, {"&#7;", 4, 0}, {"&thetasym;", 10, 0x3D1},
		{"&", 0, 0}, {"&;", 0, 0}, {"&amp", 0, 0}, {"&nosuch;", 0, 0}, {"&#;", 0, 0},
		{"&#x;", 0, 0}, {"&#12", 0, 0}, {"& amp;", 0, 0}, {"&verylongnameindeed;", 0, 0}};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		uint32_t c = 0;
		size_t len = feed_reference(ROWS[i].text, strlen(ROWS[i].text), &c);

		if (len != ROWS[i].len || (len && c != ROWS[i].c))
			fail_msg("%s: %zu bytes, U+%04X", ROWS[i].text, len, (unsigned)c);
	}
}

static void plain(void **state)
{
	static const struct {
		const char *text;
		bool markup;
		const char *wanted;
	} ROWS[] = {
		{"  a \n\t b ", true, "a b"},
		{"<p>a</p><p>b</p>", true, "a b"},
		{"wo<b>r</b>d", true, "word"},
		{"a<br/>b", true, "a b"},
		{"1 < 2 > 1", true, "1 < 2 > 1"},
		{"<Ўзбек>", true, "<Ўзбек>"},
		{"<b>x</b>", false, "<b>x</b>"},
		{"&lt;b&gt; &amp;amp; &nbsp;c", true, "<b> &amp; c"},
		{"a<script>alert(1)</script>b", true, "a b"},
		{"a<style>b{}", true, "a"},
		{"a<!-- b -->c", true, "ac"},
		{"<a title=\">\">x</a>", true, "x"},
		{"a\xE2\x80\xAE"
		 "b\xE2\x80\xA8"
		 "c",
			true, "abc"},
		{"soft\xC2\xAD"
		 "hyphen",
			true, "softhyphen"},
		{"<img src=x>", true, NULL},
		{" &nbsp; ", true, NULL},
		{"", true, NULL},
		{"0123456789012345", true, "0123456789012345"},
		{"01234567890123456", true, "0123456789012…"},
		{"оооооооооооо", true, "оооооо…"},
		{"<", true, "<"},
		{"</", true, "</"},
		{"<p", true, "<p"},
	};
	struct arena *a = arena_new(64 * KIB);

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		char *text = feed_plain(a, ROWS[i].text, strlen(ROWS[i].text), ROWS[i].markup, 16);

		if (!str_eq(text, ROWS[i].wanted))
			fail_msg("\"%s\" is \"%s\"", ROWS[i].text, text ? text : "nothing");
	}
	arena_free(a);
}

static void escaped(void **state)
{
	static const struct {
		const char *text;
		bool wanted;
	} ROWS[] = {{"&lt;p&gt;a&lt;/p&gt;", true}, {"  &lt;div class=\"a\"&gt;b", true},
		{"a &lt;br&gt; b", true}, {"a &lt;br /&gt; b", true}, {"a&lt;/p&gt;", true},
		{"a &lt;img src='x'&gt;", true}, {"<p>a &lt;p&gt; b</p>", false},
		{"a &lt; b", false}, {"a &lt;p&gt; b", false}, {"&lt;nosuch&gt;", false},
		{"&lt;p", false}, {"plain", false}, {"", false}};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (feed_is_escaped(ROWS[i].text, strlen(ROWS[i].text)) != ROWS[i].wanted)
			fail_msg("\"%s\"", ROWS[i].text);
}

static void paragraphs(void **state)
{
	static const struct {
		const char *text;
		bool escape, breaks;
		const char *wanted;
	} ROWS[] = {{"a", false, false, "<p>a</p>"}, {"a\nb", false, false, "<p>a\nb</p>"},
		{"a\nb", true, true, "<p>a<br>b</p>"},
		{"a\n\n \nb\n", false, true, "<p>a</p><p>b</p>"},
		{"a < b & c", true, false, "<p>a &lt; b &amp; c</p>"},
		{"a &amp; b", false, false, "<p>a &amp; b</p>"}, {" \n", true, true, ""},
		{"\n\na", true, true, "<p>a</p>"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf out = BUF(KIB);

		feed_paragraphs(
			ROWS[i].text, strlen(ROWS[i].text), ROWS[i].escape, ROWS[i].breaks, &out);
		assert_string_equal(buf_text(&out), ROWS[i].wanted);
	}
}

static void counted(void **state)
{
	static const char TEXT[] = "<p>a b</p>\n<script>xyz</script> <c";

	(void)state;
	assert_int_equal(feed_text_count(TEXT, strlen(TEXT)), 4);
	assert_true(feed_has_tags("a<b>", 4));
	assert_false(feed_has_tags("a < b", 5));
	assert_true(feed_is_element("BlockQuote", 10));
	assert_false(feed_is_element("", 0));
	assert_false(feed_is_element("a b", 3));
	assert_false(feed_is_element("descriptionoflongname", 21));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(references), cmocka_unit_test(plain),
		cmocka_unit_test(escaped), cmocka_unit_test(paragraphs), cmocka_unit_test(counted)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
