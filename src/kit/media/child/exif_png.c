/* Which way up a PNG is: libvips 8.14 does not read eXIf, browsers do. One number of the first
 * directory is looked for (PNG third edition, 11.3.4.6; TIFF 6.0 section 2); everything else in the
 * chunk is left where it is. */
#include <string.h>

#include "kit/media/child/load.h"

#define SIGNATURE   8
#define HEAD        8 /* of a chunk: length, type */
#define CRC         4
#define ENTRY       12
#define ORIENTATION 0x0112
#define SHORT       3

struct tiff {
	const unsigned char *p;
	size_t len;
	bool little;
};

static uint32_t number(const struct tiff *t, size_t at, int bytes)
{
	uint32_t n = 0;

	for (int i = 0; i < bytes; i++)
		n = n << 8 | t->p[at + (size_t)(t->little ? bytes - 1 - i : i)];
	return n;
}

/* 1 to 8; 1 when none is told. */
static int orientation_of(struct tiff *t)
{
	size_t at;
	uint32_t entries;

	if (t->len < 8 || (memcmp(t->p, "II", 2) != 0 && memcmp(t->p, "MM", 2) != 0))
		return 1;
	t->little = t->p[0] == 'I';
	at = number(t, 4, 4);
	if (number(t, 2, 2) != 42 || at > t->len - 2)
		return 1;
	entries = number(t, at, 2);
	for (at += 2; entries > 0 && t->len - at >= ENTRY; entries--, at += ENTRY)
		if (number(t, at, 2) == ORIENTATION && number(t, at + 2, 2) == SHORT) {
			uint32_t n = number(t, at + 8, 2);

			return n >= 1 && n <= 8 ? (int)n : 1;
		}
	return 1;
}

int exif_png_orientation(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t at = SIGNATURE;

	while (at < len && len - at >= HEAD + CRC) {
		const struct tiff big = {p, len, false};
		size_t size = number(&big, at, 4);

		if (size > len - at - HEAD - CRC)
			return 1;
		if (memcmp(p + at + 4, "eXIf", 4) == 0) {
			struct tiff t = {p + at + HEAD, size, false};

			return orientation_of(&t);
		}
		at += HEAD + size + CRC;
	}
	return 1;
}
