/* Markdown as staff write it, hashtags, and what must not take long. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "kit/html/markdown.h"

#define OUT_MAX   (4 * MIB)
#define ARENA_MAX (64 * MIB)
#define BASE      "https://h.uz/@m/tag/"
#define REL       " rel=\"nofollow noopener noreferrer\""
#define TAG(folded, name)                                                                          \
	"<a href=\"" BASE folded "\" class=\"mention hashtag\" rel=\"tag\">#<span>" name           \
	"</span></a>"

struct row {
	const char *text;
	const char *html;
	bool headings;
};

static void check(const struct row *rows, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		AUTO(buf_done) struct buf out = BUF(OUT_MAX);
		AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX);
		const struct hashtag *tags;
		struct err err = {0};

		if (markdown_html(a, rows[i].text, BASE, rows[i].headings, &out, &err, &tags) != 0)
			fail_msg("%s: %s", rows[i].text, err.text);
		while (out.len && out.data[out.len - 1] == '\n')
			out.data[--out.len] = '\0';
		if (str_eq(buf_text(&out), rows[i].html))
			continue;
		print_message(
			"%s\nis     %s\nnot as %s\n", rows[i].text, buf_text(&out), rows[i].html);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void blocks(void **state)
{
	static const struct row ROWS[] = {
		{"", "", false},
		{"a", "<p>a</p>", false},
		{"a\nb", "<p>a<br>\nb</p>", false},
		{"a\n\nb", "<p>a</p>\n<p>b</p>", false},
		{"# a *b*", "<p><strong>a <em>b</em></strong></p>", false},
		{"# a *b*\n\nc\n===", "<h1>a <em>b</em></h1>\n<h1>c</h1>", true},
		{"### a #t\n<!-- x -->",
			"<p><strong>a " TAG("t", "t") "</strong></p>\n<p>&lt;!-- x --&gt;</p>",
			false},
		{"*a* **b** `c` ~~d~~ ~e~",
			"<p><em>a</em> <strong>b</strong> <code>c</code> <del>d</del> ~e~</p>",
			false},
		{"- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", false},
		{"3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>", false},
		{"> a", "<blockquote>\n<p>a</p>\n</blockquote>", false},
		{"---", "<hr>", false},
		{"```sh\n\n<b>\n```", "<pre><code>\n&lt;b&gt;\n</code></pre>", false},
		{"|a|b|\n|-|-:|\n|1|#t|",
			"<table><thead><tr><th>a</th><th align=\"right\">b</th></tr></thead><tbody><tr><td>1</td><td align=\"right\">" TAG(
				"t", "t") "</td></tr></tbody></table>",
			false},
		{"- [ ] a", "<ul>\n<li>[ ] a</li>\n</ul>", false},
		{"a[^1]\n\n[^1]: b", "<p>a^1</p>", false},
		{"ў &amp; &#1178; \"қ\" -- ...", "<p>ў &amp; Қ \"қ\" -- ...</p>", false},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

static void hostile(void **state)
{
	static const struct row ROWS[] = {
		{"a <b onclick=x>b</b> c", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt; c</p>", false},
		{"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
			false},
		{"<div>\n*a*\n</div>", "<p>&lt;div&gt;<br>\n*a*<br>\n&lt;/div&gt;</p>", false},
		{"- <p>\n  a", "<ul>\n<li>&lt;p&gt;<br>\na</li>\n</ul>", false},
		{"<!-- a\n\nb -->", "<p>&lt;!-- a<br>\n<br>\nb --&gt;</p>", false},
		{"a <!-- #t --> <a href=\"#t\">",
			"<p>a &lt;!-- #t --&gt; &lt;a href=\"#t\"&gt;</p>", false},
		{"<p>#t</p>", "<p>&lt;p&gt;#t&lt;/p&gt;</p>", false},
		{"[a](javascript:alert(1))", "<p>a</p>", false},
		{"[a](<JaVaScript:alert(1)>)", "<p>a</p>", false},
		{"[a](&#106;avascript:alert(1))", "<p>a</p>", false},
		{"[a](data:text/html,x) [b](vbscript:x) [c](file:///x) [d](/x) [e](#x)",
			"<p>a b c d e</p>", false},
		{"[a](https://u:p@x.uz/)", "<p>a</p>", false},
		{"[a](https://x.uz/ \"t\\\" onclick=\\\"x\")",
			"<p><a href=\"https://x.uz/\"" REL ">a</a></p>", false},
		{"[a](https://h.uz/b)", "<p><a href=\"https://h.uz/b\">a</a></p>", false},
		{"![a #t](https://x.uz/b.png)", "<p>a #t</p>", false},
		{"[![a](b)](https://x.uz/)", "<p><a href=\"https://x.uz/\"" REL ">a</a></p>",
			false},
		{"<https://x.uz/?a=1&b=\"2>",
			"<p><a href=\"https://x.uz/?a=1&amp;b=%222\"" REL
			">https://x.uz/?a=1&amp;b=\"2</a></p>",
			false},
		{"https://x.uz/#t www.x.uz.",
			"<p><a href=\"https://x.uz/#t\"" REL
			">https://x.uz/#t</a> <a href=\"http://www.x.uz\"" REL ">www.x.uz</a>.</p>",
			false},
		{"a@x.uz", "<p><a href=\"mailto:a@x.uz\"" REL ">a@x.uz</a></p>", false},
		{"@mehnat@gov.uz, @a@b.uz!", "<p>@mehnat@gov.uz, @a@b.uz!</p>", false},
		{"`<b>` \\<b> &lt;b&gt;", "<p><code>&lt;b&gt;</code> &lt;b&gt; &lt;b&gt;</p>",
			false},
		{"<?x?> <![CDATA[a]]> <!X y>",
			"<p>&lt;?x?&gt; &lt;![CDATA[a]]&gt; &lt;!X y&gt;</p>", false},
		{"a\u202Eb\uFFFEc", "<p>abc</p>", false},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

static void hashtags(void **state)
{
	static const struct row ROWS[] = {
		{"#a", "<p>" TAG("a", "a") "</p>", false},
		{"#Toshkent!", "<p>" TAG("toshkent", "Toshkent") "!</p>", false},
		{"(#a) \"#b\" *#c*d",
			"<p>(" TAG("a", "a") ") \"" TAG("b", "b") "\" <em>" TAG(
				"c", "c") "</em>d</p>",
			false},
		{"#O'zbekiston", "<p>" TAG("o%CA%BBzbekiston", "O'zbekiston") "</p>", false},
		{"#Oʻzbekiston", "<p>" TAG("o%CA%BBzbekiston", "Oʻzbekiston") "</p>", false},
		{"#Oʼzbekiston #O’z #O‘z",
			"<p>" TAG("o%CA%BBzbekiston", "Oʼzbekiston") " " TAG(
				"o%CA%BBz", "O’z") " " TAG("o%CA%BBz", "O‘z") "</p>",
			false},
		{"#O`zbekiston", "<p>" TAG("o%CA%BBzbekiston", "O`zbekiston") "</p>", false},
		{"#ma'no #maʼno",
			"<p>" TAG("ma%CA%BCno", "ma'no") " " TAG("ma%CA%BCno", "maʼno") "</p>",
			false},
		{"#togʻ #tog' '#tog'",
			"<p>" TAG("tog%CA%BB", "togʻ") " " TAG("tog", "tog") "' '" TAG(
				"tog", "tog") "'</p>",
			false},
		{"#Ўзбек #ЎЗБЕК",
			"<p>" TAG("%D1%9E%D0%B7%D0%B1%D0%B5%D0%BA", "Ўзбек") " " TAG(
				"%D1%9E%D0%B7%D0%B1%D0%B5%D0%BA", "ЎЗБЕК") "</p>",
			false},
		{"#У\u0306з", "<p>" TAG("%D1%9E%D0%B7", "У\u0306з") "</p>", false},
		{"#ＡＢ #Straße", "<p>" TAG("ab", "ＡＢ") " " TAG("strasse", "Straße") "</p>",
			false},
		{"#a_b #1a #2024yil #_",
			"<p>" TAG("a_b", "a_b") " " TAG("1a", "1a") " " TAG(
				"2024yil", "2024yil") " #_</p>",
			false},
		{"#a-b #a.b", "<p>" TAG("a", "a") "-b " TAG("a", "a") ".b</p>", false},
		{"C# #1 # ## foo#bar ##x &#39; &#x #", "<p>C# #1 # ## foo#bar ##x ' &amp;#x #</p>",
			false},
		{"a/#b ?c=#d Ў#e o'#f", "<p>a/#b ?c=#d Ў#e o'" TAG("f", "f") "</p>", false},
		{"`#a` [#b](https://h.uz/) <https://h.uz/#c>",
			"<p><code>#a</code> <a href=\"https://h.uz/\">#b</a> <a href=\"https://h.uz/#c\">https://h.uz/#c</a></p>",
			false},
		{"    #a\n\n```\n#b\n```",
			"<pre><code>#a\n</code></pre>\n<pre><code>#b\n</code></pre>", false},
		{"\\#a \\\\#b `\\#c` [d](https://h.uz/\\#e)",
			"<p>#a \\" TAG("b",
				"b") " <code>\\#c</code> <a href=\"https://h.uz/#e\">d</a></p>",
			false},
		{"**a**#b `a`#b *#c*#d",
			"<p><strong>a</strong>#b <code>a</code>#b <em>" TAG("c", "c") "</em>#d</p>",
			false},
		{"a\n#b\n\n#c", "<p>a<br>\n" TAG("b", "b") "</p>\n<p>" TAG("c", "c") "</p>", false},
		{"#️⃣ #\u0301a", "<p>#️⃣ #\u0301a</p>", false},
		{"\\", "<p>\\</p>", false},
	};
	AUTO(buf_done) struct buf longest = BUF(1000), out = BUF(OUT_MAX);
	AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX);
	const struct hashtag *tags;
	struct err err = {0};

	(void)state;
	check(ROWS, LENGTH(ROWS));
	buf_addc(&longest, '#');
	for (int i = 0; i < 100; i++)
		buf_adds(&longest, "ў");
	assert_int_equal(markdown_html(a, buf_text(&longest), BASE, false, &out, &err, &tags), 0);
	assert_non_null(tags[0].name);
	buf_adds(&longest, "ў");
	assert_int_equal(markdown_html(a, buf_text(&longest), BASE, false, &out, &err, &tags), 0);
	assert_null(tags[0].name);
}

static void lists(void **state)
{
	static const struct {
		const char *text;
		const char *names[5], *folded[5];
	} ROWS[] = {
		{"", {NULL}, {NULL}},
		{"#1 `#a`", {NULL}, {NULL}},
		{"#B #a #b #A", {"B", "a", NULL}, {"b", "a", NULL}},
		{"#O'zbekiston #Oʻzbekiston #oʼZBEKISTON", {"O'zbekiston", NULL},
			{"oʻzbekiston", NULL}},
		{"#Ғ\n\n> #ғ #G'", {"Ғ", "G", NULL}, {"ғ", "g", NULL}},
		{"# #x\n\n|#y|\n|-|\n|#z|", {"x", "y", "z", NULL}, {"x", "y", "z", NULL}},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf out = BUF(OUT_MAX);
		AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX);
		const struct hashtag *tags;
		struct err err = {0};
		int n = 0;

		assert_int_equal(markdown_html(a, ROWS[i].text, BASE, false, &out, &err, &tags), 0);
		for (; ROWS[i].names[n]; n++) {
			assert_non_null(tags[n].name);
			assert_string_equal(tags[n].name, ROWS[i].names[n]);
			assert_string_equal(tags[n].folded, ROWS[i].folded[n]);
		}
		assert_null(tags[n].name);
	}
}

static void thirty(void **state)
{
	AUTO(buf_done) struct buf text = BUF(1000), out = BUF(OUT_MAX);
	AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX);
	const struct hashtag *tags;
	struct err err = {0};
	int n = 0;

	(void)state;
	for (int i = 0; i < 40; i++)
		buf_addf(&text, "#t%d ", i);
	buf_adds(&text, "#T3");
	assert_int_equal(markdown_html(a, buf_text(&text), BASE, false, &out, &err, &tags), 0);
	while (tags[n].name)
		n++;
	assert_int_equal(n, 30);
	assert_non_null(strstr(buf_text(&out), "<span>t29</span>"));
	assert_null(strstr(buf_text(&out), "<span>t30</span>"));
	assert_non_null(strstr(buf_text(&out), " #t30 "));
	assert_non_null(strstr(buf_text(&out), "<span>T3</span>"));
}

/* first, then unit as often as fits in size bytes. */
static char *repeat(const char *first, const char *unit, size_t size)
{
	char *text = malloc(size + 1);
	size_t n = strlen(first), len = strlen(unit);

	assert_non_null(text);
	memcpy(text, first, n);
	for (; n + len <= size; n += len)
		memcpy(text + n, unit, len);
	text[n] = '\0';
	return text;
}

