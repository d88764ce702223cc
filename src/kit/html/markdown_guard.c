/* A look at Markdown before cmark gets it. Each line walks all open quotes and lists, so their
 * depth is bounded; and a table gets as many cells in each row as its head has, however short the
 * row is, so their product is. Some signs make cmark look through all that follows, so their number
 * is. */
#include "kit/html/markdown_guard.h"

#include <stdbool.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The length of a list's marker at p, 0 when there is none. */
static size_t marker(const char *p, const char *end)
{
	size_t n = 0;

	if (p < end && strchr("*+-", *p) && *p)
		return p + 1 == end || is_blank(p[1]) ? 1 : 0;
	while (p + n < end && p[n] >= '0' && p[n] <= '9')
		n++;
	if (!n || p + n == end || (p[n] != '.' && p[n] != ')'))
		return 0;
	return p + n + 1 == end || is_blank(p[n + 1]) ? n + 1 : 0;
}

/* Columns of what may open quotes and lists at the beginning of the line. */
static size_t nesting(const char *p, const char *end)
{
	size_t columns = 0, last = 0, n;

	while (p < end) {
		n = *p == '>' ? 1 : marker(p, end);
		if (!n && !is_blank(*p))
			break;
		columns += *p == '\t' ? 4 : n ? n : 1;
		p += n ? n : 1;
		if (n)
			last = columns;
	}
	return last;
}

/* Columns of the table whose head's underline ("|---|:-:|") this line may be, 0 when it cannot. */
static size_t table_columns(const char *p, const char *end)
{
	size_t columns = 1;
	bool dash = false;

	for (; p < end; p++) {
		if (!strchr(" \t>*+-:|.)0123456789", *p) || !*p)
			return 0;
		columns += *p == '|';
		dash |= *p == '-';
	}
	return dash ? columns : 0;
}

static bool is_empty(const char *p, const char *end)
{
	while (p < end && (is_blank(*p) || *p == '>'))
		p++;
	return p == end;
}

/* Signs at which cmark looks through the text around them, each time anew. */
static bool has_many_signs(const char *p, const char *end)
{
	size_t ats = 0, instructions = 0;

	for (; p < end; p++) {
		ats += *p == '@';
		instructions += *p == '<' && p + 1 < end && (p[1] == '?' || p[1] == '!');
	}
	return ats > MARKDOWN_SIGNS_MAX || instructions > MARKDOWN_SIGNS_MAX;
}

int markdown_guard(const char *text, size_t len, struct err *err)
{
	const char *end = text + len, *next;
	size_t line = 1, columns = 0, rows = 0;

	if (len > MARKDOWN_MAX)
		return err_set(err, ERR_TOO_LARGE, "the text has %zu bytes; at most %zu are taken",
			len, MARKDOWN_MAX);
	if (has_many_signs(text, end))
		return err_set(err, ERR_TOO_LARGE,
			"the text has too many \"@\", \"<!\" or \"<?\": at most %d are taken",
			MARKDOWN_SIGNS_MAX);
	for (const char *p = text; p < end; p = next + (next < end), line++) {
		size_t head;

		next = memchr(p, '\n', (size_t)(end - p));
		next = next ? next : end;
		if (nesting(p, next) > MARKDOWN_NEST_MAX)
			return err_set(err, ERR_TOO_LARGE,
				"line %zu of the text is nested too deep in quotes and lists",
				line);
		head = table_columns(p, next);
		if (is_empty(p, next))
			columns = rows = 0;
		else if (head > columns)
			columns = head;
		rows += columns > 0;
		if (rows * columns > MARKDOWN_CELLS_MAX)
			return err_set(err, ERR_TOO_LARGE,
				"the table at line %zu of the text is too large: at most %d cells",
				line, MARKDOWN_CELLS_MAX);
	}
	return 0;
}
