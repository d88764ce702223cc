/* Pictures with something in them, behind them, or wrong about them. */
#include <string.h>

#include "base/err.h"
#include "kit/media/child/hostile_testing.h"
#include "kit/media/child/pictures_testing.h"

#define COMMENT "*/--><script>" HOSTILE_TAIL
#define ARCHIVE "PK\x03\x04" HOSTILE_TAIL

static void small(struct buf *out, enum media_form form)
{
	const struct picture_wish wish = {.form = form, .width = 60, .height = 40};

	picture_encode(&wish, out);
}

static void small_with_tail(struct buf *out, enum media_form form)
{
	small(out, form);
	buf_add(out, ARCHIVE, sizeof ARCHIVE - 1);
}

static void jpeg_zip(struct buf *out)
{
	small_with_tail(out, MEDIA_JPEG);
}

static void png_zip(struct buf *out)
{
	small_with_tail(out, MEDIA_PNG);
}

static void gif_zip(struct buf *out)
{
	small_with_tail(out, MEDIA_GIF);
}

static void webp_zip(struct buf *out)
{
	small_with_tail(out, MEDIA_WEBP);
}

/* Insert bytes at a place. */
static void insert(struct buf *out, size_t at, const char *bytes, size_t len)
{
	AUTO(buf_done) struct buf all = BUF(64 * MIB);

	buf_add(&all, out->data, at);
	buf_add(&all, bytes, len);
	buf_add(&all, out->data + at, out->len - at);
	buf_clear(out);
	buf_add(out, all.data, all.len);
}

static void jpeg_segment(struct buf *out, const char *marker, const char *bytes, size_t len)
{
	const char head[] = {(char)0xFF, marker[0], (char)((len + 2) >> 8), (char)(len + 2)};

	small(out, MEDIA_JPEG);
	insert(out, 2, bytes, len);
	insert(out, 2, head, sizeof head);
}

static void jpeg_comment(struct buf *out)
{
	jpeg_segment(out, "\xFE", COMMENT, sizeof COMMENT - 1);
}

static void png_comment(struct buf *out)
{
	AUTO(buf_done) struct buf chunk = BUF(KIB);

	picture_chunk(&chunk, "tEXt", "k\0" HOSTILE_TAIL, 2 + strlen(HOSTILE_TAIL));
	small(out, MEDIA_PNG);
	insert(out, 33, chunk.data, chunk.len);
}

/* Valid script as a whole: the sides are the beginning of a comment. */
static void gif_script(struct buf *out)
{
	hostile_gif(out, 0x2A2F, 8);
	hostile_gif_frame(out, 8, 8);
	buf_adds(out, ";*/=1;" HOSTILE_TAIL);
}

#define EXIF "Exif\0\0"

/* A directory that is its own next one, and its own sub-directory. */
static void exif_loop(struct buf *out)
{
	static const char DATA[] = EXIF "II*\0\x08\0\0\0\2\0"
					"\x69\x87\4\0\1\0\0\0\x08\0\0\0"
					"\x25\x88\4\0\1\0\0\0\x08\0\0\0\x08\0\0\0";

	jpeg_segment(out, "\xE1", DATA, sizeof DATA - 1);
}

static void exif_counts(struct buf *out)
{
	static const char DATA[] = EXIF "II*\0\x08\0\0\0\xFF\xFF"
					"\x0F\1\2\0\xFF\xFF\xFF\xFF\x08\0\0\0"
					"\x12\1\3\0\xFF\xFF\xFF\x7F\xF0\xFF\xFF\xFF";

	jpeg_segment(out, "\xE1", DATA, sizeof DATA - 1);
}

static void exif_orientation(struct buf *out)
{
	static const char DATA[] = EXIF "MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\x7F\xFF\0\0\0\0\0\0";

	jpeg_segment(out, "\xE1", DATA, sizeof DATA - 1);
}

static void exif_of_png(struct buf *out)
{
	AUTO(buf_done) struct buf chunk = BUF(KIB);

	picture_chunk(&chunk, "eXIf", "II*\0\xFE\xFF\xFF\xFF", 8);
	small(out, MEDIA_PNG);
	insert(out, 33, chunk.data, chunk.len);
}

static void profile_of_jpeg(struct buf *out)
{
	static const char DATA[] = "ICC_PROFILE\0\1\1\xFF\xFF\xFF\xFFlcms\4\x40\0\0mntrRGB XYZ "
				   "\7\xE6\0\1\0\1\0\0\0\0\0\0acspAPPL";

	jpeg_segment(out, "\xE2", DATA, sizeof DATA - 1);
}

/* Two pieces of a thousand. */
static void profile_in_pieces(struct buf *out)
{
	jpeg_segment(out, "\xE2", "ICC_PROFILE\0\xFF\xFFxxxx", 18);
}

static void cut_off(struct buf *out, enum media_form form)
{
	const struct picture_wish wish = {
		.form = form, .width = 600, .height = 400, .colours = PICTURE_NOISE};

	picture_encode(&wish, out);
	out->len /= 2;
}

static void jpeg_cut(struct buf *out)
{
	cut_off(out, MEDIA_JPEG);
}