static void bombs(void **state)
{
	static const struct {
		const char *first, *unit;
		size_t size;
		int rc;
		const char *fragment;
	} ROWS[] = {
		{"", "a", (128 << 10) + 1, ERR_TOO_LARGE, "at most 131072"},
		{"", ">", 100 << 10, ERR_TOO_LARGE, "line 1 of the text is nested too deep"},
		{"a\n", "- ", 100 << 10, ERR_TOO_LARGE, "line 2 of the text is nested too deep"},
		{"", "1. ", 100 << 10, ERR_TOO_LARGE, "nested too deep"},
		{"", ">", 100, ERR_TOO_LARGE, "at most 64"},
		{"", "- a\n", 100 << 10, ERR_TOO_LARGE, "the HTML"},
		{"|a|b|c|d|\n|-|-|-|-|\n", "|\n", 100 << 10, ERR_TOO_LARGE, "at most 10000 cells"},
		{"> |a|b|c|d|\n> |-|-|-|-|\n", ">|\n", 100 << 10, ERR_TOO_LARGE,
			"at most 10000 cells"},
		{"", "a@", 100 << 10, ERR_TOO_LARGE, "too many \"@\""},
		{"", "a <?", 100 << 10, ERR_TOO_LARGE, "too many \"@\", \"<!\""},
		{"a ", "<![CDATA[", 100 << 10, ERR_TOO_LARGE, "too many"},
		{"", "[", 100 << 10, 0, ""},
		{"", "![", 100 << 10, 0, ""},
		{"", "[a](", 100 << 10, 0, ""},
		{"", "[a](<", 100 << 10, 0, ""},
		{"", "*a **b ", 100 << 10, 0, ""},
		{"", "_a", 100 << 10, 0, ""},
		{"", "`a``", 100 << 10, 0, ""},
		{"", "<a", 100 << 10, 0, ""},
		{"", "&", 100 << 10, 0, ""},
		{"", "#", 100 << 10, 0, ""},
		{"", "\\#a", 100 << 10, 0, ""},
		{"#", "ў", 100 << 10, 0, ""},
		{"", "www.", 100 << 10, 0, ""},
		{"http://a.b/", "(", 100 << 10, 0, ""},
		{"", "~a", 100 << 10, 0, ""},
		{"", "|", 100 << 10, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf out = BUF(OUT_MAX);
		AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX);
		AUTO(auto_free) char *text = repeat(ROWS[i].first, ROWS[i].unit, ROWS[i].size);
		const struct hashtag *tags;
		int64_t begin = clock_steady();
		struct err err = {0};
		int rc = markdown_html(a, text, BASE, true, &out, &err, &tags);

		if (rc != ROWS[i].rc || !strstr(err.text, ROWS[i].fragment))
			fail_msg("%s%s…: %d, %s", ROWS[i].first, ROWS[i].unit, rc, err.text);
		if (clock_steady() - begin > 20 * SECOND)
			fail_msg("%s%s… takes too long", ROWS[i].first, ROWS[i].unit);
	}
}

