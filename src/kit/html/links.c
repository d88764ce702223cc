#include "kit/html/links.h"

#include <string.h>

#include "base/auto.h"
#include "kit/html/html_tree.h"

struct looking {
	const char *const *urls;
	bool found;
};

static bool same_address(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 0 && a[n - 1] == '/';
	m -= m > 0 && b[m - 1] == '/';
	return n == m && !memcmp(a, b, n);
}

static bool look(void *arg, const GumboElement *e)
{
	struct looking *l = arg;
	const GumboAttribute *href = gumbo_get_attribute(&e->attributes, "href");

	if (!href || (e->tag != GUMBO_TAG_A && e->tag != GUMBO_TAG_LINK))
		return true;
	for (const char *const *url = l->urls; *url; url++)
		l->found = l->found || same_address(href->value, *url);
	return true;
}

static void ignore_close(void *arg, const GumboElement *e)
{
	(void)arg, (void)e;
}

static void ignore_text(void *arg, const char *text)
{
	(void)arg, (void)text;
}

bool html_links_to(const char *html, size_t len, const char *const *urls)
{
	struct looking l = {.urls = urls};
	struct html_visitor visitor = {look, ignore_close, ignore_text, &l};
	AUTO(html_tree_freep) struct html_tree *tree = NULL;

	if (html_tree_parse(html, len, NULL, &tree) == 0 &&
		html_tree_walk(tree, &visitor, NULL) < 0)
		return false;
	return l.found;
}
