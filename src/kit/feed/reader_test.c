/* Whole feeds: those of tests/feeds, each beside what is to be read out of it, and small ones of
 * every kind of fault; limits, memory, failures. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <malloc.h>
#include <string.h>

#include "base/str.h"
#include "kit/feed/feed_testing.h"

static const struct feed_options OPTIONS = {
	.base_url = "https://manba.example.uz/rss/index.xml", .zone_minutes = 300};

static void check_file(const char *name, const char *ending)
{
	static const size_t PIECES[] = {0, 1, 7, 1000};
	char path[100];
	size_t len, told_len;
	AUTO(auto_free) char *feed = NULL, *told = NULL;

	snprintf(path, sizeof path, "tests/feeds/%s.%s", name, ending);
	feed = feed_file(path, &len);
	snprintf(path, sizeof path, "tests/feeds/%s.txt", name);
	told = feed_file(path, &told_len);
	for (size_t i = 0; i < LENGTH(PIECES); i++) {
		AUTO(buf_done) struct buf out = BUF(MIB);

		assert_int_equal(feed_told(feed, len, PIECES[i], &OPTIONS, &out), 0);
		if (!str_eq(buf_text(&out), told))
			fail_msg("%s in pieces of %zu is read as\n%s", name, PIECES[i],
				buf_text(&out));
	}
}

static void files(void **state)
{
	static const char *const NAMES[] = {"atom", "bitrix", "drupal", "escaped", "handmade",
		"koi8", "media", "rdf", "truncated", "utf16", "wordpress"};

	(void)state;
	for (size_t i = 0; i < LENGTH(NAMES); i++)
		check_file(NAMES[i], "xml");
	check_file("feed", "json");
}

/* Each holds some lines, whatever else is told of it. */
static void check(const char *feed, const char *wanted)
{
	AUTO(buf_done) struct buf out = BUF(MIB);

	feed_told(feed, strlen(feed), 0, &OPTIONS, &out);
	if (!strstr(buf_text(&out), wanted))
		fail_msg("%s\nis read as\n%swanted\n%s", feed, buf_text(&out), wanted);
}

#define RSS(item) "<rss><channel><link>https://x.uz/</link><item>" item "</item></channel></rss>"

