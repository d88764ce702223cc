/* Addresses in feeds: relative ones made absolute (RFC 3986 section 5), as browsers read them. */
#ifndef CHORSU_KIT_FEED_URL_H
#define CHORSU_KIT_FEED_URL_H

#include <stdbool.h>

#include "base/arena.h"

/* ref as seen from base (an absolute http or https address, or NULL). White space around it and
 * line feeds in it are dropped, spaces, quotes and marks
 * that turn the writing percent-encoded, "\" is taken as "/" in web
 * addresses. Letters beyond ASCII stay. In the arena; NULL for nothing, for more than FEED_ID_MAX
 * bytes, for a relative ref without base. Another scheme (mailto, tel, data, javascript) comes back
 * as it is. */
char *feed_url(struct arena *a, const char *base, const char *ref);

/* http or https with a host. */
bool feed_url_is_web(const char *url);

/* The same, or NULL for anything that is not of the web. */
char *feed_url_web(struct arena *a, const char *base, const char *ref);

#endif
