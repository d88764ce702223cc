/* Links of a document from elsewhere. */
#ifndef CHORSU_KIT_HTML_LINKS_H
#define CHORSU_KIT_HTML_LINKS_H

#include <stdbool.h>
#include <stddef.h>

/* Does the document link to one of the addresses, with <a> or <link>? A final slash does not count.
 * urls: ended by NULL. A document that is too large or too deep to be read (sanitize.h) has no
 * links. */
bool html_links_to(const char *html, size_t len, const char *const *urls);

#endif
