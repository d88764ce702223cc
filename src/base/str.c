/* Comparison, UTF-8, trimming. Numbers and encodings live in str_number.c and str_code.c. */
#include "base/str.h"

#include <string.h>
#include <strings.h>

#define REPLACEMENT 0xFFFDu

bool str_eq(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s), end = strlen(suffix);

	return len >= end && memcmp(s + len - end, suffix, end) == 0;
}

static inline bool is_rest(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

/* Length of the valid character of more than one byte that begins at p, of which left bytes can be
 * read; 0 when there is none (RFC 3629 section 4). */
static inline size_t wide_length(const unsigned char *p, size_t left)
{
	unsigned char c = p[0];

	if (c < 0xC2 || c > 0xF4 || left < 2 || !is_rest(p[1]))
		return 0;
	if (c < 0xE0)
		return 2;
	if (left < 3 || !is_rest(p[2]))
		return 0;
	if (c < 0xF0) {
		if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F))
			return 0;
		return 3;
	}
	if (left < 4 || !is_rest(p[3]))
		return 0;
	if ((c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F))
		return 0;
	return 4;
}

/* How many bytes at p are 0x01 … 0x7F, in whole words of eight. */
static inline size_t plain_length(const unsigned char *p, size_t left)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
	size_t n = 0;
	uint64_t v;

	for (; left - n >= 8; n += 8) {
		memcpy(&v, p + n, 8);
		if (((v - ones) | v) & highs)
			break;
	}
	return n;
}

bool str_utf8_valid(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + len;

	while (p < end) {
		if (*p < 0x80) {
			if (*p == 0)
				return false;
			p++;
			p += plain_length(p, (size_t)(end - p));
			continue;
		}
		/* Cyrillic runs: pairs, without the general case. */
		if (*p >= 0xC2 && *p < 0xE0 && end - p >= 2 && is_rest(p[1])) {
			p += 2;
			continue;
		}
		size_t n = wide_length(p, (size_t)(end - p));

		if (n == 0)
			return false;
		p += n;
	}
	return true;
}

size_t str_utf8_count(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += !is_rest((unsigned char)*s);
	return n;
}

uint32_t str_utf8_next(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	size_t n;

	if (p[0] == 0)
		return 0;
	if (p[0] < 0x80) {
		*s += 1;
		return p[0];
	}
	/* Four may be read: the NUL at the end is no rest of a character, and ends the looking. */
	n = wide_length(p, 4);
	*s += n ? n : 1;
	switch (n) {
	case 2:
		return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	case 3:
		return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	case 4:
		return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 |
		       (p[3] & 0x3Fu);
	default:
		return REPLACEMENT;
	}
}

size_t str_utf8_put(uint32_t c, char *out)
{
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = REPLACEMENT;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

bool str_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool str_is_text(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;

	if (!str_utf8_valid(s, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((p[i] < 0x20 && p[i] != '\t' && p[i] != '\n') || p[i] == 0x7F)
			return false;
		if (p[i] == 0xC2 && p[i + 1] < 0xA0) /* C1; valid, so there is a next byte */
			return false;
	}
	return true;
}

static bool is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
	       c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

char *str_trim(struct arena *a, const char *s)
{
	const char *at = s, *end;
	uint32_t c;

	if (!s)
		return NULL;
	while ((c = str_utf8_next(&at)) != 0 && is_space(c))
		s = at;
	at = end = s;
	while ((c = str_utf8_next(&at)) != 0)
		if (!is_space(c))
			end = at;
	return arena_copy(a, s, (size_t)(end - s));
}
