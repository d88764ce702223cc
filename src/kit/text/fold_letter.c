/* What each letter gives, by what stands before it. The table is in fold.h. */
#include "kit/text/fold_own.h"

#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include "base/str.h"
#include "kit/text/marks.h"

#define EXPANSION_MAX 64 /* UTF-16 units; NFKC makes at most 18 of one character */

static void put(struct folding *f, const char *s)
{
	struct fold_word *w = f->word;
	size_t len = strlen(s);

	f->full |= w->len + len > FOLD_WORD_MAX;
	if (f->full)
		return;
	memcpy(w->fold + w->len, s, len);
	w->len += len;
	w->fold[w->len] = '\0';
}

static void sound(struct folding *f, const char *s, enum fold_before kind)
{
	put(f, s);
	f->before = kind;
	f->soft = false;
	f->ts = false;
}

static void consonant(struct folding *f, const char *s)
{
	sound(f, s, FOLD_CONSONANT);
}

static void vowel(struct folding *f, const char *s, bool open)
{
	sound(f, s, FOLD_VOWEL);
	f->open = open;
}

/* glides: it is ye at the beginning too. */
static void e_vowel(struct folding *f, bool glides)
{
	bool long_form = f->before == FOLD_VOWEL || (glides && f->before == FOLD_BEGIN);

	vowel(f, long_form ? "ye" : "e", true);
}

/* Latin o, о, ў: e in yo, yoʻ, ьо, as ё is. */
static void round_vowel(struct folding *f)
{
	if (f->before == FOLD_GLIDE || f->soft)
		e_vowel(f, false);
	else
		vowel(f, "o", true);
}

/* я, ю: the y is written where none stands before and no consonant takes it. */
static void glided_vowel(struct folding *f, const char *s)
{
	bool long_form = f->before == FOLD_VOWEL || f->before == FOLD_BEGIN;

	vowel(f, long_form ? s : s + 1, false);
}

/* A second y counts no more than one: тайёр, тайер, tayyor. */
static void glide(struct folding *f)
{
	bool written = f->before == FOLD_VOWEL || f->before == FOLD_BEGIN;

	sound(f, written ? "y" : "", FOLD_GLIDE);
}

/* ц, which counts once in пицца. */
static void ts(struct folding *f)
{
	if (!f->ts)
		consonant(f, f->before == FOLD_VOWEL ? "ts" : "s");
	f->ts = true;
}

/* Letters whose form depends on their place; false for any other. */
static bool placed_letter(struct folding *f, uint32_t c)
{
	switch (c) {
	case 'e':
	case 0x044D: /* э */
		e_vowel(f, false);
		return true;
	case 0x0435: /* е */
	case 0x0451: /* ё */
	case 0x0454: /* є */
		e_vowel(f, true);
		return true;
	case 'o':
	case 0x043E: /* о */
	case 0x00F8: /* ø */
		round_vowel(f);
		return true;
	case 0x045E: /* ў */
		if (f->before == FOLD_VOWEL && !f->open)
			consonant(f, "w");
		else
			round_vowel(f);
		return true;
	case 'y':
	case 0x0439: /* й */
		glide(f);
		return true;
	case 0x044E: /* ю */
		glided_vowel(f, "yu");
		return true;
	case 0x044F: /* я */
		glided_vowel(f, "ya");
		return true;
	case 0x0446: /* ц */
		ts(f);
		return true;
	case 0x044A: /* ъ */
		return true;
	case 0x044C: /* ь */
		f->soft = true;
		return true;
	default:
		return false;
	}
}

static bool ligature(struct folding *f, uint32_t c)
{
	if (c == 0x00E6) /* æ */
		vowel(f, "a", false);
	else if (c == 0x0153) /* œ */
		round_vowel(f);
	else
		return false;
	e_vowel(f, false);
	return true;
}

/* а … я without those of placed_letter(). */
static const char *const RUSSIAN[32] = {"a", "b", "v", "g", "d", NULL, "j", "z", "i", NULL, "k",
	"l", "m", "n", NULL, "p", "r", "s", "t", "u", "f", "x", NULL, "ch", "sh", "shch", NULL, "ı",
	NULL, NULL, NULL, NULL};

