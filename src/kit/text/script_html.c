/* HTML around the text: which text stays as it is. */
#include "kit/text/script_own.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

struct piece {
	const char *p;
	size_t len;
};

static bool piece_is(struct piece piece, const char *name)
{
	return strlen(name) == piece.len && strncasecmp(piece.p, name, piece.len) == 0;
}

static bool piece_in(struct piece piece, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (piece_is(piece, names[i]))
			return true;
	return false;
}

/* The ">" that ends the tag at p; NULL when none does. */
static const char *tag_end(const char *p)
{
	char quote = '\0';

	for (; *p; p++) {
		if (quote)
			quote = *p == quote ? '\0' : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (*p == '>')
			return p;
	}
	return NULL;
}

/* The next name and value; false after the last. */
static bool next_attribute(
	const char **p, const char *end, struct piece *ret_name, struct piece *ret_value)
{
	const char *s = *p + strspn(*p, " \t\n\f\r/");
	char quote;

	if (s >= end)
		return false;
	*ret_name = (struct piece){s, strcspn(s, " \t\n\f\r/=>")};
	*ret_value = (struct piece){s, 0};
	s += ret_name->len;
	if (*s == '=') {
		s++;
		quote = *s == '"' || *s == '\'' ? *s++ : '\0';
		ret_value->p = s;
		while (s < end && (quote ? *s != quote : !isspace((unsigned char)*s)))
			s++;
		ret_value->len = (size_t)(s - ret_value->p);
		s += quote && s < end;
	}
	*p = ret_name->len || ret_value->len ? s : s + 1;
	return true;
}

static bool has_kept_class(struct piece value)
{
	static const char *const KEPT[] = {"mention", "hashtag", "invisible", "ellipsis"};
	const char *end = value.p + value.len;

	for (const char *p = value.p; p < end;) {
		size_t len = 0;

		while (p + len < end && !isspace((unsigned char)p[len]))
			len++;
		if (piece_in((struct piece){p, len}, KEPT, LENGTH(KEPT)))
			return true;
		p += len + 1;
	}
	return false;
}

/* Uzbek, whatever the script. */
static bool is_uzbek(struct piece lang)
{
	return lang.len >= 2 && strncasecmp(lang.p, "uz", 2) == 0 &&
	       (lang.len == 2 || lang.p[2] == '-');
}

static unsigned int keeps(struct piece name, const char *p, const char *end, unsigned int outer)
{
	static const char *const CODE[] = {
		"code", "kbd", "samp", "var", "script", "style", "textarea"};
	struct piece attribute, value;
	unsigned int kept = outer;

	if (piece_in(name, CODE, LENGTH(CODE)))
		kept |= SCRIPT_KEPT_CODE;

	while (next_attribute(&p, end, &attribute, &value)) {
		if (piece_is(attribute, "lang") && value.len)
			kept = (kept & ~SCRIPT_KEPT_LANG) |
			       (is_uzbek(value) ? 0 : SCRIPT_KEPT_LANG);
		else if (piece_is(attribute, "class") && has_kept_class(value))
			kept |= SCRIPT_KEPT_CODE;
	}
	return kept;
}

static bool is_empty(struct piece name)
{
	static const char *const EMPTY[] = {"br", "hr", "img", "wbr", "input", "col", "source"};

	return piece_in(name, EMPTY, LENGTH(EMPTY));
}

static bool is_inline(struct piece name)
{
	static const char *const INLINE[] = {"a", "span", "b", "i", "u", "s", "em", "strong", "del",
		"ins", "mark", "small", "sub", "sup", "abbr", "wbr"};

	return piece_in(name, INLINE, LENGTH(INLINE));
}

size_t script_tag(struct script_place *place, const char *p, bool *ret_breaks)
{
	bool closes = p[1] == '/';
	struct piece name = {p + 1 + closes, strcspn(p + 1 + closes, " \t\n\f\r/>")};
	const char *end;

	if (str_starts(p, "<!--")) {
		end = strstr(p + 4, "-->");
		*ret_breaks = false;
		return end ? (size_t)(end + 3 - p) : 0;
	}
	end = tag_end(p);
	if (!end)
		return 0;
	*ret_breaks = !is_inline(name);
	if (closes) {
		place->depth -= place->depth > 0;
	} else if (!is_empty(name) && *name.p != '!') {
		if (place->depth == SCRIPT_DEPTH_MAX)
			return 0;
		place->depth++;
		place->kept[place->depth] =
			keeps(name, name.p + name.len, end, place->kept[place->depth - 1]);
	}
	return (size_t)(end + 1 - p);
}

/* "&#n;" or "&#xn;" at p, as below. */
static uint32_t number(const char *p, size_t *ret_len)
{
	bool hex = p[2] == 'x' || p[2] == 'X';
	size_t i = hex ? 3 : 2;
	uint32_t c = 0;

	for (; i < 10 && (hex ? isxdigit((unsigned char)p[i]) : isdigit((unsigned char)p[i]));
		i++) {
		char digit = (char)tolower((unsigned char)p[i]);

		c = c * (hex ? 16 : 10) + (uint32_t)(digit >= 'a' ? digit - 'a' + 10 : digit - '0');
	}
	*ret_len = i + 1;
	return p[i] == ';' && c >= ' ' && c < 0x110000 && (c < 0xD800 || c > 0xDFFF) ? c : 0;
}

/* The character of "&name;" or "&#n;" at p, and its length; 0 when it is none that we know. */
static uint32_t reference(const char *p, size_t *ret_len)
{
	static const struct {
		const char *text;
		uint32_t c;
	} NAMED[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'},
		{"&apos;", '\''}, {"&nbsp;", 0xA0}, {"&rsquo;", 0x2019}, {"&lsquo;", 0x2018}};

	if (p[1] == '#')
		return number(p, ret_len);
	for (size_t n = 0; n < LENGTH(NAMED); n++) {
		if (str_starts(p, NAMED[n].text)) {
			*ret_len = strlen(NAMED[n].text);
			return NAMED[n].c;
		}
	}
	return 0;
}

size_t script_reference_length(const char *p)
{
	size_t len = 1;

	while (isalnum((unsigned char)p[len]) || (len == 1 && p[len] == '#'))
		len++;
	return len > 1 && p[len] == ';' ? len + 1 : 1;
}

uint32_t script_next(const char **p, bool html)
{
	size_t len = 0;
	uint32_t c;

	if (html && **p == '<')
		return 0; /* the text ends for whoever looks ahead */
	if (html && **p == '&') {
		c = reference(*p, &len);
		if (c) {
			*p += len;
			return c;
		}
	}
	return str_utf8_next(p);
}
