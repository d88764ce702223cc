/* Attributes and text as the sanitizer writes them. Which elements there are, and where, is decided
 * in sanitize.c. */
#include "kit/html/sanitize_attributes.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/html/html_tree.h"
#include "kit/html/template.h"

#define LANG_MAX  35
#define SPAN_MAX  100
#define VALUE_MAX 1000000

const char *sanitize_attribute(const GumboElement *element, const char *name)
{
	const GumboAttribute *a = gumbo_get_attribute(&element->attributes, name);

	return a ? a->value : NULL;
}

/* Is there word in a list that is separated by white space? */
static bool has_word(const char *list, const char *word)
{
	while (list && *list) {
		size_t len;

		list += strspn(list, " \t\n\f\r");
		len = strcspn(list, " \t\n\f\r");
		if (len == strlen(word) && strncasecmp(list, word, len) == 0)
			return true;
		list += len;
	}
	return false;
}

static void add_link(const char *link, struct buf *out)
{
	buf_adds(out, " href=\"");
	html_escape(out, link);
	buf_addc(out, '"');
}

/* Links of a hashtag keep saying so; others than our own say that we do not vouch for them. */
static void add_rel(const char *rel, bool ours, struct buf *out)
{
	bool tag = has_word(rel, "tag");

	if (ours && tag)
		buf_adds(out, " rel=\"tag\"");
	else if (!ours)
		buf_addf(out, " rel=\"%snofollow noopener noreferrer\"", tag ? "tag " : "");
}

static void add_class(const char *list, struct buf *out)
{
	const char *before = " class=\"";

	while (list && *list) {
		size_t len;

		list += strspn(list, " \t\n\f\r");
		len = strcspn(list, " \t\n\f\r");
		if (allow_class(list, len)) {
			buf_adds(out, before);
			buf_add(out, list, len);
			before = " ";
		}
		list += len;
	}
	if (*before == ' ' && !before[1])
		buf_addc(out, '"');
}

/* name="value" when value is a whole number from min to max. */
static void add_number(
	const GumboElement *element, const char *name, int64_t min, int64_t max, struct buf *out)
{
	const char *text = sanitize_attribute(element, name);
	bool minus = text && *text == '-';
	int64_t n;

	if (!text || !str_to_int64(text + minus, &n) || (minus && !n))
		return;
	n = minus ? -n : n;
	if (n >= min && n <= max)
		buf_addf(out, " %s=\"%lld\"", name, (long long)n);
}

/* name="value" when value is one of choices. */
static void add_choice(
	const GumboElement *element, const char *name, const char *const *choices, struct buf *out)
{
	const char *text = sanitize_attribute(element, name);

	for (; text && *choices; choices++)
		if (strcasecmp(text, *choices) == 0)
			buf_addf(out, " %s=\"%s\"", name, *choices);
}

static void add_lang(const char *lang, struct buf *out)
{
	size_t len = lang ? strlen(lang) : 0;

	if (!len || len > LANG_MAX ||
		len != strspn(lang,
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"))
		return;
	buf_addf(out, " lang=\"%s\"", lang);
}

void sanitize_attributes(const GumboElement *element, const struct allow *allow, const char *link,
	const char *own, struct buf *out)
{
	static const char *const ALIGN[] = {"left", "center", "right", NULL};
	static const char *const DIR[] = {"ltr", "rtl", "auto", NULL};

	if (allow->attributes & ATTRIBUTE_HREF)
		add_link(link, out);
	if (allow->attributes & ATTRIBUTE_CLASS)
		add_class(sanitize_attribute(element, "class"), out);
	if (allow->attributes & ATTRIBUTE_HREF)
		add_rel(sanitize_attribute(element, "rel"), own && str_starts(link, own), out);
	if (allow->attributes & ATTRIBUTE_START)
		add_number(element, "start", -VALUE_MAX, VALUE_MAX, out);
	if (allow->attributes & ATTRIBUTE_REVERSED && sanitize_attribute(element, "reversed"))
		buf_adds(out, " reversed=\"\"");
	if (allow->attributes & ATTRIBUTE_VALUE)
		add_number(element, "value", -VALUE_MAX, VALUE_MAX, out);
	if (allow->attributes & ATTRIBUTE_ALIGN)
		add_choice(element, "align", ALIGN, out);
	if (allow->attributes & ATTRIBUTE_SPAN) {
		add_number(element, "colspan", 2, SPAN_MAX, out);
		add_number(element, "rowspan", 2, SPAN_MAX, out);
	}
	add_lang(sanitize_attribute(element, "lang"), out);
	add_choice(element, "dir", DIR, out);
}

static const char *escape_of(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	default:
		return NULL;
	}
}

void sanitize_text(struct buf *out, const char *text)
{
	const char *plain = text;

	while (*text) {
		const char *at = text, *escape = escape_of(*text);

		if (html_pass(&text) && !escape)
			continue;
		buf_add(out, plain, (size_t)(at - plain));
		if (escape)
			buf_adds(out, escape);
		plain = text;
	}
	buf_add(out, plain, (size_t)(text - plain));
}
