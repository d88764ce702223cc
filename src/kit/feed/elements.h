/* RSS and Atom: what the elements of a feed say, to its head and its items. */
#ifndef CHORSU_KIT_FEED_ELEMENTS_H
#define CHORSU_KIT_FEED_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct elements;
struct feed;
struct xml_tag;

/* f outlives it. */
MUST_USE int elements_new(struct feed *f, struct elements **ret);
void elements_free(struct elements *e); /* takes NULL */

/* Failures are told to f. line: where that is, for the report. */
void elements_start(struct elements *e, const struct xml_tag *tag);
void elements_end(struct elements *e, const struct xml_tag *tag, int line);
void elements_add(struct elements *e, const char *p, size_t len);

/* Does an item stand open? */
bool elements_in_item(const struct elements *e);

#endif
