/* Hashtags in plain text. Which parts of a document are plain text is known in markdown.c. */
#include "kit/html/hashtag.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/str.h"

#define TURNED_COMMA 0x02BB /* oʻ, gʻ */
#define APOSTROPHE   0x02BC /* tutuq belgisi */
#define UNITS_MAX    4096   /* UTF-16; NFKC makes at most 18 of one, and few characters grow */

static bool is_letter(uint32_t c)
{
	return U_GET_GC_MASK((UChar32)c) & U_GC_L_MASK;
}

static bool is_word(uint32_t c)
{
	return c == '_' || (U_GET_GC_MASK((UChar32)c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK));
}

/* What stands on keyboards for the two letters that look like an apostrophe. */
static bool is_mark(uint32_t c)
{
	return c == '\'' || c == '`' || c == 0x2018 || c == 0x2019;
}

/* A fragment of an address (/#x, ?a=#x) or a broken entity (&#x) is no tag, and a word goes on
 * (C#x). */
static bool may_begin(uint32_t before)
{
	return !before || !(is_word(before) || strchr("#&/=", before < 0x80 ? (int)before : 'x'));
}

/* The length of the name at p, 0 when there is none. */
static size_t name_length(const char *p)
{
	const char *begin = p, *end = p;
	uint32_t before = 0;
	bool letter = false;
	int chars = 0;

	for (;;) {
		const char *next = p, *after;
		uint32_t c = str_utf8_next(&next);

		after = next;
		if (!is_word(c) &&
			!(is_mark(c) && is_letter(before) && is_letter(str_utf8_next(&after))))
			break;
		if (p == begin && (U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK))
			return 0; /* a mark on the "#" itself */
		letter |= is_letter(c);
		before = c;
		p = end = next;
		chars++;
	}
	return letter && chars <= HASHTAG_CHARS_MAX ? (size_t)(end - begin) : 0;
}

bool hashtag_find(const char *text, uint32_t before, struct hashtag_place *ret)
{
	while (*text) {
		uint32_t c = str_utf8_next(&text);

		if (c == '#' && may_begin(before)) {
			size_t len = name_length(text);

			if (len) {
				*ret = (struct hashtag_place){text, len};
				return true;
			}
		}
		before = c;
	}
	return false;
}

static void fold_marks(UChar *s, int32_t len)
{
	for (int32_t i = 0; i < len; i++) {
		bool turned = i > 0 && (s[i - 1] == 'o' || s[i - 1] == 'g');

		if (is_mark(s[i]) || s[i] == TURNED_COMMA || s[i] == APOSTROPHE)
			s[i] = turned ? TURNED_COMMA : APOSTROPHE;
	}
}

char *hashtag_fold(struct arena *a, const char *name, size_t len)
{
	UErrorCode code = U_ZERO_ERROR;
	const UNormalizer2 *fold = unorm2_getNFKCCasefoldInstance(&code);
	UChar from[HASHTAG_CHARS_MAX * 2], to[UNITS_MAX];
	char out[UNITS_MAX * 3];
	int32_t n = 0, bytes = 0;

	u_strFromUTF8(from, (int32_t)LENGTH(from), &n, name, (int32_t)len, &code);
	if (U_SUCCESS(code))
		n = unorm2_normalize(fold, from, n, to, UNITS_MAX, &code);
	if (U_SUCCESS(code))
		fold_marks(to, n);
	u_strToUTF8(out, (int32_t)sizeof out, &bytes, to, n, &code);
	return arena_copy(a, U_SUCCESS(code) ? out : name, U_SUCCESS(code) ? (size_t)bytes : len);
}
