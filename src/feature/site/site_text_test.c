/* The texts of the interface: whole, in the right letters, in the language that a reader asks for.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "feature/site/site_text.h"

static void languages(void **state)
{
	static const struct {
		const char *lang;
		enum site_language language;
	} ROWS[] = {
		{"uz", SITE_UZ},
		{"uz-Cyrl", SITE_UZ_CYRL},
		{"uz-Cyrl-UZ", SITE_UZ_CYRL},
		{"uz-UZ", SITE_UZ},
		{"ru", SITE_RU},
		{"ru-KZ", SITE_RU},
		{"en", SITE_EN},
		{"en-GB", SITE_EN},
		{"kaa", SITE_UZ},
		{"kk", SITE_UZ},
		{"rup", SITE_UZ}, /* not Russian */
		{"e", SITE_UZ},
		{"", SITE_UZ},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_int_equal(site_language_for(ROWS[i].lang), ROWS[i].language);
}

static bool is_cyrillic(uint32_t c)
{
	return c >= 0x400 && c <= 0x4ff;
}

/* Words that are Latin in every language. */
static bool is_name(const char *key)
{
	return !strcmp(key, "feed") || !strcmp(key, "follow_app") || !strcmp(key, "qr") ||
	       !strcmp(key, "accessibility_aim");
}

static void check_letters(const char *key, const char *text, bool cyrillic)
{
	for (const char *p = text; *p;) {
		uint32_t c = str_utf8_next(&p);

		/* Oʻ, Gʻ with U+02BB, the tutuq with U+02BC: no keyboard's apostrophes. */
		if (c == '\'' || c == '`' || c == 0x2018 || c == 0x2019)
			fail_msg("%s: \"%s\" has an apostrophe", key, text);
		if (!cyrillic && is_cyrillic(c))
			fail_msg("%s: \"%s\" mixes alphabets", key, text);
		if (cyrillic && ((c | 32) >= 'a' && (c | 32) <= 'z') && !is_name(key))
			fail_msg("%s: \"%s\" mixes alphabets", key, text);
	}
}

static void texts(void **state)
{
	static const bool CYRILLIC[SITE_LANGUAGES] = {false, true, true, false};
	(void)state;

	for (int k = 0; k < SITE_LANGUAGES; k++) {
		AUTO(json_unref) json_t *all = site_texts((enum site_language)k);
		const char *key;
		json_t *value;

		assert_true(json_object_size(all) > 40);
		json_object_foreach(all, key, value)
		{
			const char *text = json_string_value(value);

			assert_true(text && *text);
			assert_string_equal(text, site_text((enum site_language)k, key));
			check_letters(key, text, CYRILLIC[k]);
			assert_null(strchr(text, '!'));
		}
	}
}

/* No text was left in another language: two of the four are never the same. */
static void translated(void **state)
{
	AUTO(json_unref) json_t *all = site_texts(SITE_UZ);
	const char *key;
	json_t *value;
	(void)state;

	json_object_foreach(all, key, value) for (int a = 0; a < SITE_LANGUAGES;
						  a++) for (int b = a + 1; b < SITE_LANGUAGES; b++)
		assert_string_not_equal(site_text((enum site_language)a, key),
			site_text((enum site_language)b, key));
}

static void names(void **state)
{
	(void)state;

	assert_string_equal(site_language_name("uz"), "Oʻzbekcha");
	assert_string_equal(site_language_name("uz-Cyrl"), "Ўзбекча");
	assert_string_equal(site_language_name("kaa"), "Qaraqalpaqsha");
	assert_string_equal(site_language_name("xx"), "xx");
	for (int i = 0; i < SITE_LANGUAGES; i++)
		assert_string_not_equal(site_language_name(site_tags[i]), site_tags[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(languages),
		cmocka_unit_test(texts),
		cmocka_unit_test(translated),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
