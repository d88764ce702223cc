/* Answers of a chorsu-media that is not itself any more. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "kit/media/reply.h"
#include "kit/media/sample_testing.h"

#define ANSWER_MAX (64 * MIB)
#define STRANGE    "The picture could not be read: it is broken, or made to do harm."

/* Hand bytes over in pieces; what reply_take says first that is not 0, or 0. */
static int feed(struct reply *r, const char *bytes, size_t len, size_t piece, struct err *err)
{
	for (size_t at = 0; at < len; at += piece) {
		int rc = reply_take(r, bytes + at, len - at < piece ? len - at : piece, err);

		if (rc)
			return rc;
	}
	return 0;
}

static void whole(void **state)
{
	static const size_t PIECES[] = {1, 2, 3, 7, 8, 9, 31, 64, 100000};
	AUTO(buf_done) struct buf b = BUF(ANSWER_MAX);

	(void)state;
	sample_answer(&b);
	for (size_t i = 0; i < LENGTH(PIECES); i++) {
		AUTO(reply_done) struct reply r;
		struct err err = {0};

		reply_init(&r, MEDIA_PICTURE, MEDIA_GIF);
		assert_int_equal(feed(&r, b.data, b.len, PIECES[i], &err), 1);
		assert_int_equal(r.result.form, MEDIA_GIF);
		assert_int_equal(r.result.width, 1000);
		assert_int_equal(r.result.height, 500);
		assert_string_equal(r.result.blurhash, SAMPLE_BLURHASH);
		assert_int_equal(r.result.count, 4);
		assert_int_equal(r.result.files[1].width, 800);
		assert_int_equal(r.result.files[1].height, 400);
		assert_int_equal(r.result.files[3].form, MEDIA_JPEG);
		assert_memory_equal(r.result.files[3].bytes, "\xFF\xD8", 2);
	}
}

/* Cut anywhere it waits for more; with any byte of a frame or a file's head turned, and with
 * anything behind, it is refused. Bytes of pixels, and of the colour, say nothing. */
static void spoiled(void **state)
{
	AUTO(buf_done) struct buf b = BUF(ANSWER_MAX);
	size_t taken = 0;

	(void)state;
	sample_answer(&b);
	for (size_t i = 0; i < b.len; i++) {
		AUTO(reply_done) struct reply cut, turned;
		struct err err = {0};
		int rc;

		reply_init(&cut, MEDIA_PICTURE, MEDIA_PNG);
		assert_int_equal(feed(&cut, b.data, i, b.len, &err), 0);
		b.data[i] ^= 0x5A;
		reply_init(&turned, MEDIA_PICTURE, MEDIA_PNG);
		rc = feed(&turned, b.data, b.len, b.len, &err);
		b.data[i] ^= 0x5A;
		taken += rc == 1;
		/* One that names a longer file would wait for it. */
		if (rc < 0)
			assert_string_equal(err.text, STRANGE);
	}
	assert_true(taken < 80);
	buf_addc(&b, 'x');
	{
		AUTO(reply_done) struct reply r;
		struct err err = {0};

		reply_init(&r, MEDIA_PICTURE, MEDIA_PNG);
		assert_int_equal(feed(&r, b.data, b.len, b.len, &err), ERR_INVALID);
	}
}

static void other_use(struct buf *b)
{
	sample_picture(b, 1000, 500, SAMPLE_BLURHASH);
	sample_piece(b, MEDIA_WEBP, 400, 400);
}

static void no_picture(struct buf *b)
{
	sample_piece(b, MEDIA_WEBP, 320, 160);
}

static void two_pictures(struct buf *b)
{
	sample_picture(b, 1000, 500, SAMPLE_BLURHASH);
	sample_picture(b, 1000, 500, SAMPLE_BLURHASH);
}

static void refused_later(struct buf *b)
{
	const uint32_t reason = WIRE_BROKEN;

	sample_picture(b, 1000, 500, SAMPLE_BLURHASH);
	sample_numbers(b, WIRE_REFUSED, &reason, 1);
}

static void done_at_once(struct buf *b)
{
	sample_frame(b, WIRE_DONE, NULL, 0);
}

static void done_early(struct buf *b)
{
	sample_picture(b, 1000, 500, SAMPLE_BLURHASH);
	sample_piece(b, MEDIA_WEBP, 320, 160);
	sample_frame(b, WIRE_DONE, NULL, 0);
}

static void file_too_many(struct buf *b)
{
	sample_answer(b);
	b->len -= WIRE_HEAD;
	sample_piece(b, MEDIA_JPEG, 1000, 500);
}

static void no_pixels(struct buf *b)
{
	sample_picture(b, 0, 500, SAMPLE_BLURHASH);
}

static void negative(struct buf *b)
{
	sample_picture(b, UINT32_MAX, UINT32_MAX, SAMPLE_BLURHASH);
}

static void too_many_pixels(struct buf *b)
{
	sample_picture(b, 10001, 10000, SAMPLE_BLURHASH);
}

