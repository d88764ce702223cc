/* Pictures of the demo store: drawn in demo/art, rendered into demo/pictures, compiled in. */
#ifndef CHORSU_APP_DEMO_PICTURES_H
#define CHORSU_APP_DEMO_PICTURES_H

#include <jansson.h>

#include "core/media.h"

struct demo_pictures;

/* Make the files of all pictures that the institutions name, two at once; rows are added later.
 * institutions: the files of demo/, ended by NULL, which stay as long as the result does: in the
 * arena of cx. ERR_INTERNAL when there is no picture of a name; else the errors of media_prepare.
 */
MUST_USE int demo_pictures_make(
	struct ctx *cx, const json_t *const *institutions, struct demo_pictures **ret);

/* The picture of this name, which each name has once. */
const struct media *demo_pictures_find(const struct demo_pictures *p, const char *name);

/* Those of a statement, ended by NULL; NULL when there are none, or not enough memory. */
const struct media *const *demo_pictures_of(
	struct arena *a, const struct demo_pictures *p, const json_t *statement);

#endif
