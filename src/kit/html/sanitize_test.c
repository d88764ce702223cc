/* HTML from elsewhere: what is left of it, and that nothing is lost when it is done twice. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "kit/html/sanitize.h"
#include "kit/html/sanitize_own.h"

#define OUT_MAX   (4 * MIB)
#define INPUT_MAX (1 * MIB)
#define REL       " rel=\"nofollow noopener noreferrer\""

/* Sanitizes html, which must succeed, and again what came out, which must not change. */
static void sanitize_twice(const char *html, size_t len, struct buf *out)
{
	AUTO(buf_done) struct buf again = BUF(OUT_MAX);
	struct err err = {0};

	if (sanitize_html(html, len, out, &err) != 0)
		fail_msg("%.200s: %s", html, err.text);
	if (sanitize_html(buf_text(out), out->len, &again, &err) != 0)
		fail_msg("%.200s: again: %s", html, err.text);
	if (!str_eq(buf_text(out), buf_text(&again)))
		fail_msg("%.200s\nonce:  %.400s\ntwice: %.400s", html, buf_text(out),
			buf_text(&again));
}

struct row {
	const char *html;
	const char *safe;
};

static void check(const struct row *rows, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		AUTO(buf_done) struct buf out = BUF(OUT_MAX);

		sanitize_twice(rows[i].html, strlen(rows[i].html), &out);
		if (str_eq(buf_text(&out), rows[i].safe))
			continue;
		print_message(
			"%s\nis     %s\nnot as %s\n", rows[i].html, buf_text(&out), rows[i].safe);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* What decent servers send. */
static void kept(void **state)
{
	static const struct row ROWS[] = {
		{"", ""},
		{"salom", "salom"},
		{"<p>Бир &amp; икки &lt; уч &nbsp;“тўрт”</p>",
			"<p>Бир &amp; икки &lt; уч \u00A0“тўрт”</p>"},
		{"<p>a<br>b</p><p>c</p>", "<p>a<br>b</p><p>c</p>"},
		{"<p>a<br />b", "<p>a<br>b</p>"},
		{"<p><span class=\"h-card\"><a href=\"https://m.example/@a\" class=\"u-url mention\">@<span>a</span></a></span></p>",
			"<p><span class=\"h-card\"><a href=\"https://m.example/@a\" class=\"u-url mention\"" REL
			">@<span>a</span></a></span></p>"},
		{"<a href=\"https://x.uz/t/q\" class=\"mention hashtag\" rel=\"tag\">#<span>q</span></a>",
			"<a href=\"https://x.uz/t/q\" class=\"mention hashtag\" rel=\"tag nofollow noopener noreferrer\">#<span>q</span></a>"},
		{"<a href=\"http://x.uz/?a=1&b=2#c\"><span class=\"invisible\">http://</span><span class=\"ellipsis\">x</span></a>",
			"<a href=\"http://x.uz/?a=1&amp;b=2#c\"" REL
			"><span class=\"invisible\">http://</span><span class=\"ellipsis\">x</span></a>"},
		{"<a href='mailto:a@x.uz'>m</a>", "<a href=\"mailto:a@x.uz\"" REL ">m</a>"},
		{"<del>a</del><em>b</em><strong>c</strong><b>d</b><i>e</i><u>f</u><s>g</s><code>h</code>",
			"<del>a</del><em>b</em><strong>c</strong><b>d</b><i>e</i><u>f</u><s>g</s><code>h</code>"},
		{"<strike>a</strike>", "<s>a</s>"},
		{"<pre><code>a\n  b\n</code></pre>", "<pre><code>a\n  b\n</code></pre>"},
		{"<pre>\na</pre>", "<pre>a</pre>"},
		{"<pre>\n\na</pre>", "<pre>\n\na</pre>"},
		{"<pre><!-- c -->\n\na</pre>", "<pre>\n\n\na</pre>"},
		{"<pre>&#1;\na</pre>", "<pre>\n\na</pre>"},
		{"<blockquote><p>a</p></blockquote>", "<blockquote><p>a</p></blockquote>"},
		{"<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
			"<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"},
		{"<ol start=3 reversed><li value=\"-7\">a<li>b</ol>",
			"<ol start=\"3\" reversed=\"\"><li value=\"-7\">a</li><li>b</li></ol>"},
		{"<h1>a</h1><h6>b</h6><hr>", "<h1>a</h1><h6>b</h6><hr>"},
		{"<table><caption>c</caption><tr><th align=RIGHT>a</th><td colspan=2 rowspan=3>b</td></tr></table>",
			"<table><caption>c</caption><tbody><tr><th align=\"right\">a</th><td colspan=\"2\" rowspan=\"3\">b</td></tr></tbody></table>"},
		{"<p lang=\"uz-Cyrl\" dir=RTL>a</p>", "<p lang=\"uz-Cyrl\" dir=\"rtl\">a</p>"},
		{"<p class=\"quote-inline\">RE</p>", "<p class=\"quote-inline\">RE</p>"},
		{"<img src=\"https://x.uz/a.png\" alt=\"Bino &lt;b>\">", "Bino &lt;b&gt;"},
		{"a\u200F\u200Eb\u200D", "a\u200F\u200Eb\u200D"},
		{"<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢(kan)"},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

/* What browsers would repair, and what they would not. */
static void mended(void **state)
{
	static const struct row ROWS[] = {
		{"<p>a<p>b", "<p>a</p><p>b</p>"},
		{"<b><i>a</b>b</i>", "<b><i>a</i></b><i>b</i>"},
		{"<p>a<ul><li>b</p>c</ul>", "<p>a</p><ul><li>b<p></p>c</li></ul>"},
		{"<div>a</div><div>b</div>", "a<br>b"},
		{"<div><div>a</div></div> <section>b</section>c", "a<br>b<br>c"},
		{"<dl><dt>a<dd>b</dl>", "a<br>b"},
		{"<figure><img alt=a><figcaption>b</figcaption></figure>", "a<br>b"},
		{"<p><button>x</button>a", "<p>a</p>"},
		{"<p><object><p>x</object>a", "<p>a</p>"},
		{"<p><marquee><p>x</marquee>a", "<p></p><p>x</p>a"},
		{"<a href=https://a.uz/>a<a href=https://b.uz/>b</a>",
			"<a href=\"https://a.uz/\"" REL ">a</a><a href=\"https://b.uz/\"" REL
			">b</a>"},
		{"<a href=https://a.uz/>a<table><tr><td><a href=https://b.uz/>b</a></table></a>",
			"<a href=\"https://a.uz/\"" REL
			">a<table><tbody><tr><td>b</td></tr></tbody></table></a>"},
		{"<h1>a<h2>b</h2></h1>", "<h1>a</h1><h2>b</h2>"},
		{"<h1><div><h2>b</h2></div></h1>", "<h1>b</h1>"},
		{"<li>a</li>", "a"},
		{"<ul><li>a<article><li>b</article></ul>", "<ul><li>a</li><li>b</li></ul>"},
		{"<td>a</td>", "a"},
		{"<table>a<tr>b<td>c", "ab<table><tbody><tr><td>c</td></tr></tbody></table>"},
		{"<table><tr><td>a<table><tr><td>b</table>c</table>",
			"<table><tbody><tr><td>a<table><tbody><tr><td>b</td></tr></tbody></table>c</td></tr></tbody></table>"},
		{"<table><colgroup><col></colgroup><tr><td>a</table>",
			"<table><tbody><tr><td>a</td></tr></tbody></table>"},
		{"<ol start=99999999999999999999><li value=x>a</ol>", "<ol><li>a</li></ol>"},
		{"<td colspan=0><table><tr><td colspan=1000>a",
			"<table><tbody><tr><td>a</td></tr></tbody></table>"},
		{"</p>a</br>b</nonsense>", "<p></p>a<br>b"},
		{"<p", ""},
		{"<p title=\"", ""},
		{"a < b > c & d", "a &lt; b &gt; c &amp; d"},
		{"&lt;script&gt;", "&lt;script&gt;"},
		{"&#60;b&#x3e;", "&lt;b&gt;"},
		{"&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"},
		{"<foo-bar>a</foo-bar>", "a"},
		{"<p lang=a_b dir=up>a</p>", "<p>a</p>"},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

/* Scripts in every disguise. */
static void scripts(void **state)
{
	static const struct row ROWS[] = {
		{"<script>alert(1)</script>a", "a"},
		{"<SCRIPT SRC=//x.uz/x.js></SCRIPT>a", "a"},
		{"<scr<script>ipt>alert(1)</script>a", "ipt&gt;alert(1)a"},
		{"<script/x>alert(1)</script\t>a", "a"},
		{"<script>a</script", ""},
		{"<script><!--<script></script>--></script>a", "a"},
		{"<<script>alert(1)//<</script>a", "&lt;a"},
		{"<svg><script>alert(1)</script></svg>a", "a"},
		{"<svg><script xlink:href=data:,alert(1) />a", ""},
		{"<math><mi><script>alert(1)</script></mi></math>a", "a"},
		{"<img src=x onerror=alert(1)>a", "a"},
		{"<p onclick=\"alert(1)\" ONMOUSEOVER='x' style=\"x:expression(1)\" id=\"a\" class=\"evil mention\">a</p>",
			"<p class=\"mention\">a</p>"},
		{"<b/onclick=alert(1)>a</b>", "<b>a</b>"},
		{"<b onclick\n=\nalert(1)>a</b>", "<b>a</b>"},
		{"<body onload=alert(1)>a", "a"},
		{"<html onload=alert(1)><head><title>t</title></head><body>a</body></html>", "a"},
		{"<iframe src=javascript:alert(1)></iframe>a", "a"},
		{"<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>a", "a"},
		{"<iframe><p>x</iframe>a", "a"},
		{"<object data=x><param name=a><p>b</p></object>a", "a"},
		{"<embed src=x>a", "a"},
		{"<applet code=x><p>b</p></applet>a", "a"},
		{"<frameset><frame src=x></frameset>a", "a"},
		{"<link rel=stylesheet href=x>a", "a"},
		{"<meta http-equiv=refresh content=0;url=x>a", "a"},
		{"<base href=//x.uz/>a", "a"},
		{"<style>a{x:y}</style>a", "a"},
		{"<style><img src=\"</style><img src=x onerror=alert(1)//\">a", "a"},
		{"<form action=x><input name=a><p>b</p></form>a", "a"},
		{"<button formaction=javascript:x>b</button>a", "a"},
		{"<input autofocus onfocus=x>a", "a"},
		{"<select><option>b</select>a", "a"},
		{"<textarea><b></textarea>a", "a"},
		{"<isindex action=javascript:x prompt=b>a", "a"},
		{"<video src=x onerror=x><source onerror=x>b</video><audio>c</audio>a", "a"},
		{"<canvas>b</canvas><map><area href=javascript:x></map>a", "a"},
		{"<details open ontoggle=x><summary>b</summary>a</details>", "b<br>a"},
		{"<keygen autofocus onfocus=x>a", "a"},
		{"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY y \"z\">]>a", "]&gt;a"},
		{"<![CDATA[<script>alert(1)</script>]]>a", "alert(1)]]&gt;a"},
		{"<xml><b>a</b></xml>", "<b>a</b>"},
		{"<image src=x onerror=x alt=b>a", "ba"},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

/* Addresses that are none of ours. */
static void links(void **state)
{
	static const struct row ROWS[] = {
		{"<a href=javascript:alert(1)>a</a>", "a"},
		{"<a href=JaVaScRiPt:alert(1)>a</a>", "a"},
		{"<a href=\" \x01javascript:alert(1)\">a</a>", "a"},
		{"<a href=\"java\tscript:alert(1)\">a</a>", "a"},
		{"<a href=\"java\nscript:alert(1)\">a</a>", "a"},
		{"<a href=\"jav&#x09;ascript:alert(1)\">a</a>", "a"},
		{"<a href=\"&#106;&#97;vascript&colon;alert(1)\">a</a>", "a"},
		{"<a href=\"&#0000106avascript:alert(1)\">a</a>", "a"},
		{"<a href=\"javascript&NewLine;:alert(1)\">a</a>", "a"},
		{"<a href=\"\u00A0javascript:alert(1)\">a</a>", "a"},
		{"<a href=vbscript:x>a</a>", "a"},
		{"<a href=data:text/html;base64,PHNjcmlwdD4=>a</a>", "a"},
		{"<a href=blob:https://x.uz/1>a</a>", "a"},
		{"<a href=file:///etc/passwd>a</a>", "a"},
		{"<a href=ftp://x.uz/>a</a>", "a"},
		{"<a href=view-source:https://x.uz/>a</a>", "a"},
		{"<a href=//x.uz/>a</a>", "a"},
		{"<a href=/a>a</a>", "a"},
		{"<a href=#a name=b>a</a>", "a"},
		{"<a href=\"\">a</a>", "a"},
		{"<a>a</a>", "a"},
		{"<a href=https:>a</a>", "a"},
		{"<a href=https:/x.uz/>a</a>", "a"},
		{"<a href=https:///x.uz/>a</a>", "a"},
		{"<a href=https:x.uz>a</a>", "a"},
		{"<a href=https:\\\\x.uz>a</a>", "a"},
		{"<a href=\"https://gov.uz@x.uz/\">a</a>", "a"},
		{"<a href=\"https://user:secret@x.uz/\">a</a>", "a"},
		{"<a href=\"https://gov.uz\\@x.uz/\">a</a>", "a"},
		{"<a href=\"https://gov.uz%40x.uz/\">a</a>", "a"},
		{"<a href=\"https://x .uz/\">a</a>", "a"},
		{"<a href=\"https://:80/\">a</a>", "a"},
		{"<a href=\"https://x.uz/\u202Egpj.exe\">a</a>", "a"},
		{"<a href=\"https://x.uz/&#x7f;\">a</a>", "a"},
		{"<a href=\"mailto:\">a</a>", "a"},
		{"<a href=\" HTTPS://x.uz/a b\" target=_top onclick=x ping=y download>a</a>",
			"<a href=\"https://x.uz/a%20b\"" REL ">a</a>"},
		{"<a href='https://x.uz/\"><script>'>a</a>",
			"<a href=\"https://x.uz/%22%3E%3Cscript%3E\"" REL ">a</a>"},
		{"<a href=\"htt\tps://x.uz/\">a</a>", "<a href=\"https://x.uz/\"" REL ">a</a>"},
		{"<a href=\"https://ўзбек.uz/а?б=в\">a</a>",
			"<a href=\"https://ўзбек.uz/а?б=в\"" REL ">a</a>"},
		{"<a href=\"https://x.uz/@a\">a</a>", "<a href=\"https://x.uz/@a\"" REL ">a</a>"},
		{"<a href=https://x.uz/ rel=\"opener tag me\">a</a>",
			"<a href=\"https://x.uz/\" rel=\"tag nofollow noopener noreferrer\">a</a>"},
		{"<a href=https://x.uz/ href=javascript:x>a</a>",
			"<a href=\"https://x.uz/\"" REL ">a</a>"},
		{"<svg><a xlink:href=javascript:x><text>a</text></a></svg>b", "b"},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

/* What changes its meaning when it is parsed a second time. */
static void mutations(void **state)
{
	static const struct row ROWS[] = {
		{"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>a", ""},
		{"<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">a", ""},
		{"<svg><style><img src=x onerror=alert(1)></style></svg>a", "a"},
		{"<svg><foreignObject><p>b</p></foreignObject></svg>a", "a"},
		{"<svg><desc><b>b</b></desc></svg><svg><title><style><!--</style><img title=\"--></title></svg>",
			""},
		{"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
			""},
		{"<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
			""},
		{"<math><annotation-xml encoding=\"text/html\"><b>b</b></annotation-xml></math>a",
			"a"},
		{"<template><script>alert(1)</script><b>b</b></template>a", "a"},
		{"a<plaintext><b>c</b>", "a<br>&lt;b&gt;c&lt;/b&gt;"},
		{"<listing>\n&lt;img src=x onerror=alert(1)&gt;</listing>",
			"&lt;img src=x onerror=alert(1)&gt;"},
		{"<xmp><img src=x onerror=alert(1)></xmp>a",
			"&lt;img src=x onerror=alert(1)&gt;<br>a"},
		{"<noembed><b>b</b></noembed><noframes><b>b</b></noframes>a", "a"},
		{"<!--><img src=x onerror=alert(1)>-->a", "--&gt;a"},
		{"<!-- --!><img src=x onerror=alert(1)>a", "a"},
		{"<!-- <!-- --> a -->", " a --&gt;"},
		{"<!-->a", "a"},
		{"<!--", ""},
		{"<! b>a</ c>", "a"},
		{"<table><form><tr><td>b</form>a</table>",
			"<table><tbody><tr><td>ba</td></tr></tbody></table>"},
		{"<table><b><tr><td>c</td></tr>a</b>",
			"<b></b><b>a</b><table><tbody><tr><td>c</td></tr></tbody></table>"},
		{"<table><a href=https://x.uz/>b<tr><td></table>",
			"<a href=\"https://x.uz/\"" REL
			">b</a><table><tbody><tr><td></td></tr></tbody></table>"},
		{"<table><script>alert(1)</script><style>x</style><tr><td>a",
			"<table><tbody><tr><td>a</td></tr></tbody></table>"},
		{"<select><script>alert(1)</script></select>a", "a"},
		{"<p><svg><p>a", "<p></p>"},
		{"<b><b><b><b><b>a</b></b></b></b></b><p>c",
			"<b><b><b><b><b>a</b></b></b></b></b><p>c</p>"},
		{"&lt;img src=x onerror=alert(1)&gt;", "&lt;img src=x onerror=alert(1)&gt;"},
		{"<span class=\"mention&#32;evil\u00A0x\">a</span>",
			"<span class=\"mention\">a</span>"},
		{"<p lang='\"><script>'>a</p>", "<p>a</p>"},
		{"<img alt=\"<script>alert(1)</script>\">",
			"&lt;script&gt;alert(1)&lt;/script&gt;"},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

/* Bytes that are no text. Lengths are given: some hold NUL. */
static void bytes(void **state)
{
#define ROW(in, out)                                                                               \
	{                                                                                          \
		in, sizeof in - 1, out                                                             \
	}
	static const struct {
		const char *html;
		size_t len;
		const char *safe;
	} ROWS[] = {
		ROW("a\0b", "ab"),
		ROW("<scr\0ipt>alert(1)</scr\0ipt>a", "a"),
		ROW("<a href=\"java\0script:x\">a</a>", "a"),
		ROW("<p\0>a", "<p>a</p>"),
		ROW("a&#0;b", "a\uFFFDb"),
		ROW("a\xff\xfe", "a\uFFFD\uFFFD"),
		ROW("a\xc0\xbcscript\xc0\xbe", "a\uFFFD\uFFFDscript\uFFFD\uFFFD"),
		ROW("\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"),
		ROW("\xd0", "\uFFFD"),
		ROW("<p title=\"\xd0\">a</p>", "<p>a</p>"),
		ROW("<a href=\"https://x.uz/\xff\">a</a>",
			"<a href=\"https://x.uz/\uFFFD\"" REL ">a</a>"),
		ROW("a\x01\x02\x1b[31m\x7f\xc2\x85", "a[31m"),
		ROW("a&#x1b;&#127;&#x80;", "a€"),
		ROW("\u202Ea\u202A\u2066b\u2069\u202C\u2028", "ab"),
		ROW("&#x202e;a&rlm;", "a\u200F"),
		ROW("&#x888888888888888888;a&#xD800;&#x110000;", NULL),
		ROW("a\r\nb\rc&#13;d", "a\nb\ncd"),
		ROW("\xef\xbb\xbf"
		    "a",
			NULL),
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf out = BUF(OUT_MAX);

		sanitize_twice(ROWS[i].html, ROWS[i].len, &out);
		assert_true(str_is_text(buf_text(&out), out.len));
		if (ROWS[i].safe)
			assert_string_equal(buf_text(&out), ROWS[i].safe);
	}
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

/* Whatever becomes of them, they must be done with soon, and refused by a sentence if they are
 * refused. */
static void bombs(void **state)
{
	static const struct {
		const char *first, *unit;
		size_t size;
		int rc;
		const char *fragment;
	} ROWS[] = {
		{"", "<div>", 500000, ERR_TOO_LARGE, "nested too deep"},
		{"", "<b>", 300000, ERR_TOO_LARGE, "nested too deep"},
		{"", "<blockquote>", 100 * 12, ERR_TOO_LARGE, "at most 64"},
		{"", "<p><b>", 6 * 200, ERR_TOO_LARGE, "nested too deep"},
		{"", "<svg>", 500000, ERR_TOO_LARGE, "nested too deep"},
		{"<select>", "<div></div>", 500000, ERR_TOO_LARGE, "nested too deep"},
		{"", "<div><!--</div>-->", 500000, ERR_TOO_LARGE, "nested too deep"},
		{"", "<div x=\"</div>\">", 500000, ERR_TOO_LARGE, "nested too deep"},
		{"", "<table><tr><td>", 1 << 20, ERR_TOO_LARGE, "nested too deep"},
		{"", "<b>a</b>", 1 << 20, ERR_TOO_LARGE, "more than 16384 tags"},
		{"", "</x>", 1 << 20, ERR_TOO_LARGE, "more than 16384 tags"},
		{"", "<br>", 1 << 20, ERR_TOO_LARGE, "more than 16384 tags"},
		{"<a ", "a b c d e f g h i j k l m n o p q r s t u v w x y z ", 1 << 20,
			ERR_TOO_LARGE, "more than 128 attributes"},
		{"<svg>", "<a b=\"", 1 << 20, ERR_TOO_LARGE, "the HTML"},
		{"<svg><desc x", " <b c", 1 << 20, ERR_TOO_LARGE, "more than 128 attributes"},
		{"<svg></svg><a b=\"c", " ", 1 << 20, 0, ""},
		{"", "a", (1 << 20) + 1, ERR_TOO_LARGE, "at most 1048576"},
		{"", "<", 1 << 20, 0, ""},
		{"", "&", 1 << 20, 0, ""},
		{"", "&#x", 1 << 20, 0, ""},
		{"", "<!--", 1 << 20, 0, ""},
		{"", "<!---->", 1 << 20, 0, ""},
		{"", "</", 1 << 20, 0, ""},
		{"", "<?", 1 << 20, 0, ""},
		{"<script>", "</scrip", 1 << 20, 0, ""},
		{"<table>", "a<!---->", 1 << 20, 0, ""},
		{"<p title=\"", "a ", 1 << 20, 0, ""},
		{"<a href=\"https://x.uz/", "\t", 1 << 20, 0, ""},
		{"<p class=\"", "mention ", 1 << 20, 0, ""},
		{"<p>", "\xff", 1 << 20, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf out = BUF(64 * MIB);
		AUTO(auto_free) char *html = repeat(ROWS[i].first, ROWS[i].unit, ROWS[i].size);
		int64_t begin = clock_steady();
		struct err err = {0};
		int rc = sanitize_html(html, strlen(html), &out, &err);

		if (rc != ROWS[i].rc || !strstr(err.text, ROWS[i].fragment))
			fail_msg("%s%s…: %d, %s", ROWS[i].first, ROWS[i].unit, rc, err.text);
		if (clock_steady() - begin > 20 * SECOND)
			fail_msg("%s%s… takes too long", ROWS[i].first, ROWS[i].unit);
	}
}

/* Attributes without end, and formatting that multiplies. */
static void intricate(void **state)
{
	AUTO(buf_done) struct buf html = BUF(INPUT_MAX), out = BUF(OUT_MAX);
	struct err err = {0};

	(void)state;
	buf_adds(&html, "<a ");
	for (int i = 0; i < 1000; i++)
		buf_addf(&html, "a%d ", i);
	buf_adds(&html, ">x");
	assert_int_equal(sanitize_html(buf_text(&html), html.len, &out, &err), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "more than 128 attributes"));
	buf_clear(&html);
	buf_adds(&html, "<p>");
	for (int i = 0; i < 200; i++)
		buf_addf(&html, "<font color=%d>", i);
	for (int i = 0; i < 8000; i++)
		buf_adds(&html, "</p><p>x");
	assert_int_equal(sanitize_html(buf_text(&html), html.len, &out, &err), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "too intricate"));
}

/* The longest that is taken, the shortest that is not. */
static void limits(void **state)
{
	AUTO(buf_done) struct buf html = BUF(INPUT_MAX), out = BUF(OUT_MAX), small = BUF(10);
	struct err err = {0};

	(void)state;
	for (int i = 0; i < 64; i++)
		buf_adds(&html, "<blockquote>");
	buf_adds(&html, "a");
	sanitize_twice(buf_text(&html), html.len, &out);
	assert_non_null(strstr(buf_text(&out), "a</blockquote>"));
	assert_int_equal(sanitize_html("<p>0123456789</p>", 17, &small, &err), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "at most 10 bytes"));
	buf_clear(&out);
	assert_int_equal(sanitize_html(NULL, 0, &out, &err), 0);
	assert_string_equal(buf_text(&out), "");
}

static void long_links(void **state)
{
	static const struct {
		char filler;
		size_t length;
		bool stays;
	} ROWS[] = {{'a', 2048, true}, {'a', 2049, false}, {'"', 2048, false}, {'"', 600, true}};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf html = BUF(INPUT_MAX), out = BUF(OUT_MAX);

		buf_adds(&html, "<a href='https://x.uz/");
		for (size_t n = strlen("https://x.uz/"); n < ROWS[i].length; n++)
			buf_addc(&html, ROWS[i].filler);
		buf_adds(&html, "'>x</a>");
		sanitize_twice(buf_text(&html), html.len, &out);
		assert_int_equal(str_starts(buf_text(&out), "<a "), ROWS[i].stays);
	}
}

static void own_links(void **state)
{
	static const struct row ROWS[] = {
		{"<a href=https://h.uz/a>x</a>", "<a href=\"https://h.uz/a\">x</a>"},
		{"<a href=https://h.uz/t rel=tag>x</a>",
			"<a href=\"https://h.uz/t\" rel=\"tag\">x</a>"},
		{"<a href=https://h.uz.evil/a>x</a>",
			"<a href=\"https://h.uz.evil/a\"" REL ">x</a>"},
		{"<a href=https://h.uz:81/a>x</a>", "<a href=\"https://h.uz:81/a\"" REL ">x</a>"},
		{"<a href=http://h.uz/a>x</a>", "<a href=\"http://h.uz/a\"" REL ">x</a>"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf out = BUF(OUT_MAX);
		struct err err = {0};

		assert_int_equal(sanitize_own(ROWS[i].html, strlen(ROWS[i].html), "https://h.uz/",
					 &out, &err),
			0);
		assert_string_equal(buf_text(&out), ROWS[i].safe);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept),
		cmocka_unit_test(mended),
		cmocka_unit_test(scripts),
		cmocka_unit_test(links),
		cmocka_unit_test(mutations),
		cmocka_unit_test(bytes),
		cmocka_unit_test(bombs),
		cmocka_unit_test(intricate),
		cmocka_unit_test(limits),
		cmocka_unit_test(long_links),
		cmocka_unit_test(own_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
