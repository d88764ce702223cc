/* Names with a fixed address, as the `resolve` setting gives them. Private to this folder. */
#ifndef CHORSU_KIT_FETCH_NAMES_H
#define CHORSU_KIT_FETCH_NAMES_H

#include "base/err.h"

struct names;

/* text: "host:port:address host:port:address", addresses of IPv6 in brackets. *ret is NULL when
 * text is empty. ERR_INVALID names the entry. */
MUST_USE int names_new(const char *text, struct err *err, struct names **ret);
void names_free(struct names *n);

/* The entry "host:port:address" of a host (lower case) and port, NULL when there is none. n may be
 * NULL. Lives as long as n. */
char *names_find(const struct names *n, const char *host, int port);

#endif
