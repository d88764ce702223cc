/* Real pictures through the real chorsu-media, shut in: turned, cut, coloured, and told of nothing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "kit/media/child/child.h"
#include "kit/media/child/pictures_testing.h"

#define IN_MAX (64 * MIB)

static struct media_worker *worker;

static int setup(void **state)
{
	const struct media_options options = {0};
	struct err err;

	(void)state;
	worker = media_worker_new(&options, &err);
	return worker && library_start("test") == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	media_worker_free(worker);
	return 0;
}

static void make(const struct buf *in, enum media_use use, struct media_result *ret)
{
	struct ctx cx = {0};

	if (media_make(&cx, worker, in->data, in->len, use, ret) < 0)
		fail_msg("%s", cx.err.text);
	if (picture_fault(ret))
		fail_msg("%s", picture_fault(ret));
}

static const unsigned char COLOURS[4][4] = {
	{200, 40, 40, 255}, {40, 160, 60, 255}, {40, 60, 200, 255}, {240, 240, 240, 255}};

static void assert_near(const unsigned char *is, const unsigned char *wanted, int by)
{
	for (int i = 0; i < 4; i++)
		if (abs(is[i] - wanted[i]) > by)
			fail_msg("%d %d %d %d is not %d %d %d %d", is[0], is[1], is[2], is[3],
				wanted[0], wanted[1], wanted[2], wanted[3]);
}

static void assert_quarters(const struct media_result *r, int by)
{
	for (int i = 0; i < r->count; i++) {
		struct seen seen;

		picture_see(r->files[i].bytes, r->files[i].size, r->files[i].form, &seen);
		for (int q = 0; q < 4; q++)
			assert_near(seen.quarters[q], COLOURS[q], by);
	}
}

static void upright(void **state)
{
	static const enum media_form FORMS[] = {MEDIA_JPEG, MEDIA_PNG, MEDIA_WEBP};
	AUTO(buf_done) struct buf in = BUF(IN_MAX);

	(void)state;
	for (size_t f = 0; f < LENGTH(FORMS); f++)
		for (int o = 0; o <= 8; o++) {
			const struct picture_wish wish = {
				.form = FORMS[f], .width = 501, .height = 352, .orientation = o};
			AUTO(media_result_done) struct media_result r = {0};

			picture_encode(&wish, &in);
			make(&in, MEDIA_PICTURE, &r);
			assert_int_equal(r.form, FORMS[f]);
			assert_int_equal(r.width, 501);
			assert_int_equal(r.height, 352);
			assert_int_equal(r.count, 3);
			assert_int_equal(r.files[0].width, 320);
			assert_int_equal(r.files[0].height, 225);
			assert_int_equal(r.files[1].width, 501);
			assert_int_equal(r.files[2].height, 352);
			assert_quarters(&r, 14);
		}
}

/* The place, the maker and all else that told of the one who took the picture are gone; that the
 * input has them is checked too. */
static void tells_nothing(void **state)
{
	static const enum media_form FORMS[] = {MEDIA_JPEG, MEDIA_PNG, MEDIA_WEBP};
	AUTO(buf_done) struct buf in = BUF(IN_MAX);

	(void)state;
	for (size_t f = 0; f < LENGTH(FORMS); f++)
		for (int use = MEDIA_PICTURE; use <= MEDIA_HEADER; use++) {
			const struct picture_wish wish = {.form = FORMS[f],
				.width = 900,
				.height = 600,
				.orientation = 6,
				.colours = PICTURE_P3,
				.told = true};
			AUTO(media_result_done) struct media_result r = {0};
			struct seen seen;

			picture_encode(&wish, &in);
			picture_see(in.data, in.len, FORMS[f], &seen);
			assert_true(seen.metadata);
			assert_non_null(memmem(in.data, in.len, PICTURE_SECRET, 16));
			/* GPSLatitude as three fractions, little-endian. */
			assert_non_null(memmem(in.data, in.len,
				"\x29\0\0\0\1\0\0\0\x12\0\0\0\1\0\0\0\x28\0\0\0\1\0\0\0", 24));
			make(&in, (enum media_use)use, &r);
			for (int i = 0; i < r.count; i++)
				assert_null(memmem(r.files[i].bytes, r.files[i].size,
					"\x29\0\0\0\1\0\0\0\x12\0\0\0\1\0\0\0", 16));
		}
}

