/* A URL taken apart and checked: what the loop needs besides the questions of fetch.h. Private to
 * this folder. */
#ifndef CHORSU_KIT_FETCH_URL_H
#define CHORSU_KIT_FETCH_URL_H

#include <stdbool.h>

#include "base/err.h"

#define URL_MAX 2048
#define URL_HOST_MAX                                                                               \
	264 /* 253 of the longest name, or an address in brackets, ":65535" and NUL                \
	     */

struct url {
	bool tls;
	bool plain;         /* host is written in the URL as it is here */
	int port;           /* the default when none was written */
	const char *target; /* path and query as written, into the URL; "" or "?…" when the path is
			       empty */
	char host[URL_HOST_MAX]; /* lower case, no final dot, IPv6 in brackets */
};

/* Take url apart. ERR_INVALID with one sentence. ret->target points into text. */
MUST_USE int url_parse(const char *text, bool allow_private, struct err *err, struct url *ret);

/* Host with ":port" unless default, as in fetch_url_host. */
void url_authority(const struct url *u, char out[URL_HOST_MAX]);

#endif
