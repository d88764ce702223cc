/* Text out of HTML as feeds carry it. */
#include "kit/feed/text.h"

#include <libxml/HTMLparser.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#define ENTITY_MAX      12   /* bytes of a name; the longest is "thetasym" */
#define ESCAPED_TAG_MAX 2048 /* bytes; a longer one is not looked for */

/* 0x80 to 0x9F in windows-1252, which is what a number in that range is meant as (HTML, "numeric
 * character reference end state"). */
static const uint16_t WINDOWS[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D,
	0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int digit_value(char c, int base)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What a number stands for; 0 for what no text may hold. */
static uint32_t allowed(uint32_t c)
{
	if (c >= 0x80 && c <= 0x9F)
		return WINDOWS[c - 0x80];
	if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F || (c >= 0xD800 && c <= 0xDFFF) ||
		(c & 0xFFFE) == 0xFFFE || c > 0x10FFFF)
		return 0;
	return c;
}

/* After "&#". */
static size_t read_numeric(const char *s, size_t len, uint32_t *ret)
{
	size_t i = 2, digits = 0;
	int base = 10, value;
	uint32_t c = 0;

	if (i < len && (s[i] == 'x' || s[i] == 'X')) {
		base = 16;
		i++;
	}
	for (; i < len && (value = digit_value(s[i], base)) >= 0; i++, digits++)
		if (c <= 0x10FFFF)
			c = c * (uint32_t)base + (uint32_t)value;
	if (!digits || i == len || s[i] != ';')
		return 0;
	*ret = allowed(c);
	return i + 1;
}

size_t feed_reference(const char *s, size_t len, uint32_t *ret)
{
	const htmlEntityDesc *entity;
	char name[ENTITY_MAX + 1];
	size_t n = 0;

	if (len < 3 || s[0] != '&')
		return 0;
	if (s[1] == '#')
		return read_numeric(s, len, ret);
	while (n < ENTITY_MAX && n + 1 < len &&
		(is_alpha(s[n + 1]) || (s[n + 1] >= '0' && s[n + 1] <= '9'))) {
		name[n] = s[n + 1];
		n++;
	}
	name[n] = '\0';
	if (!n || n + 1 >= len || s[n + 1] != ';')
		return 0;
	if (strcmp(name, "apos") == 0) {
		*ret = '\'';
		return n + 2;
	}
	entity = htmlEntityLookup((const xmlChar *)name);
	if (!entity)
		return 0;
	*ret = entity->value;
	return n + 2;
}

bool feed_is_element(const char *s, size_t len)
{
	static const char NAMES[] =
		" a abbr acronym address area article aside audio b base big "
		"blockquote body br button caption center cite code col colgroup "
		"dd del details dfn div dl dt em embed fieldset figcaption figure "
		"font footer form frame h1 h2 h3 h4 h5 h6 head header hr html i "
		"iframe img input ins kbd label legend li link main map mark meta "
		"nav noscript object ol p param picture pre q s samp script section "
		"small source span strike strong style sub summary sup svg table "
		"tbody td textarea tfoot th thead time title tr tt u ul var video "
		"wbr ";
	char name[16];

	if (!len || len + 3 > sizeof name)
		return false;
	name[0] = ' ';
	for (size_t i = 0; i < len; i++) {
		bool digit = s[i] >= '0' && s[i] <= '9';

		if (!is_alpha(s[i]) && !digit)
			return false;
		name[i + 1] = digit ? s[i] : (char)(s[i] | 0x20);
	}
	name[len + 1] = ' ';
	name[len + 2] = '\0';
	return strstr(NAMES, name) != NULL;
}

static size_t name_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && n < 16 && (is_alpha(s[n]) || (s[n] >= '0' && s[n] <= '9')))
		n++;
	return n;
}

