/* One word: what of it stays, what a table knows, and the rest by the rules. */
#include "kit/text/script_own.h"

#include <string.h>

#include <unicode/uchar.h>
#include <unicode/ustring.h>

#include "kit/text/marks.h"

#define WORK_UNITS (WORD_UNITS_MAX * 4 + 8) /* щ is shch */

struct work {
	UChar text[WORK_UNITS];
	int32_t len;
};

/* Letters that look the same in both scripts, in the same places. */
static const UChar LOOKS_LATIN[] = u"aceopxyABCEHKMOPTX";
static const UChar LOOKS_CYRILLIC[] = u"асеорхуАВСЕНКМОРТХ";

static bool is_latin(UChar c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_cyrillic(UChar c)
{
	return c >= 0x0400 && c <= 0x052F;
}

/* Letters that Uzbek has, Russian ones of names too. */
static bool is_uzbek_cyrillic(UChar c)
{
	if ((c >= 0x0410 && c <= 0x044F) || c == 0x0401 || c == 0x0451)
		return true;
	return u_strchr(u"ЎўҚқҒғҲҳ", c) != NULL;
}

/* c, or its look-alike when it is one of from. */
static UChar look_alike(UChar c, const UChar *from, const UChar *to)
{
	const UChar *at = u_strchr(from, c);

	return at ? to[at - from] : c;
}

/* A word typed in one script with letters of the other that look the same, by accident.
 * False: it is none. */
static bool unmix(struct work *w)
{
	int32_t latin = 0, latin_alike = 0, cyrillic = 0, cyrillic_alike = 0;

	for (int32_t i = 0; i < w->len; i++) {
		latin += is_latin(w->text[i]);
		cyrillic += is_cyrillic(w->text[i]);
		latin_alike += u_strchr(LOOKS_LATIN, w->text[i]) != NULL;
		cyrillic_alike += u_strchr(LOOKS_CYRILLIC, w->text[i]) != NULL;
	}
	if (!latin || !cyrillic || (latin != latin_alike && cyrillic != cyrillic_alike))
		return false;
	for (int32_t i = 0; i < w->len; i++) {
		if (latin == latin_alike)
			w->text[i] = look_alike(w->text[i], LOOKS_LATIN, LOOKS_CYRILLIC);
		else
			w->text[i] = look_alike(w->text[i], LOOKS_CYRILLIC, LOOKS_LATIN);
	}
	return true;
}

/* Does text[from…) hold a letter that Uzbek does not have? Then it is of another language. */
static bool is_foreign(const UChar *text, int32_t len, enum script to)
{
	for (int32_t i = 0; i < len; i++) {
		UChar c = text[i], next = i + 1 < len ? text[i + 1] : 0;

		bool is_c = c == 'c' || c == 'C', is_w = c == 'w' || c == 'W';

		if (is_latin(c) ? to == SCRIPT_CYRILLIC &&
					  (is_w || (is_c && next != 'h' && next != 'H'))
				: !is_uzbek_cyrillic(c) && !mark_is(c))
			return true;
	}
	return false;
}

static bool has_source(const struct work *w, enum script to)
{
	for (int32_t i = 0; i < w->len; i++)
		if (to == SCRIPT_CYRILLIC ? is_latin(w->text[i]) : is_cyrillic(w->text[i]))
			return true;
	return false;
}

/* Does the word end at i, or go on with a small letter as an ending does? */
static bool only_ending(const UChar *text, int32_t len, int32_t i)
{
	while (i < len && mark_is(text[i]))
		i++;
	return i == len || u_islower(text[i]);
}

/* Capitals of Roman figures at the beginning: XXI, XXIda. */
static int32_t roman_length(const struct script_word *word)
{
	int32_t len = 0;

	while (len < word->len && u_isupper(word->units[len]))
		len++;
	if (len == 1 && (word->len > 1 || word->initial || word->after_number))
		return 0;
	return only_ending(word->units, word->len, len) && script_roman(word->units, len) ? len : 0;
}

static const struct script_short *find_short(
	const struct script_short *rows, const struct work *w, bool alone, int32_t *ret_len)
{
	for (; rows->from; rows++) {
		int32_t len = u_strlen(rows->from);

		if (len > w->len || u_memcmp(rows->from, w->text, len) != 0)
			continue;
		if (len == w->len || (!alone && only_ending(w->text, w->len, len))) {
			*ret_len = len;
			return rows;
		}
	}
	return NULL;
}

/* Units that a and b begin with alike. */
static int32_t common(const UChar *a, const UChar *b, int32_t len)
{
	int32_t n = 0;

	while (n < len && a[n] && a[n] == b[n])
		n++;
	return n;
}

/* How many rows stand before or at key (len units). */
static size_t rows_up_to(const UChar *key, int32_t len)
{
	size_t low = 0, high = script_stem_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const UChar *row = script_stems[middle].latin;
		int32_t n = common(row, key, len);

		if (!row[n] || (n < len && row[n] < key[n]))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The longest stem that key begins with. What does not match shares with key all that a shorter
 * stem could have, so key is cut to that and looked up again. */
static const struct script_stem *find_stem(const UChar *key, int32_t len)
{
	const int32_t whole = len;

	while (len > 0) {
		size_t n = rows_up_to(key, len);
		const struct script_stem *row = n ? &script_stems[n - 1] : NULL;
		int32_t row_len, same;

		if (!row)
			return NULL;
		row_len = u_strlen(row->latin);
		same = common(row->latin, key, len);
		if (same == row_len && (!row->whole || same == whole))
			return row;
		len = same == row_len ? same - 1 : same;
	}
	return NULL;
}

/* The stem's other form with the capitals of what stands in text. */
static int32_t put_stem(const struct script_stem *row, const UChar *text, int32_t len, bool ends,
	UChar *out, int32_t size)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t upper = 0, letters = 0, n = u_strlen(row->cyrillic);

	for (int32_t i = 0; i < len; i++) {
		letters += !mark_is(text[i]);
		upper += u_isupper(text[i]) != 0;
	}
	if (!ends && row->cyrillic[n - 1] == u'ь')
		n--; /* сентябрь, сентябрда */
	if (upper == letters && letters > 1) {
		n = u_strToUpper(out, size, row->cyrillic, n, "", &status);
	} else {
		u_memcpy(out, row->cyrillic, n);
		if (u_isupper(text[0]))
			out[0] = (UChar)u_toupper(out[0]);
	}
	return n;
}

/* A beginning that a table knows. */
struct known {
	int32_t len;     /* units that it takes of the word */
	bool as_written; /* it stays; else: */
	UChar text[WORD_UNITS_MAX];
	int32_t text_len;
};

static void take_short(const struct script_short *row, struct known *ret)
{
	ret->as_written = !row->to;
	if (row->to) {
		ret->text_len = u_strlen(row->to);
		u_memcpy(ret->text, row->to, ret->text_len);
	}
}

static void take_stem(const struct work *w, struct known *ret)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar key[WORD_UNITS_MAX];
	const struct script_stem *stem;

	if (u_strToLower(key, WORD_UNITS_MAX, w->text, w->len, "", &status) != w->len ||
		U_FAILURE(status))
		return;
	stem = find_stem(key, w->len);
	if (!stem)
		return;
	ret->len = u_strlen(stem->latin);
	ret->as_written = !stem->cyrillic;
	if (stem->cyrillic)
		ret->text_len = put_stem(
			stem, w->text, ret->len, ret->len == w->len, ret->text, WORD_UNITS_MAX);
}

