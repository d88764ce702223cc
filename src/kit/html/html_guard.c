/* A look at HTML before gumbo gets it: how many tags and attributes, and how deep at most. Many of
 * gumbo's steps (is a <p> open? is this element still open? has the tag this attribute already?)
 * walk all open elements or all attributes, so a bomb of unclosed tags costs time in proportion to
 * its square.
 *
 * The depth found here may be too high, never much too low: an end tag closes an element only when
 * that element is the innermost, and where this reader can no longer be sure to see the same tags
 * as gumbo (inside SVG, <select>, scripts with comments, …) nothing closes any more, and each "<"
 * may be where a tag begins. */
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/html/html_tree.h"

#define READ_MAX ((size_t)16 << 20) /* bytes that may be read again when the reader is unsure */

struct piece {
	const char *at;
	size_t len;
};

struct guard {
	const char *p;
	const char *end;
	struct piece open[HTML_OPEN_MAX];
	size_t depth;
	size_t tags;
	bool unsure; /* from here on nothing closes */
	size_t read; /* bytes of attributes since then */
};

static bool is(struct piece name, const char *tag)
{
	return name.len == strlen(tag) && strncasecmp(name.at, tag, name.len) == 0;
}

static bool is_one_of(struct piece name, const char *const *tags)
{
	for (; *tags; tags++)
		if (is(name, *tags))
			return true;
	return false;
}

static bool is_void(struct piece name)
{
	static const char *const TAGS[] = {"br", "img", "hr", "input", "wbr", "area", "col",
		"embed", "base", "link", "meta", "keygen", "param", "source", "track", NULL};

	return is_one_of(name, TAGS);
}

/* Elements whose contents are text for the parser. */
static bool is_raw(struct piece name)
{
	static const char *const TAGS[] = {"script", "style", "textarea", "title", "xmp", "iframe",
		"noembed", "noframes", NULL};

	return is_one_of(name, TAGS);
}

/* Elements in which other rules hold for what follows. */
static bool is_strange(struct piece name)
{
	static const char *const TAGS[] = {
		"svg", "math", "select", "template", "plaintext", "frameset", NULL};

	return is_one_of(name, TAGS);
}

