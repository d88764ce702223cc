/* What cmark would choke on, found without it. Inside this room. */
#ifndef CHORSU_KIT_HTML_MARKDOWN_GUARD_H
#define CHORSU_KIT_HTML_MARKDOWN_GUARD_H

#include <stddef.h>

#include "base/err.h"

#define MARKDOWN_MAX       ((size_t)128 << 10) /* bytes */
#define MARKDOWN_NEST_MAX  200   /* columns of "> ", "- ", "1. " before a line's text */
#define MARKDOWN_CELLS_MAX 10000 /* of one table */
#define MARKDOWN_SIGNS_MAX 2000  /* of "@", and of "<?" and "<!" together */

/* ERR_TOO_LARGE with one sentence that names the line. */
MUST_USE int markdown_guard(const char *text, size_t len, struct err *err);

#endif
