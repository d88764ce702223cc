/* Templates beyond what the specification's own files test: escaping by place, what is refused,
 * limits. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "kit/html/template.h"

#define OUT_MAX (1 * MIB)

static int add(struct template_set *set, enum template_kind kind, const char *name,
	const char *text, struct err *err)
{
	return template_set_add(set, kind, name, text, strlen(text), err);
}

struct row {
	enum template_kind kind;
	const char *text;
	const char *data;
	const char *expected;
};

static void check(const struct row *rows, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		AUTO(buf_done) struct buf out = BUF(OUT_MAX);
		struct template_set *set = template_set_new();
		json_t *data = json_loads(rows[i].data, 0, NULL);
		struct err err = {0};

		assert_non_null(data);
		if (add(set, rows[i].kind, "page", rows[i].text, &err) != 0 ||
			template_render(set, "page", data, &out, &err) != 0)
			fail_msg("%s: %s", rows[i].text, err.text);
		if (!str_eq(buf_text(&out), rows[i].expected)) {
			print_message("%s with %s\nis     %s\nnot as %s\n", rows[i].text,
				rows[i].data, buf_text(&out), rows[i].expected);
			wrong++;
		}
		json_decref(data);
		template_set_free(set);
	}
	assert_int_equal(wrong, 0);
}

static void places(void **state)
{
	static const struct row ROWS[] = {
		{TEMPLATE_HTML, "<p>{{v}}</p>", "{\"v\":\"<b>&\\\"'\"}",
			"<p>&lt;b&gt;&amp;&quot;&#39;</p>"},
		{TEMPLATE_HTML, "<p title=\"{{v}}\">", "{\"v\":\"\\\"><script>\"}",
			"<p title=\"&quot;&gt;&lt;script&gt;\">"},
		{TEMPLATE_HTML, "<p title = '{{v}}'>", "{\"v\":\"' onclick='x\"}",
			"<p title = '&#39; onclick=&#39;x'>"},
		{TEMPLATE_HTML, "<title>{{v}}</title>", "{\"v\":\"</title><b>\"}",
			"<title>&lt;/title&gt;&lt;b&gt;</title>"},
		{TEMPLATE_HTML, "<textarea name=a>{{v}}</textarea>{{v}}", "{\"v\":\"<\"}",
			"<textarea name=a>&lt;</textarea>&lt;"},
		{TEMPLATE_HTML, "<script>if (a < b && c) {}</script>{{v}}", "{\"v\":\"<\"}",
			"<script>if (a < b && c) {}</script>&lt;"},
		{TEMPLATE_HTML, "<!-- <b title=\" -->{{v}}", "{\"v\":\"<\"}",
			"<!-- <b title=\" -->&lt;"},
		{TEMPLATE_HTML, "<!doctype html>{{v}}", "{\"v\":\"<\"}", "<!doctype html>&lt;"},
		{TEMPLATE_HTML, "{{{v_html}}}{{&v_html}}{{v_html}}", "{\"v_html\":\"<b>\"}",
			"<b><b>&lt;b&gt;"},
		{TEMPLATE_HTML, "<p{{#v}} hidden{{/v}}>", "{\"v\":true}", "<p hidden>"},
		{TEMPLATE_HTML, "<option value=\"1\"{{#v}} selected{{/v}} id=\"{{v}}\">",
			"{\"v\":false}", "<option value=\"1\" id=\"false\">"},
		{TEMPLATE_HTML, "<p class=\"a{{#v}} b{{/v}}{{^v}} c{{/v}}\">", "{\"v\":\"\"}",
			"<p class=\"a c\">"},
		{TEMPLATE_HTML, "<input disabled {{#v}}name=\"{{.}}\" {{/v}}>", "{\"v\":\"n\"}",
			"<input disabled name=\"n\" >"},
		{TEMPLATE_HTML, "{{#v}}<p>{{.}}</p>{{/v}}", "{\"v\":[1,\"<\",1.5]}",
			"<p>1</p><p>&lt;</p><p>1.5</p>"},
		{TEMPLATE_XML, "<?xml version=\"1.0\"?><a b=\"{{v}}\">{{v}}</a>",
			"{\"v\":\"\\u0001<\\u000b\\ufffe'\\n\"}",
			"<?xml version=\"1.0\"?><a b=\"&lt;&#39;\n\">&lt;&#39;\n</a>"},
		{TEMPLATE_XML, "<a><![CDATA[<b>]]>{{v}}<script/>{{v}}</a>", "{\"v\":\"&\"}",
			"<a><![CDATA[<b>]]>&amp;<script/>&amp;</a>"},
		{TEMPLATE_XML, "<title>a<b>{{v}}</b></title>", "{\"v\":\"&\"}",
			"<title>a<b>&amp;</b></title>"},
		{TEMPLATE_PLAIN, "<a href={{v}}>{{{v}}}</a", "{\"v\":\"<'\"}",
			"<a href=&lt;'><'</a"},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

static void addresses(void **state)
{
	static const struct row ROWS[] = {
#define HREF(value, expected)                                                                      \
	{TEMPLATE_HTML, "<a href=\"{{v}}\">", "{\"v\":\"" value "\"}", "<a href=\"" expected "\">"}
		HREF("https://x.uz/?a=1&b=2", "https://x.uz/?a=1&amp;b=2"),
		HREF("HTTP://x.uz", "HTTP://x.uz"),
		HREF("mailto:a@x.uz", "mailto:a@x.uz"),
		HREF("tel:+998", "tel:+998"),
		HREF("/a", "/a"),
		HREF("", ""),
		HREF("#a:b", "#a:b"),
		HREF("?a=b:c", "?a=b:c"),
		HREF("a/b:c", "a/b:c"),
		HREF("javascript:alert(1)", "#"),
		HREF("JavaScript:alert(1)", "#"),
		HREF(" \\u0001javascript:alert(1)", "#"),
		HREF("java\\nscript:alert(1)", "#"),
		HREF("java\\tscript:alert(1)", "#"),
		HREF("data:text/html,x", "#"),
		HREF("vbscript:x", "#"),
		HREF(":x", "#"),
		HREF("http\\u200b:x", "#"),
		{TEMPLATE_HTML, "<a href=\"/a/{{v}}\">", "{\"v\":\"javascript:\\\"\"}",
			"<a href=\"/a/javascript:&quot;\">"},
		{TEMPLATE_HTML, "<a href=\"https://{{v}}/\">", "{\"v\":\"x:80\"}",
			"<a href=\"https://x:80/\">"},
		{TEMPLATE_HTML, "<a href=\"{{v}}{{w}}\">", "{\"v\":\"\",\"w\":\"javascript:x\"}",
			"<a href=\"#\">"},
		{TEMPLATE_HTML, "<a href=\"{{v}}{{w}}\">", "{\"v\":\"javascript\",\"w\":\":x\"}",
			"<a href=\"javascript#\">"},
		{TEMPLATE_HTML, "<a href=\"{{v}}/{{w}}\">", "{\"v\":\"\",\"w\":\"a:b\"}",
			"<a href=\"/a:b\">"},
		{TEMPLATE_HTML, "<a href=\"{{#v}}{{v}}{{/v}}{{^v}}{{w}}{{/v}}\">",
			"{\"w\":\"javascript:x\"}", "<a href=\"#\">"},
		{TEMPLATE_HTML, "<form action='{{v}}'><button formaction='{{v}}'>",
			"{\"v\":\"javascript:x\"}", "<form action='#'><button formaction='#'>"},
		{TEMPLATE_HTML, "<IMG SRC=\"{{v}}\" srcset=\"/a/{{w}} 1x, {{v}} 2x\">",
			"{\"v\":\"javascript:x\",\"w\":\"b:c\"}",
			"<IMG SRC=\"#\" srcset=\"/a/b:c 1x, # 2x\">"},
		{TEMPLATE_HTML, "<p data-href=\"{{v}}\" title=\"{{v}}\">", "{\"v\":\"a:b\"}",
			"<p data-href=\"a:b\" title=\"a:b\">"},
		{TEMPLATE_XML, "<link href=\"{{v}}\"/><use xlink:href='{{v}}'/>",
			"{\"v\":\"javascript:x\"}", "<link href=\"#\"/><use xlink:href='#'/>"},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

static void values(void **state)
{
	static const struct row ROWS[] = {
#define NUMBER(json, expected) {TEMPLATE_PLAIN, "{{v}}", "{\"v\":" json "}", expected}
		NUMBER("85", "85"),
		NUMBER("-7", "-7"),
		NUMBER("9223372036854775807", "9223372036854775807"),
		NUMBER("1.21", "1.21"),
		NUMBER("0.1", "0.1"),
		NUMBER("0.30000000000000004", "0.30000000000000004"),
		NUMBER("1.0", "1"),
		NUMBER("-0.0", "0"),
		NUMBER("-2.5", "-2.5"),
		NUMBER("100.0", "100"),
		NUMBER("123456789012345680000.0", "123456789012345680000"),
		NUMBER("1e21", "1e+21"),
		NUMBER("1.5e300", "1.5e+300"),
		NUMBER("0.000001", "0.000001"),
		NUMBER("0.00000123", "0.00000123"),
		NUMBER("1e-7", "1e-7"),
		NUMBER("1.25e-9", "1.25e-9"),
		NUMBER("5e-324", "5e-324"),
		NUMBER("1.7976931348623157e308", "1.7976931348623157e+308"),
		NUMBER("true", "true"),
		NUMBER("false", "false"),
		NUMBER("null", ""),
		NUMBER("[1]", ""),
		NUMBER("{}", ""),
#define TRUTH(json, expected)                                                                      \
	{TEMPLATE_PLAIN, "{{#v}}yes{{/v}}{{^v}}no{{/v}}", "{\"v\":" json "}", expected}
		TRUTH("0", "no"),
		TRUTH("0.0", "no"),
		TRUTH("1", "yes"),
		TRUTH("\"\"", "no"),
		TRUTH("\"0\"", "yes"),
		TRUTH("null", "no"),
		TRUTH("[]", "no"),
		TRUTH("[0]", "yes"),
		TRUTH("{}", "yes"),
		{TEMPLATE_PLAIN, "{{#a}}{{#b}}{{c.d}}{{/b}}{{/a}}",
			"{\"a\":{\"c\":{\"d\":1}},\"b\":true}", "1"},
		{TEMPLATE_PLAIN, "{{#a}}{{c.d}}{{/a}}", "{\"a\":{\"c\":{}},\"c\":{\"d\":1}}", ""},
		{TEMPLATE_PLAIN, "{{#a}}{{#.}}{{.}}{{/.}};{{/a}}", "{\"a\":[[1,2],[3]]}", "12;3;"},
	};

	(void)state;
	check(ROWS, LENGTH(ROWS));
}

struct refusal {
	enum template_kind kind;
	const char *text;
	const char *fragment; /* of the sentence */
};

