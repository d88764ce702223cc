/* What a file says it is; and files that were made, with all that may not be in them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "kit/media/picture.h"
#include "kit/media/sample_testing.h"

#define BYTES(text) text, sizeof(text) - 1

static void sniffed(void **state)
{
	static const struct row {
		const char *bytes;
		size_t len;
		enum media_form form;
	} ROWS[] = {
		{BYTES("\xFF\xD8\xFF\xE0"), MEDIA_JPEG},
		{BYTES("\xFF\xD8\xFF"), MEDIA_JPEG},
		{BYTES("\x89PNG\r\n\x1A\n"), MEDIA_PNG},
		{BYTES("GIF87a"), MEDIA_GIF},
		{BYTES("GIF89a<script>"), MEDIA_GIF},
		{BYTES("RIFF\0\0\0\0WEBP"), MEDIA_WEBP},
		{BYTES(""), MEDIA_UNKNOWN},
		{BYTES("\xFF\xD8"), MEDIA_UNKNOWN},
		{BYTES("\x89PNG\n\x1A\n\n"), MEDIA_UNKNOWN},
		{BYTES("GIF88a"), MEDIA_UNKNOWN},
		{BYTES("RIFF\0\0\0\0WAVE"), MEDIA_UNKNOWN},
		{BYTES("RIFX\0\0\0\0WEBP"), MEDIA_UNKNOWN},
		{BYTES("RIFF\0\0\0\0WEB"), MEDIA_UNKNOWN},
		{BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), MEDIA_UNKNOWN},
		{BYTES("%PDF-1.4"), MEDIA_UNKNOWN},
		{BYTES("II*\0"), MEDIA_UNKNOWN},
		{BYTES(" GIF89a"), MEDIA_UNKNOWN},
		{BYTES("photo.jpg"), MEDIA_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_int_equal(picture_sniff(ROWS[i].bytes, ROWS[i].len), ROWS[i].form);
	assert_string_equal(media_type(MEDIA_WEBP), "image/webp");
	assert_null(media_type(MEDIA_UNKNOWN));
	assert_null(media_type((enum media_form)99));
}

/* On the heap in its exact size, so that a sanitizer sees a look behind the end. */
static bool is(const void *bytes, size_t len, enum media_form form)
{
	AUTO(auto_free) unsigned char *exact = malloc(len ? len : 1);

	assert_non_null(exact);
	memcpy(exact, bytes, len);
	return picture_is(exact, len, form, 300, 200);
}

/* Insert text at a place of the file; in a WebP the length of the whole is corrected. */
static bool is_with(
	const struct buf *file, enum media_form form, size_t at, const char *text, size_t len)
{
	AUTO(buf_done) struct buf b = BUF(4 * KIB);

	buf_add(&b, file->data, at);
	buf_add(&b, text, len);
	buf_add(&b, file->data + at, file->len - at);
	if (form == MEDIA_WEBP)
		b.data[4] = (char)(b.len - 8);
	return is(b.data, b.len, form);
}

static void jpegs(void **state)
{
	static const struct row {
		size_t at;
		const char *bytes;
		size_t len;
		bool taken;
	} ROWS[] = {
		{2, BYTES("\xFF\xE0\x00\x04JF"), true}, {8, BYTES("\xFF\xDD\x00\x04rr"), true},
		{8, BYTES("\xFF\xC4\x00\x04hh"), true},
		{37, BYTES("\xFF\xD0more"), true}, /* a restart */
		{2,
			BYTES("\xFF\xE1\x00\x04"
			      "EX"),
			false},
		{2, BYTES("\xFF\xE2\x00\x04IC"), false}, {2, BYTES("\xFF\xED\x00\x04IP"), false},
		{2,
			BYTES("\xFF\xFE\x00\x04"
			      "CC"),
			false},
		{2, BYTES("\xFF\xD9"), false}, {2, BYTES("\xFF\xE0\x00\x01"), false},
		{2, BYTES("\xFF\xE0\xFF\xFF"), false}, {2, BYTES("junk"), false},
		{37,
			BYTES("\xFF\xE1\x00\x04"
			      "EX"),
			false},                 /* behind the scan */
		{37, BYTES("\xFF\xD9"), false}, /* two ends */
	};
	AUTO(buf_done) struct buf file = BUF(4 * KIB);

	(void)state;
	sample_file(&file, MEDIA_JPEG, 300, 200);
	assert_true(is(file.data, file.len, MEDIA_JPEG));
	assert_false(is(file.data, file.len, MEDIA_WEBP));
	assert_false(picture_is((unsigned char *)file.data, file.len, MEDIA_JPEG, 200, 300));
	for (size_t i = 0; i < file.len; i++)
		assert_false(is(file.data, i, MEDIA_JPEG));
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (is_with(&file, MEDIA_JPEG, ROWS[i].at, ROWS[i].bytes, ROWS[i].len) !=
			ROWS[i].taken)
			fail_msg("row %zu", i);
	assert_false(is_with(&file, MEDIA_JPEG, file.len, BYTES("PK\x03\x04")));
}