/* Other Cyrillic letters, and Latin ones that are no letter with an accent. */
static const struct {
	uint32_t c;
	const char *fold;
} OTHERS[] = {
	{0x00E1, "á"},
	{0x00ED, "ı"},
	{0x00F3, "ó"},
	{0x00FA, "ú"},
	{0x0131, "ı"},
	{0x0144, "ń"},
	{0x00F0, "d"},
	{0x00FE, "th"},
	{0x0111, "d"},
	{0x0127, "h"},
	{0x0142, "l"},
	{0x0259, "á"},
	{0x0456, "i"},
	{0x0457, "i"},
	{0x0491, "g"},
	{0x0493, "g"},
	{0x0497, "j"},
	{0x049B, "q"},
	{0x04A3, "ń"},
	{0x04AF, "ú"},
	{0x04B1, "u"},
	{0x04B3, "h"},
	{0x04BB, "h"},
	{0x04D9, "á"},
	{0x04E9, "ó"},
};

static const char *plain_fold(uint32_t c)
{
	if (c >= 0x0430 && c <= 0x044F)
		return RUSSIAN[c - 0x0430];
	for (size_t i = 0; i < LENGTH(OTHERS); i++)
		if (OTHERS[i].c == c)
			return OTHERS[i].fold;
	return NULL;
}

static bool is_vowel(const char *fold)
{
	static const char *const VOWELS[] = {"a", "i", "u", "ı", "á", "ó", "ú"};

	for (size_t i = 0; i < LENGTH(VOWELS); i++)
		if (str_eq(VOWELS[i], fold))
			return true;
	return false;
}

static void known(struct folding *f, const char *fold)
{
	if (is_vowel(fold))
		vowel(f, fold, false);
	else
		consonant(f, fold);
}

/* A small letter or a digit; false when it is none that the table has. */
static bool letter(struct folding *f, uint32_t c)
{
	char latin[2] = {(char)c, '\0'};
	const char *fold;

	if (placed_letter(f, c) || ligature(f, c))
		return true;
	if (c >= '0' && c <= '9') {
		sound(f, latin, FOLD_BEGIN);
		return true;
	}
	fold = c >= 'a' && c <= 'z' ? latin : plain_fold(c);
	if (!fold)
		return false;
	known(f, fold);
	return true;
}

static bool is_accent(uint32_t c)
{
	return U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK;
}

/* A letter without a row: the letter below its accents when that has one, else as it is. The sounds
 * of other writings are not ours to judge. True: as a letter of the table or a digit. */
static bool unknown(struct folding *f, uint32_t c)
{
	const UNormalizer2 *nfd;
	UErrorCode status = U_ZERO_ERROR;
	UChar parts[EXPANSION_MAX];
	UChar32 base;
	int32_t n, i = 0;
	char own[5];

	nfd = unorm2_getNFDInstance(&status);
	n = unorm2_getDecomposition(nfd, (UChar32)c, parts, EXPANSION_MAX, &status);
	if (U_SUCCESS(status) && n > 0) {
		U16_NEXT(parts, i, n, base);
		if (letter(f, (uint32_t)base))
			return true;
	}
	if (u_charDigitValue((UChar32)c) >= 0)
		return letter(f, (uint32_t)('0' + u_charDigitValue((UChar32)c)));
	own[str_utf8_put(c, own)] = '\0';
	consonant(f, own);
	return false;
}

void fold_cluster(struct folding *f, const uint32_t *chars, int count)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *nfkc;
	UChar from[FOLD_CLUSTER_MAX * 2], to[EXPANSION_MAX * 4];
	int32_t n = 0, made;
	bool known_letter = true; /* or none before */

	if (count == 1 && (chars[0] < 0x80 || (chars[0] >= 0x0400 && chars[0] < 0x0530)) &&
		letter(f, (uint32_t)u_tolower((UChar32)chars[0])))
		return;
	for (int i = 0; i < count; i++)
		U16_APPEND_UNSAFE(from, n, chars[i]);
	nfkc = unorm2_getNFKCCasefoldInstance(&status);
	made = unorm2_normalize(nfkc, from, n, to, (int32_t)LENGTH(to), &status);
	for (int32_t i = 0; U_SUCCESS(status) && i < made;) {
		UChar32 c;

		U16_NEXT(to, i, made, c);
		if (is_accent((uint32_t)c) && known_letter)
			continue; /* of a letter that has none of its own with it */
		if (mark_is((uint32_t)c) ||
			!(U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)))
			continue; /* the spaces in ﷺ */
		known_letter = letter(f, (uint32_t)c) || unknown(f, (uint32_t)c);
	}
}
