/* Addresses: the examples of RFC 3986, and what feeds write. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "kit/feed/feed.h"
#include "kit/feed/url.h"

static const char BASE[] = "http://a/b/c/d;p?q";

static void check(const char *base, const char *ref, const char *wanted)
{
	struct arena *a = arena_new(64 * KIB);
	char *url = feed_url(a, base, ref);

	if (!str_eq(url, wanted))
		fail_msg("\"%s\" is %s, not %s", ref, url ? url : "nothing",
			wanted ? wanted : "nothing");
	arena_free(a);
}

/* Sections 5.4.1 and 5.4.2. */
static void standard(void **state)
{
	static const struct {
		const char *ref, *url;
	} ROWS[] = {{"g", "http://a/b/c/g"}, {"./g", "http://a/b/c/g"}, {"g/", "http://a/b/c/g/"},
		{"/g", "http://a/g"}, {"//g", "http://g"}, {"?y", "http://a/b/c/d;p?y"},
		{"g?y", "http://a/b/c/g?y"}, {"#s", "http://a/b/c/d;p?q#s"},
		{"g#s", "http://a/b/c/g#s"}, {"g?y#s", "http://a/b/c/g?y#s"},
		{";x", "http://a/b/c/;x"}, {".", "http://a/b/c/"}, {"./", "http://a/b/c/"},
		{"..", "http://a/b/"}, {"../", "http://a/b/"}, {"../g", "http://a/b/g"},
		{"../..", "http://a/"}, {"../../g", "http://a/g"}, {"../../../g", "http://a/g"},
		{"/./g", "http://a/g"}, {"/../g", "http://a/g"}, {"g.", "http://a/b/c/g."},
		{"..g", "http://a/b/c/..g"}, {"./../g", "http://a/b/g"},
		{"./g/.", "http://a/b/c/g/"}, {"g/./h", "http://a/b/c/g/h"},
		{"g/../h", "http://a/b/c/h"}, {"g?y/../x", "http://a/b/c/g?y/../x"},
		{"g#s/../x", "http://a/b/c/g#s/../x"}, {"http:g", "http://a/b/c/g"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(BASE, ROWS[i].ref, ROWS[i].url);
}

static void written_badly(void **state)
{
	static const struct {
		const char *base, *ref, *url;
	} ROWS[] = {
		{"https://x.uz", "a/b", "https://x.uz/a/b"},
		{"https://x.uz?q", "a", "https://x.uz/a"},
		{"https://x.uz/a/", " /b c\n", "https://x.uz/b%20c"},
		{"https://x.uz/a/", "b\nc\td", "https://x.uz/a/bcd"},
		{"https://x.uz/", "\\img\\1.png", "https://x.uz/img/1.png"},
		{"https://x.uz/", "yangilik/ў.html", "https://x.uz/yangilik/ў.html"},
		{"https://x.uz/", "a\"b<c>", "https://x.uz/a%22b%3Cc%3E"},
		{"https://x.uz/",
			"a\xE2\x80\xAE"
			"b",
			"https://x.uz/a%E2%80%AEb"},
		{"https://x.uz/", "HTTP://Y.uz/a/../b", "HTTP://Y.uz/b"},
		{"https://x.uz/", "mailto:a@x.uz", "mailto:a@x.uz"},
		{"https://x.uz/", "tel:+998 71", "tel:+998%2071"},
		{"https://x.uz/", "java\nscript:alert(1)", "javascript:alert(1)"},
		{"https://x.uz/", "", NULL},
		{"https://x.uz/", " \n", NULL},
		{NULL, "a/b", NULL},
		{"ftp://x.uz/", "a", NULL},
		{NULL, "https://y.uz/./a", "https://y.uz/a"},
		{"https://x.uz/", "https://", NULL},
		{"https://x.uz/", "//", NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].base, ROWS[i].ref, ROWS[i].url);
	check("https://x.uz/", NULL, NULL);
}

static void limits(void **state)
{
	static char text[FEED_ID_MAX + 2];

	(void)state;
	memset(text, 'a', sizeof text - 1);
	check("https://x.uz/", text, NULL);
	check(text, "a", NULL);
}

static void web(void **state)
{
	static const char *const GOOD[] = {"http://a", "HTTPS://a/b", "https://a?b"};
	static const char *const BAD[] = {"", "http:", "http://", "https:///a", "https://?a",
		"https://:80", "ftp://a", "//a", "a", "javascript:alert(1)", "data:image/png,"};

	(void)state;
	for (size_t i = 0; i < LENGTH(GOOD); i++)
		assert_true(feed_url_is_web(GOOD[i]));
	for (size_t i = 0; i < LENGTH(BAD); i++)
		assert_false(feed_url_is_web(BAD[i]));
	assert_false(feed_url_is_web(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(standard),
		cmocka_unit_test(written_badly), cmocka_unit_test(limits), cmocka_unit_test(web)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