static void check_refused(const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct template *t = NULL;
		struct err err = {0};
		int rc = template_parse(
			rows[i].kind, "page", rows[i].text, strlen(rows[i].text), &err, &t);

		if (rc != ERR_INVALID || t || !strstr(err.text, rows[i].fragment) ||
			!str_starts(err.text, "template page"))
			fail_msg("%s: %d, %s", rows[i].text, rc, err.text);
	}
}

static void refused_places(void **state)
{
	static const struct refusal ROWS[] = {
		{TEMPLATE_HTML, "<a href={{v}}>",
			"line 1, column 9: {{v}} stands in an attribute without quotes: put \""},
		{TEMPLATE_HTML, "<a href=x{{v}}>", "without quotes"},
		{TEMPLATE_HTML, "<p>\nў <a\n ў {{v}}>",
			"line 3, column 4: {{v}} stands in an attribute's name"},
		{TEMPLATE_HTML, "<a {{v}}=\"x\">", "in an attribute's name"},
		{TEMPLATE_HTML, "<a data-{{v}}=\"x\">", "in an attribute's name"},
		{TEMPLATE_HTML, "<a b {{v}}>", "in an attribute's name"},
		{TEMPLATE_HTML, "<a b=\"c\"{{v}}>", "in an attribute's name"},
		{TEMPLATE_HTML, "<{{v}}>", "in a tag's name"},
		{TEMPLATE_HTML, "<h{{v}}>", "in a tag's name"},
		{TEMPLATE_HTML, "</h{{v}}>", "in a tag's name"},
		{TEMPLATE_HTML, "<script>{{v}}</script>", "{{v}} stands in <script>"},
		{TEMPLATE_HTML, "<script>{{{v_html}}}</script>", "it may only stand in text"},
		{TEMPLATE_HTML, "<SCRIPT type=a>'{{v}}'</SCRIPT>", "{{v}} stands in <script>"},
		{TEMPLATE_HTML, "<script>\"</scripty>{{v}}\"</script>", "{{v}} stands in <script>"},
		{TEMPLATE_HTML, "<script><!-- </script>", "\"<!\" in a script"},
		{TEMPLATE_HTML, "<style>a{b:{{v}}}</style>", "{{v}} stands in <style>"},
		{TEMPLATE_HTML, "<iframe>{{v}}</iframe>", "{{v}} stands in <iframe>"},
		{TEMPLATE_HTML, "<!-- {{v}} -->", "in a comment"},
		{TEMPLATE_HTML, "<!-- --!> {{v}}", "cannot stand in a comment"},
		{TEMPLATE_HTML, "<!doctype {{v}}>", "in a declaration"},
		{TEMPLATE_XML, "<![CDATA[{{v}}]]>", "in a CDATA section"},
		{TEMPLATE_XML, "<?xml {{v}}?>", "in a declaration"},
		{TEMPLATE_XML, "<a b=c>", "must stand in quotes"},
		{TEMPLATE_XML, "<a b=\"<\">", "write &lt;"},
		{TEMPLATE_XML, "<script>{{v}}</script>", "{{v}} stands in <script>"},
		{TEMPLATE_HTML, "<a onclick=\"{{v}}\">", "the attribute onclick, which is code"},
		{TEMPLATE_HTML, "<a OnClick='f({{v}})'>", "the attribute onclick, which is code"},
		{TEMPLATE_HTML, "<a style=\"color:{{v}}\">", "the attribute style, which is code"},
		{TEMPLATE_HTML, "<iframe srcdoc=\"{{v}}\">", "the attribute srcdoc, which is code"},
		{TEMPLATE_HTML, "<a href=\"javascript:{{v}}\">", "whose scheme is not http"},
		{TEMPLATE_HTML, "<a href=\" data:{{v}}\">", "whose scheme is not http"},
		{TEMPLATE_HTML, "<a href=\"&#106;avascript:{{v}}\">", "whose scheme is not http"},
		{TEMPLATE_HTML, "<a href=\"{{v}}:{{w}}\">", "line 1, column 15: this colon"},
		{TEMPLATE_HTML, "<a href=\"{{#v}}a{{/v}}:x\">", "this colon"},
		{TEMPLATE_HTML, "{{{v}}}", "only names that end in _html"},
		{TEMPLATE_HTML, "{{&v}}", "only names that end in _html"},
		{TEMPLATE_HTML, "{{{.}}}", "only names that end in _html"},
		{TEMPLATE_HTML, "<p title=\"{{{v_html}}}\">",
			"in a quoted value: it may only stand in text"},
		{TEMPLATE_HTML, "<title>{{&v_html}}</title>", "it may only stand in text"},
		{TEMPLATE_HTML, "<p {{>v}}>", "partials may only stand in text"},
		{TEMPLATE_HTML, "<p title=\"{{>v}}\">", "partials may only stand in text"},
	};

	(void)state;
	check_refused(ROWS, LENGTH(ROWS));
}

