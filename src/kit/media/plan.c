/* The table of sizes, and the arithmetic that keeps their proportions. Linked into both programs.
 */
#include "kit/media/plan.h"

#include <string.h>

static const struct use_row {
	uint32_t ratio_width, ratio_height; /* cut to this; 0: whole */
	uint32_t widths[PLAN_SIZES_MAX];    /* growing, 0 ends */
} USES[] = {
	[MEDIA_PICTURE] = {0, 0, {320, 800, 1600}},
	[MEDIA_AVATAR] = {1, 1, {400}},
	[MEDIA_HEADER] = {3, 1, {1500}},
};

/* value × times ÷ by, rounded, at least 1. */
static uint32_t part(uint32_t value, uint32_t times, uint32_t by)
{
	uint64_t n = ((uint64_t)value * times + by / 2) / by;

	return n > 0 ? (uint32_t)n : 1;
}

static struct plan_size cut(const struct use_row *use, uint32_t width, uint32_t height)
{
	struct plan_size s = {width, height};

	if (!use->ratio_width)
		return s;
	if ((uint64_t)width * use->ratio_height > (uint64_t)height * use->ratio_width)
		s.width = part(height, use->ratio_width, use->ratio_height);
	else
		s.height = part(width, use->ratio_height, use->ratio_width);
	if (s.width > width)
		s.width = width;
	if (s.height > height)
		s.height = height;
	return s;
}

static struct plan_size fit(struct plan_size whole, uint32_t width)
{
	struct plan_size s = whole;

	if (s.width > width)
		s = (struct plan_size){width, part(whole.height, width, whole.width)};
	if (s.height > MEDIA_HEIGHT_MAX)
		s = (struct plan_size){
			part(whole.width, MEDIA_HEIGHT_MAX, whole.height), MEDIA_HEIGHT_MAX};
	return s;
}

bool plan_make(enum media_use use, uint32_t width, uint32_t height, struct plan *ret)
{
	if (!width || !height || (uint64_t)width * height > MEDIA_PIXELS_MAX ||
		(size_t)use >= LENGTH(USES))
		return false;
	memset(ret, 0, sizeof *ret);
	ret->crop = cut(&USES[use], width, height);
	for (int i = 0; i < PLAN_SIZES_MAX && USES[use].widths[i]; i++) {
		struct plan_size s = fit(ret->crop, USES[use].widths[i]);

		if (ret->count == 0 || ret->sizes[ret->count - 1].width < s.width)
			ret->sizes[ret->count++] = s;
	}
	return true;
}
