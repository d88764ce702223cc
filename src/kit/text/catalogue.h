/* A gettext catalogue (.mo, GNU gettext manual 10.3) that lies in memory. */
#ifndef CHORSU_KIT_TEXT_CATALOGUE_H
#define CHORSU_KIT_TEXT_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct catalogue {
	const unsigned char *bytes;
	size_t len;
	uint32_t count;
	uint32_t ids, texts; /* offsets of the tables */
};

/* The bytes are not copied and must outlive the catalogue. Either order of bytes is read.
 * ERR_INVALID with a sentence for what is none: offsets outside, texts that do not end, ids out of
 * order. */
MUST_USE int catalogue_open(const void *bytes, size_t len, struct err *err, struct catalogue *ret);

/* The text with this id; NULL when there is none, or it is empty. */
const char *catalogue_find(const struct catalogue *c, const char *id);

/* The i-th pair in the order of ids; the first is the header, whose id is "". */
void catalogue_at(
	const struct catalogue *c, uint32_t i, const char **ret_id, const char **ret_text);

#endif