static void refused_shapes(void **state)
{
	static const struct refusal ROWS[] = {
		{TEMPLATE_HTML, "<p{{#v}}>{{/v}}>", "what it holds must be whole"},
		{TEMPLATE_HTML, "{{#v}}<p {{/v}}>", "what it holds must be whole"},
		{TEMPLATE_HTML, "<p title=\"{{#v}}\" class=\"{{/v}}\">",
			"what it holds must be whole"},
		{TEMPLATE_HTML, "<p {{#v}}><p {{/v}}>", "what it holds must be whole"},
		{TEMPLATE_HTML, "<title>{{#v}}</title><title>{{/v}}</title>",
			"what it holds must be whole"},
		{TEMPLATE_HTML, "<p a={{#v}}b{{/v}}>",
			"the section v may not begin or end in a value without quotes"},
		{TEMPLATE_HTML, "<{{#v}}p{{/v}}>", "may not begin or end in a tag's name"},
		{TEMPLATE_HTML, "<p a{{#v}}b{{/v}}>",
			"there must be a space before this attribute"},
		{TEMPLATE_HTML, "<p {{#v}}a{{/v}}b>",
			"there must be a space before this attribute"},
		{TEMPLATE_HTML, "<p {{#v}}a{{/v}}=\"{{w}}\">",
			"no attribute's name before this \"=\""},
		{TEMPLATE_HTML, "<p a=\"b\"c>", "there must be a space before this attribute"},
		{TEMPLATE_HTML, "<p \"a\">", "a quote or \"<\" cannot stand here"},
		{TEMPLATE_HTML, "<p a=>", "there is no value"},
		{TEMPLATE_HTML, "<p a=b'c>", "cannot stand in a value without quotes"},
		{TEMPLATE_HTML, "<p </p>", "a quote or \"<\" cannot stand here"},
		{TEMPLATE_HTML, "a < b", "write &lt;"},
		{TEMPLATE_HTML, "<?php", "write &lt;"},
		{TEMPLATE_HTML, "<p", "the template ends in a tag's name"},
		{TEMPLATE_HTML, "<p title=\"", "the template ends in a quoted value"},
		{TEMPLATE_HTML, "<script>",
			"the template ends in an element that holds text alone"},
		{TEMPLATE_HTML, "<!-- ", "the template ends in a comment"},
	};

	(void)state;
	check_refused(ROWS, LENGTH(ROWS));
}

