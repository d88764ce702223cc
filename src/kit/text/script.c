/* Going through a text: what is a word, what is not, and what a word must know of its place. */
#include "kit/text/script.h"

#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include "base/str.h"
#include "kit/text/marks.h"
#include "kit/text/script_own.h"

struct job {
	enum script to;
	bool html;
	struct buf *out;
	struct script_place place;
	const char *p;
	const char *plain_until; /* see script_verbatim() */
	UChar32 before;          /* the character before p, across tags of a line */
	UChar32 in_word;         /* the same when the word before a tag may go on behind it */
	bool after_number;       /* a number stands before p, perhaps with a space between */
	bool line_begins;
	bool foreign; /* a word of another language stands before p, or before the hyphen there */
};

/* A letter or its accent. The marks count as neither, although some of them are letters. */
static bool is_letter(uint32_t c)
{
	return !mark_is(c) && (U_GET_GC_MASK((UChar32)c) & (U_GC_L_MASK | U_GC_M_MASK));
}

/* Go on to end, which is copied as it stands; broken bytes become U+FFFD. */
static void copy_to(struct job *j, const char *end)
{
	const char *plain = j->p;

	while (j->p < end) {
		const char *at = j->p;
		uint32_t c = str_utf8_next(&j->p);

		j->before = (UChar32)c;
		if (c == 0xFFFD && j->p - at == 1) {
			buf_add(j->out, plain, (size_t)(at - plain));
			buf_adds(j->out, "\uFFFD");
			plain = j->p;
		}
	}
	buf_add(j->out, plain, (size_t)(j->p - plain));
}

static uint32_t peek(const struct job *j, const char *p)
{
	return script_next(&p, j->html);
}

/* The word's composed form; false when it is not one that Uzbek could have. */
static bool compose(struct script_word *word, const UChar *raw, int32_t len)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);

	word->len = unorm2_normalize(nfc, raw, len, word->units, WORD_UNITS_MAX, &status);
	return U_SUCCESS(status);
}

/* The end of the word that begins at p. *ret_word: as it is to be converted; its len is 0 when it
 * is too long or no word of Uzbek's letters. */
static const char *read_word(const struct job *j, struct script_word *ret_word)
{
	UChar raw[WORD_UNITS_MAX];
	const char *p = j->p;
	int32_t len = 0;
	uint32_t before2 = 0, before = 0;
	bool fits = true, quoted = mark_is((uint32_t)j->before);

	for (;;) {
		const char *next = p;
		uint32_t c = script_next(&next, j->html);
		bool turned = before == 'o' || before == 'O' || before == 'g' || before == 'G';

		if (!is_letter(c) &&
			!(p > j->p && mark_joins(before2, before, c, peek(j, next), quoted)))
			break;
		before2 = before;
		before = c;
		ret_word->last = (UChar32)c;
		if (mark_is(c))
			c = turned ? MARK_TURNED : MARK_TUTUQ;
		fits &= c < 0x10000 && len < WORD_UNITS_MAX;
		if (fits)
			raw[len++] = (UChar)c;
		p = next;
	}
	if (!fits || !compose(ret_word, raw, len))
		ret_word->len = 0;
	return p;
}

/* "I." of "I. Karimov", not of "I. UMUMIY QOIDALAR"; at the beginning of a line I and V are rather
 * the number of a chapter. */
static bool is_initial(const struct job *j, const struct script_word *word, const char *end)
{
	UChar32 c;
	int spaces = 0;

	if (word->len != 1 || *end != '.')
		return false;
	end++;
	while (u_isspace((UChar32)peek(j, end)) && spaces++ < 3)
		script_next(&end, j->html);
	c = (UChar32)script_next(&end, j->html);
	if (!u_isupper(c))
		return false;
	if (*end == '.')
		return true;
	if (j->line_begins && (word->units[0] == 'I' || word->units[0] == 'V'))
		return false;
	return !u_isupper((UChar32)peek(j, end));
}

