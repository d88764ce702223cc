/* Which sizes are made of a picture. chorsu-media follows this, and the parent demands exactly it.
 */
#ifndef CHORSU_KIT_MEDIA_PLAN_H
#define CHORSU_KIT_MEDIA_PLAN_H

#include "kit/media/media.h"

#define PLAN_SIZES_MAX (MEDIA_FILES_MAX - 1)

struct plan_size {
	uint32_t width, height;
};

struct plan {
	struct plan_size crop; /* cut from the middle of the upright picture */
	int count;
	struct plan_size sizes[PLAN_SIZES_MAX]; /* growing; the JPEG has the last one's */
};

/* False when a side is 0 or there are more than MEDIA_PIXELS_MAX pixels. */
bool plan_make(enum media_use use, uint32_t width, uint32_t height, struct plan *ret);

#endif
