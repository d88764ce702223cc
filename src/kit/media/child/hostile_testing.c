/* Heads of files by hand, and what they say in vain. */
#include "kit/media/child/hostile_testing.h"

#include <string.h>

#include "base/err.h"
#include "kit/media/child/pictures_testing.h"

static void little(struct buf *out, uint32_t n, int bytes)
{
	while (bytes-- > 0) {
		buf_addc(out, (char)n);
		n >>= 8;
	}
}

static void big(struct buf *out, uint32_t n, int bytes)
{
	while (bytes-- > 0)
		buf_addc(out, (char)(n >> 8 * bytes));
}

void hostile_gif(struct buf *out, unsigned int width, unsigned int height)
{
	buf_adds(out, "GIF89a");
	little(out, width, 2);
	little(out, height, 2);
	buf_add(out, "\x80\0\0\0\0\0\xFF\xFF\xFF", 9);
}

/* One pixel's worth of data, whatever the sides are. */
void hostile_gif_frame(struct buf *out, unsigned int width, unsigned int height)
{
	buf_add(out, ",\0\0\0\0", 5);
	little(out, width, 2);
	little(out, height, 2);
	buf_add(out, "\0\2\2\x44\1\0", 6);
}

void hostile_png(struct buf *out, unsigned int width, unsigned int height, int depth, int colour,
	int interlaced)
{
	struct buf head = BUF(64);

	big(&head, width, 4);
	big(&head, height, 4);
	buf_addc(&head, (char)depth);
	buf_addc(&head, (char)colour);
	buf_add(&head, "\0\0", 2);
	buf_addc(&head, (char)interlaced);
	buf_add(out, "\x89PNG\r\n\x1A\n", 8);
	picture_chunk(out, "IHDR", head.data, head.len);
	buf_done(&head);
}

void hostile_jpeg_frame(struct buf *out, unsigned char marker, int depth, unsigned int width,
	unsigned int height, int components)
{
	buf_add(out, "\xFF\xD8\xFF", 3);
	buf_addc(out, (char)marker);
	big(out, (uint32_t)(8 + 3 * components), 2);
	buf_addc(out, (char)depth);
	big(out, height, 2);
	big(out, width, 2);
	buf_addc(out, (char)components);
	for (int i = 1; i <= components; i++) {
		buf_addc(out, (char)i);
		buf_add(out, "\x11\0", 2);
	}
}

void hostile_webp(struct buf *out, unsigned int width, unsigned int height, int flags)
{
	buf_add(out, "RIFF\0\0\0\0WEBPVP8X\x0A\0\0", 19);
	buf_addc(out, 0);
	little(out, (uint32_t)flags, 4);
	little(out, width - 1, 3);
	little(out, height - 1, 3);
}

void hostile_webp_end(struct buf *out)
{
	struct buf len = BUF(8);

	little(&len, (uint32_t)out->len - 8, 4);
	memcpy(out->data + 4, len.data, 4);
	buf_done(&len);
}

void hostile_mutate(struct buf *picture, unsigned int n)
{
	uint64_t state = n * 0x9E3779B97F4A7C15 + 1;

	for (unsigned int i = 0; i < 1 + n % 6; i++) {
		size_t at;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		/* Heads are where numbers are believed. */
		at = (size_t)(state >> 8) % (n & 1 ? picture->len : picture->len / 4 + 1);
		switch (state % 4) {
		case 0:
			picture->data[at] = (char)0xFF;
			break;
		case 1:
			picture->data[at] ^= (char)(1 << (state >> 40) % 8);
			break;
		case 2:
			memset(picture->data + at, 0,
				picture->len - at < 16 ? picture->len - at : 16);
			break;
		default:
			picture->len -= (picture->len - at) / 4;
		}
	}
}

/* No picture, whatever it calls itself. */
#define TEXT(name, bytes)                                                                          \
	static void name(struct buf *out)                                                          \
	{                                                                                          \
		buf_add(out, bytes, sizeof(bytes) - 1);                                            \
	}

