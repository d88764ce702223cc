/* Which sizes come of which picture. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "kit/media/plan.h"

static void sizes(void **state)
{
	static const struct row {
		enum media_use use;
		uint32_t width, height;
		struct plan plan;
	} ROWS[] = {
		{MEDIA_PICTURE, 4000, 3000,
			{{4000, 3000}, 3, {{320, 240}, {800, 600}, {1600, 1200}}}},
		{MEDIA_PICTURE, 1000, 501, {{1000, 501}, 3, {{320, 160}, {800, 401}, {1000, 501}}}},
		{MEDIA_PICTURE, 320, 200, {{320, 200}, 1, {{320, 200}}}},
		{MEDIA_PICTURE, 1, 1, {{1, 1}, 1, {{1, 1}}}},
		{MEDIA_PICTURE, 100000000, 1, {{100000000, 1}, 3, {{320, 1}, {800, 1}, {1600, 1}}}},
		{MEDIA_PICTURE, 1, 100000000, {{1, 100000000}, 1, {{1, 8192}}}},
		{MEDIA_PICTURE, 1000, 100000, {{1000, 100000}, 1, {{82, 8192}}}},
		{MEDIA_AVATAR, 4000, 3000, {{3000, 3000}, 1, {{400, 400}}}},
		{MEDIA_AVATAR, 100, 3000, {{100, 100}, 1, {{100, 100}}}},
		{MEDIA_HEADER, 3000, 3000, {{3000, 1000}, 1, {{1500, 500}}}},
		{MEDIA_HEADER, 6000, 100, {{300, 100}, 1, {{300, 100}}}},
		{MEDIA_HEADER, 1, 1, {{1, 1}, 1, {{1, 1}}}},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		const struct row *r = &ROWS[i];
		struct plan plan;

		assert_true(plan_make(r->use, r->width, r->height, &plan));
		assert_memory_equal(&plan, &r->plan, sizeof plan);
	}
}

static void refused(void **state)
{
	struct plan plan;

	(void)state;
	assert_false(plan_make(MEDIA_PICTURE, 0, 1, &plan));
	assert_false(plan_make(MEDIA_PICTURE, 1, 0, &plan));
	assert_false(plan_make(MEDIA_PICTURE, 10001, 10000, &plan));
	assert_false(plan_make(MEDIA_PICTURE, UINT32_MAX, UINT32_MAX, &plan));
	assert_false(plan_make((enum media_use)3, 1, 1, &plan));
	assert_false(plan_make((enum media_use)UINT32_MAX, 1, 1, &plan));
}

/* Whatever the sides are: a plan is never empty, larger than its picture, or of sides that the
 * formats do not take. */
static void always_sound(void **state)
{
	static const uint32_t SIDES[] = {1, 2, 3, 7, 319, 320, 321, 799, 801, 1499, 1501, 1600,
		1601, 8191, 8193, 9999, 31623, 1000000, 100000000};

	(void)state;
	for (int use = MEDIA_PICTURE; use <= MEDIA_HEADER; use++)
		for (size_t i = 0; i < LENGTH(SIDES) * LENGTH(SIDES); i++) {
			const uint32_t w = SIDES[i % LENGTH(SIDES)], h = SIDES[i / LENGTH(SIDES)];
			struct plan p;

			if (!plan_make((enum media_use)use, w, h, &p))
				continue;
			assert_in_range(p.count, 1, PLAN_SIZES_MAX);
			assert_in_range(p.crop.width, 1, w);
			assert_in_range(p.crop.height, 1, h);
			for (int n = 0; n < p.count; n++) {
				assert_in_range(p.sizes[n].width, 1, p.crop.width);
				assert_in_range(p.sizes[n].height, 1, p.crop.height);
				assert_in_range(p.sizes[n].width, 1, 1600);
				assert_in_range(p.sizes[n].height, 1, MEDIA_HEIGHT_MAX);
				assert_true(!n || p.sizes[n].width > p.sizes[n - 1].width);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(refused),
		cmocka_unit_test(always_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