static void refused_tags(void **state)
{
	static const struct refusal ROWS[] = {
		{TEMPLATE_PLAIN, "a\n {{v",
			"line 2, column 2: the tag that begins here has no end: \"}}\""},
		{TEMPLATE_PLAIN, "{{{v}}", "\"}}}\" is missing"},
		{TEMPLATE_PLAIN, "{{=<% %>}}", "\"=}}\" is missing"},
		{TEMPLATE_PLAIN, "{{}}", "the tag holds no name"},
		{TEMPLATE_PLAIN, "{{# }}", "the tag holds no name"},
		{TEMPLATE_PLAIN, "{{a b}}", "the name \"a b\" holds white space"},
		{TEMPLATE_PLAIN, "{{a..b}}", "has an empty part"},
		{TEMPLATE_PLAIN, "{{.a}}", "has an empty part"},
		{TEMPLATE_PLAIN, "{{a.}}", "has an empty part"},
		{TEMPLATE_PLAIN, "{{#a}}", "the section a that begins here has no end"},
		{TEMPLATE_PLAIN, "{{/a}}", "{{/a}} ends a section that was not begun"},
		{TEMPLATE_PLAIN, "{{#a}}{{#b}}{{/a}}{{/b}}",
			"{{/a}} stands where the section b must end"},
		{TEMPLATE_PLAIN, "{{#a.b}}{{/a}}", "{{/a}} stands where the section a.b must end"},
		{TEMPLATE_PLAIN, "{{=a=}}", "are not two delimiters"},
		{TEMPLATE_PLAIN, "{{=a b c=}}", "are not two delimiters"},
		{TEMPLATE_PLAIN, "{{=a= b=}}", "are not two delimiters"},
		{TEMPLATE_PLAIN, "{{=12345678901234567 }}=}}", "at most 16 bytes"},
		{TEMPLATE_PLAIN, "a\xff", "is not UTF-8 text"},
	};

	(void)state;
	check_refused(ROWS, LENGTH(ROWS));
}

