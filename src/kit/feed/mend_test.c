/* Broken XML to well-formed XML; whatever comes out, libxml2 reads without a fault. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <libxml/parser.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/feed/feed.h"
#include "kit/feed/mend.h"

struct told {
	struct buf text, faults;
};

static int on_text(void *arg, const char *p, size_t len)
{
	struct told *t = arg;

	buf_add(&t->text, p, len);
	return 0;
}

static void on_fault(void *arg, int line, const char *sentence)
{
	struct told *t = arg;

	buf_addf(&t->faults, "%d: %s\n", line, sentence);
}

static struct mend *mend_all(const char *text, size_t piece, struct told *t)
{
	struct mend_sink sink = {.text = on_text, .fault = on_fault, .arg = t};
	size_t len = strlen(text);
	struct mend *m = NULL;

	buf_init(&t->text, 4 * MIB);
	buf_init(&t->faults, 4 * MIB);
	assert_int_equal(mend_new(&sink, NULL, &m), 0);
	for (size_t at = 0; at < len; at += piece)
		assert_int_equal(mend_push(m, text + at, piece < len - at ? piece : len - at), 0);
	assert_int_equal(mend_end(m), 0);
	return m;
}

static void told_done(struct told *t)
{
	buf_done(&t->text);
	buf_done(&t->faults);
}

static void check(const char *text, const char *wanted, const char *fault)
{
	static const size_t PIECES[] = {1, 1000000};

	for (size_t i = 0; i < LENGTH(PIECES); i++) {
		struct told t;
		struct mend *m = mend_all(text, PIECES[i], &t);
		xmlDocPtr doc;

		if (!str_eq(buf_text(&t.text), wanted) ||
			(fault ? !strstr(buf_text(&t.faults), fault) : t.faults.len > 0))
			fail_msg("%s\nis     %s\nwanted %s\nfaults %s", text, buf_text(&t.text),
				wanted, buf_text(&t.faults));
		if (mend_is_whole(m)) {
			doc = xmlReadMemory(t.text.data, (int)t.text.len, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOERROR);
			assert_non_null(doc);
			xmlFreeDoc(doc);
		}
		mend_free(m);
		told_done(&t);
	}
}

static void sound(void **state)
{
	static const struct {
		const char *text, *wanted;
	} ROWS[] = {
		{"<rss><a b=\"c\">d</a></rss>", "<rss><a b=\"c\">d</a></rss>"},
		{"<?xml version='1.0'?><!-- <rss> --><rss>\n<a/></rss>", "<rss>\n<a></a></rss>"},
		{"<!DOCTYPE rss [<!ENTITY a \"]>\">]><rss>b</rss>", "<rss>b</rss>"},
		{"<rss><![CDATA[<a & b>]] ]]></rss>", "<rss>&lt;a &amp; b&gt;]] </rss>"},
		{"<rss><![CDATA[a]]]]><![CDATA[>b]]></rss>", "<rss>a]]&gt;b</rss>"},
		{"<rss><![CDATA[]]]></rss>", "<rss>]</rss>"},
		{"<rss><![CDATA[a</b]c]]></rss>", "<rss>a&lt;/b]c</rss>"},
		{"<rss>&lt;&#65;&amp;</rss>", "<rss>&lt;&#65;&amp;</rss>"},
		{"<rss a='b\"c'/>", "<rss a=\"b&quot;c\"></rss>"},
		{"<feed><a>1 > 2</a></feed>", "<feed><a>1 &gt; 2</a></feed>"},
		{"<feed><br></br><br/></feed>", "<feed><br></br><br></br></feed>"},
		{"<rss></rss><rss>b</rss> c", "<rss></rss>"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].text, ROWS[i].wanted, NULL);
}

static void broken(void **state)
{
	static const struct {
		const char *text, *wanted, *fault;
	} ROWS[] = {
		{"<rss>a & b</rss>", "<rss>a &amp; b</rss>", "1: an \"&\" stands for itself"},
		{"<rss><a b='?c&d=1&amp;e'/></rss>", "<rss><a b=\"?c&amp;d=1&amp;e\"></a></rss>",
			"stands for itself"},
		{"<rss>a&nbsp;b&nosuch;</rss>", "<rss>a&#160;b&amp;nosuch;</rss>",
			"entity of HTML"},
		{"<rss>a&#8;b&</rss>", "<rss>ab&amp;</rss>", "stands for itself"},
		{"<rss>\n1 < 2</rss>", "<rss>\n1 &lt; 2</rss>", "2: a \"<\" stands for itself"},
		{"<rss><Ўзбекистон></rss>", "<rss>&lt;Ўзбекистон&gt;</rss>", "stands for itself"},
		{"<rss><a\nb=c d/></rss>", "<rss><a\n b=\"c\" d=\"\"></a></rss>", "without quotes"},
		{"<rss><a b=c></a></rss>", "<rss><a b=\"c\"></a></rss>", "without quotes"},
		{"<rss><a><b></a></rss>", "<rss><a><b></b></a></rss>", "<b> is not closed"},
		{"<rss></a></rss>", "<rss></rss>", "</a> closes what was not open"},
		{"<rss><a <b>c</b></rss>", "<rss><b>c</b></rss>", "a tag has no \">\""},
		{"<rss><item>a<item>b</item></rss>", "<rss><item>a</item><item>b</item></rss>",
			"an item begins before"},
		{"<rss><d>a<br>b<p>c<p>d</d></rss>",
			"<rss><d>a<br></br>b<p>c</p><p>d</p></d></rss>", "without CDATA"},
		{"<rss><description><![CDATA[a</description></rss>",
			"<rss><description>a</description></rss>", "CDATA has no"},
		{"<rss><item><title><![CDATA[a</title></item></rss>",
			"<rss><item><title>a&lt;/title&gt;</title></item></rss>", "CDATA has no"},
		{"<rss>a]]>b</rss>", "<rss>a]]&gt;b</rss>", NULL},
		{"junk\n<?xml?><rss>a</rss>", "\n<rss>a</rss>", "2: something stands before"},
		{" <?xml version='1.0'?><rss/>", "<rss></rss>", "something stands before"},
		{"<rss>a<!b>c<![d]>e</rss>", "<rss>ace</rss>", NULL},
		{"<rss><a b='c' b='d'></a></rss>", "<rss><a b=\"c\"></a></rss>", "stands twice"},
		{"<rss><a b='c'd></a></rss>", "<rss><a b=\"c\" d=\"\"></a></rss>", NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].text, ROWS[i].wanted, ROWS[i].fault);
}

static void cut(void **state)
{
	static const char *const ROWS[] = {"", "<", "<rss", "<rss>", "<rss>a&am", "<rss><a b='c",
		"<rss><![CDATA[a", "<rss><!-- a", "<rss>a</rss", "<!DOCTYPE rss ["};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct told t;
		struct mend *m = mend_all(ROWS[i], 1, &t);

		assert_false(mend_is_whole(m));
		mend_free(m);
		told_done(&t);
	}
}

static void first(void **state)
{
	static const struct {
		const char *text, *first;
		bool root;
	} ROWS[] = {{"<!doctype html><html><body>", "html", false}, {"<rdf:RDF>", "RDF", true},
		{"text", "", false}, {"<svg:svg><feed>", "svg", true}, {"<Opml>", "Opml", false}};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct told t;
		struct mend *m = mend_all(ROWS[i].text, 1, &t);

		assert_string_equal(mend_first(m), ROWS[i].first);
		assert_int_equal(mend_has_root(m), ROWS[i].root);
		mend_free(m);
		told_done(&t);
	}
}

static void limits(void **state)
{
	AUTO(buf_done) struct buf text = BUF(4 * MIB);
	struct told t;
	struct mend *m;

	(void)state;
	buf_adds(&text, "<rss>");
	for (int i = 0; i < 1000; i++)
		buf_adds(&text, "<a>");
	buf_adds(&text, "b<c d='");
	for (size_t i = 0; i < FEED_TAG_MAX; i++)
		buf_addc(&text, '"' - (i & 1));
	buf_adds(&text, "'>e</rss>");
	m = mend_all(text.data, 100000, &t);
	assert_true(mend_is_whole(m));
	assert_non_null(strstr(t.faults.data, "nested too deep"));
	assert_non_null(strstr(t.faults.data, "a tag is too long"));
	assert_non_null(strstr(t.text.data, "be</a>"));
	mend_free(m);
	told_done(&t);
}

/* A parser remembers every name to the end, so there must be an end of them. */
static void many_names(void **state)
{
	AUTO(buf_done) struct buf text = BUF(16 * MIB);
	struct told t;
	struct mend *m;

	(void)state;
	buf_adds(&text, "<rss>");
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "<a%d b%d='' xmlns:c='urn:%d'/>", i, i, i);
	buf_adds(&text, "<rss>d</rss></rss>");
	m = mend_all(text.data, 100000, &t);
	assert_true(mend_is_whole(m));
	assert_non_null(strstr(t.faults.data, "of too many names"));
	assert_true(t.text.len < 64 * KIB);
	assert_true(str_ends(t.text.data, "<rss>d</rss></rss>"));
	mend_free(m);
	told_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sound), cmocka_unit_test(broken),
		cmocka_unit_test(cut), cmocka_unit_test(first), cmocka_unit_test(limits),
		cmocka_unit_test(many_names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
