/* Pictures for tests, made by the library: four quarters of known colours, so that each way of
 * turning, cutting and colouring shows. Built for tests only. */
#ifndef CHORSU_KIT_MEDIA_CHILD_PICTURES_TESTING_H
#define CHORSU_KIT_MEDIA_CHILD_PICTURES_TESTING_H

#include "base/buf.h"
#include "kit/media/media.h"

#define PICTURE_SECRET "Kitob-ko'chasi-7" /* stands in all metadata of a told picture */

enum picture_colours {
	PICTURE_RGB,
	PICTURE_RGB_ALPHA, /* the quarter at the bottom right is transparent, its colour green */
	PICTURE_GREY,
	PICTURE_GREY_ALPHA,
	PICTURE_RGB_16,
	PICTURE_CMYK, /* JPEG alone */
	PICTURE_P3,   /* told by a profile */
	PICTURE_PALETTE,
	PICTURE_BLACK, /* one band of zeros instead of quarters */
	PICTURE_NOISE, /* what does not compress, the same each time */
};

struct picture_wish {
	enum media_form form;
	int width, height; /* upright */
	int orientation;   /* 1 to 8 as in EXIF; 0: not told */
	enum picture_colours colours;
	bool interlaced; /* or progressive */
	bool told;       /* with place, maker, comment, profile */
	int frames;      /* of GIF and WebP; 0 and 1: still. All but the first are black */
};

/* Asserts when it cannot. */
void picture_encode(const struct picture_wish *wish, struct buf *out);

/* Append a chunk of PNG: length, type, data, CRC. */
void picture_chunk(struct buf *out, const char *type, const void *data, size_t len);

struct seen {
	int width, height, bands;
	bool metadata;                /* any beyond what the format needs */
	unsigned char quarters[4][4]; /* RGBA in the middle of each: top left, top right, bottom
					 left, bottom right */
};

/* Decode what was made, or what picture_encode gave. Asserts when it cannot. */
void picture_see(const void *bytes, size_t len, enum media_form form, struct seen *ret);

/* What is wrong with something made, of all that is true of whatever is made: the forms, the
 * dimensions, and that it tells nothing. NULL when nothing is. */
const char *picture_fault(const struct media_result *r);

#endif