static void webps(void **state)
{
#define SIMPLE   "VP8 \x0A\0\0\0\x10\0\0\x9D\x01\x2A\x2C\x01\xC8\0"
#define LOSSLESS "VP8L\x06\0\0\0\x2F\x2B\xC1\x31\0\0"
#define HEAD     "VP8X\x0A\0\0\0\x10\0\0\0\x2B\x01\0\xC7\0\0"
	static const struct row {
		const char *chunks;
		size_t len;
		bool taken;
	} ROWS[] = {
		{BYTES(SIMPLE), true},
		{BYTES(LOSSLESS), true},
		{BYTES(HEAD "ALPH\2\0\0\0aa" SIMPLE), true},
		{BYTES(HEAD "ALPH\1\0\0\0a\0" SIMPLE), true},
		{BYTES(HEAD LOSSLESS), true},
		{BYTES(""), false},
		{BYTES(HEAD), false},
		{BYTES(HEAD HEAD SIMPLE), false},
		{BYTES(SIMPLE "EXIF\2\0\0\0xx"), false},
		{BYTES(HEAD SIMPLE "EXIF\2\0\0\0xx"), false},
		{BYTES(HEAD "ICCP\2\0\0\0xx" SIMPLE), false},
		{BYTES(HEAD SIMPLE "XMP \2\0\0\0xx"), false},
		{BYTES(HEAD "ANIM\2\0\0\0xx" SIMPLE), false},
		{BYTES(HEAD SIMPLE SIMPLE), false},
		{BYTES("ALPH\2\0\0\0aa" SIMPLE), false},
		{BYTES(HEAD "ALPH\2\0\0\0aaALPH\2\0\0\0aa" SIMPLE), false},
		{BYTES(HEAD "ALPH\xFF\xFF\xFF\xFF" SIMPLE), false},
		{BYTES("VP8X\x0A\0\0\0\x18\0\0\0\x2B\x01\0\xC7\0\0" SIMPLE), false}, /* EXIF */
		{BYTES("VP8X\x0A\0\0\0\x12\0\0\0\x2B\x01\0\xC7\0\0" SIMPLE), false}, /* moves */
		{BYTES("VP8X\x0A\0\0\0\x10\0\0\0\x2C\x01\0\xC7\0\0" SIMPLE), false}, /* wider */
		{BYTES("VP8 \x0A\0\0\0\x11\0\0\x9D\x01\x2A\x2C\x01\xC8\0"), false},
		{BYTES("VP8 \x0A\0\0\0\x10\0\0\x9D\x01\x2B\x2C\x01\xC8\0"), false},
		{BYTES("VP8L\x06\0\0\0\x2E\x2B\xC1\x31\0\0"), false},
		{BYTES("VP9 \x02\0\0\0xx"), false},
		{BYTES(SIMPLE "tail"), false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf b = BUF(4 * KIB);

		buf_add(&b, BYTES("RIFF\0\0\0\0WEBP"));
		buf_add(&b, ROWS[i].chunks, ROWS[i].len);
		b.data[4] = (char)(b.len - 8);
		if (is(b.data, b.len, MEDIA_WEBP) != ROWS[i].taken)
			fail_msg("row %zu", i);
		for (size_t len = 0; len < b.len; len++)
			assert_false(is(b.data, len, MEDIA_WEBP));
		b.data[4]++;
		assert_false(is(b.data, b.len, MEDIA_WEBP));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sniffed),
		cmocka_unit_test(jpegs),
		cmocka_unit_test(webps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