static void sets(void **state)
{
	AUTO(buf_done) struct buf out = BUF(OUT_MAX), small = BUF(8);
	struct template_set *set = template_set_new();
	json_t *data = json_pack("{s:s}", "v", "<");
	struct err err = {0};

	(void)state;
	assert_int_equal(add(set, TEMPLATE_HTML, "page", "<p>{{>part}}</p>", &err), 0);
	assert_int_equal(add(set, TEMPLATE_HTML, "part", "{{v}}", &err), 0);
	assert_int_equal(add(set, TEMPLATE_HTML, "a", "{{>gone}}", &err), 0);
	assert_int_equal(add(set, TEMPLATE_HTML, "b", "{{>mail}}", &err), 0);
	assert_int_equal(add(set, TEMPLATE_PLAIN, "mail", "{{v}}", &err), 0);
	assert_int_equal(add(set, TEMPLATE_PLAIN, "loop", "{{>loop}}", &err), 0);
	assert_int_equal(
		add(set, TEMPLATE_PLAIN, "indent", "{{#v}}\n  {{>deep}}\n{{/v}}", &err), 0);
	assert_int_equal(add(set, TEMPLATE_PLAIN, "page", "", &err), ERR_CONFLICT);
	assert_non_null(strstr(err.text, "two templates page"));
	assert_int_equal(add(set, TEMPLATE_HTML, "x", "<", &err), ERR_INVALID);
	assert_int_equal(template_render(set, "page", data, &out, &err), 0);
	assert_string_equal(buf_text(&out), "<p>&lt;</p>");
	assert_int_equal(template_render(set, "none", data, &out, &err), ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "no template none"));
	assert_int_equal(template_render(set, "x", data, &out, &err), ERR_NOT_FOUND);
	assert_int_equal(template_render(set, "a", data, &out, &err), ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "template a asks for the partial gone"));
	assert_int_equal(template_render(set, "b", data, &out, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "of another kind"));
	assert_int_equal(template_render(set, "loop", data, &out, &err), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "at most 32"));
	assert_int_equal(template_render(set, "page", data, &small, &err), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "more than 8 bytes"));
	json_decref(data);
	template_set_free(set);
	template_set_free(NULL);
	template_free(NULL);
}

