/* What the eye needs and the text does not have: letters for a seal, frames for wide tables. */
#ifndef CHORSU_SITE_DISPLAY_H
#define CHORSU_SITE_DISPLAY_H

#include <stddef.h>

#include "base/arena.h"

#define INITIALS_MAX 4

/* The abbreviation of a name, as people write it: the first letters of its words without the small
 * ones ("Ички ишлар вазирлиги": ИИВ), at most INITIALS_MAX. May be empty. NULL without memory.
 * ret_count: how many letters it has; the sign of oʻ is none. */
char *display_initials(struct arena *a, const char *name, int *ret_count);

/* HTML that kit/html wrote, with each table in a frame that scrolls by itself, by finger and by
 * keyboard, and has this label. Without tables it is returned as it came. */
const char *display_tables(struct arena *a, const char *html, const char *label);

#endif
