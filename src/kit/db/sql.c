/* A reader of SQL just deep enough to tell names and words from quoted text and comments. It does
 * not check anything. */
#include "kit/db/sql.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* A doubled quote inside reads as two pieces, which comes to the same. */
static const char *end_of_quoted(const char *p)
{
	const char *end = strchr(p + 1, *p);

	return end ? end + 1 : p + strlen(p);
}

static const char *end_of_comment(const char *p)
{
	const char *end = p[1] == '*' ? strstr(p + 2, "*/") : strchr(p, '\n');

	if (!end)
		return p + strlen(p);
	return end + (p[1] == '*' ? 2 : 1);
}

/* One piece of SQL: quoted text, a comment, a name with its $, a word, or a single byte. */
static const char *end_of_piece(const char *p)
{
	if (*p == '\'' || *p == '"')
		return end_of_quoted(p);
	if ((p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '*'))
		return end_of_comment(p);
	if (!is_word(*p) && !(*p == '$' && is_word(p[1])))
		return p + 1;
	for (p++; is_word(*p);)
		p++;
	return p;
}

static bool is_name(const char *p)
{
	return *p == '$' && is_word(p[1]);
}

static int find(const struct param *params, int count, const char *name, size_t len)
{
	for (int i = 0; i < count; i++)
		if (params[i].name_len == len && memcmp(params[i].name, name, len) == 0)
			return i;
	return -1;
}

int sql_params(const char *sql, struct param **ret, int *ret_count)
{
	struct param *list = NULL;
	int count = 0, cap = 0;

	for (const char *p = sql, *end; *p; p = end) {
		end = end_of_piece(p);
		if (!is_name(p) || find(list, count, p + 1, (size_t)(end - p - 1)) >= 0)
			continue;
		if (count == cap) {
			struct param *more = reallocarray(list, (size_t)cap + 8, sizeof(*list));

			if (!more) {
				free(list);
				return ERR_MEMORY;
			}
			list = more;
			cap += 8;
		}
		list[count++] = (struct param){.name = p + 1, .name_len = (size_t)(end - p - 1)};
	}
	*ret = list;
	*ret_count = count;
	return 0;
}

void sql_numbered(const char *sql, const struct param *params, int count, struct buf *out)
{
	for (const char *p = sql, *end; *p; p = end) {
		end = end_of_piece(p);
		if (is_name(p)) {
			int at = find(params, count, p + 1, (size_t)(end - p - 1));

			assert(at >= 0);
			buf_addf(out, "$%d", at + 1);
		} else {
			buf_add(out, p, (size_t)(end - p));
		}
	}
}

static bool word_is(const char *p, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(p, word, len) == 0;
}

/* after_as: the word stands in CAST(… AS TEXT), where no COLLATE may follow. */
static void add_word(struct buf *out, const char *p, size_t len, bool after_as)
{
	if (word_is(p, len, "INTEGER"))
		buf_adds(out, "BIGINT");
	else if (word_is(p, len, "BLOB"))
		buf_adds(out, "BYTEA");
	else if (word_is(p, len, "TEXT"))
		buf_adds(out, after_as ? "TEXT" : "TEXT COLLATE \"C\"");
	else if (!word_is(p, len, "STRICT"))
		buf_add(out, p, len);
}

void sql_migration(const char *sql, struct buf *out)
{
	bool after_as = false;

	for (const char *p = sql, *end; *p; p = end) {
		end = end_of_piece(p);
		if (!is_word(*p)) {
			buf_add(out, p, (size_t)(end - p));
			continue;
		}
		add_word(out, p, (size_t)(end - p), after_as);
		after_as = word_is(p, (size_t)(end - p), "AS");
	}
}
