/* Numbers, durations, sizes, language tags: what is taken, and all that is not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"

#define UNTOUCHED INT64_C(-77)

struct row {
	const char *text;
	int64_t value; /* UNTOUCHED: refused */
};

static void check(bool (*read)(const char *, int64_t *), const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t value = UNTOUCHED;
		bool taken = read(rows[i].text, &value);

		if (taken != (rows[i].value != UNTOUCHED) || value != rows[i].value)
			fail_msg("row %zu: \"%s\" gave %s %lld", i,
				rows[i].text ? rows[i].text : "(null)", taken ? "taken" : "refused",
				(long long)value);
	}
}

static void numbers(void **state)
{
	static const struct row ROWS[] = {
		{"0", 0},
		{"7", 7},
		{"1234567890", 1234567890},
		{"9223372036854775807", INT64_MAX},
		{"9223372036854775808", UNTOUCHED},
		{"18446744073709551616", UNTOUCHED},
		{"100000000000000000000000000000", UNTOUCHED},
		{"00", UNTOUCHED},
		{"007", UNTOUCHED},
		{"-0", UNTOUCHED},
		{"-7", UNTOUCHED},
		{"+7", UNTOUCHED},
		{" 7", UNTOUCHED},
		{"7 ", UNTOUCHED},
		{"7\n", UNTOUCHED},
		{"7.0", UNTOUCHED},
		{"7e2", UNTOUCHED},
		{"0x7", UNTOUCHED},
		{"7_000", UNTOUCHED},
		{"٧", UNTOUCHED},
		{"", UNTOUCHED},
		{NULL, UNTOUCHED},
	};
	(void)state;

	check(str_to_int64, ROWS, LENGTH(ROWS));
}

static void durations(void **state)
{
	static const struct row ROWS[] = {
		{"0", 0},
		{"0s", 0},
		{"200ms", 200},
		{"30s", 30000},
		{"15m", 900000},
		{"2h", 7200000},
		{"7d", 604800000},
		{"106751991167d", INT64_C(106751991167) * 86400000},
		{"106751991168d", UNTOUCHED},
		{"9223372036854775807ms", INT64_MAX},
		{"9223372036854775807s", UNTOUCHED},
		{"99999999999999999999s", UNTOUCHED},
		{"5", UNTOUCHED},
		{"00", UNTOUCHED},
		{"05m", UNTOUCHED},
		{"m", UNTOUCHED},
		{"5M", UNTOUCHED},
		{"5H", UNTOUCHED},
		{"5min", UNTOUCHED},
		{"5mm", UNTOUCHED},
		{"5 m", UNTOUCHED},
		{"5m ", UNTOUCHED},
		{" 5m", UNTOUCHED},
		{"-5m", UNTOUCHED},
		{"+5m", UNTOUCHED},
		{"1.5h", UNTOUCHED},
		{"1h30m", UNTOUCHED},
		{"5w", UNTOUCHED},
		{"5us", UNTOUCHED},
		{"forever", UNTOUCHED},
		{"", UNTOUCHED},
		{NULL, UNTOUCHED},
	};
	(void)state;

	check(str_to_duration, ROWS, LENGTH(ROWS));
}

static void sizes(void **state)
{
	static const struct row ROWS[] = {
		{"0", 0},
		{"500", 500},
		{"64k", 65536},
		{"16m", 16777216},
		{"2g", INT64_C(2147483648)},
		{"9223372036854775807", INT64_MAX},
		{"9007199254740991k", INT64_C(9007199254740991) * 1024},
		{"9007199254740992k", UNTOUCHED},
		{"9223372036854775808", UNTOUCHED},
		{"64K", UNTOUCHED},
		{"64kb", UNTOUCHED},
		{"64kB", UNTOUCHED},
		{"64 k", UNTOUCHED},
		{"k", UNTOUCHED},
		{"1t", UNTOUCHED},
		{"064k", UNTOUCHED},
		{"-1", UNTOUCHED},
		{"-64k", UNTOUCHED},
		{"1.5m", UNTOUCHED},
		{"", UNTOUCHED},
		{NULL, UNTOUCHED},
	};
	(void)state;

	check(str_to_size, ROWS, LENGTH(ROWS));
}

/* Every text of up to three bytes out of the letters that matter: read without harm, and taken only
 * if it is in the form. */