static bool all_capitals(const struct script_word *word)
{
	for (int32_t i = 0; i < word->len; i++)
		if (!u_isupper(word->units[i]))
			return false;
	return true;
}

/* A4, 5G, Wi-Fi: what is no word although it has letters. */
static bool is_sign(const struct job *j, const struct script_word *word, const char *end)
{
	if (u_isdigit((UChar32)peek(j, end)) && all_capitals(word))
		return true;
	if (u_isdigit(j->before) && u_isupper(word->units[0]))
		return true;
	return j->foreign && j->before == '-' && u_isupper(word->units[0]);
}

static void pass_word(struct job *j)
{
	struct script_word word = {.len = 0};
	const char *end = read_word(j, &word);
	UChar32 before = j->in_word;
	bool done = false, foreign = false;

	word.after_number = j->after_number;
	word.initial = is_initial(j, &word, end);
	if (word.len) {
		foreign = is_sign(j, &word, end);
		done = !foreign && script_word(&word, j->to, before, j->out, &foreign);
	}
	if (done)
		j->p = end;
	else
		copy_to(j, end);
	j->foreign = foreign;
	j->after_number = false;
	j->before = word.last;
	j->in_word = word.last;
}

static bool is_space(uint32_t c)
{
	return c == ' ' || c == 0x00A0 || c == 0x2009 || c == 0x202F;
}

/* One character that is no letter. */
static void pass_other(struct job *j)
{
	const char *end = j->p;
	uint32_t c = script_next(&end, j->html);

	if (j->html && end == j->p + 1 && c == '&')
		end = j->p + script_reference_length(j->p);
	copy_to(j, end);
	j->before = (UChar32)c;
	j->in_word = 0;
	j->after_number = u_isdigit((UChar32)c) || (j->after_number && is_space(c));
	j->foreign &= c == '-';
	j->line_begins = c == '\n' || (j->line_begins && is_space(c));
}

static int pass_tag(struct job *j)
{
	bool breaks;
	size_t len = script_tag(&j->place, j->p, &breaks);

	if (!len)
		return ERR_INVALID;
	buf_add(j->out, j->p, len);
	j->p += len;
	if (breaks) {
		j->before = 0;
		j->in_word = 0;
		j->after_number = false;
		j->line_begins = true;
	}
	return 0;
}

static void pass_text(struct job *j)
{
	uint32_t c = peek(j, j->p);
	size_t len;

	if (j->html && j->place.kept[j->place.depth]) {
		copy_to(j, j->p + strcspn(j->p, "<"));
		j->in_word = 0;
		return;
	}
	len = script_verbatim(j->p, j->before, j->html, &j->plain_until);
	if (len) {
		copy_to(j, j->p + len);
		j->in_word = 0;
		j->foreign = true;
		j->line_begins = false;
	} else if (is_letter(c) && !(U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK)) {
		pass_word(j);
		j->line_begins = false;
	} else {
		pass_other(j);
	}
}

static int convert(struct arena *a, const char *text, enum script to, bool html, char **ret)
{
	size_t len = strlen(text);
	AUTO(buf_done) struct buf out = BUF(4 * len + 4);
	struct job j = {.to = to, .html = html, .out = &out, .p = text, .line_begins = true};
	int rc;
	char *copy;

	if (len > SCRIPT_TEXT_MAX)
		return ERR_TOO_LARGE;
	rc = script_ready(to);
	while (rc == 0 && *j.p) {
		if (html && *j.p == '<')
			rc = pass_tag(&j);
		else
			pass_text(&j);
	}
	if (rc < 0)
		return rc;
	copy = out.failed ? NULL : arena_copy(a, buf_text(&out), out.len);
	if (!copy)
		return ERR_MEMORY;
	*ret = copy;
	return 0;
}

int script_convert(struct arena *a, const char *text, enum script to, char **ret)
{
	return convert(a, text, to, false, ret);
}

int script_convert_html(struct arena *a, const char *html, enum script to, char **ret)
{
	return convert(a, html, to, true, ret);
}
