/* Numbers, durations, sizes and language tags from text. */
#include <string.h>
#include <strings.h>

#include "base/str.h"

/* Digits at *s to a number, *s moved past them; false for none, a leading zero, or more than
 * INT64_MAX. */
static bool read_digits(const char **s, int64_t *ret)
{
	const char *p = *s;
	int64_t n = 0;

	if (*p < '0' || *p > '9' || (*p == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			return false;
	*s = p;
	*ret = n;
	return true;
}

bool str_to_int64(const char *s, int64_t *ret)
{
	int64_t n;

	if (!s || !read_digits(&s, &n) || *s)
		return false;
	*ret = n;
	return true;
}

struct unit {
	const char *name;
	int64_t factor;
};

static bool read_with_unit(const char *s, const struct unit *units, int64_t *ret)
{
	int64_t n;

	if (!s || !read_digits(&s, &n))
		return false;
	for (; units->name; units++)
		if (strcmp(s, units->name) == 0) {
			if (__builtin_mul_overflow(n, units->factor, &n))
				return false;
			*ret = n;
			return true;
		}
	return false;
}

bool str_to_duration(const char *s, int64_t *ret_ms)
{
	static const struct unit UNITS[] = {
		{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0}};

	if (str_eq(s, "0")) {
		*ret_ms = 0;
		return true;
	}
	return read_with_unit(s, UNITS, ret_ms);
}

bool str_to_size(const char *s, int64_t *ret)
{
	static const struct unit UNITS[] = {
		{"", 1}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {NULL, 0}};

	return read_with_unit(s, UNITS, ret);
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

/* Length of the run of letters or of digits at s, at most 5: no part of a tag is longer than 4. */
static size_t run(const char *s, bool letters)
{
	size_t n = 0;

	while (n < 5 && (letters ? is_alpha(s[n]) : s[n] >= '0' && s[n] <= '9'))
		n++;
	return n;
}

/* The part after a hyphen must end where it says: false for "uz-Latnx" and "uz-". */
static bool ends_part(const char *s)
{
	return *s == '-' || *s == '\0';
}

bool str_lang(const char *s, char *out)
{
	char tag[16];
	size_t len = 0, n = s ? run(s, true) : 0;

	if ((n != 2 && n != 3) || !ends_part(s + n))
		return false;
	for (; len < n; len++)
		tag[len] = to_lower(*s++);
	tag[len] = '\0';
	if (*s == '-' && run(s + 1, true) == 4 && ends_part(s + 5)) {
		/* Uzbek is written in Latin unless said otherwise, and that is how the tag is
		 * stored. */
		bool implied = strcmp(tag, "uz") == 0 && strncasecmp(s + 1, "Latn", 4) == 0;

		for (n = 0; n < 5 && !implied; n++)
			tag[len++] = n == 1 ? to_upper(s[n]) : to_lower(s[n]);
		s += 5;
	}
	if (*s == '-' && ((run(s + 1, true) == 2 && !s[3]) || (run(s + 1, false) == 3 && !s[4])))
		while (*s)
			tag[len++] = to_upper(*s++);
	if (*s)
		return false;
	tag[len] = '\0';
	memcpy(out, tag, len + 1);
	return true;
}