static void png_cut(struct buf *out)
{
	cut_off(out, MEDIA_PNG);
}

static void webp_cut(struct buf *out)
{
	cut_off(out, MEDIA_WEBP);
}

static void gif_cut(struct buf *out)
{
	cut_off(out, MEDIA_GIF);
}

static void jpeg_flat(struct buf *out)
{
	hostile_jpeg_frame(out, 0xC0, 8, 100, 0, 3);
}

static void jpeg_arithmetic(struct buf *out)
{
	hostile_jpeg_frame(out, 0xC9, 8, 100, 100, 3);
}

static void jpeg_lossless(struct buf *out)
{
	hostile_jpeg_frame(out, 0xC3, 8, 100, 100, 3);
}

static void jpeg_deep(struct buf *out)
{
	hostile_jpeg_frame(out, 0xC0, 12, 100, 100, 3);
}

static void jpeg_components(struct buf *out)
{
	hostile_jpeg_frame(out, 0xC0, 8, 100, 100, 255);
}

static void png_empty(struct buf *out)
{
	hostile_png(out, 0, 0, 8, 2, 0);
}

static void png_no_palette(struct buf *out)
{
	hostile_png(out, 10, 10, 8, 3, 0);
	picture_chunk(out, "IDAT", "x", 1);
	picture_chunk(out, "IEND", "", 0);
}

static void png_depth(struct buf *out)
{
	hostile_png(out, 10, 10, 200, 77, 9);
}

static void png_crc(struct buf *out)
{
	small(out, MEDIA_PNG);
	out->data[30] ^= 1;
}

static void png_long_chunk(struct buf *out)
{
	hostile_png(out, 10, 10, 8, 2, 0);
	buf_add(out, "\x7F\xFF\xFF\xFFIDATx", 9);
}

static void gif_empty(struct buf *out)
{
	hostile_gif(out, 0, 0);
	hostile_gif_frame(out, 0, 0);
	buf_addc(out, ';');
}

static void gif_no_frame(struct buf *out)
{
	hostile_gif(out, 10, 10);
	buf_addc(out, ';');
}

static void gif_code_size(struct buf *out)
{
	hostile_gif(out, 10, 10);
	buf_add(out, ",\0\0\0\0\x0A\0\x0A\0\0\xFF\4abcd\0;", 17);
}

static void webp_chunk(struct buf *out)
{
	small(out, MEDIA_WEBP);
	memcpy(out->data + 16, "\xFF\xFF\xFF\xFF", 4);
}

static void webp_lossless(struct buf *out)
{
	buf_add(out, "RIFF\0\0\0\0WEBPVP8L\x20\0\0\0\x2F\xFF\xFF\xFF\x0F", 25);
	for (int i = 0; i < 27; i++)
		buf_addc(out, (char)0xFF);
	hostile_webp_end(out);
}

const struct hostile hostile_odd[] = {
	{"JPEG with ZIP behind it", jpeg_zip, 0},
	{"PNG with ZIP behind it", png_zip, 0},
	{"GIF with ZIP behind it", gif_zip, 0},
	{"WebP with ZIP behind it", webp_zip, 0},
	{"JPEG with a script in its comment", jpeg_comment, 0},
	{"PNG with a script in its comment", png_comment, 0},
	{"GIF that is a script as well", gif_script, HOSTILE_ANY},
	{"EXIF that leads to itself", exif_loop, 0},
	{"EXIF with counts past its end", exif_counts, 0},
	{"EXIF with a side that is none", exif_orientation, 0},
	{"EXIF of PNG that leads outside", exif_of_png, 0},
	{"profile that lies about its length", profile_of_jpeg, 0},
	{"profile in pieces that are not there", profile_in_pieces, 0},
	{"JPEG cut off", jpeg_cut, ERR_INVALID},
	{"PNG cut off", png_cut, ERR_INVALID},
	{"WebP cut off", webp_cut, ERR_INVALID},
	{"GIF cut off", gif_cut, HOSTILE_ANY},
	{"JPEG without height", jpeg_flat, ERR_INVALID},
	{"JPEG in arithmetic coding", jpeg_arithmetic, ERR_INVALID},
	{"JPEG without loss", jpeg_lossless, ERR_INVALID},
	{"JPEG of 12 bits", jpeg_deep, ERR_INVALID},
	{"JPEG of 255 components", jpeg_components, ERR_INVALID},
	{"PNG of no pixel", png_empty, ERR_INVALID},
	{"PNG without its palette", png_no_palette, ERR_INVALID},
	{"PNG of a depth that is none", png_depth, ERR_INVALID},
	{"PNG with a wrong sum", png_crc, HOSTILE_ANY},
	{"PNG with a chunk of 2 GB", png_long_chunk, ERR_INVALID},
	{"GIF of no pixel", gif_empty, HOSTILE_ANY},
	{"GIF without a frame", gif_no_frame, ERR_INVALID},
	{"GIF of codes of 255 bits", gif_code_size, HOSTILE_ANY},
	{"WebP with a chunk of 4 GB", webp_chunk, ERR_INVALID},
	{"WebP of ones", webp_lossless, ERR_INVALID},
	{0},
};
