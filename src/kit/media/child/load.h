/* Reading a picture: opened by the one loader of its form, cut, shrunk, in sRGB, upright. */
#ifndef CHORSU_KIT_MEDIA_CHILD_LOAD_H
#define CHORSU_KIT_MEDIA_CHILD_LOAD_H

#include <vips/vips.h>

#include "kit/media/child/child.h"

static inline void image_unref(VipsImage **image)
{
	if (*image)
		g_object_unref(*image);
}

/* The picture at the largest size of its plan: 3 or 4 bands of 8 bits, in memory. Fills width,
 * height and plan of m. 0 or enum wire_reason. */
MUST_USE int load_picture(const void *bytes, size_t len, enum media_form form, enum media_use use,
	struct made *m, VipsImage **ret);

/* Scale exactly to this size. 0 or -1. */
MUST_USE int load_resize(VipsImage *in, struct plan_size size, VipsImage **ret);

/* Frames of a moving WebP, as far as its chunks can be followed. */
int webp_frames(const void *bytes, size_t len);

/* Write a settled picture as WebP. 0 or -1. */
MUST_USE int webp_encode(VipsImage *in, struct encoded *ret);

/* 1 to 8 as in EXIF; 1 when this PNG tells none. */
int exif_png_orientation(const void *bytes, size_t len);

/* The reason in the library's own last words. */
int load_reason(void);

#endif
