/* Errors: storing them, and the table of codes. Texts may quote what a stranger sent, therefore
 * every text is made printable here, once, for terminals, logs and answers alike. */
#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

struct code_row {
	const char *name;
	const char *phrase;
	int http;
	int exit;
};

/* By -code. */
static const struct code_row CODES[] = {
	[0] = {"ok", "No error.", 200, 0},
	[-ERR_INVALID] = {"invalid", "What was sent breaks a rule.", 400, 2},
	[-ERR_NOT_FOUND] = {"not_found", "There is no such thing.", 404, 3},
	[-ERR_DENIED] = {"denied", "You may not do this.", 403, 5},
	[-ERR_CONFLICT] = {"conflict", "This goes against what is stored.", 409, 4},
	[-ERR_GONE] = {"gone", "This has been withdrawn or closed.", 410, 1},
	[-ERR_TOO_LARGE] = {"too_large", "What was sent is over a limit.", 413, 2},
	[-ERR_UNAUTHENTICATED] = {"unauthenticated", "Who asks could not be verified.", 401, 1},
	[-ERR_UNSUPPORTED] = {"unsupported", "This media type or form is not taken.", 415, 2},
	[-ERR_METHOD] = {"method", "This address does not take this method.", 405, 1},
	[-ERR_RATE] = {"rate", "This was asked too often: try again later.", 429, 1},
	[-ERR_BUSY] = {"busy", "This cannot be done now: try again later.", 503, 1},
	[-ERR_FULL] = {"full", "The disk or a quota is full.", 507, 1},
	[-ERR_IO] = {"io", "A file or the database failed.", 500, 1},
	[-ERR_NETWORK] = {"network", "Another server could not be reached.", 502, 1},
	[-ERR_TIMEOUT] = {"timeout", "This took too long.", 504, 1},
	[-ERR_MEMORY] = {"memory", "There is not enough memory for this.", 503, 1},
	[-ERR_INTERNAL] = {"internal", "A fault of this program.", 500, 1},
	[-ERR_NOT_ACCEPTABLE] = {"not_acceptable",
		"There is no form of this that the client takes.", 406, 1},
};

static const struct code_row *row_of(int code)
{
	if (code > 0 || code <= -(int)LENGTH(CODES))
		code = ERR_INTERNAL;
	return &CODES[-code];
}

/* Copy text so that it is valid UTF-8 and one line: what is not becomes U+FFFD or a space. Cut at a
 * whole character, with an ellipsis. out holds ERR_TEXT_MAX. */
static void put_printable(char *out, const char *text, bool cut)
{
	static const char ELLIPSIS[] = "…";
	const size_t max = ERR_TEXT_MAX - sizeof ELLIPSIS;
	size_t used = 0;

	while (*text) {
		char piece[4];
		const char *from = text;
		uint32_t c = str_utf8_next(&text);
		size_t len;

		/* The formatting may have cut the last character. */
		if (cut && c == 0xFFFD && strlen(from) < 4)
			break;
		len = str_utf8_put(str_is_control(c) ? ' ' : c, piece);
		if (used + len > max) {
			cut = true;
			break;
		}
		memcpy(out + used, piece, len);
		used += len;
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	memcpy(out + used, cut ? ELLIPSIS : "", cut ? sizeof ELLIPSIS : 1);
}

int err_vset(struct err *e, int code, const char *format, va_list ap)
{
	char text[ERR_TEXT_MAX]; /* apart: the arguments may point into e */
	int len;

	if (!e)
		return code;
	len = vsnprintf(text, sizeof text, format, ap);
	if (len < 0)
		text[0] = '\0';
	e->code = code;
	put_printable(e->text, text, len >= (int)sizeof text);
	return code;
}

int err_set(struct err *e, int code, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	code = err_vset(e, code, format, ap);
	va_end(ap);
	return code;
}

int err_copy(struct err *to, const struct err *from)
{
	if (to && to != from)
		*to = *from;
	return from->code;
}

const char *err_text(const struct err *e)
{
	return e->text[0] ? e->text : row_of(e->code)->phrase;
}

const char *err_name(int code)
{
	return row_of(code)->name;
}

int err_http_status(int code)
{
	return row_of(code)->http;
}

int err_exit_status(int code)
{
	return row_of(code)->exit;
}
