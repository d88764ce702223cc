/* Strict reading of heads. */
#include "kit/http/head.h"

#include <string.h>

#include "base/str.h"

void head_add(struct head *head, const char *name, const char *value)
{
	head->count++;
	if (!value)
		value = "";
	if (str_eq_nocase(name, "Host"))
		head->hosts++;
	else if (str_eq_nocase(name, "Expect"))
		head->expects_continue = str_eq_nocase(value, "100-continue");
	else if (str_eq_nocase(name, "Content-Length")) {
		if (head->lengths++ == 0 && !str_to_int64(value, &head->length))
			head->length = -1;
	} else if (str_eq_nocase(name, "Transfer-Encoding")) {
		head->encodings++;
		head->chunked = str_eq_nocase(value, "chunked");
	}
}

int head_check(const struct head *head, const char *version, struct err *err)
{
	bool old = str_eq(version, "HTTP/1.0");

	if (!old && !str_eq(version, "HTTP/1.1"))
		return err_set(err, ERR_INVALID,
			"The protocol \"%.20s\" is not spoken here: send HTTP/1.1.", version);
	if (head->hosts > 1 || (head->hosts == 0 && !old))
		return err_set(err, ERR_INVALID, "The header Host must stand exactly once.");
	if (head->lengths > 1)
		return err_set(
			err, ERR_INVALID, "The header Content-Length stands more than once.");
	if (head->lengths && head->encodings)
		return err_set(err, ERR_INVALID,
			"Content-Length and Transfer-Encoding exclude each other: send one of them.");
	if (head->lengths && head->length < 0)
		return err_set(err, ERR_INVALID, "The header Content-Length is no whole number.");
	if (head->encodings && (head->encodings > 1 || !head->chunked || old))
		return err_set(err, ERR_INVALID,
			"The header Transfer-Encoding must be \"chunked\", once, in HTTP/1.1.");
	return 0;
}

/* tchar of RFC 9110 5.6.2; every byte of every head is looked up here. */
static bool is_token_char(unsigned char c)
{
	static const bool TOKEN[256] = {['!'] = true,
		['#' ... '\''] = true,
		['*'] = true,
		['+'] = true,
		['-'] = true,
		['.'] = true,
		['0' ... '9'] = true,
		['A' ... 'Z'] = true,
		['^' ... 'z'] = true,
		['|'] = true,
		['~'] = true};

	return TOKEN[c];
}

static bool is_value_char(unsigned char c)
{
	return c == '\t' || (c >= ' ' && c != 0x7f);
}

/* The line end that the library has made two NULs. */
static bool at_line_end(const char *p, const char *end)
{
	return end - p >= 2 && p[0] == '\0' && p[1] == '\0';
}

/* Pass one line; NULL when it is not sound. */
static const char *pass_line(const char *p, const char *end)
{
	const char *name = p;

	while (p < end && is_token_char((unsigned char)*p))
		p++;
	if (p == name || p == end || *p != '\0')
		return NULL;
	for (p++; p < end && is_value_char((unsigned char)*p);)
		p++;
	return at_line_end(p, end) ? p + 2 : NULL;
}

int head_check_bytes(const char *p, size_t len, int count, struct err *err)
{
	const char *end = p + len;
	int lines = 0;

	p = at_line_end(p, end) ? p + 2 : NULL;
	while (p && !(at_line_end(p, end) && p + 2 == end)) {
		p = pass_line(p, end);
		lines++;
	}
	if (!p || lines != count)
		return err_set(err, ERR_INVALID,
			"The head of the request is malformed: send lines \"Name: value\", each ended by CR LF, none folded.");
	return 0;
}
