/* Pictures of the demo store: drawn in demo/art, compiled in from demo/pictures. */
#ifndef CHORSU_APP_DEMO_PICTURE_H
#define CHORSU_APP_DEMO_PICTURE_H

#include <jansson.h>

#include "core/media.h"

/* The picture of this name (no folder, no ending) with its descriptions by language; NULL: none.
 * Its files are made, its row is not added yet. ERR_INTERNAL when there is no such picture; else
 * the errors of media_prepare. */
MUST_USE int demo_picture(struct ctx *cx, const char *name, enum media_use use,
	const json_t *descriptions, const struct media **ret);

/* Those of a statement: a list of {"name", "descriptions"}; *ret ends with NULL, and is NULL
 * itself when there are none. */
MUST_USE int demo_pictures(struct ctx *cx, const json_t *list, const struct media *const **ret);

#endif