size_t feed_tag_length(const char *s, size_t len)
{
	size_t i = 1, n;
	const char *end;

	if (len < 3 || *s != '<')
		return 0;
	if (len > 4 && memcmp(s, "<!--", 4) == 0) {
		end = memmem(s + 4, len - 4, "-->", 3);
		return end ? (size_t)(end - s) + 3 : len;
	}
	i += s[1] == '/';
	n = name_length(s + i, len - i);
	if (!feed_is_element(s + i, n) || i + n == len || !strchr(" \t\n/>", s[i + n]))
		return 0;
	for (char quote = 0; i < len; i++) {
		if (quote ? s[i] == quote : s[i] == '>') {
			if (!quote)
				return i + 1;
			quote = 0;
		} else if (!quote && (s[i] == '"' || s[i] == '\'') && s[i - 1] == '=') {
			quote = s[i];
		}
	}
	end = memchr(s, '>', len); /* a quote without end */
	return end ? (size_t)(end - s) + 1 : len;
}

bool feed_has_tags(const char *s, size_t len)
{
	const char *end = s + len;

	for (const char *p = memchr(s, '<', len); p; p = memchr(p, '<', (size_t)(end - p))) {
		if (feed_tag_length(p, (size_t)(end - p)))
			return true;
		p++;
	}
	return false;
}

/* "&lt;p&gt;", "&lt;br /&gt;", "&lt;/div&gt;", "&lt;a href=…" at s. */
static bool is_escaped_tag(const char *s, size_t len)
{
	size_t i = 4, n;

	len = len < ESCAPED_TAG_MAX ? len : ESCAPED_TAG_MAX;
	if (len < 6 || memcmp(s, "&lt;", 4) != 0)
		return false;
	i += s[i] == '/';
	n = name_length(s + i, len - i);
	return feed_is_element(s + i, n) && i + n < len && strchr(" \t\n/&", s[i + n]) &&
	       memmem(s + i + n, len - i - n, "&gt;", 4);
}

bool feed_is_escaped(const char *s, size_t len)
{
	const char *end = s + len, *p = s;
	size_t found = 0;

	if (!memmem(s, len, "&lt;", 4) || feed_has_tags(s, len))
		return false;
	while (p < end && is_space(*p))
		p++;
	if (is_escaped_tag(p, (size_t)(end - p)))
		return true;
	/* Words before: only when an element is closed too, or one that has no end stands alone. */
	for (; p && found < 1; p = memmem(p, (size_t)(end - p), "&lt;", 4)) {
		size_t left = (size_t)(end - p);

		if (is_escaped_tag(p, left) && (p[4] == '/' || strncasecmp(p + 4, "br", 2) == 0 ||
						       strncasecmp(p + 4, "img", 3) == 0))
			found++;
		p++;
	}
	return found > 0;
}

char *feed_unescape(struct arena *a, const char *s, size_t len, size_t *ret_len)
{
	char *out = arena_copy(a, s, len); /* no reference is shorter than its character */
	size_t n = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t used = s[i] == '&' ? feed_reference(s + i, len - i, &c) : 0;

		if (!used) {
			out[n++] = s[i++];
			continue;
		}
		if (c)
			n += str_utf8_put(c, out + n);
		i += used;
	}
	out[n] = '\0';
	*ret_len = n;
	return out;
}

/* A line of text as it is written, white space run together. */
struct line {
	char *out;
	size_t len, max;
	bool space; /* due before the next character */
	bool full;
};

static void put(struct line *l, uint32_t c)
{
	char bytes[4];
	size_t n;

	if (c == ' ' || c == '\t' || c == '\n' || c == 0xA0) {
		l->space = l->len > 0;
		return;
	}
	if (!c || str_is_control(c) || c == 0xFEFF || (c == 0xAD))
		return;
	n = str_utf8_put(c, bytes);
	if (l->len + n + l->space > l->max) {
		l->full = true;
		return;
	}
	if (l->space)
		l->out[l->len++] = ' ';
	l->space = false;
	memcpy(l->out + l->len, bytes, n);
	l->len += n;
}

size_t feed_raw_length(const char *s, size_t len)
{
	static const char *const RAW[] = {"script", "style"};

	for (size_t i = 0; i < LENGTH(RAW); i++) {
		size_t name = strlen(RAW[i]);

		if (len < name + 2 || strncasecmp(s + 1, RAW[i], name) != 0 ||
			!strchr(" \t\n/>", s[1 + name]))
			continue;
		for (const char *p = s + 1;; p++) {
			p = memchr(p, '<', len - (size_t)(p - s));
			if (!p)
				return len;
			if (len - (size_t)(p - s) > name + 2 && p[1] == '/' &&
				strncasecmp(p + 2, RAW[i], name) == 0)
				return (size_t)(p - s);
		}
	}
	return 0;
}