/* Sections and indented partials as deep as they may be, and one deeper. */
static void depths(void **state)
{
	AUTO(buf_done) struct buf text = BUF(OUT_MAX), out = BUF(OUT_MAX);
	struct template_set *set = template_set_new();
	json_t *data = json_pack("{s:{s:i}}", "a", "b", 1);
	struct err err = {0};

	(void)state;
	for (int i = 0; i < 64; i++)
		buf_adds(&text, "{{#a}}");
	buf_adds(&text, "{{b}}{{>deep}}");
	for (int i = 0; i < 64; i++)
		buf_adds(&text, "{{/a}}");
	assert_int_equal(add(set, TEMPLATE_PLAIN, "once", buf_text(&text), &err), 0);
	assert_int_equal(template_render(set, "once", data, &out, &err), 0);
	assert_string_equal(buf_text(&out), "1");
	assert_int_equal(add(set, TEMPLATE_PLAIN, "deep", buf_text(&text), &err), 0);
	assert_int_equal(template_render(set, "deep", data, &out, &err), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "at most 256"));
	assert_int_equal(
		add(set, TEMPLATE_PLAIN, "bad",
			"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}"
			"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}"
			"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}"
			"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}"
			"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}"
			"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}",
			&err),
		ERR_INVALID);
	assert_non_null(strstr(err.text, "sections nest too deep: at most 64"));
	json_decref(data);
	template_set_free(set);
}

