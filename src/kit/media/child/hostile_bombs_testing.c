/* Small files that name, or unfold to, more than a machine has; and files without an end. */
#include <string.h>

#include "base/err.h"
#include "kit/media/child/hostile_testing.h"
#include "kit/media/child/pictures_testing.h"

/* A PNG of 100 megapixels of black, made once. */
static const struct buf *black_png(void)
{
	const struct picture_wish wish = {
		.form = MEDIA_PNG, .width = 10000, .height = 10000, .colours = PICTURE_BLACK};
	static struct buf png = BUF(64 * MIB);

	if (!png.len)
		picture_encode(&wish, &png);
	return &png;
}

/* Its data: compressed zeros, with which other chunks can be filled too. */
static const char *zeros(size_t *ret_len)
{
	const struct buf *png = black_png();
	const unsigned char *at = memmem(png->data, png->len, "IDAT", 4);

	*ret_len = (size_t)at[-4] << 24 | (size_t)at[-3] << 16 | (size_t)at[-2] << 8 | at[-1];
	return (const char *)at + 4;
}

static void png_sides(struct buf *out)
{
	hostile_png(out, 0x7FFFFFFF, 0x7FFFFFFF, 8, 6, 0);
	picture_chunk(out, "IDAT", "x", 1);
	picture_chunk(out, "IEND", "", 0);
}

static void png_flat(struct buf *out)
{
	hostile_png(out, 60000, 60000, 1, 0, 0);
	picture_chunk(out, "IDAT", "x", 1);
}

static void png_black(struct buf *out)
{
	buf_add(out, black_png()->data, black_png()->len);
}

static void png_interlaced(struct buf *out)
{
	size_t len;
	const char *data = zeros(&len);

	hostile_png(out, 10000, 10000, 16, 6, 1);
	picture_chunk(out, "IDAT", data, len);
	picture_chunk(out, "IEND", "", 0);
}

/* A chunk of this type, filled with zeros that unfold, in a small picture. */
static void png_chunk(struct buf *out, const char *type, int times)
{
	AUTO(buf_done) struct buf chunk = BUF(64 * MIB), small = BUF(MIB);
	const struct picture_wish wish = {.form = MEDIA_PNG, .width = 20, .height = 20};
	size_t len;
	const char *data = zeros(&len);

	picture_encode(&wish, &small);
	buf_add(&chunk, "name\0\0", 6);
	buf_add(&chunk, data, len);
	buf_add(out, small.data, 33);
	for (int i = 0; i < times; i++)
		picture_chunk(out, type, chunk.data, chunk.len);
	buf_add(out, small.data + 33, small.len - 33);
}

static void png_text(struct buf *out)
{
	png_chunk(out, "zTXt", 20);
}

static void png_profile(struct buf *out)
{
	png_chunk(out, "iCCP", 1);
}

static void png_many_chunks(struct buf *out)
{
	hostile_png(out, 10, 10, 8, 2, 0);
	for (int i = 0; i < 500000; i++)
		picture_chunk(out, "tEXt", "k\0v", 3);
	picture_chunk(out, "IEND", "", 0);
}

static void jpeg_sides(struct buf *out)
{
	hostile_jpeg_frame(out, 0xC0, 8, 65500, 65500, 3);
	buf_add(out, "\xFF\xDA\0\x0C\3\1\0\2\0\3\0\0?\0", 14);
}

/* One scan of a progressive picture again and again: each is decoded over all of it. */
static void jpeg_scans(struct buf *out)
{
	AUTO(buf_done) struct buf whole = BUF(64 * MIB);
	const struct picture_wish wish = {
		.form = MEDIA_JPEG, .width = 5000, .height = 4000, .interlaced = true};
	size_t end, scan;

	picture_encode(&wish, &whole);
	end = scan = whole.len - 2;
	while (memcmp(whole.data + scan, "\xFF\xDA", 2) != 0)
		scan--;
	buf_add(out, whole.data, end);
	for (int i = 0; i < 5000 && out->len + (end - scan) < MEDIA_FILE_MAX - 2; i++)
		buf_add(out, whole.data + scan, end - scan);
	buf_add(out, "\xFF\xD9", 2);
}

