/* What of a template may stand at which place of HTML or XML, and how values are escaped there. The
 * machine that knows the place is in template_context.c. */
#include <string.h>

#include "base/str.h"
#include "kit/html/template_context.h"

/* "in …", for sentences. */
static const char *describe(const struct context *c)
{
	switch (c->place) {
	case PLACE_OPEN:
	case PLACE_NAME:
	case PLACE_END_TAG:
		return "in a tag's name";
	case PLACE_SPACE:
	case PLACE_GAP:
	case PLACE_KEY:
	case PLACE_KEY_END:
		return "in an attribute's name";
	case PLACE_EQUALS:
	case PLACE_UNQUOTED:
		return "in a value without quotes";
	case PLACE_QUOTED:
		return "in a quoted value";
	case PLACE_COMMENT:
		return "in a comment";
	case PLACE_DECLARATION:
		return "in a declaration";
	case PLACE_CDATA:
		return "in a CDATA section";
	case PLACE_ESCAPABLE:
	case PLACE_RAW:
		return "in an element that holds text alone";
	case PLACE_TEXT:
		break;
	}
	return "in text";
}

static int value_in_attribute(
	struct context *c, const char *name, struct err *err, enum node_escape *ret)
{
	bool xml = c->kind == TEMPLATE_XML;

	if (c->value == VALUE_CODE)
		return err_set(err, ERR_INVALID,
			"{{%s}} stands in the attribute %s, which is code: nothing can be escaped "
			"for it",
			name, c->name);
	*ret = xml ? ESCAPE_XML : ESCAPE_HTML;
	if (c->value == VALUE_PLAIN || c->url == URL_SETTLED)
		return 0;
	if (c->url == URL_UNSAFE)
		return err_set(err, ERR_INVALID,
			"{{%s}} stands in an address whose scheme is not http, https, mailto or "
			"tel",
			name);
	*ret = xml ? ESCAPE_URL_XML : ESCAPE_URL_HTML;
	c->url = URL_OPEN;
	return 0;
}

static int raw_value(
	const struct context *c, const char *name, struct err *err, enum node_escape *ret)
{
	if (!str_ends(name, "_html"))
		return err_set(err, ERR_INVALID,
			"{{{%s}}} is written without escapes, which only names that end in _html "
			"are: write {{%s}}",
			name, name);
	if (c->place != PLACE_TEXT)
		return err_set(err, ERR_INVALID, "{{{%s}}} stands %s: it may only stand in text",
			name, describe(c));
	*ret = ESCAPE_NONE;
	return 0;
}

int context_value(
	struct context *c, bool raw, const char *name, struct err *err, enum node_escape *ret)
{
	if (c->kind == TEMPLATE_PLAIN) {
		*ret = raw ? ESCAPE_NONE : ESCAPE_PLAIN;
		return 0;
	}
	if (raw)
		return raw_value(c, name, err, ret);
	if (c->place == PLACE_QUOTED)
		return value_in_attribute(c, name, err, ret);
	if (c->place == PLACE_EQUALS || c->place == PLACE_UNQUOTED)
		return err_set(err, ERR_INVALID,
			"{{%s}} stands in an attribute without quotes: put \" before and after it",
			name);
	if (c->place == PLACE_RAW)
		return err_set(err, ERR_INVALID,
			"{{%s}} stands in <%s>: nothing can be escaped for it", name, c->tag);
	if (c->place != PLACE_TEXT && c->place != PLACE_ESCAPABLE)
		return err_set(err, ERR_INVALID,
			"{{%s}} stands %s: values may stand in text and in quoted attributes", name,
			describe(c));
	c->matched = 0;
	*ret = c->kind == TEMPLATE_XML ? ESCAPE_XML : ESCAPE_HTML;
	return 0;
}

int context_partial(const struct context *c, const char *name, struct err *err)
{
	if (c->kind == TEMPLATE_PLAIN || c->place == PLACE_TEXT)
		return 0;
	return err_set(err, ERR_INVALID, "{{>%s}} stands %s: partials may only stand in text", name,
		describe(c));
}

/* Names that were begun end here, so that a section's contents cannot be glued to them. */
static void settle(struct context *c)
{
	if (c->place == PLACE_NAME)
		memcpy(c->tag, c->name, sizeof c->tag);
	if (c->place == PLACE_NAME || c->place == PLACE_KEY)
		c->place = PLACE_GAP;
	if (c->place == PLACE_KEY_END)
		c->place = PLACE_SPACE;
}

static bool may_divide(const struct context *c)
{
	switch (c->place) {
	case PLACE_TEXT:
	case PLACE_SPACE:
	case PLACE_GAP:
	case PLACE_QUOTED:
		return true;
	case PLACE_COMMENT:
		return c->matched == 0 || c->matched == 2;
	case PLACE_ESCAPABLE:
	case PLACE_RAW:
		return c->matched == 0;
	default:
		return false;
	}
}

int context_begin(struct context *c, const char *name, struct err *err)
{
	settle(c);
	if (c->kind == TEMPLATE_PLAIN || may_divide(c))
		return 0;
	return err_set(
		err, ERR_INVALID, "the section %s may not begin or end %s", name, describe(c));
}

static bool is_gap(const struct context *c)
{
	return c->place == PLACE_SPACE || c->place == PLACE_GAP;
}

static bool same_place(const struct context *a, const struct context *b)
{
	if (a->place == PLACE_TEXT)
		return b->place == PLACE_TEXT;
	if (a->tags != b->tags)
		return false;
	if (is_gap(a))
		return is_gap(b);
	if (a->place != b->place || a->matched != b->matched)
		return false;
	return a->place != PLACE_QUOTED || a->keys == b->keys;
}

/* Either may hold, so the stricter does. */
static void join_url(struct context *c, const struct context *begin)
{
	bool same = c->url == begin->url && c->scheme_len == begin->scheme_len &&
		    memcmp(c->scheme, begin->scheme, c->scheme_len) == 0;

	if (same || (c->url == URL_SETTLED && begin->url == URL_SETTLED))
		return;
	c->url = c->url == URL_UNSAFE || begin->url == URL_UNSAFE ? URL_UNSAFE : URL_OPEN;
}

int context_join(struct context *c, const struct context *begin, const char *name, struct err *err)
{
	int rc = context_begin(c, name, err);

	if (rc < 0 || c->kind == TEMPLATE_PLAIN)
		return rc;
	if (!same_place(c, begin))
		return err_set(err, ERR_INVALID,
			"the section %s begins %s and ends %s of another: what it holds must be "
			"whole",
			name, describe(begin), describe(c));
	if (is_gap(c) && c->place != begin->place)
		c->place = PLACE_GAP;
	if (c->place == PLACE_QUOTED)
		join_url(c, begin);
	return 0;
}

int context_end(const struct context *c, struct err *err)
{
	if (c->kind == TEMPLATE_PLAIN || c->place == PLACE_TEXT)
		return 0;
	return err_set(err, ERR_INVALID, "the template ends %s", describe(c));
}