static void colours(void **state)
{
	static const struct picture_wish WISHES[] = {
		{.form = MEDIA_JPEG, .interlaced = true},
		{.form = MEDIA_JPEG, .colours = PICTURE_CMYK},
		{.form = MEDIA_JPEG, .colours = PICTURE_P3},
		{.form = MEDIA_PNG, .interlaced = true},
		{.form = MEDIA_PNG, .colours = PICTURE_PALETTE},
		{.form = MEDIA_PNG, .colours = PICTURE_RGB_16},
		{.form = MEDIA_PNG, .colours = PICTURE_P3},
		{.form = MEDIA_WEBP, .colours = PICTURE_P3},
		{.form = MEDIA_GIF},
		{.form = MEDIA_GIF, .frames = 12},
		{.form = MEDIA_WEBP, .frames = 12},
	};
	AUTO(buf_done) struct buf in = BUF(IN_MAX);

	(void)state;
	for (size_t i = 0; i < LENGTH(WISHES); i++) {
		struct picture_wish wish = WISHES[i];
		AUTO(media_result_done) struct media_result r = {0};

		wish.width = 640;
		wish.height = 400;
		picture_encode(&wish, &in);
		make(&in, MEDIA_PICTURE, &r);
		assert_int_equal(r.height, 400); /* of one frame */
		/* Ink is no light: CMYK comes near. */
		assert_quarters(&r, wish.colours == PICTURE_CMYK ? 60 : 16);
	}
}

static void greys(void **state)
{
	static const enum media_form FORMS[] = {MEDIA_JPEG, MEDIA_PNG, MEDIA_PNG};
	AUTO(buf_done) struct buf in = BUF(IN_MAX);

	(void)state;
	for (size_t i = 0; i < LENGTH(FORMS); i++) {
		const struct picture_wish wish = {.form = FORMS[i],
			.width = 500,
			.height = 500,
			.colours = i == 2 ? PICTURE_GREY_ALPHA : PICTURE_GREY};
		AUTO(media_result_done) struct media_result r = {0};
		struct seen seen;

		picture_encode(&wish, &in);
		make(&in, MEDIA_AVATAR, &r);
		picture_see(r.files[0].bytes, r.files[0].size, MEDIA_WEBP, &seen);
		assert_int_equal(seen.bands, i == 2 ? 4 : 3);
		assert_in_range(seen.quarters[0][0], 60, 130);
		assert_int_equal(seen.quarters[0][0], seen.quarters[0][1]);
	}
}

/* Transparent stays so in WebP, and is white in JPEG. */
static void transparent(void **state)
{
	static const unsigned char WHITE[] = {255, 255, 255, 255};
	static const enum media_form FORMS[] = {MEDIA_PNG, MEDIA_WEBP, MEDIA_GIF};
	AUTO(buf_done) struct buf in = BUF(IN_MAX);

	(void)state;
	for (size_t i = 0; i < LENGTH(FORMS); i++) {
		const struct picture_wish wish = {.form = FORMS[i],
			.width = 1000,
			.height = 1000,
			.colours = PICTURE_RGB_ALPHA};
		AUTO(media_result_done) struct media_result r = {0};
		struct seen seen;

		picture_encode(&wish, &in);
		make(&in, MEDIA_AVATAR, &r);
		assert_int_equal(r.count, 2);
		assert_int_equal(r.files[0].width, 400);
		picture_see(r.files[0].bytes, r.files[0].size, MEDIA_WEBP, &seen);
		assert_int_equal(seen.bands, 4);
		assert_in_range(seen.quarters[3][3], 0, 3);
		assert_near(seen.quarters[0], COLOURS[0], 14);
		picture_see(r.files[1].bytes, r.files[1].size, MEDIA_JPEG, &seen);
		assert_int_equal(seen.bands, 3);
		assert_near(seen.quarters[3], WHITE, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(upright),
		cmocka_unit_test(tells_nothing),
		cmocka_unit_test(colours),
		cmocka_unit_test(greys),
		cmocka_unit_test(transparent),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
