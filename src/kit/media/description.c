/* What is asked of a description. Whether it describes well only a person can tell; an empty one
 * and the camera's name for the file are no description in any language. */
#include <string.h>

#include "base/str.h"
#include "kit/media/media.h"

static const char *const ENDINGS[] = {
	".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".heif", ".bmp", ".tif", ".tiff"};

/* Anything but white space and what cannot be seen. */
static bool says_something(const char *text)
{
	for (uint32_t c; (c = str_utf8_next(&text));)
		if (c > ' ' && c != 0xA0 && c != 0x3000 && c != 0xFEFF &&
			!(c >= 0x2000 && c <= 0x200F) && c != 0x2060)
			return true;
	return false;
}

static bool is_file_name(const char *text)
{
	const char *dot = strrchr(text, '.');

	if (!dot || strpbrk(text, " \t\n"))
		return false;
	for (size_t i = 0; i < LENGTH(ENDINGS); i++)
		if (str_eq_nocase(dot, ENDINGS[i]))
			return true;
	return false;
}

int media_check_description(const char *text, struct err *err)
{
	if (!text || (str_utf8_valid(text, strlen(text)) && !says_something(text)))
		return err_set(err, ERR_INVALID,
			"The picture has no description: write what it shows, for those who do "
			"not see it.");
	if (!str_is_text(text, strlen(text)))
		return err_set(err, ERR_INVALID,
			"The description is no plain text: remove control characters.");
	if (str_utf8_count(text) > MEDIA_DESCRIPTION_MAX)
		return err_set(err, ERR_TOO_LARGE,
			"The description has more than %d characters: shorten it.",
			MEDIA_DESCRIPTION_MAX);
	if (is_file_name(text))
		return err_set(err, ERR_INVALID,
			"The description is the name of a file: write what the picture shows.");
	return 0;
}
