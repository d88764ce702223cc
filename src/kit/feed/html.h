/* Links and pictures of an item's HTML, put right. */
#ifndef CHORSU_KIT_FEED_HTML_H
#define CHORSU_KIT_FEED_HTML_H

#include "base/buf.h"

/* Copy html to out with the addresses in it absolute as seen from base (NULL: as they are),
 * pictures that a script was to load loaded plainly, their doubles in <noscript>, comments,
 * scripts, styles and pictures of one pixel left out. Everything else stays as it was written.
 * picture is told of each that is kept, in order, with its alternative text ("" when there is
 * none). This makes nothing safe: out goes to the sanitizer. ERR_MEMORY, ERR_TOO_LARGE past out's
 * maximum. */
MUST_USE int feed_html_mend(const char *html, size_t len, const char *base, struct buf *out,
	void (*picture)(void *arg, const char *url, const char *alt), void *arg);

#endif