/* Past a tag, and past what is inside a script or style. */
static size_t pass_tag(const char *s, size_t len)
{
	size_t n = feed_raw_length(s, len);

	return n ? n : feed_tag_length(s, len);
}

/* Does text go on as before around the tag at s, as in "wo<b>r</b>d"? */
static bool is_inline(const char *s)
{
	static const char *const NAMES[] = {"a", "abbr", "b", "cite", "code", "del", "em", "font",
		"i", "ins", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u", "wbr"};
	size_t n;

	s += s[1] == '/' ? 2 : 1;
	n = name_length(s, strnlen(s, 16));
	for (size_t i = 0; i < LENGTH(NAMES); i++)
		if (strlen(NAMES[i]) == n && strncasecmp(s, NAMES[i], n) == 0)
			return true;
	return *s == '!';
}

static void write_plain(const char *s, size_t len, bool markup, struct line *l)
{
	const char *p = s, *end = s + len;

	while (p < end && !l->full) {
		size_t left = (size_t)(end - p), used = 0;
		uint32_t c = ' ';

		if (*p == '<' && markup) {
			used = pass_tag(p, left);
			if (used && !is_inline(p))
				put(l, ' ');
		} else if (*p == '&') {
			used = feed_reference(p, left, &c);
			if (used)
				put(l, c);
		}
		if (used)
			p += used;
		else
			put(l, str_utf8_next(&p));
	}
}

char *feed_plain(struct arena *a, const char *s, size_t len, bool markup, size_t max)
{
	static const char ELLIPSIS[] = "…";
	size_t room = len < max ? len : max;
	struct line l = {.out = arena_alloc(a, room + 4), .max = room};

	if (!l.out)
		return NULL;
	write_plain(s, len, markup, &l);
	if (l.full) {
		while (l.len + strlen(ELLIPSIS) > max)
			while (l.len && ((unsigned char)l.out[--l.len] & 0xC0) == 0x80)
				;
		memcpy(l.out + l.len, ELLIPSIS, sizeof ELLIPSIS);
	}
	return *l.out ? l.out : NULL;
}

size_t feed_text_count(const char *html, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len;) {
		size_t used = html[i] == '<' ? pass_tag(html + i, len - i) : 0;

		if (!used)
			count += !is_space(html[i++]);
		i += used;
	}
	return count;
}

void feed_escape(const char *s, size_t len, struct buf *out)
{
	static const char *const NAMES[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
	static const char SIGNS[] = "&<>\"";
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *sign = s[i] ? strchr(SIGNS, s[i]) : NULL;

		if (!sign)
			continue;
		buf_add(out, s + from, i - from);
		buf_adds(out, NAMES[sign - SIGNS]);
		from = i + 1;
	}
	buf_add(out, s + from, len - from);
}

/* The end of the line at s, and whether the line after it is empty. */
static const char *line_end(const char *s, const char *end, bool *ret_last)
{
	const char *feed = memchr(s, '\n', (size_t)(end - s)), *next = feed ? feed + 1 : end;

	while (next < end && (*next == ' ' || *next == '\t'))
		next++;
	*ret_last = next == end || *next == '\n';
	return feed ? feed : end;
}

void feed_paragraphs(const char *s, size_t len, bool escape, bool breaks, struct buf *out)
{
	const char *end = s + len;
	bool open = false, last;

	while (s < end) {
		const char *feed;

		while (s < end && is_space(*s))
			s++;
		if (s == end)
			break;
		feed = line_end(s, end, &last);
		if (open)
			buf_adds(out, breaks ? "<br>" : "\n");
		else
			buf_adds(out, "<p>");
		if (escape)
			feed_escape(s, (size_t)(feed - s), out);
		else
			buf_add(out, s, (size_t)(feed - s));
		open = !last;
		if (last)
			buf_adds(out, "</p>");
		s = feed;
	}
	if (open)
		buf_adds(out, "</p>");
}