static void short_texts(void **state)
{
	static const char BYTES[] = "019smhdkg -+.\xd0";
	const size_t n = sizeof BYTES - 1;
	(void)state;

	for (size_t i = 0; i < n * n * n; i++) {
		char text[4] = {BYTES[i % n], BYTES[i / n % n], BYTES[i / n / n], '\0'};
		size_t digits = strspn(text, "0123456789");
		bool number = digits > 0 && (digits == 1 || text[0] != '0');
		const char *unit = text + digits;
		int64_t value;

		assert_int_equal(str_to_int64(text, &value), number && !*unit);
		assert_int_equal(str_to_size(text, &value),
			number && (!*unit || (strspn(unit, "kmg") == 1 && !unit[1])));
		assert_int_equal(str_to_duration(text, &value),
			number && ((strspn(unit, "smhd") == 1 && !unit[1]) || str_eq(unit, "ms")));
	}
}

static void language_tags(void **state)
{
	static const struct {
		const char *text, *tag; /* NULL: refused */
	} ROWS[] = {
		{"uz", "uz"},
		{"UZ", "uz"},
		{"uz-Latn", "uz"},
		{"UZ-LATN", "uz"},
		{"uz-latn-uz", "uz-UZ"},
		{"uz-cyrl", "uz-Cyrl"},
		{"uz-CYRL-uz", "uz-Cyrl-UZ"},
		{"kaa", "kaa"},
		{"kaa-latn", "kaa-Latn"},
		{"ru", "ru"},
		{"ru-Latn", "ru-Latn"},
		{"en-gb", "en-GB"},
		{"es-419", "es-419"},
		{"zh-hant-tw", "zh-Hant-TW"},
		{"", NULL},
		{"u", NULL},
		{"uzbe", NULL},
		{"uzbek", NULL},
		{"u1", NULL},
		{"12", NULL},
		{"-uz", NULL},
		{"uz-", NULL},
		{"uz--Cyrl", NULL},
		{"uz_Cyrl", NULL},
		{"uz-Cyrl-", NULL},
		{"uz-Cyr", NULL},
		{"uz-Cyrll", NULL},
		{"uz-Cyr1", NULL},
		{"uz-Latnx", NULL},
		{"uz-UZ-Cyrl", NULL},
		{"uz-U", NULL},
		{"uz-UZB", NULL},
		{"es-41", NULL},
		{"es-4190", NULL},
		{"es-4a9", NULL},
		{"uz-Cyrl-UZ-x", NULL},
		{"uz-Cyrl-Cyrl", NULL},
		{"uz-x-private", NULL},
		{"sl-rozaj", NULL},
		{"uz ", NULL},
		{" uz", NULL},
		{"uz\n", NULL},
		{"уз", NULL},
		{"*", NULL},
		{"../../etc/passwd", NULL},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			NULL},
		{"uz-Cyrl-UZUZUZUZUZUZUZUZUZUZUZUZUZUZUZUZUZUZ", NULL},
		{NULL, NULL},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		char out[16] = "untouched";

		if (str_lang(ROWS[i].text, out) != (ROWS[i].tag != NULL) ||
			!str_eq(out, ROWS[i].tag ? ROWS[i].tag : "untouched"))
			fail_msg("row %zu: \"%s\" gave \"%s\"", i, ROWS[i].text, out);
	}
}

/* Texts made of the parts of tags: what is taken is canonical (taken again, it stays), and fits its
 * room. */
static void language_tags_are_canonical(void **state)
{
	static const char *const PARTS[] = {
		"uz", "KAA", "-", "Latn", "cyrl", "gb", "419", "x", "1", "--", "\xd1"};
	const size_t n = LENGTH(PARTS);
	size_t taken = 0;
	(void)state;

	for (size_t i = 0; i < n * n * n * n * n; i++) {
		char text[32] = "", once[16], twice[16];

		for (size_t k = 0, rest = i; k < 5; k++, rest /= n)
			strcat(text, PARTS[rest % n]);
		if (!str_lang(text, once))
			continue;
		taken++;
		assert_true(str_lang(once, twice));
		assert_string_equal(once, twice);
		assert_in_range(strlen(once), 2, 12);
	}
	assert_in_range(taken, 8, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(durations),
		cmocka_unit_test(sizes),
		cmocka_unit_test(short_texts),
		cmocka_unit_test(language_tags),
		cmocka_unit_test(language_tags_are_canonical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
