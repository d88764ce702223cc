/* Sides that divide badly, and pictures as large as are taken, through the real chorsu-media. */
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

/* The middle is kept, whichever way the picture lies; sides that divide badly come out exact. */
static void cut(void **state)
{
	static const int SIDES[][2] = {{1, 1}, {2, 1}, {1, 2}, {3, 7}, {17, 401}, {401, 17},
		{799, 801}, {1601, 33}, {33, 1601}, {2, 9000}, {9000, 2}, {3001, 1999},
		{4033, 3023}};
	static const enum media_form FORMS[] = {MEDIA_JPEG, MEDIA_PNG, MEDIA_WEBP};
	AUTO(buf_done) struct buf in = BUF(IN_MAX);

	(void)state;
	for (size_t i = 0; i < LENGTH(SIDES) * LENGTH(FORMS); i++) {
		const int *side = SIDES[i / LENGTH(FORMS)];
		const struct picture_wish wish = {.form = FORMS[i % LENGTH(FORMS)],
			.width = side[0],
			.height = side[1],
			.orientation = (int)(i % 8) + 1};
		AUTO(media_result_done) struct media_result r = {0};

		picture_encode(&wish, &in);
		make(&in, (enum media_use)(i / LENGTH(FORMS) % 3), &r);
		assert_int_equal(r.width, side[0]);
		assert_int_equal(r.height, side[1]);
	}
}

/* As many pixels as are taken, and the forms of writing them that need the most memory. */
static void large(void **state)
{
	static const struct picture_wish WISHES[] = {
		{.form = MEDIA_JPEG, .width = 12500, .height = 8000},
		{.form = MEDIA_PNG, .width = 12500, .height = 8000},
		{.form = MEDIA_WEBP, .width = 6000, .height = 4000},
		{.form = MEDIA_GIF, .width = 3000, .height = 3000},
		{.form = MEDIA_JPEG, .width = 4000, .height = 3000, .interlaced = true},
		{.form = MEDIA_PNG, .width = 4000, .height = 3000, .interlaced = true},
	};
	AUTO(buf_done) struct buf in = BUF(IN_MAX);

	(void)state;
	for (size_t i = 0; i < LENGTH(WISHES); i++) {
		struct picture_wish wish = WISHES[i];
		AUTO(media_result_done) struct media_result r = {0};

		wish.colours = PICTURE_BLACK;
		picture_encode(&wish, &in);
		make(&in, MEDIA_PICTURE, &r);
		assert_int_equal(r.files[2].width, 1600);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut),
		cmocka_unit_test(large),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
