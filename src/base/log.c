/* Log lines: logfmt or JSON. Every value may come from a stranger: after escaping, a line holds
 * neither line feeds nor anything that a terminal would obey. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define LINE_MAX_BYTES 4096 /* PIPE_BUF: one write to a pipe stays whole */
#define TAIL_MAX       8    /* "…", quote, brace, line feed */
#define ESCAPE_MAX     6    /* \u0000 */
#define NAME_MAX_BYTES 64

static _Atomic enum log_level least_level = LOG_INFO;
static _Atomic bool json_wanted;
static int first_stderr = -1; /* what standard error was before log_open took it */

static const char *const LEVELS[] = {"debug", "info", "warn", "error"};

struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
	bool json;
	bool full; /* something did not fit: nothing more is added */
};

void log_setup(enum log_level least, bool json)
{
	least_level = least;
	json_wanted = json;
}

int log_open(const char *path, struct err *err)
{
	int fd = first_stderr;

	if (!*path && fd < 0)
		return 0;
	if (first_stderr < 0)
		first_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (*path)
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
	if (fd < 0)
		return err_set(
			err, ERR_IO, "The log %.300s cannot be opened: %s.", path, strerror(errno));
	dup2(fd, STDERR_FILENO);
	if (fd != first_stderr)
		close(fd);
	return 0;
}

bool log_level_parse(const char *s, enum log_level *ret)
{
	for (size_t i = 0; i < LENGTH(LEVELS); i++)
		if (str_eq(s, LEVELS[i])) {
			*ret = (enum log_level)i;
			return true;
		}
	return false;
}

static void put(struct line *l, const char *s, size_t len)
{
	if (l->full || l->len + len > sizeof l->text - TAIL_MAX) {
		l->full = true;
		return;
	}
	memcpy(l->text + l->len, s, len);
	l->len += len;
}

/* The end of a value or line, for which TAIL_MAX is kept free. */
static void put_tail(struct line *l, const char *s)
{
	size_t len = strlen(s);

	memcpy(l->text + l->len, s, len);
	l->len += len;
}

static void put_escaped(struct line *l, const char *value)
{
	uint32_t c;

	while (!l->full && (c = str_utf8_next(&value)) != 0) {
		char piece[ESCAPE_MAX + 1];
		size_t len;

		if (c == '"' || c == '\\')
			len = (size_t)snprintf(piece, sizeof piece, "\\%c", (char)c);
		else if (c == '\n')
			len = (size_t)snprintf(piece, sizeof piece, "\\n");
		else if (str_is_control(c))
			len = (size_t)snprintf(
				piece, sizeof piece, "\\u%04x", (unsigned)(c & 0xFFFF));
		else
			len = str_utf8_put(c, piece);
		put(l, piece, len);
	}
}

/* May stand in logfmt without quotes. */
static bool is_plain(const char *value)
{
	static const char PLAIN[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@+,%#";

	return *value && value[strspn(value, PLAIN)] == '\0';
}

/* Names are the project's own words; should one ever not be, it still cannot break the line. */
static void put_name(struct line *l, const char *name)
{
	char text[NAME_MAX_BYTES];
	size_t len = 0;

	for (; name[len] && len < sizeof text; len++) {
		char c = name[len];
		bool good =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		text[len] = good ? c : '_';
	}
	put(l, text, len);
}

static void put_pair(struct line *l, const char *name, const char *value)
{
	size_t before = l->len;
	bool quoted = l->json || !is_plain(value);

	if (l->json)
		put(l, l->len == 0 ? "{\"" : ",\"", 2);
	else if (l->len > 0)
		put(l, " ", 1);
	put_name(l, name);
	put(l, l->json ? "\":" : "=", l->json ? 2 : 1);
	if (quoted)
		put(l, "\"", 1);
	if (l->full) { /* no room to begin it: as if it had not been there */
		l->len = before;
		return;
	}
	put_escaped(l, value);
	if (l->full)
		put_tail(l, "…");
	if (quoted)
		put_tail(l, "\"");
}

void log_event(enum log_level level, const char *event, ...)
{
	struct line l;
	const char *name, *value;
	char at[32];
	va_list ap;
	ssize_t n;

	if (level < least_level)
		return;
	l.len = 0;
	l.full = false;
	l.json = json_wanted; /* the whole line in one form */
	clock_rfc3339(clock_now(), at);
	put_pair(&l, "time", at);
	put_pair(&l, "level", LEVELS[level]);
	put_pair(&l, "event", event);
	va_start(ap, event);
	while (!l.full && (name = va_arg(ap, const char *)) && (value = va_arg(ap, const char *)))
		put_pair(&l, name, value);
	va_end(ap);
	put_tail(&l, l.json ? "}\n" : "\n");
	do
		n = write(STDERR_FILENO, l.text, l.len);
	while (n < 0 && errno == EINTR);
}
