/* A row as a line of JSON, and back: the same on every engine. */
#include <sodium.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "kit/db/copy.h"

#define PIECE 3072 /* bytes at a time to base64, a multiple of 3 */

static void add_text(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (const char *from = s;; s++) {
		if ((unsigned char)*s >= 0x20 && *s != '"' && *s != '\\')
			continue;
		buf_add(out, from, (size_t)(s - from));
		if (!*s)
			break;
		if (*s == '\n')
			buf_adds(out, "\\n");
		else if (*s == '"' || *s == '\\')
			buf_addf(out, "\\%c", *s);
		else
			buf_addf(out, "\\u%04x", (unsigned)*s);
		from = s + 1;
	}
	buf_addc(out, '"');
}

static void add_blob(struct buf *out, const unsigned char *p, size_t len)
{
	char text[PIECE / 3 * 4 + 1];

	buf_addc(out, '"');
	while (len > 0) {
		size_t n = len < PIECE ? len : PIECE;

		sodium_bin2base64(text, sizeof(text), p, n, sodium_base64_VARIANT_ORIGINAL);
		buf_adds(out, text);
		p += n;
		len -= n;
	}
	buf_addc(out, '"');
}

static int add_value(struct stmt *row, int at, const struct column *c, struct buf *out)
{
	const void *bytes;
	size_t len;

	if (col_null(row, at)) {
		buf_adds(out, "null");
	} else if (c->type == COLUMN_INT) {
		buf_addf(out, "%lld", (long long)col_int(row, at));
	} else if (c->type == COLUMN_BLOB) {
		bytes = col_blob(row, at, &len);
		add_blob(out, bytes, len);
	} else {
		bytes = col_blob(row, at, &len);
		if (!str_utf8_valid(bytes, len))
			return ERR_INVALID;
		add_text(out, col_text(row, at));
	}
	return 0;
}

int table_row_write(struct stmt *row, const struct table *t, struct err *err, struct buf *out)
{
	for (int i = 0; i < t->column_count; i++) {
		buf_addf(out, "%s\"%s\":", i ? "," : "{", t->columns[i].name);
		if (add_value(row, i, &t->columns[i], out) < 0)
			return err_set(err, ERR_IO,
				"a row of %s holds text in %s that is not UTF-8: run chorsu check",
				t->name, t->columns[i].name);
	}
	buf_adds(out, "}\n");
	return out->failed ? err_set(err, ERR_TOO_LARGE,
				     "a row of %s is larger than a backup holds", t->name)
			   : 0;
}

static int parse_value(const struct column *c, const json_t *j, struct arena *a, struct cell *ret)
{
	*ret = (struct cell){.null = json_is_null(j)};
	if (ret->null)
		return 0;
	if (c->type == COLUMN_INT) {
		ret->number = json_integer_value(j);
		return json_is_integer(j) ? 0 : ERR_INVALID;
	}
	ret->bytes = json_string_value(j);
	if (!ret->bytes)
		return ERR_INVALID;
	if (c->type == COLUMN_TEXT)
		return 0;
	ret->bytes = str_unbase64(a, ret->bytes, &ret->len);
	return ret->bytes ? 0 : ERR_INVALID;
}

static bool has_column(const struct table *t, const char *name)
{
	for (int i = 0; i < t->column_count; i++)
		if (str_eq(t->columns[i].name, name))
			return true;
	return false;
}

int table_row_parse(const struct table *t, const char *line, size_t len, struct arena *a,
	struct err *err, struct cell *cells)
{
	const char *name;
	json_t *row, *value;
	int rc = json_parse(line, len, err, &row);

	if (rc < 0)
		return rc;
	if (!json_keep(a, row))
		return err_set(err, ERR_MEMORY, "there is not enough memory for a row");
	json_object_foreach(row, name, value)
	{
		if (!has_column(t, name))
			return err_set(err, ERR_INVALID, "the table %s has no column \"%.100s\"",
				t->name, name);
	}
	for (int i = 0; i < t->column_count; i++) {
		static const char *const NAMES[] = {"a whole number", "text", "base64"};
		const struct column *c = &t->columns[i];

		value = json_object_get(row, c->name);
		if (!value)
			return err_set(err, ERR_INVALID, "the column %s is missing", c->name);
		if (parse_value(c, value, a, &cells[i]) < 0)
			return err_set(err, ERR_INVALID, "the column %s must be %s", c->name,
				NAMES[c->type]);
	}
	return 0;
}

int table_row_insert(struct stmt *insert, const struct table *t, const struct cell *cells)
{
	for (int i = 0; i < t->column_count; i++) {
		const struct column *c = &t->columns[i];

		if (cells[i].null)
			bind_text(insert, c->name, NULL);
		else if (c->type == COLUMN_INT)
			bind_int(insert, c->name, cells[i].number);
		else if (c->type == COLUMN_TEXT)
			bind_text(insert, c->name, cells[i].bytes);
		else
			bind_blob(insert, c->name, cells[i].bytes, cells[i].len);
	}
	return stmt_run(insert);
}
