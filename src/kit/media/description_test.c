/* What may stand for a picture, and what may not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "kit/media/media.h"

static void judged(void **state)
{
	static const struct row {
		const char *text;
		int rc;
		const char *part;
	} ROWS[] = {
		{"Vazir yangi maktabni ochmoqda", 0, ""},
		{"Янги кўприк.\nОрқада тоғлар", 0, ""},
		{"a", 0, ""},
		{"The file plan.png on a screen", 0, ""},
		{NULL, ERR_INVALID, "has no description"},
		{"", ERR_INVALID, "has no description"},
		{" \t\n ", ERR_INVALID, "has no description"},
		{"\u00A0\u200B\uFEFF", ERR_INVALID, "has no description"},
		{"a\x01", ERR_INVALID, "no plain text"},
		{"\xFF\xFE", ERR_INVALID, "no plain text"},
		{"IMG_20261124.JPG", ERR_INVALID, "name of a file"},
		{"photo.webp", ERR_INVALID, "name of a file"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct err err = {0};

		assert_int_equal(media_check_description(ROWS[i].text, &err), ROWS[i].rc);
		assert_int_equal(err.code, ROWS[i].rc);
		if (!strstr(err.text, ROWS[i].part))
			fail_msg("%s: %s", ROWS[i].part, err.text);
	}
}

static void length(void **state)
{
	char text[2 * (MEDIA_DESCRIPTION_MAX + 1) + 1] = "";
	struct err err = {0};

	(void)state;
	for (int i = 0; i < MEDIA_DESCRIPTION_MAX; i++)
		memcpy(text + 2 * i, "ў", 3);
	assert_int_equal(media_check_description(text, &err), 0);
	memcpy(text + 2 * MEDIA_DESCRIPTION_MAX, "ў", 3);
	assert_int_equal(media_check_description(text, &err), ERR_TOO_LARGE);
	assert_string_equal(err.text, "The description has more than 1500 characters: shorten it.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judged),
		cmocka_unit_test(length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
