/* The smallest files that pass for what chorsu-media makes, for tests without a picture library.
 * Nothing could decode them. Built for tests only. */
#ifndef CHORSU_KIT_MEDIA_SAMPLE_TESTING_H
#define CHORSU_KIT_MEDIA_SAMPLE_TESTING_H

#include "base/buf.h"
#include "kit/media/media.h"

#define SAMPLE_BLURHASH "LEHV6nWB2yk8pyo0adR*.7kCMdnj"

/* Append a JPEG, or a WebP of the simple lossy kind, of these dimensions. */
void sample_file(struct buf *out, enum media_form form, uint32_t width, uint32_t height);

/* Append a frame: kind, length, data. */
void sample_frame(struct buf *out, uint32_t kind, const void *data, size_t len);

/* Append a frame of numbers. */
void sample_numbers(struct buf *out, uint32_t kind, const uint32_t *numbers, size_t count);

/* Append the frame of a picture. */
void sample_picture(struct buf *out, uint32_t width, uint32_t height, const char *blurhash);

/* Append the frame of a file and the file. */
void sample_piece(struct buf *out, enum media_form form, uint32_t width, uint32_t height);

/* Append all that answers to a picture of 1000 × 500 for MEDIA_PICTURE. */
void sample_answer(struct buf *out);

#endif
