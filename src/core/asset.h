/* Files that pages need: stylesheets, fonts, images. Those of the program, and what an operator
 * puts in their place. */
#ifndef CHORSU_CORE_ASSET_H
#define CHORSU_CORE_ASSET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct asset {
	const char *name; /* "site.css" */
	const char *type; /* media type, by the name's ending */
	const void *bytes;
	size_t len;
	bool lasting; /* the bytes stay as long as the process */
};

/* Once all are added it is shared by threads, and changes only as a whole. */
struct asset_set;
struct asset_set *asset_set_new(void); /* NULL without memory */
void asset_set_free(struct asset_set *set);

/* copied: name and bytes are copied; else they outlive the set. A later one of the same name takes
 * the place of an earlier one. ERR_MEMORY. */
MUST_USE int asset_set_add(struct asset_set *set, const char *name, const void *bytes, size_t len,
	bool copied, struct err *err);

/* set becomes what fresh is; fresh is freed. */
void asset_set_replace(struct asset_set *set, struct asset_set *fresh);

/* NULL when there is none; set may be NULL. What is found stays as long as the arena, whatever
 * becomes of the set. */
const struct asset *asset_find(const struct asset_set *set, struct arena *a, const char *name);

#endif
