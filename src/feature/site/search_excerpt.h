/* What a search shows of a statement: the text as it was written, what was looked for marked. */
#ifndef CHORSU_SITE_SEARCH_EXCERPT_H
#define CHORSU_SITE_SEARCH_EXCERPT_H

#include <stddef.h>

#include "base/arena.h"

/* Escaped HTML of some max characters of plain text, from shortly before the first word that the
 * query finds, with <mark> around each; "…" where it was cut. The beginning when nothing is found.
 * In the arena; NULL without memory. */
char *search_excerpt(struct arena *a, const char *text, const char *query, size_t max);

#endif
