/* Heads of JPEG (ITU T.81 annex B), PNG, GIF and WebP (RFC 9649). */
#include "kit/media/picture.h"

#include <string.h>

static const struct magic {
	enum media_form form;
	size_t offset, len;
	const char *bytes;
} MAGIC[] = {
	{MEDIA_JPEG, 0, 3, "\xFF\xD8\xFF"},
	{MEDIA_PNG, 0, 8, "\x89PNG\r\n\x1A\n"},
	{MEDIA_GIF, 0, 6, "GIF87a"},
	{MEDIA_GIF, 0, 6, "GIF89a"},
	{MEDIA_WEBP, 8, 4, "WEBP"},
};

static const char *const TYPES[] = {
	[MEDIA_JPEG] = "image/jpeg",
	[MEDIA_PNG] = "image/png",
	[MEDIA_WEBP] = "image/webp",
	[MEDIA_GIF] = "image/gif",
};

const char *media_type(enum media_form form)
{
	return (size_t)form < LENGTH(TYPES) ? TYPES[form] : NULL;
}

enum media_form picture_sniff(const void *bytes, size_t len)
{
	for (size_t i = 0; i < LENGTH(MAGIC); i++) {
		const struct magic *m = &MAGIC[i];

		if (len < m->offset + m->len ||
			memcmp((const char *)bytes + m->offset, m->bytes, m->len) != 0)
			continue;
		if (m->form == MEDIA_WEBP && memcmp(bytes, "RIFF", 4) != 0)
			continue;
		return m->form;
	}
	return MEDIA_UNKNOWN;
}

static uint32_t little(const unsigned char *p, int bytes)
{
	uint32_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | p[bytes];
	return n;
}

static uint32_t big16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

enum part { OTHER, TABLE, FRAME, SCAN, END };

static enum part part_of(unsigned char marker)
{
	switch (marker) {
	case 0xE0: /* JFIF */
	case 0xDB: /* quantisation tables */
	case 0xC4: /* Huffman tables */
	case 0xDD: /* restart interval */
		return TABLE;
	case 0xC0: /* baseline, */
	case 0xC1: /* extended, */
	case 0xC2: /* progressive */
		return FRAME;
	case 0xDA:
		return SCAN;
	case 0xD9:
		return END;
	default:
		return OTHER;
	}
}

/* Behind the coded data that begins at at: the next marker that is no restart and no stuffed byte.
 */
static size_t skip_scan(const unsigned char *p, size_t size, size_t at)
{
	while (at + 1 < size) {
		const unsigned char *ff = memchr(p + at, 0xFF, size - at - 1);

		if (!ff)
			return size;
		at = (size_t)(ff - p);
		if (ff[1] != 0 && !(ff[1] >= 0xD0 && ff[1] <= 0xD7))
			return at;
		at += 2;
	}
	return size;
}

static bool is_jpeg(const unsigned char *p, size_t size, uint32_t width, uint32_t height)
{
	bool framed = false, scanned = false;
	size_t at = 2;

	if (size < 4 || memcmp(p, "\xFF\xD8", 2) != 0)
		return false;
	while (at + 4 <= size && p[at] == 0xFF) {
		const enum part part = part_of(p[at + 1]);
		const size_t len = big16(p + at + 2);

		if (part == OTHER || part == END || len < 2 || len > size - at - 2)
			return false;
		if (part == FRAME) {
			if (framed || len < 8 || big16(p + at + 5) != height ||
				big16(p + at + 7) != width)
				return false;
			framed = true;
		}
		at += 2 + len;
		if (part == SCAN) {
			if (!framed)
				return false;
			scanned = true;
			at = skip_scan(p, size, at);
		}
	}
	return scanned && at + 2 == size && p[at] == 0xFF && part_of(p[at + 1]) == END;
}

/* The chunk of pixels at p, of len bytes behind its head of 8, that fills the rest of the file. */
static bool is_webp_pixels(const unsigned char *p, size_t len, uint32_t width, uint32_t height)
{
	static const uint32_t SIDE = 0x3FFF;
	const unsigned char *data = p + 8;
	uint32_t bits;

	if (memcmp(p, "VP8 ", 4) == 0)
		return len >= 10 && !(data[0] & 1) && memcmp(data + 3, "\x9D\x01\x2A", 3) == 0 &&
		       (little(data + 6, 2) & SIDE) == width &&
		       (little(data + 8, 2) & SIDE) == height;
	if (memcmp(p, "VP8L", 4) != 0 || len < 5 || data[0] != 0x2F)
		return false;
	bits = little(data + 1, 4);
	return (bits & SIDE) + 1 == width && (bits >> 14 & SIDE) + 1 == height;
}

/* The head of an extended file, whose only feature may be alpha. */
static bool is_webp_head(const unsigned char *p, size_t len, uint32_t width, uint32_t height)
{
	return len == 10 && (p[8] & ~0x10) == 0 && little(p + 12, 3) + 1 == width &&
	       little(p + 15, 3) + 1 == height;
}

/* One chunk of pixels; or a head, perhaps alpha, and that. */
static bool is_webp(const unsigned char *p, size_t size, uint32_t width, uint32_t height)
{
	bool extended = false, alpha = false;
	size_t at = 12;

	if (size < 20 || memcmp(p, "RIFF", 4) != 0 || memcmp(p + 8, "WEBP", 4) != 0 ||
		(size_t)little(p + 4, 4) + 8 != size)
		return false;
	while (at + 8 <= size) {
		const unsigned char *chunk = p + at;
		const size_t len = little(chunk + 4, 4), padded = len + (len & 1);

		if (padded > size - at - 8)
			return false;
		if (!extended && at == 12 && memcmp(chunk, "VP8X", 4) == 0 &&
			is_webp_head(chunk, len, width, height))
			extended = true;
		else if (extended && !alpha && memcmp(chunk, "ALPH", 4) == 0)
			alpha = true;
		else
			return padded == size - at - 8 && is_webp_pixels(chunk, len, width, height);
		at += 8 + padded;
	}
	return false;
}

bool picture_is(const unsigned char *bytes, size_t size, enum media_form form, uint32_t width,
	uint32_t height)
{
	if (form == MEDIA_JPEG)
		return is_jpeg(bytes, size, width, height);
	return form == MEDIA_WEBP && is_webp(bytes, size, width, height);
}
