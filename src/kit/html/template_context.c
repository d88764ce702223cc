/* The machine that reads a template's HTML or XML as a browser will (HTML, Tokenization), as far as
 * it matters for where a tag of the template stands. Templates are our own: what a browser would
 * repair is refused here. What may stand at a place is decided in template_place.c. */
#include "kit/html/template_context.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

void context_init(struct context *c, enum template_kind kind)
{
	*c = (struct context){.kind = kind};
}

static bool is_space(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' || ch == '\f';
}

static bool is_letter(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static void name_begin(struct context *c)
{
	c->name_len = 0;
	c->name[0] = '\0';
}

static void name_add(struct context *c, char ch)
{
	if (c->name_len + 1 == sizeof c->name)
		return;
	c->name[c->name_len++] = (char)(ch >= 'A' && ch <= 'Z' ? ch + ('a' - 'A') : ch);
	c->name[c->name_len] = '\0';
}

static bool is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(name, *list))
			return true;
	return false;
}

static enum value_kind kind_of(const char *key)
{
	static const char *const CODE[] = {"style", "srcdoc", NULL};
	static const char *const URL[] = {"href", "src", "action", "formaction", "cite", "data",
		"poster", "background", "longdesc", "manifest", "ping", "icon", "profile",
		"codebase", "classid", "archive", "usemap", "xlink:href", "url", "uri", NULL};
	static const char *const URLS[] = {"srcset", "imagesrcset", NULL};

	if (str_starts(key, "on") || is_one_of(key, CODE))
		return VALUE_CODE;
	if (is_one_of(key, URL))
		return VALUE_URL;
	return is_one_of(key, URLS) ? VALUE_URLS : VALUE_PLAIN;
}

static bool is_scheme(const char *s, size_t len)
{
	static const char *const SCHEMES[] = {"http", "https", "mailto", "tel", NULL};

	for (const char *const *scheme = SCHEMES; *scheme; scheme++)
		if (strlen(*scheme) == len && strncasecmp(*scheme, s, len) == 0)
			return true;
	return false;
}

bool context_url_safe(const char *s, size_t len)
{
	while (len && (unsigned char)*s <= ' ') {
		s++;
		len--;
	}
	for (size_t i = 0; i < len; i++) {
		if (s[i] == ':')
			return is_scheme(s, i);
		if (s[i] == '/' || s[i] == '?' || s[i] == '#')
			return true;
	}
	return true;
}

/* One byte of an attribute that holds an address; the sentence of what is wrong with it, or NULL.
 */
static const char *feed_url(struct context *c, char ch)
{
	if (c->value == VALUE_URLS && (is_space(ch) || ch == ',')) {
		c->url = URL_BEGIN;
		c->scheme_len = 0;
		return NULL;
	}
	if (c->url == URL_SETTLED || c->url == URL_UNSAFE || (!c->scheme_len && is_space(ch)))
		return NULL;
	if (ch == '/' || ch == '?' || ch == '#') {
		c->url = URL_SETTLED;
	} else if (ch == ':' && c->url == URL_OPEN) {
		return "this colon would make what stands before it a scheme: write the scheme out";
	} else if (ch == ':') {
		c->url = is_scheme(c->scheme, c->scheme_len) ? URL_SETTLED : URL_UNSAFE;
	} else if (ch == '&') {
		c->url = URL_UNSAFE; /* an entity in a scheme hides something */
	} else if (c->scheme_len < sizeof c->scheme) {
		c->scheme[c->scheme_len++] = ch;
	}
	return NULL;
}

static void end_of_tag(struct context *c)
{
	static const char *const ESCAPABLE[] = {"title", "textarea", NULL};
	static const char *const RAW[] = {
		"script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext", NULL};
	bool html = c->kind == TEMPLATE_HTML;

	c->matched = 0;
	if (html && is_one_of(c->tag, ESCAPABLE))
		c->place = PLACE_ESCAPABLE;
	else if (is_one_of(c->tag, RAW) && (html || !c->slash))
		c->place = PLACE_RAW;
	else
		c->place = PLACE_TEXT;
}

static const char *feed_open(struct context *c, char ch)
{
	name_begin(c);
	name_add(c, ch);
	c->matched = 0;
	if (is_letter(ch) || (c->kind == TEMPLATE_XML && (ch == '_' || ch == ':')))
		c->place = PLACE_NAME;
	else if (ch == '/')
		c->place = PLACE_END_TAG;
	else if (ch == '!' || (ch == '?' && c->kind == TEMPLATE_XML))
		c->place = PLACE_DECLARATION;
	else
		return "this \"<\" does not begin a tag: write &lt;";
	return NULL;
}

static void key_begin(struct context *c, char ch)
{
	name_begin(c);
	name_add(c, ch);
	c->keys++;
	c->place = PLACE_KEY;
}

/* Within a tag, outside of values. */
static const char *feed_tag(struct context *c, char ch)
{
	bool gap = c->place == PLACE_GAP;

	if (c->place == PLACE_NAME && (is_space(ch) || ch == '/' || ch == '>'))
		memcpy(c->tag, c->name, sizeof c->tag);
	if (ch == '>') {
		end_of_tag(c);
	} else if (ch == '"' || ch == '\'' || ch == '<') {
		return "a quote or \"<\" cannot stand here in a tag";
	} else if (ch == '/') {
		c->place = PLACE_SPACE;
	} else if (is_space(ch)) {
		c->place = c->place == PLACE_KEY || c->place == PLACE_KEY_END ? PLACE_KEY_END
									      : PLACE_SPACE;
	} else if (ch == '=' && (c->place == PLACE_KEY || c->place == PLACE_KEY_END)) {
		c->place = PLACE_EQUALS;
	} else if (ch == '=') {
		return "there is no attribute's name before this \"=\"";
	} else if (gap) {
		return "there must be a space before this attribute";
	} else if (c->place == PLACE_NAME || c->place == PLACE_KEY) {
		name_add(c, ch);
	} else {
		key_begin(c, ch);
	}
	c->slash = ch == '/';
	return NULL;
}

