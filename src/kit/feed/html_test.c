/* Links and pictures of an item's HTML. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "kit/feed/feed.h"
#include "kit/feed/html.h"

static void on_picture(void *arg, const char *url, const char *alt)
{
	buf_addf(arg, "[%s|%s]", url, alt);
}

static void check(const char *html, const char *base, const char *wanted, const char *pictures)
{
	AUTO(buf_done) struct buf out = BUF(64 * KIB), told = BUF(64 * KIB);

	assert_int_equal(feed_html_mend(html, strlen(html), base, &out, on_picture, &told), 0);
	if (!str_eq(buf_text(&out), wanted) || !str_eq(buf_text(&told), pictures))
		fail_msg("%s\nis     %s %s\nwanted %s %s", html, buf_text(&out), buf_text(&told),
			wanted, pictures);
}

static void links(void **state)
{
	static const struct {
		const char *html, *wanted;
	} ROWS[] = {
		{"<p>a & b < c</p>", "<p>a & b < c</p>"},
		{"<a href=b.html>c</a>", "<a href=\"https://x.uz/a/b.html\">c</a>"},
		{"<a HREF='/b?c=1&amp;d=2' class='e'>f</a>",
			"<a HREF=\"https://x.uz/b?c=1&amp;d=2\" class=\"e\">f</a>"},
		{"<a href=\"/b?c=1&d=2\">", "<a href=\"https://x.uz/b?c=1&amp;d=2\">"},
		{"<a href='#c'>d</a>", "<a href=\"https://x.uz/a/#c\">d</a>"},
		{"<a href='mailto:a@x.uz'>", "<a href=\"mailto:a@x.uz\">"},
		{"<a title='say \"b\"'>", "<a title=\"say &quot;b&quot;\">"},
		{"<video poster='/p.jpg'><source src='v.mp4'></video>",
			"<video poster=\"https://x.uz/p.jpg\"><source "
			"src=\"https://x.uz/a/v.mp4\"></video>"},
		{"a<script>b('<p>')</script>c<style>d{}</style>e<!-- f -->g", "aceg"},
		{"a<![CDATA[b]]>c", "ab]]>c"},
		{"<a href='b", ""},
		{"a<", "a<"},
		{"a</", "a</"},
		{"a<3 b", "a<3 b"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].html, "https://x.uz/a/", ROWS[i].wanted, "");
}

#define IMG(url, alt) "<img src=\"https://x.uz/" url "\" alt=\"" alt "\">"

static void pictures(void **state)
{
	static const struct {
		const char *html, *wanted, *pictures;
	} ROWS[] = {
		{"<img src=/b.jpg alt='C &amp; d' onload=e()>", IMG("b.jpg", "C &amp; d"),
			"[https://x.uz/b.jpg|C & d]"},
		{"<img src='data:image/gif;base64,R0' data-src='/b.jpg'>", IMG("b.jpg", ""),
			"[https://x.uz/b.jpg|]"},
		{"<img src='/blank.gif' data-lazy-src='/b.jpg'>", IMG("b.jpg", ""),
			"[https://x.uz/b.jpg|]"},
		{"<img src='/placeholder.png' srcset='/s.jpg 300w, /b.jpg 1024w'>",
			IMG("b.jpg", ""), "[https://x.uz/b.jpg|]"},
		{"<img data-srcset='/s.jpg, /b.jpg 1.5x, /c.jpg 1.25x'>", IMG("b.jpg", ""),
			"[https://x.uz/b.jpg|]"},
		{"<img src='data:x' data-src='/b.jpg'><noscript><img src='/b.jpg'></noscript>",
			IMG("b.jpg", ""), "[https://x.uz/b.jpg|]"},
		{"<noscript><img src='/b.jpg'></noscript><img src='data:x' data-src='/b.jpg'>",
			IMG("b.jpg", ""), "[https://x.uz/b.jpg|]"},
		{"<picture><source srcset='/b.webp 2x, /s.webp'><img src='data:x' alt=c></picture>",
			IMG("b.webp", "c"), "[https://x.uz/b.webp|c]"},
		{"<img src='/b.jpg'> <img src='/c.jpg'>", IMG("b.jpg", "") " " IMG("c.jpg", ""),
			"[https://x.uz/b.jpg|][https://x.uz/c.jpg|]"},
		{"<img src='/stat.gif' width=1 height=1><img src='/t.gif' width='0px'>", "", ""},
		{"<img src='data:image/png;base64,AA'>", "", ""},
		{"<img src='{{ url }}'>", "", ""},
		{"<img alt='a'>", "", ""},
		{"<img src='/b.jpg' width=10 height=20 title=c>",
			"<img src=\"https://x.uz/b.jpg\" alt=\"\" title=\"c\" width=\"10\" "
			"height=\"20\">",
			"[https://x.uz/b.jpg|]"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].html, "https://x.uz/a/", ROWS[i].wanted, ROWS[i].pictures);
	check("<img src='b.jpg'>", NULL, "<img src=\"b.jpg\" alt=\"\">", "[b.jpg|]");
	check("<a href='b'>c</a>", NULL, "<a href=\"b\">c</a>", "");
}

static void limits(void **state)
{
	AUTO(buf_done) struct buf html = BUF(4 * MIB), out = BUF(4 * MIB), small = BUF(100);
	AUTO(buf_done) struct buf told = BUF(MIB);

	(void)state;
	buf_adds(&html, "<p");
	for (int i = 0; i < 50000; i++)
		buf_addf(&html, " a%d='b'", i);
	buf_adds(&html, ">");
	assert_int_equal(feed_html_mend(html.data, html.len, NULL, &out, on_picture, &told), 0);
	assert_true(out.len < 1000);
	buf_clear(&html);
	for (int i = 0; i < 20000; i++)
		buf_adds(&html, "<img src='/b.jpg' alt='c'>.");
	buf_clear(&out);
	assert_int_equal(
		feed_html_mend(html.data, html.len, "https://x.uz/", &out, on_picture, &told), 0);
	assert_int_equal(feed_html_mend(html.data, html.len, NULL, &small, on_picture, &told),
		ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links), cmocka_unit_test(pictures), cmocka_unit_test(limits)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
