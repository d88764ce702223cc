/* Beginnings of texts, for lists, titles and descriptions. */
#include "feature/site/excerpt.h"

#include <string.h>

#include "base/str.h"
#include "kit/html/sanitize.h"
#include "kit/html/template.h"

#define ELLIPSIS      "…"
#define EXCERPT_BYTES (8 * KIB)
#define READ_BYTES    (64 * KIB) /* of a text, at most */

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Bytes of the word at p, and its characters. */
static size_t word_length(const char *p, size_t *ret_count)
{
	const char *from = p;

	*ret_count = 0;
	while (*p && !is_space(*p)) {
		str_utf8_next(&p);
		++*ret_count;
	}
	return (size_t)(p - from);
}

static size_t bytes_of(const char *p, size_t characters)
{
	const char *from = p;

	for (size_t i = 0; i < characters; i++)
		str_utf8_next(&p);
	return (size_t)(p - from);
}

char *excerpt_plain(struct arena *a, const char *text, size_t max)
{
	AUTO(buf_done) struct buf out = BUF(EXCERPT_BYTES);
	size_t used = 0; /* characters */

	for (const char *p = text ? text : ""; !out.failed;) {
		size_t count, len;

		while (is_space(*p))
			p++;
		len = word_length(p, &count);
		if (len == 0)
			break;
		if (used + (used > 0) + count > max) {
			if (used == 0) /* one endless word is cut anywhere */
				buf_add(&out, p, bytes_of(p, max));
			buf_adds(&out, ELLIPSIS);
			break;
		}
		if (used > 0)
			buf_addc(&out, ' ');
		buf_add(&out, p, len);
		used += (used > 0) + count;
		p += len;
	}
	return arena_strdup(a, buf_text(&out));
}

char *excerpt_text(struct arena *a, const char *html, size_t max)
{
	AUTO(buf_done) struct buf text = BUF(MIB);
	size_t len = strlen(html);

	/* Nothing that long is needed; a tag that is cut open is closed by the parser. */
	if (len > READ_BYTES)
		len = READ_BYTES;
	while (len > 0 && ((unsigned char)html[len] & 0xc0) == 0x80)
		len--;
	if (html_to_text(html, len, &text, NULL) < 0)
		return arena_strdup(a, "");
	return excerpt_plain(a, buf_text(&text), max);
}

char *excerpt_sentence(struct arena *a, const char *text, size_t max)
{
	size_t len = strcspn(text, "\n");

	for (size_t i = 0; i + 1 < len; i++) {
		if (!strchr(".!?", text[i]) || text[i + 1] != ' ')
			continue;
		len = i + 1;
	}
	return excerpt_plain(a, arena_copy(a, text, len), max);
}

char *excerpt_paragraph(struct arena *a, const char *html, size_t max)
{
	AUTO(buf_done) struct buf out = BUF(16 * KIB);
	const char *from = strstr(html, "<p>");
	const char *to = from ? strstr(from, "</p>") : NULL;

	if (to && to - from > 3 && (size_t)(to - from) <= max)
		return arena_copy(a, from, (size_t)(to - from) + 4);
	buf_adds(&out, "<p>");
	html_escape(&out, excerpt_text(a, html, max / 4));
	buf_adds(&out, "</p>");
	return arena_strdup(a, buf_text(&out));
}
