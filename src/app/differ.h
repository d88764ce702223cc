/* Differences between texts, by the programs diff and diff3 of Debian's package diffutils. */
#ifndef CHORSU_APP_DIFFER_H
#define CHORSU_APP_DIFFER_H

#include "base/buf.h"
#include "base/ctx.h"

struct text {
	const char *name; /* as it is called in the answer */
	const char *bytes;
	size_t len;
};

/* What leads from one to the other, as `diff -u` writes it; nothing when they are the same. ERR_IO,
 * ERR_TOO_LARGE (out's maximum). */
MUST_USE int differ_compare(
	struct ctx *cx, const struct text *from, const struct text *to, struct buf *out);

/* mine with what leads from base to theirs. *ret_clean is false when both changed the same lines:
 * out then has both, between marks. */
MUST_USE int differ_merge(struct ctx *cx, const struct text *mine, const struct text *base,
	const struct text *theirs, struct buf *out, bool *ret_clean);

#endif
