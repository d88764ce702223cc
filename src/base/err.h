/* Error codes and the one table that maps them to names, HTTP statuses and exit codes.
 *
 * Functions return 0 or a negative ERR_*; the detail, one short sentence for people, goes into a
 * struct err that the caller owns (a context's, a transaction's), never into a global or a
 * thread-local. */
#ifndef CHORSU_BASE_ERR_H
#define CHORSU_BASE_ERR_H

#include <stdarg.h>

#include "base/auto.h"

enum err_code {
	ERR_INVALID = -1,   /* input that breaks a rule; the text says which and how to mend it */
	ERR_NOT_FOUND = -2, /* there is no such thing, or it may not be seen */
	ERR_DENIED = -3,    /* known, but may not do this */
	ERR_CONFLICT = -4, /* against what is stored: a duplicate, a state that does not allow it */
	ERR_GONE = -5,     /* was there, has been withdrawn or closed */
	ERR_TOO_LARGE = -6,       /* over a named limit */
	ERR_UNAUTHENTICATED = -7, /* who asks could not be verified */
	ERR_UNSUPPORTED = -8,     /* a media type or form that is not taken */
	ERR_METHOD = -9,          /* the address exists, the method does not */
	ERR_RATE = -10,           /* too often */
	ERR_BUSY = -11,           /* cannot now, may later: locked, draining, overloaded */
	ERR_FULL = -12,           /* the disk or a quota is full */
	ERR_IO = -13,             /* a file or the database failed */
	ERR_NETWORK = -14,        /* a peer could not be reached or broke off */
	ERR_TIMEOUT = -15,        /* a peer or a lock took too long */
	ERR_MEMORY = -16,         /* an allocation failed or an arena is full */
	ERR_INTERNAL = -17,       /* a fault of our own */
	ERR_NOT_ACCEPTABLE = -18, /* no representation that the client takes */
};

#define ERR_TEXT_MAX 512

struct err {
	int code;                /* 0 or ERR_* */
	char text[ERR_TEXT_MAX]; /* UTF-8, one sentence without a final line feed; "" when none was
				    given */
};

/* Store code and a formatted text; returns code. e may be NULL. The text is cut at a whole
 * character, broken UTF-8 becomes U+FFFD and control characters spaces, so values that a stranger
 * sent may be quoted. Arguments may point into e. */
int err_set(struct err *e, int code, const char *format, ...) PRINTF(3, 4);
int err_vset(struct err *e, int code, const char *format, va_list ap) PRINTF(3, 0);

/* Copy from to to; returns from's code. */
int err_copy(struct err *to, const struct err *from);

/* The text, or the general phrase of its code when no text was given. */
const char *err_text(const struct err *e);

/* "not_found" and the like, for JSON and logs. */
const char *err_name(int code);

/* 404 and the like (RFC 9110). */
int err_http_status(int code);

/* Exit status of a command: 0 for 0, 2 for input that breaks a rule (also too large, unsupported),
 * 3 not found, 4 conflict, 5 denied, 1 for the rest. */
int err_exit_status(int code);

#endif