static void jpeg_segments(struct buf *out)
{
	static const char SEGMENT[65535];

	buf_add(out, "\xFF\xD8", 2);
	while (out->len + sizeof SEGMENT + 2 < MEDIA_FILE_MAX) {
		buf_add(out, "\xFF\xE1\xFF\xFF", 4);
		buf_add(out, SEGMENT, sizeof SEGMENT - 2);
	}
}

static void gif_sides(struct buf *out)
{
	hostile_gif(out, 65535, 65535);
	hostile_gif_frame(out, 1, 1);
	buf_addc(out, ';');
}

static void gif_frame(struct buf *out)
{
	hostile_gif(out, 1, 1);
	hostile_gif_frame(out, 65535, 65535);
	buf_addc(out, ';');
}

static void gif_animation(struct buf *out)
{
	hostile_gif(out, 1, 1);
	buf_add(out, "\x21\xFF\x0BNETSCAPE2.0\3\1\0\0\0", 19);
	for (int i = 0; i < 1000000; i++)
		hostile_gif_frame(out, 1, 1);
	buf_addc(out, ';');
}

static void gif_large_animation(struct buf *out)
{
	hostile_gif(out, 9000, 9000);
	for (int i = 0; i < 20000; i++)
		hostile_gif_frame(out, 9000, 9000);
	buf_addc(out, ';');
}

static void gif_endless(struct buf *out)
{
	hostile_gif(out, 4, 4);
	buf_add(out, ",\0\0\0\0\4\0\4\0\0\2", 11);
	for (int i = 0; i < 4000; i++) {
		buf_addc(out, (char)0xFF);
		for (int n = 0; n < 255; n++)
			buf_addc(out, 0x44);
	}
}

static void webp_sides(struct buf *out)
{
	hostile_webp(out, 1 << 24, 1 << 24, 0);
	buf_add(out, "VP8 \x0A\0\0\0\x10\0\0\x9D\1\x2A\xFF\x3F\xFF\x3F", 18);
	hostile_webp_end(out);
}

static void webp_canvas(struct buf *out)
{
	hostile_webp(out, 16383, 16383, 2);
	buf_add(out, "ANIM\6\0\0\0\0\0\0\0\0\0", 14);
	hostile_webp_end(out);
}

static void webp_animation(struct buf *out)
{
	static const char FRAME[] = "ANMF\x26\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0"
				    "VP8L\x0D\0\0\0\x2F\0\0\0\x10\7\x10\x11\x11\x88\x88\xFE\7\0";

	hostile_webp(out, 1, 1, 2);
	buf_add(out, "ANIM\6\0\0\0\0\0\0\0\0\0", 14);
	for (int i = 0; i < 500000; i++)
		buf_add(out, FRAME, sizeof FRAME - 1);
	hostile_webp_end(out);
}

const struct hostile hostile_bombs[] = {
	{"PNG of 2^31 × 2^31", png_sides, ERR_INVALID},
	{"PNG of 60,000 × 60,000 bits", png_flat, ERR_TOO_LARGE},
	{"100 megapixels of black PNG", png_black, HOSTILE_ANY},
	{"PNG of 800 MB that must be held whole", png_interlaced, ERR_TOO_LARGE},
	{"PNG with 2 GB of compressed text", png_text, HOSTILE_ANY},
	{"PNG with 100 MB of compressed profile", png_profile, HOSTILE_ANY},
	{"PNG of 500,000 chunks", png_many_chunks, HOSTILE_ANY},
	{"JPEG of 65,500 × 65,500", jpeg_sides, ERR_TOO_LARGE},
	{"JPEG of thousands of scans", jpeg_scans, ERR_INVALID},
	{"JPEG of 600 segments and no picture", jpeg_segments, ERR_INVALID},
	{"GIF of 65,535 × 65,535", gif_sides, HOSTILE_ANY},
	{"GIF with a frame larger than it", gif_frame, HOSTILE_ANY},
	{"GIF of a million frames", gif_animation, HOSTILE_ANY},
	{"GIF of 20,000 frames of 81 megapixels", gif_large_animation, HOSTILE_ANY},
	{"GIF without an end", gif_endless, HOSTILE_ANY},
	{"WebP of 2^24 × 2^24", webp_sides, HOSTILE_ANY},
	{"WebP of an empty canvas of 16,383 × 16,383", webp_canvas, HOSTILE_ANY},
	{"WebP of 500,000 frames", webp_animation, ERR_TOO_LARGE},
	{0},
};
