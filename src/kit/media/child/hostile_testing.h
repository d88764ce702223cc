/* Files that somebody sends to do harm, made the same each time. Built for tests only. */
#ifndef CHORSU_KIT_MEDIA_CHILD_HOSTILE_TESTING_H
#define CHORSU_KIT_MEDIA_CHILD_HOSTILE_TESTING_H

#include "kit/media/child/pictures_testing.h"

/* In what hides in a picture; picture_fault looks for it. */
#define HOSTILE_TAIL "<?php " PICTURE_SECRET " ?>"
#define HOSTILE_ANY  1 /* a harmless picture, or a sentence about the picture */

struct hostile {
	const char *name;
	void (*make)(struct buf *out);
	int outcome; /* 0: a harmless picture; ERR_*; or HOSTILE_ANY */
};

/* Each ends with a row that is all zero. */
extern const struct hostile hostile_lies[];  /* no picture, or another than they say */
extern const struct hostile hostile_bombs[]; /* small files that grow, or never end */
extern const struct hostile hostile_odd[];   /* pictures with something in them */

/* The n-th variation of a good picture of this form: bytes turned, cut out, doubled. */
void hostile_mutate(struct buf *picture, unsigned int n);

/* Pieces, for those that are made by hand. */
void hostile_gif(struct buf *out, unsigned int width, unsigned int height);
void hostile_gif_frame(struct buf *out, unsigned int width, unsigned int height);
void hostile_png(struct buf *out, unsigned int width, unsigned int height, int depth, int colour,
	int interlaced);
void hostile_jpeg_frame(struct buf *out, unsigned char marker, int depth, unsigned int width,
	unsigned int height, int components);
void hostile_webp(struct buf *out, unsigned int width, unsigned int height, int flags);
void hostile_webp_end(struct buf *out);

#endif
