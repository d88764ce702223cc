/* The text of a fresh chorsu.conf, and the check of one value before it goes there. */
#include <string.h>

#include "base/setting_value.h"
#include "base/str.h"

/* "section.key" of a row? */
static bool is_name(const struct setting *row, const char *name)
{
	size_t len = strlen(row->section);

	return strncmp(name, row->section, len) == 0 && name[len] == '.' &&
	       strcmp(name + len + 1, row->key) == 0;
}

static const struct setting *find_row(const struct setting *const *tables, const char *name)
{
	for (; *tables; tables++)
		for (const struct setting *row = *tables; row->section; row++)
			if (is_name(row, name))
				return row;
	return NULL;
}

int settings_check(
	const struct setting *const *tables, const char *name, const char *value, struct err *err)
{
	const struct setting *row = find_row(tables, name);
	int64_t number;

	if (!row)
		return err_set(err, ERR_INVALID, "There is no setting \"%s\".", name);
	return setting_value_check(row, value, err, &number);
}

/* The value among the pairs, or NULL. */
static const char *find_value(const struct setting *row, const char *const *values)
{
	for (; values && *values; values += 2)
		if (is_name(row, values[0]))
			return values[1];
	return NULL;
}

/* Rows for tests alone are kept out of operators' files, unless one is set. */
static bool is_shown(const struct setting *row, const char *const *values)
{
	return !row->test_only || find_value(row, values);
}

static void write_row(const struct setting *row, const char *const *values, struct buf *out)
{
	const char *value = find_value(row, values);

	if (!value)
		value = row->fallback;
	buf_addc(out, '\n');
	for (const char *line = row->comment; line && *line;) {
		size_t len = strcspn(line, "\n");

		buf_addf(out, ";%s%.*s\n", len ? " " : "", (int)len, line);
		line += len + (line[len] == '\n');
	}
	buf_addf(out, "%s =%s%s\n", row->key, *value ? " " : "", value);
}

/* Has an earlier row that is shown the same section? Then that row's turn has brought this one. */
static bool is_written(
	const struct setting *const *tables, const struct setting *until, const char *const *values)
{
	for (; *tables; tables++)
		for (const struct setting *row = *tables; row->section; row++) {
			if (row == until)
				return false;
			if (is_shown(row, values) && strcmp(row->section, until->section) == 0)
				return true;
		}
	return false;
}

/* All rows of a section, wherever they were declared. */
static void write_section(const struct setting *const *tables, const char *section,
	const char *const *values, struct buf *out)
{
	buf_addf(out, "%s[%s]\n", out->len ? "\n" : "", section);
	for (; *tables; tables++)
		for (const struct setting *row = *tables; row->section; row++)
			if (is_shown(row, values) && strcmp(row->section, section) == 0)
				write_row(row, values, out);
}

void settings_write(const struct setting *const *tables, const char *const *values, struct buf *out)
{
	for (const char *const *v = values; v && *v; v += 2)
		if (settings_check(tables, v[0], v[1], NULL) < 0) {
			out->failed = true;
			return;
		}
	for (const struct setting *const *t = tables; *t; t++)
		for (const struct setting *row = *t; row->section; row++)
			if (is_shown(row, values) && !is_written(tables, row, values))
				write_section(tables, row->section, values, out);
}

/* "[section]" with what may stand around it; NULL for a line that is none. */
static bool is_section(const char *line, size_t len, const char *section, bool *ret_ours)
{
	size_t n = strlen(section), skip = strspn(line, " \t");

	if (skip >= len || line[skip] != '[')
		return false;
	*ret_ours = len > skip + n + 1 && !strncmp(line + skip + 1, section, n) &&
		    line[skip + 1 + n] == ']';
	return true;
}

static bool is_key(const char *line, size_t len, const char *key)
{
	size_t n = strlen(key), at = strspn(line, " \t");

	if (at + n >= len || strncmp(line + at, key, n) != 0)
		return false;
	at += n;
	at += strspn(line + at, " \t");
	return at < len && (line[at] == '=' || line[at] == ':');
}

void settings_replace(
	const char *text, const char *section, const char *key, const char *value, struct buf *out)
{
	bool inside = false, done = false;

	for (size_t len; *text; text += len) {
		len = strcspn(text, "\n");
		len += text[len] == '\n';
		if (!is_section(text, len, section, &inside) && inside && is_key(text, len, key)) {
			buf_addf(out, "%s =%s%s\n", key, *value ? " " : "", value);
			done = true;
		} else {
			buf_add(out, text, len);
		}
	}
	if (!done)
		buf_addf(out, "%s[%s]\n%s =%s%s\n",
			out->len && out->data[out->len - 1] != '\n' ? "\n\n" : "\n", section, key,
			*value ? " " : "", value);
}
