/* Pictures by their first bytes: what a file from outside says it is, and whether a file that
 * chorsu-media made is what it was said to be. Decodes nothing. */
#ifndef CHORSU_KIT_MEDIA_PICTURE_H
#define CHORSU_KIT_MEDIA_PICTURE_H

#include "kit/media/media.h"

/* By its magic bytes; MEDIA_UNKNOWN for everything that is not taken. */
enum media_form picture_sniff(const void *bytes, size_t len);

/* Whether this whole file is a still WebP or a JPEG of these dimensions, of nothing but the parts
 * that carry a picture: no metadata, no profile, no comment, nothing behind the end. */
bool picture_is(const unsigned char *bytes, size_t size, enum media_form form, uint32_t width,
	uint32_t height);

#endif
