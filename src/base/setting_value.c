/* Checks of one value against its row. */
#include "base/setting_value.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"

static bool read_bool(const char *text, int64_t *ret)
{
	*ret = str_eq(text, "yes") || str_eq(text, "true") || str_eq(text, "on");
	return *ret || str_eq(text, "no") || str_eq(text, "false") || str_eq(text, "off");
}

/* str_to_int64 with a sign: a setting may be a difference. */
static bool read_int(const char *text, int64_t *ret)
{
	bool negative = *text == '-';

	if (!str_to_int64(text + negative, ret) || (negative && *ret == 0))
		return false;
	if (negative)
		*ret = -*ret;
	return true;
}

static bool read_choice(const char *text, const char *choices)
{
	size_t len = strlen(text);

	for (const char *p = choices;; p++) {
		size_t n = strcspn(p, "|");

		if (n == len && memcmp(p, text, n) == 0)
			return true;
		p += n;
		if (!*p)
			return false;
	}
}

static const char *wanted(const struct setting *row)
{
	switch (row->kind) {
	case SETTING_BOOL:
		return "yes or no";
	case SETTING_INT:
		return "a whole number";
	case SETTING_SIZE:
		return "a number of bytes such as 500, 64k, 16m or 2g";
	case SETTING_DURATION:
		return "a time such as 200ms, 30s, 15m, 2h, 7d or 0";
	default:
		return row->choices;
	}
}

/* Everything but text and choices reads into a number. */
static bool read_value(const struct setting *row, const char *text, int64_t *ret)
{
	*ret = 0;
	switch (row->kind) {
	case SETTING_TEXT:
		return true;
	case SETTING_BOOL:
		return read_bool(text, ret);
	case SETTING_INT:
		return read_int(text, ret);
	case SETTING_SIZE:
		return str_to_size(text, ret);
	case SETTING_DURATION:
		return str_to_duration(text, ret);
	case SETTING_CHOICE:
		return read_choice(text, row->choices);
	}
	return false;
}

int setting_value_check(const struct setting *row, const char *text, struct err *err, int64_t *ret)
{
	size_t len = strlen(text);
	bool bounded = row->min != 0 || row->max != 0;
	int64_t n;

	if (!str_is_text(text, len) || strpbrk(text, "\t\n"))
		return err_set(err, ERR_INVALID,
			"%s holds control characters or broken UTF-8: remove them.", row->key);
	if (len > SETTING_VALUE_MAX)
		return err_set(err, ERR_INVALID, "%s is longer than %d bytes.", row->key,
			SETTING_VALUE_MAX);
	if (len > 0 && (text[0] == ' ' || text[len - 1] == ' '))
		return err_set(
			err, ERR_INVALID, "%s begins or ends with a space: remove it.", row->key);
	if (!read_value(row, text, &n))
		return err_set(err, ERR_INVALID, "%s must be %s%s, not \"%s\".", row->key,
			row->kind == SETTING_CHOICE ? "one of " : "", wanted(row), text);
	if (bounded && row->kind != SETTING_TEXT && (n < row->min || n > row->max))
		return err_set(err, ERR_INVALID,
			"%s must be from %" PRId64 " to %" PRId64 "%s, not \"%s\".", row->key,
			row->min, row->max,
			row->kind == SETTING_SIZE       ? " bytes"
			: row->kind == SETTING_DURATION ? " milliseconds"
							: "",
			text);
	*ret = n;
	return 0;
}