/* Does the start tag close the innermost element? The most common omitted end tags only. */
static bool implies_end(struct piece open, struct piece start)
{
	if (is(open, "p") || is(open, "li"))
		return open.len == start.len && strncasecmp(open.at, start.at, open.len) == 0;
	if (is(open, "td") || is(open, "th"))
		return is(start, "td") || is(start, "th");
	if (is(open, "dt") || is(open, "dd"))
		return is(start, "dt") || is(start, "dd");
	return false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void skip_past(struct guard *g, char c)
{
	const char *found = memchr(g->p, c, (size_t)(g->end - g->p));

	g->p = found ? found + 1 : g->end;
}

/* From after a tag's name to after its ">" (HTML, Tokenization: attributes). Returns how many there
 * are. */
static int read_attributes(struct guard *g)
{
	int count = 0;

	while (g->p < g->end && *g->p != '>') {
		if (is_space(*g->p) || *g->p == '/') {
			g->p++;
			continue;
		}
		count++;
		for (g->p++; g->p < g->end && !is_space(*g->p) && !strchr("/>=", *g->p); g->p++)
			;
		while (g->p < g->end && is_space(*g->p))
			g->p++;
		if (g->p == g->end || *g->p != '=')
			continue;
		for (g->p++; g->p < g->end && is_space(*g->p); g->p++)
			;
		if (g->p < g->end && (*g->p == '"' || *g->p == '\'')) {
			char quote = *g->p++;

			skip_past(g, quote);
			continue;
		}
		while (g->p < g->end && !is_space(*g->p) && *g->p != '>')
			g->p++;
	}
	if (g->p < g->end)
		g->p++;
	return count;
}

/* Past the attributes of a tag; when unsure, only as far as its name. */
static int skip_attributes(struct guard *g, struct err *err)
{
	const char *begin = g->p;
	int count = read_attributes(g);

	if (g->unsure) {
		g->read += (size_t)(g->p - begin);
		g->p = begin;
	}
	if (count > HTML_KEYS_MAX)
		return err_set(err, ERR_TOO_LARGE, "a tag of the HTML has more than %d attributes",
			HTML_KEYS_MAX);
	if (g->read > READ_MAX)
		return err_set(err, ERR_TOO_LARGE,
			"the HTML is too intricate: it has quotes "
			"without end in tags");
	return 0;
}

/* To the end tag that ends a raw text, or to the end. */
static void skip_raw(struct guard *g, struct piece name)
{
	const char *from = g->p;

	for (;;) {
		skip_past(g, '<');
		if (g->p == g->end)
			return;
		if ((size_t)(g->end - g->p) > name.len + 1 && g->p[0] == '/' &&
			strncasecmp(g->p + 1, name.at, name.len) == 0 &&
			(is_space(g->p[1 + name.len]) || strchr("/>", g->p[1 + name.len])))
			break;
	}
	g->p--;
	if (is(name, "script") && memmem(from, (size_t)(g->p - from), "<!--", 4)) {
		g->unsure = true;
		g->p = from;
	}
}

/* A comment that every parser reads alike; others make the reader unsure. */
static void skip_comment(struct guard *g)
{
	const char *text = g->p + 3, *dashes;

	dashes = memmem(text, (size_t)(g->end - text), "--", 2);
	if (!dashes || dashes + 2 == g->end || dashes[2] != '>' || *text == '>' ||
		(text[0] == '-' && text[1] == '>')) {
		g->unsure = true;
		return;
	}
	g->p = dashes + 3;
}

static struct piece read_name(struct guard *g)
{
	struct piece name = {.at = g->p};

	while (g->p < g->end && !is_space(*g->p) && *g->p != '/' && *g->p != '>')
		g->p++;
	name.len = (size_t)(g->p - name.at);
	return name;
}

static int too_deep(struct err *err)
{
	return err_set(err, ERR_TOO_LARGE,
		"the HTML is nested too deep: more than %d elements stand open at once",
		HTML_OPEN_MAX);
}

static int start_tag(struct guard *g, struct err *err)
{
	struct piece name = read_name(g);
	int rc = skip_attributes(g, err);

	if (rc < 0)
		return rc;
	if (is_void(name))
		return 0;
	if (!g->unsure && g->depth && implies_end(g->open[g->depth - 1], name))
		g->depth--;
	if (g->depth == HTML_OPEN_MAX)
		return too_deep(err);
	g->open[g->depth++] = name;
	if (is_strange(name))
		g->unsure = true;
	if (is_raw(name) && !g->unsure)
		skip_raw(g, name);
	return 0;
}

static int end_tag(struct guard *g, struct err *err)
{
	struct piece name = read_name(g), top;
	int rc = skip_attributes(g, err);

	if (rc < 0 || g->unsure || !g->depth)
		return rc;
	top = g->open[g->depth - 1];
	if (top.len == name.len && strncasecmp(top.at, name.at, name.len) == 0)
		g->depth--;
	return 0;
}

/* After "<". */
static int markup(struct guard *g, struct err *err)
{
	size_t left = (size_t)(g->end - g->p);

	if (!left)
		return 0;
	if (is_letter(*g->p)) {
		g->tags++;
		return start_tag(g, err);
	}
	if (left > 1 && *g->p == '/' && is_letter(g->p[1])) {
		g->tags++;
		g->p++;
		return end_tag(g, err);
	}
	if (g->unsure)
		return 0;
	if (left > 4 && memcmp(g->p, "!--", 3) == 0)
		skip_comment(g);
	else if (*g->p == '!' || *g->p == '?' || *g->p == '/')
		skip_past(g, '>');
	return 0;
}

int html_guard(const char *html, size_t len, struct err *err)
{
	struct guard g = {.p = html, .end = html + len};
	int rc;

	while (g.p < g.end) {
		skip_past(&g, '<');
		rc = markup(&g, err);
		if (rc < 0)
			return rc;
		if (g.tags > HTML_TAGS_MAX)
			return err_set(err, ERR_TOO_LARGE, "the HTML has more than %d tags",
				HTML_TAGS_MAX);
	}
	return 0;
}