static const char *feed_equals(struct context *c, char ch)
{
	if (is_space(ch))
		return NULL;
	if (ch == '>')
		return "there is no value before this \">\"";
	if (ch != '"' && ch != '\'') {
		if (c->kind == TEMPLATE_XML)
			return "this value must stand in quotes";
		c->place = PLACE_UNQUOTED;
		return NULL;
	}
	c->quote = ch;
	c->value = kind_of(c->name);
	c->url = URL_BEGIN;
	c->scheme_len = 0;
	c->place = PLACE_QUOTED;
	return NULL;
}

static const char *feed_unquoted(struct context *c, char ch)
{
	if (ch == '>')
		end_of_tag(c);
	else if (is_space(ch))
		c->place = PLACE_SPACE;
	else if (strchr("\"'<=`", ch))
		return "this byte cannot stand in a value without quotes";
	return NULL;
}

static const char *feed_quoted(struct context *c, char ch)
{
	if (ch == c->quote) {
		c->place = PLACE_GAP;
		c->slash = false;
		return NULL;
	}
	if (ch == '<' && c->kind == TEMPLATE_XML)
		return "in XML \"<\" cannot stand in a value: write &lt;";
	return c->value == VALUE_URL || c->value == VALUE_URLS ? feed_url(c, ch) : NULL;
}

static const char *feed_comment(struct context *c, char ch)
{
	if (ch == '!' && c->matched >= 2)
		return "\"--!\" cannot stand in a comment";
	if (ch == '>' && c->matched >= 2)
		c->place = PLACE_TEXT;
	c->matched = ch == '-' ? c->matched + 1 : 0;
	return NULL;
}

static const char *feed_declaration(struct context *c, char ch)
{
	bool instruction = c->name[0] == '?';

	name_add(c, ch);
	if (ch == '>' && (!instruction || c->matched)) {
		c->place = PLACE_TEXT;
	} else if (str_eq(c->name, "!--")) {
		c->place = PLACE_COMMENT;
		c->matched = 2; /* "<!-->" is a whole comment */
		return NULL;
	} else if (str_eq(c->name, "![cdata[") && c->kind == TEMPLATE_XML) {
		c->place = PLACE_CDATA;
	} else if (ch == '[' && c->name[1] != '[') {
		return "a document type with declarations of its own is not taken";
	}
	c->matched = ch == '?';
	return NULL;
}

static const char *feed_cdata(struct context *c, char ch)
{
	if (ch == '>' && c->matched >= 2)
		c->place = PLACE_TEXT;
	c->matched = ch == ']' ? c->matched + 1 : 0;
	return NULL;
}

/* Text that only its own end tag ends: "</", the name, and then a space, "/" or ">". */
static const char *feed_raw(struct context *c, char ch)
{
	size_t len = strlen(c->tag);

	if (c->matched == len + 2 && (is_space(ch) || ch == '/' || ch == '>')) {
		c->place = ch == '>' ? PLACE_TEXT : PLACE_END_TAG;
		return NULL;
	}
	if (c->matched == 1 && ch == '!' && str_eq(c->tag, "script"))
		return "\"<!\" in a script changes where it ends: leave it out";
	if (ch == '<')
		c->matched = 1;
	else if (c->matched == 1 && ch == '/')
		c->matched = 2;
	else if (c->matched >= 2 && c->matched < len + 2 &&
		 strncasecmp(&ch, &c->tag[c->matched - 2], 1) == 0)
		c->matched++;
	else
		c->matched = 0;
	return NULL;
}

static const char *feed(struct context *c, char ch)
{
	switch (c->place) {
	case PLACE_TEXT:
		if (ch == '<') {
			c->place = PLACE_OPEN;
			c->tags++;
		}
		return NULL;
	case PLACE_OPEN:
		return feed_open(c, ch);
	case PLACE_END_TAG:
		if (ch == '>')
			c->place = PLACE_TEXT;
		return ch == '<' ? "the end tag before this \"<\" has no \">\"" : NULL;
	case PLACE_EQUALS:
		return feed_equals(c, ch);
	case PLACE_UNQUOTED:
		return feed_unquoted(c, ch);
	case PLACE_QUOTED:
		return feed_quoted(c, ch);
	case PLACE_COMMENT:
		return feed_comment(c, ch);
	case PLACE_DECLARATION:
		return feed_declaration(c, ch);
	case PLACE_CDATA:
		return feed_cdata(c, ch);
	case PLACE_ESCAPABLE:
	case PLACE_RAW:
		return feed_raw(c, ch);
	default:
		return feed_tag(c, ch);
	}
}

size_t context_feed(struct context *c, const char *text, size_t len, struct err *err)
{
	const char *wrong;

	if (c->kind == TEMPLATE_PLAIN)
		return len;
	for (size_t i = 0; i < len; i++) {
		wrong = feed(c, text[i]);
		if (wrong) {
			(void)err_set(err, ERR_INVALID, "%s", wrong);
			return i;
		}
	}
	return len;
}