/* Indentation goes before lines of the partial, never into values. */
static void indentation(void **state)
{
	AUTO(buf_done) struct buf out = BUF(OUT_MAX);
	struct template_set *set = template_set_new();
	json_t *data = json_pack("{s:s, s:[i,i]}", "v", "1\n2", "l", 1, 2);
	struct err err = {0};

	(void)state;
	assert_int_equal(
		add(set, TEMPLATE_PLAIN, "p", "{{#l}}\n  {{>q}}\n{{/l}}\nx {{>q}}", &err), 0);
	assert_int_equal(
		add(set, TEMPLATE_PLAIN, "q", "{{v}}\n\t{{>r}}\n{{#l}}-{{/l}}|\n", &err), 0);
	assert_int_equal(add(set, TEMPLATE_PLAIN, "r", "a\n{{.}}\n", &err), 0);
	assert_int_equal(add(set, TEMPLATE_PLAIN, "s", " {{>p}}", &err), 0);
	json_object_set_new(data, "l", json_pack("[i]", 7));
	assert_int_equal(template_render(set, "s", data, &out, &err), 0);
	assert_string_equal(
		buf_text(&out), "   1\n2\n   \ta\n   \t7\n   -|\n x 1\n2\n\ta\n\t\n-|\n");
	json_decref(data);
	template_set_free(set);
}

static void escapes(void **state)
{
	AUTO(buf_done) struct buf out = BUF(OUT_MAX);

	(void)state;
	html_escape(&out, "");
	html_escape(&out, "a<b>&\"'ў");
	assert_string_equal(buf_text(&out), "a&lt;b&gt;&amp;&quot;&#39;ў");
}

static void checked(void **state)
{
	struct template_set *set = template_set_new();
	struct err err = {0};

	(void)state;
	assert_int_equal(add(set, TEMPLATE_HTML, "part.html", "<p>part</p>", &err), 0);
	assert_int_equal(add(set, TEMPLATE_XML, "part.xml", "<p>part</p>", &err), 0);
	assert_int_equal(add(set, TEMPLATE_HTML, "good", "\n{{>part.html}}", &err), 0);
	assert_int_equal(add(set, TEMPLATE_HTML, "gone", "a\n\n {{#x}}{{>nobody}}{{/x}}", &err), 0);
	assert_int_equal(add(set, TEMPLATE_HTML, "other", "{{>part.xml}}", &err), 0);
	assert_int_equal(template_set_check(set, "good", &err), 0);
	assert_int_equal(template_set_check(set, "gone", &err), ERR_INVALID);
	assert_string_equal(err.text, "template gone, line 3: the partial nobody does not exist");
	assert_int_equal(template_set_check(set, "other", &err), ERR_INVALID);
	assert_string_equal(
		err.text, "template other, line 1: the partial part.xml is of another kind");
	assert_int_equal(template_set_check(set, "none", &err), ERR_NOT_FOUND);
	template_set_free(set);
}

static atomic_bool rendering_over;

static struct template_set *one_kind(const char *text)
{
	struct template_set *set = template_set_new();

	assert_int_equal(add(set, TEMPLATE_HTML, "page", "{{>part}}{{>part}}", NULL), 0);
	assert_int_equal(add(set, TEMPLATE_HTML, "part", text, NULL), 0);
	return set;
}

static void *render_on(void *set)
{
	json_t *data = json_object();

	while (!rendering_over) {
		AUTO(buf_done) struct buf out = BUF(OUT_MAX);

		assert_int_equal(template_render(set, "page", data, &out, NULL), 0);
		assert_true(!strcmp(buf_text(&out), "oldold") || !strcmp(buf_text(&out), "newnew"));
	}
	json_decref(data);
	return NULL;
}

/* Whoever renders ends with the templates with which it began; for the sanitizers' eyes. */
static void replaced_while_rendered(void **state)
{
	struct template_set *set = one_kind("old");
	pthread_t threads[3];

	(void)state;
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_create(&threads[i], NULL, render_on, set);
	for (int i = 0; i < 500; i++)
		template_set_replace(set, one_kind(i % 2 ? "old" : "new"));
	rendering_over = true;
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
	template_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checked),
		cmocka_unit_test(replaced_while_rendered),
		cmocka_unit_test(places),
		cmocka_unit_test(addresses),
		cmocka_unit_test(values),
		cmocka_unit_test(refused_places),
		cmocka_unit_test(refused_shapes),
		cmocka_unit_test(refused_tags),
		cmocka_unit_test(sets),
		cmocka_unit_test(depths),
		cmocka_unit_test(indentation),
		cmocka_unit_test(escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
