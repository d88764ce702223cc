/* The readable text of HTML. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/html/sanitize.h"

static void texts(void **state)
{
	static const struct {
		const char *html, *text;
	} ROWS[] = {
		{"", ""},
		{"  a  b \n c ", "a b c"},
		{"<p>a</p><p>b</p>", "a\nb"},
		{"<p>a</p>\n\n<p> b </p>\n", "a\nb"},
		{"a<br>b<br><br>c", "a\nb\n\nc"},
		{"<p>a<br></p><p>b", "a\nb"},
		{"<br>a", "a"},
		{"<p>a <b>b</b><i> c</i></p>", "a b c"},
		{"<b>a</b><b>b</b>", "ab"},
		{"&lt;b&gt; &amp; &#1178;&nbsp;x", "<b> & Қ\u00A0x"},
		{"<ul><li>a<li>b<ul><li>c</ul></ul>d", "a\nb\nc\nd"},
		{"<table><tr><th>a<th>b<tr><td>c<td>d</table>e", "a b\nc d\ne"},
		{"<h1>a</h1>b<hr>c<blockquote>d</blockquote>", "a\nb\nc\nd"},
		{"<pre>\na\n  b\n\nc</pre>d", "a\n  b\n\nc\nd"},
		{"a<script>b</script><style>c</style><svg>d</svg><form><b>e</b></form>f", "af"},
		{"<img alt=\"x  y\">z", "x yz"},
		{"<span class=\"invisible\">https://</span><span class=\"ellipsis\">a.uz/b</span><span class=\"invisible\">c</span>",
			"https://a.uz/bc"},
		{"<!-- a -->b", "b"},
		{"a\u202Eb\x01"
		 "c",
			"abc"},
		{"<div>a<div>b</div></div>c", "a\nb\nc"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf out = BUF(1 * MIB);
		struct err err = {0};

		assert_int_equal(html_to_text(ROWS[i].html, strlen(ROWS[i].html), &out, &err), 0);
		if (!str_eq(buf_text(&out), ROWS[i].text))
			fail_msg("%s is \"%s\", not \"%s\"", ROWS[i].html, buf_text(&out),
				ROWS[i].text);
	}
}

static void limits(void **state)
{
	AUTO(buf_done) struct buf out = BUF(4), html = BUF(2 * MIB);
	struct err err = {0};

	(void)state;
	assert_int_equal(html_to_text("<p>abcde", 8, &out, &err), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "at most 4 bytes"));
	for (int i = 0; i < 100000; i++)
		buf_adds(&html, "<i>");
	assert_int_equal(html_to_text(buf_text(&html), html.len, &out, &err), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "nested too deep"));
}

/* Text is added to what stands in the buffer, without a line feed of its own. */
static void appended(void **state)
{
	AUTO(buf_done) struct buf out = BUF(100);
	struct err err = {0};

	(void)state;
	buf_adds(&out, "x: ");
	assert_int_equal(html_to_text("<p> a<p>b", 9, &out, &err), 0);
	assert_string_equal(buf_text(&out), "x: a\nb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(limits),
		cmocka_unit_test(appended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