TEXT(nothing, "")
TEXT(one_byte, "\xFF")
TEXT(a_name, "photo.jpg")
TEXT(a_path, "../../../../etc/passwd")
TEXT(an_address, "file:///etc/passwd\nhttp://127.0.0.1/latest/meta-data/")
TEXT(page, "<!doctype html><script>alert(1)</script>")
TEXT(svg, "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
	  "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>&x;</text></svg>")
TEXT(mvg, "push graphic-context\nviewbox 0 0 9 9\nfill 'url(https://x/\"|touch /tmp/pwned\")'\n")
TEXT(msl, "<image><read filename=\"/etc/passwd\"/><write filename=\"/tmp/pwned\"/></image>")
TEXT(pdf, "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj")
TEXT(postscript, "%!PS\n(/etc/passwd) (r) file")
TEXT(zip, "PK\x03\x04\x14\0\0\0")
TEXT(elf, "\x7F"
	  "ELF\2\1\1\0")
TEXT(tiff, "II*\0\x08\0\0\0")
TEXT(heic, "\0\0\0\x18"
	   "ftypheic\0\0\0\0mif1heic")
TEXT(bmp, "BM\x46\0\0\0\0\0\0\0\x36\0\0\0")
TEXT(radiance, "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n")
TEXT(pnm, "P6 1 1 255\nabc")
TEXT(png_of_svg, "\x89PNG\r\n\x1A\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
TEXT(jpeg_of_html, "\xFF\xD8\xFF\xE0<script>alert(1)</script>")
TEXT(gif_of_script, "GIF89a=1;alert(document.domain)//")
TEXT(webp_of_junk, "RIFF\x20\0\0\0WEBPjunkjunkjunkjunkjunkjunk")
TEXT(webp_of_wave, "RIFF\x24\0\0\0WEBPfmt \x10\0\0\0\1\0\1\0\x44\xAC\0\0")

static void other_magic(struct buf *out)
{
	const struct picture_wish png = {.form = MEDIA_PNG, .width = 30, .height = 30};

	picture_encode(&png, out);
	memcpy(out->data, "GIF89a", 6);
}

static void too_many_bytes(struct buf *out)
{
	static const char zeros[MIB];

	buf_add(out, "\xFF\xD8\xFF", 3);
	for (size_t i = 0; i < MEDIA_FILE_MAX / MIB; i++)
		buf_add(out, zeros, sizeof zeros);
}

const struct hostile hostile_lies[] = {
	{"nothing", nothing, ERR_INVALID},
	{"one byte", one_byte, ERR_UNSUPPORTED},
	{"a name", a_name, ERR_UNSUPPORTED},
	{"a path", a_path, ERR_UNSUPPORTED},
	{"addresses", an_address, ERR_UNSUPPORTED},
	{"a page", page, ERR_UNSUPPORTED},
	{"SVG that reads a file", svg, ERR_UNSUPPORTED},
	{"MVG that runs a command", mvg, ERR_UNSUPPORTED},
	{"MSL that writes a file", msl, ERR_UNSUPPORTED},
	{"PDF", pdf, ERR_UNSUPPORTED},
	{"PostScript that opens a file", postscript, ERR_UNSUPPORTED},
	{"ZIP", zip, ERR_UNSUPPORTED},
	{"a program", elf, ERR_UNSUPPORTED},
	{"TIFF", tiff, ERR_UNSUPPORTED},
	{"HEIC", heic, ERR_UNSUPPORTED},
	{"BMP", bmp, ERR_UNSUPPORTED},
	{"Radiance", radiance, ERR_UNSUPPORTED},
	{"PNM", pnm, ERR_UNSUPPORTED},
	{"SVG that says PNG", png_of_svg, ERR_INVALID},
	{"a page that says JPEG", jpeg_of_html, ERR_INVALID},
	{"a script that says GIF", gif_of_script, ERR_INVALID},
	{"junk that says WebP", webp_of_junk, ERR_INVALID},
	{"sound that says WebP", webp_of_wave, ERR_INVALID},
	{"PNG that says GIF", other_magic, ERR_INVALID},
	{"more bytes than are taken", too_many_bytes, ERR_TOO_LARGE},
	{0},
};
