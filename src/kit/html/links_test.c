/* Links in documents as they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "kit/html/links.h"

static void links(void **state)
{
	static const char *const URLS[] = {
		"https://pages.example/@mehnat", "https://pages.example/actor/7", NULL};
	static const struct {
		const char *html;
		bool found;
	} ROWS[] = {
		{"<a href=\"https://pages.example/@mehnat\">x</a>", true},
		{"<a rel=me href=https://pages.example/@mehnat/>x</a>", true},
		{"<html><head><link rel=me href=\"https://pages.example/actor/7\"></head></html>",
			true},
		{"<div><p><b><a class=x href='https://pages.example/@mehnat'>", true},
		{"<a href=\"https://pages.example/@mehnat2\">x</a>", false},
		{"<a href=\"https://evil.example/?https://pages.example/@mehnat\">x</a>", false},
		{"<p>https://pages.example/@mehnat</p>", false},
		{"<!-- <a href=\"https://pages.example/@mehnat\">x</a> -->", false},
		{"<script>'<a href=\"https://pages.example/@mehnat\">'</script>", false},
		{"<img src=\"https://pages.example/@mehnat\">", false},
		{"<a>x</a>", false},
		{"", false},
		{"\xff\xfe<<<>>>&&&", false},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (html_links_to(ROWS[i].html, strlen(ROWS[i].html), URLS) != ROWS[i].found)
			fail_msg("%s", ROWS[i].html);
}

static void deep(void **state)
{
	static const char *const URLS[] = {"https://h.example/", NULL};
	size_t n = 50000;
	char *html = malloc(n * 5 + 1);
	(void)state;

	for (size_t i = 0; i < n; i++)
		memcpy(html + i * 5, "<div>", 5);
	assert_false(html_links_to(html, n * 5, URLS));
	free(html);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links),
		cmocka_unit_test(deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