static void known_beginning(
	const struct script_word *word, const struct work *w, enum script to, struct known *ret)
{
	bool cyrillic = to == SCRIPT_CYRILLIC;
	const struct script_short *row = NULL;

	ret->len = cyrillic ? roman_length(word) : 0;
	ret->as_written = ret->len > 0;
	if (ret->len)
		return;
	if (word->after_number)
		row = find_short(
			cyrillic ? script_units_latin : script_units_cyrillic, w, true, &ret->len);
	if (!row)
		row = find_short(cyrillic ? script_shorts_latin : script_shorts_cyrillic, w, false,
			&ret->len);
	if (row)
		take_short(row, ret);
	else if (cyrillic)
		take_stem(w, ret);
}

/* Append text as UTF-8. */
static void put_text(struct buf *out, const UChar *text, int32_t len)
{
	char utf8[WORK_UNITS * 3];
	UErrorCode status = U_ZERO_ERROR;
	int32_t n = 0;

	u_strToUTF8(utf8, (int32_t)sizeof utf8, &n, text, len, &status);
	if (U_SUCCESS(status))
		buf_add(out, utf8, (size_t)n);
}

/* A letter of the wanted script that does to the next one what c does, which has been written. */
static UChar stand_in(UChar32 c, enum script to)
{
	bool vowel = c < 0x10000 && u_strchr(u"aeiouаеёиоуўэюяы", (UChar)u_tolower(c));
	UChar small = to == SCRIPT_CYRILLIC ? (vowel ? u'а' : u'б') : (vowel ? u'a' : u'b');

	return u_isupper(c) ? (UChar)u_toupper(small) : small;
}

bool script_word(const struct script_word *word, enum script to, UChar32 before, struct buf *out,
	bool *ret_foreign)
{
	struct work from = {.len = word->len}, made = {.len = 0};
	struct known known = {.len = 0};
	int32_t context;

	*ret_foreign = false;
	u_memcpy(from.text, word->units, word->len);
	if (!before)
		known_beginning(word, &from, to, &known);
	if (!known.len && unmix(&from)) {
		if (!before)
			known_beginning(word, &from, to, &known);
	} else if (!known.len && !has_source(&from, to)) {
		return false;
	}
	if (is_foreign(from.text + known.len, from.len - known.len, to)) {
		*ret_foreign = true;
		return false;
	}
	if (known.as_written)
		before = from.text[known.len - 1];
	if (before)
		made.text[made.len++] = stand_in(before, to);
	context = made.len;
	u_memcpy(made.text + made.len, known.text, known.text_len);
	made.len += known.text_len;
	u_memcpy(made.text + made.len, from.text + known.len, from.len - known.len);
	made.len += from.len - known.len;
	if (has_source(&made, to) && script_letters(to, made.text, WORK_UNITS, &made.len) < 0)
		return false;
	if (known.as_written)
		put_text(out, from.text, known.len);
	put_text(out, made.text + context, made.len - context);
	return true;
}
