/* Letters for a seal, and frames for tables. */
#include "feature/site/display.h"

#include <string.h>

#include <unicode/uchar.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/html/template.h"

#define WORD_LETTERS 3      /* a word of fewer gives none */
#define WORD_BYTES   16     /* longer ones are no small words */
#define TURNED_COMMA 0x02bb /* makes oʻ of o, a letter of its own */
#define TABLES_MAX   MIB
#define BEGIN        "<table>"
#define END          "</table>"

/* Words that nobody abbreviates, of three letters and more. */
static bool is_small(const char *word, size_t len)
{
	static const char *const SMALL[] = {"the", "and", "for", "при", "для", "hám", "ҳәм"};
	char lower[WORD_BYTES * 2];
	size_t n = 0;

	if (len > WORD_BYTES)
		return false;
	for (const char *p = word; p < word + len;)
		n += str_utf8_put((uint32_t)u_tolower((UChar32)str_utf8_next(&p)), lower + n);
	for (size_t i = 0; i < LENGTH(SMALL); i++)
		if (strlen(SMALL[i]) == n && memcmp(SMALL[i], lower, n) == 0)
			return true;
	return false;
}

/* The next word from *p on: its first byte, its length into ret_len, *p after it. NULL: none. */
static const char *next_word(const char **p, int *ret_letters, size_t *ret_len)
{
	const char *begin = NULL;

	*ret_letters = 0;
	while (**p) {
		const char *at = *p;

		if (u_isalpha((UChar32)str_utf8_next(p))) {
			begin = begin ? begin : at;
			++*ret_letters;
			*ret_len = (size_t)(*p - begin);
		} else if (begin) {
			break;
		}
	}
	return begin;
}

char *display_initials(struct arena *a, const char *name, int *ret_count)
{
	char out[INITIALS_MAX * 8];
	size_t n = 0, len;
	const char *word;
	int letters;

	*ret_count = 0;
	while (*ret_count < INITIALS_MAX && (word = next_word(&name, &letters, &len))) {
		if (letters < WORD_LETTERS || is_small(word, len))
			continue;
		n += str_utf8_put((uint32_t)u_toupper((UChar32)str_utf8_next(&word)), out + n);
		if (str_utf8_next(&word) == TURNED_COMMA)
			n += str_utf8_put(TURNED_COMMA, out + n);
		++*ret_count;
	}
	return arena_copy(a, out, n);
}

/* After the end of the table that begins here, and of those inside it. */
static const char *table_end(const char *begin)
{
	const char *p = begin + strlen(BEGIN);

	for (int depth = 1; depth > 0;) {
		const char *next = strchr(p, '<');

		if (!next)
			return p + strlen(p);
		if (str_starts(next, BEGIN))
			depth++;
		else if (str_starts(next, END))
			depth--;
		p = next + (str_starts(next, END) ? strlen(END) : 1);
	}
	return p;
}

const char *display_tables(struct arena *a, const char *html, const char *label)
{
	AUTO(buf_done) struct buf out = BUF(TABLES_MAX);
	const char *p = html, *begin;

	while ((begin = strstr(p, BEGIN))) {
		const char *end = table_end(begin);

		buf_add(&out, p, (size_t)(begin - p));
		buf_adds(&out, "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"");
		html_escape(&out, label);
		buf_adds(&out, "\">");
		buf_add(&out, begin, (size_t)(end - begin));
		buf_adds(&out, "</div>");
		p = end;
	}
	if (p == html)
		return html;
	buf_adds(&out, p);
	return out.failed ? html : arena_strdup(a, buf_text(&out));
}
