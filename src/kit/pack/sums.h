/* The lines of SHA256SUMS as they come about, kept in a file without a name: there may be a million
 * of them. Inside this room. */
#ifndef CHORSU_KIT_PACK_SUMS_H
#define CHORSU_KIT_PACK_SUMS_H

#include <sodium.h>
#include <stdio.h>

#include "base/err.h"

struct sums {
	FILE *lines;
	int64_t size; /* bytes of the lines so far */
	crypto_hash_sha256_state hash;
};

MUST_USE int sums_init(struct sums *s, struct err *err);
void sums_done(struct sums *s);

/* A member begins, goes on, ends. */
void sums_begin(struct sums *s);
void sums_add(struct sums *s, const void *p, size_t len);
MUST_USE int sums_end(struct sums *s, const char *name, struct err *err);

/* From the first line on; the file's offset moves with what is read. Negative: ERR_*. */
MUST_USE int sums_rewind(struct sums *s, struct err *err);

#endif