static void script_as_blurhash(struct buf *b)
{
	sample_picture(b, 1000, 500, "<script>alert(1)</script>xxxx");
}

static void file_of(struct buf *b, const uint32_t *numbers)
{
	sample_picture(b, 1000, 500, SAMPLE_BLURHASH);
	sample_numbers(b, WIRE_FILE, numbers, 4);
}

static void empty_file(struct buf *b)
{
	file_of(b, (const uint32_t[]){MEDIA_WEBP, 320, 160, 0});
}

static void huge_file(struct buf *b)
{
	file_of(b, (const uint32_t[]){MEDIA_WEBP, 320, 160, UINT32_MAX});
}

static void file_over_limit(struct buf *b)
{
	file_of(b, (const uint32_t[]){MEDIA_WEBP, 320, 160, MEDIA_OUT_MAX + 1});
}

static void other_sides(struct buf *b)
{
	file_of(b, (const uint32_t[]){MEDIA_WEBP, 320, 161, 100});
}

static void other_form(struct buf *b)
{
	file_of(b, (const uint32_t[]){MEDIA_GIF, 320, 160, 100});
}

static void page_as_file(struct buf *b)
{
	static const char PAGE[] = "<!doctype html><script>alert(document.domain)</script>";

	file_of(b, (const uint32_t[]){MEDIA_WEBP, 320, 160, sizeof PAGE});
	buf_add(b, PAGE, sizeof PAGE);
}

static void long_frame(struct buf *b)
{
	static const unsigned char HEAD[] = {3, 0, 0x48, 0x43, 0xFF, 0xFF, 0xFF, 0xFF};

	buf_add(b, HEAD, sizeof HEAD);
}

static void long_done(struct buf *b)
{
	sample_answer(b);
	b->len -= WIRE_HEAD;
	sample_frame(b, WIRE_DONE, "x", 1);
}

static void hello_again(struct buf *b)
{
	const uint32_t version = WIRE_VERSION;

	sample_numbers(b, WIRE_HELLO, &version, 1);
}

static void text(struct buf *b)
{
	buf_adds(b, "HTTP/1.1 200 OK\r\n\r\n");
}

static void unknown_reason(struct buf *b)
{
	const uint32_t reason = 99;

	sample_numbers(b, WIRE_REFUSED, &reason, 1);
}

static void large_reason(struct buf *b)
{
	const uint32_t reason = UINT32_MAX;

	sample_numbers(b, WIRE_REFUSED, &reason, 1);
}

static void no_reason(struct buf *b)
{
	const uint32_t reason = 0;

	sample_numbers(b, WIRE_REFUSED, &reason, 1);
}

static void strange(void **state)
{
	static void (*const ANSWERS[])(struct buf * b) = {other_use, no_picture, two_pictures,
		refused_later, done_at_once, done_early, file_too_many, no_pixels, negative,
		too_many_pixels, script_as_blurhash, empty_file, huge_file, file_over_limit,
		other_sides, other_form, page_as_file, long_frame, long_done, hello_again, text,
		unknown_reason, large_reason, no_reason};

	(void)state;
	for (size_t i = 0; i < LENGTH(ANSWERS); i++) {
		AUTO(buf_done) struct buf b = BUF(ANSWER_MAX);
		AUTO(reply_done) struct reply whole_one, by_bytes;
		struct err err = {0};

		ANSWERS[i](&b);
		reply_init(&whole_one, MEDIA_PICTURE, MEDIA_PNG);
		if (feed(&whole_one, b.data, b.len, b.len, &err) != ERR_INVALID)
			fail_msg("row %zu is taken", i);
		assert_string_equal(err.text, STRANGE);
		reply_init(&by_bytes, MEDIA_PICTURE, MEDIA_PNG);
		assert_int_equal(feed(&by_bytes, b.data, b.len, 1, &err), ERR_INVALID);
	}
}

static void refused(void **state)
{
	static const struct row {
		uint32_t reason;
		int rc;
		const char *part;
	} ROWS[] = {
		{WIRE_BROKEN, ERR_INVALID, "broken or cut off"},
		{WIRE_PIXELS, ERR_TOO_LARGE, "100 megapixels"},
		{WIRE_MEMORY, ERR_TOO_LARGE, "more memory"},
		{WIRE_FRAMES, ERR_TOO_LARGE, "more than 2,000 frames"},
		{WIRE_FAULT, ERR_INVALID, STRANGE},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		AUTO(buf_done) struct buf b = BUF(KIB);
		AUTO(reply_done) struct reply r;
		struct err err = {0};

		sample_numbers(&b, WIRE_REFUSED, &ROWS[i].reason, 1);
		reply_init(&r, MEDIA_PICTURE, MEDIA_PNG);
		assert_int_equal(feed(&r, b.data, b.len, b.len, &err), ROWS[i].rc);
		assert_int_equal(err.code, ROWS[i].rc);
		assert_non_null(strstr(err.text, ROWS[i].part));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(spoiled),
		cmocka_unit_test(strange),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
