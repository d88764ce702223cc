/* By the byte, so that a test can spoil each. */
#include "kit/media/sample_testing.h"

#include <string.h>

#include "kit/media/wire.h"

static void big(unsigned char *p, uint32_t n)
{
	p[0] = (unsigned char)(n >> 8);
	p[1] = (unsigned char)n;
}

static void jpeg(struct buf *out, uint32_t width, uint32_t height)
{
	unsigned char frame[] = "\xFF\xC0\x00\x0B\x08hhww\x01\x01\x11\x00";

	big(frame + 5, height);
	big(frame + 7, width);
	buf_add(out, "\xFF\xD8\xFF\xDB\x00\x04tt", 8);
	buf_add(out, frame, sizeof frame - 1);
	buf_add(out, "\xFF\xDA\x00\x08\x01\x01\x00\x00?\x00pixels\xFF\x00pixels\xFF\xD9", 26);
}

static void webp(struct buf *out, uint32_t width, uint32_t height)
{
	unsigned char file[30] = "RIFF\x16\0\0\0WEBPVP8 \x0A\0\0\0\x10\0\0\x9D\x01\x2A";

	file[26] = (unsigned char)width;
	file[27] = (unsigned char)(width >> 8);
	file[28] = (unsigned char)height;
	file[29] = (unsigned char)(height >> 8);
	buf_add(out, file, sizeof file);
}

void sample_file(struct buf *out, enum media_form form, uint32_t width, uint32_t height)
{
	if (form == MEDIA_JPEG)
		jpeg(out, width, height);
	else
		webp(out, width, height);
}

void sample_frame(struct buf *out, uint32_t kind, const void *data, size_t len)
{
	unsigned char head[WIRE_HEAD];

	wire_put(head, kind);
	wire_put(head + 4, (uint32_t)len);
	buf_add(out, head, sizeof head);
	buf_add(out, data, len);
}

void sample_numbers(struct buf *out, uint32_t kind, const uint32_t *numbers, size_t count)
{
	unsigned char data[64];

	for (size_t i = 0; i < count; i++)
		wire_put(data + 4 * i, numbers[i]);
	sample_frame(out, kind, data, 4 * count);
}

void sample_picture(struct buf *out, uint32_t width, uint32_t height, const char *blurhash)
{
	unsigned char data[WIRE_PICTURE_LEN];

	wire_put(data, width);
	wire_put(data + 4, height);
	memcpy(data + 8, blurhash, MEDIA_BLURHASH_LEN);
	sample_frame(out, WIRE_PICTURE, data, sizeof data);
}

void sample_piece(struct buf *out, enum media_form form, uint32_t width, uint32_t height)
{
	struct buf file = BUF(KIB);
	uint32_t head[] = {form, width, height, 0};

	sample_file(&file, form, width, height);
	head[3] = (uint32_t)file.len;
	sample_numbers(out, WIRE_FILE, head, LENGTH(head));
	buf_add(out, file.data, file.len);
	buf_done(&file);
}

void sample_answer(struct buf *out)
{
	sample_picture(out, 1000, 500, SAMPLE_BLURHASH);
	sample_piece(out, MEDIA_WEBP, 320, 160);
	sample_piece(out, MEDIA_WEBP, 800, 400);
	sample_piece(out, MEDIA_WEBP, 1000, 500);
	sample_piece(out, MEDIA_JPEG, 1000, 500);
	sample_frame(out, WIRE_DONE, NULL, 0);
}
