/* The head of a request looked at once more, strictly: what two programs on the way may read
 * differently is refused, so that nobody can smuggle one request inside another. */
#ifndef CHORSU_KIT_HTTP_HEAD_H
#define CHORSU_KIT_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What the headers say of the body and of the host. */
struct head {
	int count;
	int hosts, lengths, encodings; /* lines of Host, Content-Length, Transfer-Encoding */
	int64_t length; /* of the body; -1 without Content-Length or when it is no plain number */
	bool chunked;   /* Transfer-Encoding is exactly "chunked" */
	bool expects_continue;
};

/* Take note of one header. */
void head_add(struct head *head, const char *name, const char *value);

/* ERR_INVALID for a head whose framing is not beyond doubt. version: "HTTP/1.1". */
MUST_USE int head_check(const struct head *head, const char *version, struct err *err);

/* The bytes behind the version of the request line up to the end of the head, as libmicrohttpd
 * 0.9.75 leaves them: CR, LF and the first colon of each line are NUL. ERR_INVALID unless they are
 * count whole lines "name:value" ended by CR LF, none folded, names tokens, values without control
 * characters. (The library joins folded lines to names, and takes a bare LF, white space before the
 * colon and NUL.) */
MUST_USE int head_check_bytes(const char *p, size_t len, int count, struct err *err);

#endif