static void refused(void **state)
{
	AUTO(buf_done) struct buf out = BUF(10);
	AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX), *small = arena_new(100);
	const struct hashtag *tags = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(markdown_html(a, "a\xff", BASE, true, &out, &err, &tags), ERR_INVALID);
	assert_non_null(strstr(err.text, "UTF-8"));
	assert_int_equal(
		markdown_html(a, "0123456789", BASE, true, &out, &err, &tags), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "at most 10 bytes"));
	assert_int_equal(markdown_html(small, "a #b", BASE, true, &out, &err, &tags), ERR_MEMORY);
	assert_null(tags);
}

/* cmark-gfm parsers share tables that they change. */
static void *convert(void *arg)
{
	for (int i = 0; i < 300; i++) {
		AUTO(buf_done) struct buf out = BUF(OUT_MAX);
		AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX);
		const struct hashtag *tags;
		struct err err = {0};

		if (markdown_html(a, "~~a~~ www.x.uz |b| #c", BASE, true, &out, &err, &tags) != 0 ||
			!strstr(buf_text(&out), "<del>a</del> <a href=\"http://www.x.uz\""))
			return arg;
	}
	return NULL;
}

static void threads(void **state)
{
	pthread_t all[8];
	void *wrong;

	(void)state;
	for (size_t i = 0; i < LENGTH(all); i++)
		assert_int_equal(pthread_create(&all[i], NULL, convert, all), 0);
	for (size_t i = 0; i < LENGTH(all); i++) {
		assert_int_equal(pthread_join(all[i], &wrong), 0);
		assert_null(wrong);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks),
		cmocka_unit_test(hostile),
		cmocka_unit_test(hashtags),
		cmocka_unit_test(lists),
		cmocka_unit_test(thirty),
		cmocka_unit_test(bombs),
		cmocka_unit_test(refused),
		cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
