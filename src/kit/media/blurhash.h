/* Blurhash: a picture as a short text, of which clients paint a blur until the picture has come.
 * The algorithm is published at blurha.sh. Four components across, three down, always. */
#ifndef CHORSU_KIT_MEDIA_BLURHASH_H
#define CHORSU_KIT_MEDIA_BLURHASH_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/media/media.h"

#define BLURHASH_ACROSS   4
#define BLURHASH_DOWN     3
#define BLURHASH_SIDE_MAX 128 /* px: more adds nothing but work */

/* rgb: width × height × 3 bytes in sRGB, rows from the top without gaps; sides 1 to
 * BLURHASH_SIDE_MAX. out holds MEDIA_BLURHASH_LEN + 1. */
void blurhash_encode(const uint8_t *rgb, int width, int height, char *out);

/* Whether these MEDIA_BLURHASH_LEN characters are one of this form. */
bool blurhash_valid(const char *text);

#endif