static void names(void **state)
{
	static const struct {
		const char *feed, *wanted;
	} ROWS[] = {
		{RSS("<guid>a</guid><link>/b</link><title>t</title>"),
			"item a\n  link: https://x.uz/b\n"},
		{RSS("<guid>https://x.uz/a</guid><title>t</title>"),
			"item https://x.uz/a\n  link: https://x.uz/a\n"},
		{RSS("<link>/b</link><title>t</title>"), "item https://x.uz/b\n"},
		{RSS("<guid> \n</guid><link>/b</link><title>t</title>"), "item https://x.uz/b\n"},
		{RSS("<title>t</title><pubDate>2026-11-24</pubDate><description>a</description>"),
			"item sha256:b00c9ccb83749a985634bceebf1ceab734510c53347575f576761f9e73ceb39e\n"},
		{RSS("<title>t</title><pubDate>2026-11-24</pubDate><description>b</description>"),
			"item sha256:b00c9ccb83749a985634bceebf1ceab734510c53347575f576761f9e73ceb39e\n"},
		{RSS("<title>t</title><description>a</description>"), "item sha256:"},
		{RSS("<title>t</title><atom:link href='/b'/>"), "link: https://x.uz/b\n"},
		{RSS("<title>t</title><link href='/b' rel='alternate'/>"),
			"link: https://x.uz/b\n"},
		{RSS("<title>t</title><link>javascript:alert(1)</link>"), "  title: t\nfeed"},
		{RSS("<TITLE>t</TITLE><pubdate>2026-11-24</pubdate>"),
			"title: t\n  published: 2026-11-23T19:00:00Z\n"},
		{RSS("<title>t</title><dc:date>2026-11-24T00:00Z</dc:date>"),
			"published: 2026-11-24T00:00:00Z\n"},
		{RSS("<title>t</title><pubDate>soon</pubDate>"), "  title: t\nfeed"},
		{RSS("<title>t</title><author>a@x.uz</author>"), "  title: t\nfeed"},
		{RSS("<title>t</title><author>a@x.uz (A B)</author>"), "  author: A B\n"},
		{RSS("<title>t</title><category>a</category><category> a\n</category>"),
			"  category: a\nfeed"},
		{RSS("<title>a<b>c</b></title>"), "  title: ac\n"},
		{"<rss><title>a</title><item><title>b</title></item></rss>",
			"  title: b\nfeed RSS\n  title: a\n"},
		{"<rss><channel><language>ru-ru</language><item><title>b</title></item>",
			"  lang: ru-RU\n"},
		{"<rss><channel><language>english</language><item><title>b</title></item>",
			"  title: b\nfeed"},
		{"<feed><entry xml:lang='uz_Cyrl'><title>b</title></entry></feed>",
			"  lang: uz-Cyrl\n"},
		{"<feed xml:base='/a/'><entry><title>b</title><link href='c'/></entry></feed>",
			"  link: https://manba.example.uz/a/c\n"},
		{"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:id>b</a:id><a:title>c"
		 "</a:title></a:entry></a:feed>",
			"item b\n  title: c\nfeed Atom\n"},
		{"<rss xmlns='http://www.w3.org/2005/Atom'><channel><item><title>b</title></item>",
			"  title: b\nfeed RSS\n"},
		{"<rss><channel><image><url>/i.png</url><link>https://no.uz</link></image>"
		 "<textInput><title>no</title><link>https://no.uz</link></textInput></channel></rss>",
			"feed RSS\n  picture: https://manba.example.uz/i.png\nreport"},
		{"<rss><channel><link>www.x.uz/a</link></channel></rss>",
			"  link: http://www.x.uz/a\n"},
		{"<rss><channel><link>index.php</link></channel></rss>",
			"  link: https://manba.example.uz/rss/index.php\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].feed, ROWS[i].wanted);
}

static void texts(void **state)
{
	static const struct {
		const char *feed, *wanted;
	} ROWS[] = {
		{RSS("<description>&lt;b&gt;a&lt;/b&gt;</description>"), "  html: <b>a</b>\nfeed"},
		{RSS("<description>a b</description>"), "  html: <p>a b</p>\n"},
		{RSS("<description>ab c d</description><content:encoded>&lt;p>e</content:encoded>"),
			"  html: <p>ab c d</p>\n  summary: e\n"},
		{RSS("<description>a</description><content:encoded>&lt;p>bcd</content:encoded>"),
			"  html: <p>bcd\n  summary: a\n"},
		{RSS("<description>abc</description><content:encoded>&lt;p>abc</content:encoded>"),
			"  html: <p>abc\nfeed"},
		{RSS("<description>a<br/>b <i>c</i></description>"), "  html: a<br>b <i>c</i>\n"},
		{RSS("<description><p>a</p><p>b</description>"), "  html: <p>a</p><p>b</p>\n"},
		{RSS("<description><a href='/b?c&d'>e</a></description>"),
			"  html: <a href=\"https://x.uz/b?c&amp;d\">e</a>\n"},
		{RSS("<title>t<guid>g</guid>"), "item g\n  title: t\n"},
		{RSS("<description>a &lt;script&gt;b()&lt;/script&gt; c</description>"),
			"  html: a  c\n"},
		{RSS("<xhtml:body>a<b>c</b> &lt; d</xhtml:body>"), "  html: a<b>c</b> &lt; d\n"},
		{RSS("<xhtml:body xmlns:xhtml='http://www.w3.org/1999/xhtml'>a &lt; <b>d</b></xhtml:body>"),
			"  html: a &lt; <b>d</b>\n"},
		{RSS("<enclosure url='/a.mp3?b=1&amp;c=&#38;amp;&d'/>"),
			"  audio: https://x.uz/a.mp3?b=1&c=&amp;&d audio/mpeg\n"},
		{RSS("<enclosure url='/a.mp3'/>"), "  audio: https://x.uz/a.mp3 audio/mpeg\n"},
		{RSS("<enclosure url='javascript:b'/><title>t</title>"), "  title: t\nfeed"},
		{RSS("<title/><description> </description>"), "0 items, 1 skipped"},
		{RSS("<media:thumbnail url='/a.jpg'/>"),
			"  picture: https://x.uz/a.jpg image/jpeg thumbnail\n"},
		{RSS("<image>/a.jpg</image><title>t</title>"),
			"  picture: https://x.uz/a.jpg image/jpeg\n"},
		{RSS("<image><url>/a.jpg</url></image><title>t</title>"),
			"  picture: https://x.uz/a.jpg image/jpeg\n"},
		{"<feed><entry><summary>&lt;p&gt;a&lt;/p&gt;</summary></entry></feed>",
			"  html: <p>a</p>\n"},
		{"<feed><entry><summary type='text'>&lt;p&gt;</summary></entry></feed>",
			"  html: <p>&lt;p&gt;</p>\n"},
		{"<feed><entry><content type='html'>a &amp;lt; b</content></entry></feed>",
			"  html: <p>a &lt; b</p>\n"},
		{"<feed><entry><content src='a' type='video/mp4'/><title>t</title></entry></feed>",
			"  title: t\nfeed"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].feed, ROWS[i].wanted);
}

static void json(void **state)
{
	static const struct {
		const char *feed, *wanted;
	} ROWS[] = {
		{"{\"items\":[{\"id\":\"a\",\"title\":\"b\"}]}",
			"item a\n  title: b\nfeed JSON\nreport sound"},
		{"{\"items\":[]}", "report sound, UTF-8, 0 items"},
		{"{\"version\":\"https://jsonfeed.org/version/1\"}", "report sound"},
		{" \n{ \"items\" : [ {\"id\":1.5,\"title\":\"b\"} , 5, \"c\", [], {} ] }",
			"1 items, 4 skipped"},
		{"{\"items\":[{\"id\":\"a\",\"title\":\"]}\\\"\"},{\"id\":\"b\",\"title\":\"c\"}]}",
			"item b"},
		{"{\"title\":\"a\",\"items\":[{\"id\":\"b\",\"title\":\"c\"}", "report cut"},
		{"{\"items\":[{\"id\":\"a\",\"title\":\"b\"},{\"id\":\"c", "1 items, 0 skipped"},
		{"{\"title\":nope,\"items\":[{\"id\":\"a\",\"title\":\"b\"}]}",
			"  1 faults: Line 1: a member of the feed is no valid JSON."},
		{"{\"items\":[{\"id\":\"a\",\"content_text\":\"\\ud83d\\ude00 \\ude00\"}]}",
			"  html: <p>😀 \xEF\xBF\xBD</p>\n"},
		{"{\"items\":[{\"id\":\"a\",\"content_html\":\"<a href='b'>\",\"url\":\"https://x.uz/c/\"}]}",
			"  html: <a href=\"https://x.uz/c/b\">\n"},
		{"{\"items\":[{\"id\":\"a\",\"title\":7,\"tags\":7,\"attachments\":{},\"authors\":[1],"
		 "\"content_text\":\"x\"}]}",
			"item a\n  html: <p>x</p>\nfeed"},
		{"{\"title\":\"a\",\"home_page_url\":\"x.uz\",\"items\":[]}",
			"  link: http://x.uz\n"},
		{"{\"a\":{\"items\":[{\"title\":\"b\"}]}}",
			"error invalid: This is JSON, but no JSON Feed."},
		{"{\"errors\":[]}", "error invalid: This is JSON, but no JSON Feed."},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].feed, ROWS[i].wanted);
}

static void no_feeds(void **state)
{
	static const struct {
		const char *text, *wanted;
	} ROWS[] = {
		{"", "error invalid: This is no feed: it is empty."},
		{" \n", "error invalid: This is no feed: it is empty."},
		{"hello", "error invalid: This is no feed: it holds no XML and no JSON."},
		{"[1]", "error invalid: This is no feed: it holds no XML and no JSON."},
		{"<!DOCTYPE html><html><body><p>rss</p></body></html>",
			"error invalid: This is a web page, not a feed."},
		{"<?xml version='1.0'?><urlset><url/></urlset>",
			"error invalid: This is no feed: it begins with <urlset>."},
		{"\x1F\x8B\x08\x00\x00", "error invalid: This is no feed"},
		{"<rss", "error invalid: This is no feed"},
		{"<rss>", "report cut, UTF-8, 0 items"},
		{"<rss/>", "report sound, UTF-8, 0 items"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].text, ROWS[i].wanted);
}

/* Nothing is declared, expanded or fetched. */
static void entities(void **state)
{
	(void)state;
	check("<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'><!ENTITY b '&a;&a;'>]>"
	      "<rss><channel><item><title>&a; &b;</title></item></channel></rss>",
		"  title: &a; &b;\n");
	check("<!DOCTYPE rss SYSTEM 'http://127.0.0.1:1/a.dtd'><rss><item><title>a&eacute;"
	      "</title></item></rss>",
		"  title: aé\n");
}

struct count {
	size_t items, before, most;
	int answer;
};

static int count(void *arg, const struct feed_item *item)
{
	struct count *c = arg;
	size_t used = mallinfo2().uordblks;

	(void)item;
	if (++c->items == 100)
		c->before = used;
	if (c->items > 100 && used > c->most)
		c->most = used;
	return c->answer;
}

static struct feed_reader *reader_of(struct count *c)
{
	struct feed_options options = {.item = count, .arg = c};
	struct feed_reader *r = NULL;

	assert_int_equal(feed_reader_new(&options, NULL, &r), 0);
	return r;
}

static int push(struct feed_reader *r, const char *text, struct err *err)
{
	return feed_reader_push(r, text, strlen(text), err);
}

static int push_item(struct feed_reader *r, int n, struct err *err)
{
	char item[400];

	snprintf(item, sizeof item,
		"<item><guid>%d</guid><title>Yangilik %d</title><link>https://x.uz/%d</link>"
		"<description><![CDATA[<p>Matn <img src='/%d.jpg' alt='rasm'> %d</p>]]></description>"
		"<x:a%d xmlns:x='urn:%d'/></item>\n",
		n, n, n, n, n, n % 50, n % 50);
	return push(r, item, err);
}

static void memory(void **state)
{
	struct count c = {0};
	AUTO(feed_reader_freep) struct feed_reader *r = reader_of(&c);

	(void)state;
	assert_int_equal(push(r, "<rss><channel>", NULL), 0);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(push_item(r, i, NULL), 0);
	assert_int_equal(push(r, "</channel></rss>", NULL), 0);
	assert_int_equal(feed_reader_end(r, NULL), 0);
	assert_int_equal(c.items, 10000);
	assert_true(c.most < c.before + 256 * KIB);
	assert_int_equal(feed_reader_report(r)->state, FEED_SOUND);
}

static void too_many_items(void **state)
{
	struct count c = {0};
	AUTO(feed_reader_freep) struct feed_reader *r = reader_of(&c);
	struct err err = {0};
	int rc = push(r, "<rss><channel>", NULL);

	(void)state;
	for (int i = 0; i < FEED_ITEMS_MAX + 100 && rc == 0; i++)
		rc = push_item(r, i, &err);
	assert_int_equal(rc, ERR_TOO_LARGE);
	assert_string_equal(err.text, "The feed holds too many items.");
	assert_int_equal(c.items, FEED_ITEMS_MAX);
	assert_int_equal(feed_reader_end(r, NULL), ERR_TOO_LARGE);
}

static void too_many_bytes(void **state)
{
	struct count c = {0};
	AUTO(feed_reader_freep) struct feed_reader *r = reader_of(&c);
	AUTO(auto_free) char *text = malloc(MIB);
	int rc = push(r, "<rss><channel><item><title>a</title></item>", NULL), n = 0;
	struct err err = {0};

	(void)state;
	memset(text, ' ', MIB);
	for (; rc == 0 && n < 100; n++)
		rc = feed_reader_push(r, text, MIB, &err);
	assert_int_equal(rc, ERR_TOO_LARGE);
	assert_int_equal(n, 50);
	assert_int_equal(c.items, 1);
	assert_int_equal(push(r, "a", &err), ERR_TOO_LARGE);
}

static void too_many_skipped(void **state)
{
	struct count c = {0};
	AUTO(feed_reader_freep) struct feed_reader *r = reader_of(&c);
	int rc = push(r, "{\"items\":[5", NULL);

	(void)state;
	for (int i = 0; i < FEED_ITEMS_MAX + 100 && rc == 0; i++)
		rc = push(r, i % 2 ? ",{}" : ",5", NULL);
	assert_int_equal(rc, ERR_TOO_LARGE);
	assert_int_equal(feed_reader_report(r)->skipped, FEED_ITEMS_MAX);
}

/* What is too much is left out, and what follows is read: 20 MB in one item. */
static void too_long(void **state)
{
	AUTO(buf_done) struct buf feed = BUF(30 * MIB), out = BUF(4 * MIB);

	(void)state;
	buf_adds(&feed, "<rss><channel><item><guid>a</guid><description>");
	while (feed.len < 20 * MIB)
		buf_adds(&feed, "so‘z &amp; <![CDATA[<b>so‘z</b>]]>\n");
	buf_adds(&feed, "</description></item><item><guid>b</guid><title>c</title></item>");
	buf_adds(&feed, "</channel></rss>");
	assert_int_equal(feed_told(feed.data, feed.len, 10000, &OPTIONS, &out), 0);
	assert_non_null(strstr(out.data, "item b\n  title: c\n"));
	assert_non_null(strstr(out.data, "1 items, 1 skipped"));
	buf_clear(&feed);
	buf_clear(&out);
	buf_adds(&feed, "{\"items\":[{\"id\":\"a\",\"content_text\":\"");
	while (feed.len < 20 * MIB)
		buf_adds(&feed, "so‘z \\u0430 ");
	buf_adds(&feed, "\"},{\"id\":\"b\",\"title\":\"c\"}]}");
	assert_int_equal(feed_told(feed.data, feed.len, 10000, &OPTIONS, &out), 0);
	assert_non_null(strstr(out.data, "item b\n  title: c\n"));
	assert_non_null(strstr(out.data, "1 items, 1 skipped"));
}

static void ended_by_callback(void **state)
{
	static const int ANSWERS[] = {ERR_FULL, 7};

	(void)state;
	for (size_t i = 0; i < LENGTH(ANSWERS); i++) {
		struct count c = {.answer = ANSWERS[i]};
		AUTO(feed_reader_freep) struct feed_reader *r = reader_of(&c);
		int rc = push(
			r, "<rss><item><title>a</title></item><item><title>b</title></item>", NULL);

		if (rc == 0)
			rc = feed_reader_end(r, NULL);
		assert_int_equal(rc, ANSWERS[i]);
		assert_int_equal(feed_reader_end(r, NULL), ANSWERS[i]);
		assert_int_equal(c.items, 1);
	}
}

/* Every feed, cut at every byte: it is read, or refused with a sentence, and never more than once.
 */
static void cut_anywhere(void **state)
{
	static const char *const PATHS[] = {"tests/feeds/handmade.xml", "tests/feeds/feed.json"};

	(void)state;
	for (size_t i = 0; i < LENGTH(PATHS); i++) {
		size_t len;
		AUTO(auto_free) char *feed = feed_file(PATHS[i], &len);

		for (size_t n = 0; n < len; n++) {
			AUTO(buf_done) struct buf out = BUF(MIB);
			int rc = feed_told(feed, n, 0, &OPTIONS, &out);

			assert_true(rc == 0 || rc == ERR_INVALID);
			if (rc == 0 && n < len - 10)
				assert_non_null(strstr(out.data, "report cut"));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(files), cmocka_unit_test(names),
		cmocka_unit_test(texts), cmocka_unit_test(json), cmocka_unit_test(no_feeds),
		cmocka_unit_test(entities), cmocka_unit_test(memory),
		cmocka_unit_test(too_many_items), cmocka_unit_test(too_many_bytes),
		cmocka_unit_test(too_many_skipped), cmocka_unit_test(too_long),
		cmocka_unit_test(ended_by_callback), cmocka_unit_test(cut_anywhere)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
