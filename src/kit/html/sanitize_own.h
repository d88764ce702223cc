/* The sanitizer as our own Markdown uses it. Inside this room: others see sanitize.h. */
#ifndef CHORSU_KIT_HTML_SANITIZE_OWN_H
#define CHORSU_KIT_HTML_SANITIZE_OWN_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* As sanitize_html; links that begin with own (a scheme, a host and a slash) are the institution's
 * and get no "nofollow". own may be NULL: none is. */
MUST_USE int sanitize_own(
	const char *html, size_t len, const char *own, struct buf *out, struct err *err);

#endif
