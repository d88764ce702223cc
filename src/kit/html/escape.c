/* Escaping for HTML text and quoted attributes. Where which escape is due is decided in
 * template_context.c. */
#include "kit/html/escape.h"

#include <stdbool.h>
#include <string.h>

#include "kit/html/template.h"

/* NUL has no place in HTML. */
static const char *const HTML[256] = {[0] = "",
	['&'] = "&amp;",
	['<'] = "&lt;",
	['>'] = "&gt;",
	['"'] = "&quot;",
	['\''] = "&#39;"};

/* The specification's four. */
static const char *const PLAIN[256] = {
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"};

static void escape(struct buf *out, const char *s, size_t len, const char *const table[256])
{
	size_t plain = 0;

	for (size_t i = 0; i < len; i++) {
		const char *to = table[(unsigned char)s[i]];

		if (!to)
			continue;
		buf_add(out, s + plain, i - plain);
		buf_adds(out, to);
		plain = i + 1;
	}
	buf_add(out, s + plain, len - plain);
}

void escape_html(struct buf *out, const char *s, size_t len)
{
	escape(out, s, len, HTML);
}

void escape_plain(struct buf *out, const char *s, size_t len)
{
	escape(out, s, len, PLAIN);
}

/* U+FFFE and U+FFFF; the rest of what XML 1.0 (section 2.2) leaves out are single bytes. */
static bool is_noncharacter(const char *s, size_t len)
{
	return len >= 3 && s[0] == '\xEF' && s[1] == '\xBF' && (s[2] == '\xBE' || s[2] == '\xBF');
}

void escape_xml(struct buf *out, const char *s, size_t len)
{
	size_t plain = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		bool wide = c == 0xEF && is_noncharacter(s + i, len - i);
		bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';

		if (!HTML[c] && !wide && !control)
			continue;
		buf_add(out, s + plain, i - plain);
		if (HTML[c])
			buf_adds(out, HTML[c]);
		i += wide ? 2 : 0;
		plain = i + 1;
	}
	buf_add(out, s + plain, len - plain);
}

void html_escape(struct buf *out, const char *s)
{
	escape_html(out, s, strlen(s));
}
