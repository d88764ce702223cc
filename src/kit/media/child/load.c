/* As much as possible is left out before it is decoded: JPEG and WebP are shrunk by their loaders,
 * and the middle is cut before anything is scaled. Turning upright comes last, for it needs the
 * pixels in another order than they come. */
#include "kit/media/child/load.h"

#include <string.h>

/* What the loader leaves for our own scaling, which is the sharper of the two. */
#define SHARE_LEFT 1.25

struct opening {
	const void *bytes;
	size_t len;
	enum media_form form;
};

#define COMMON "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR

static int open_png(const struct opening *o, VipsImage **ret)
{
	AUTO(image_unref) VipsImage *image = NULL;

	if (vips_pngload_buffer((void *)o->bytes, o->len, &image, COMMON, NULL) < 0 ||
		vips_copy(image, ret, NULL) < 0)
		return -1;
	vips_image_set_int(*ret, VIPS_META_ORIENTATION, exif_png_orientation(o->bytes, o->len));
	return 0;
}

static int open_picture(const struct opening *o, double factor, VipsImage **ret)
{
	void *bytes = (void *)o->bytes;
	int shrink = factor >= 8 ? 8 : factor >= 4 ? 4 : factor >= 2 ? 2 : 1;

	switch (o->form) {
	case MEDIA_JPEG:
		return vips_jpegload_buffer(bytes, o->len, ret, COMMON, "shrink", shrink, NULL);
	case MEDIA_PNG:
		return open_png(o, ret);
	case MEDIA_WEBP:
		return vips_webpload_buffer(
			bytes, o->len, ret, COMMON, "scale", factor > 1 ? 1 / factor : 1.0, NULL);
	case MEDIA_GIF:
		return vips_gifload_buffer(bytes, o->len, ret, COMMON, NULL);
	default:
		return -1;
	}
}

int load_reason(void)
{
	return strstr(vips_error_buffer(), "out of memory") ? WIRE_MEMORY : WIRE_BROKEN;
}

static struct plan_size turn(struct plan_size s, bool turned)
{
	return turned ? (struct plan_size){s.height, s.width} : s;
}

/* From the middle; the picture may have been shrunk since the plan was made. */
static int cut(VipsImage *in, struct plan_size crop, struct plan_size whole, VipsImage **ret)
{
	int width = (int)((double)crop.width * in->Xsize / whole.width + 0.5);
	int height = (int)((double)crop.height * in->Ysize / whole.height + 0.5);

	width = VIPS_CLIP(1, width, in->Xsize);
	height = VIPS_CLIP(1, height, in->Ysize);
	return vips_extract_area(
		in, ret, (in->Xsize - width) / 2, (in->Ysize - height) / 2, width, height, NULL);
}

int load_resize(VipsImage *in, struct plan_size size, VipsImage **ret)
{
	AUTO(image_unref) VipsImage *even = NULL, *scaled = NULL, *back = NULL;
	const double across = (double)size.width / in->Xsize,
		     down = (double)size.height / in->Ysize;
	const bool alpha = vips_image_hasalpha(in);

	if (across == 1 && down == 1)
		return vips_copy(in, ret, NULL);
	/* What is transparent has a colour, which must not bleed into what is not. */
	if (!alpha)
		return vips_resize(in, ret, across, "vscale", down, NULL);
	if (vips_premultiply(in, &even, NULL) < 0 ||
		vips_resize(even, &scaled, across, "vscale", down, NULL) < 0 ||
		vips_unpremultiply(scaled, &back, NULL) < 0)
		return -1;
	return vips_cast(back, ret, in->BandFmt, NULL);
}

/* By the profile that the picture carries; as if it had none when that is of no use. */
static int to_srgb(VipsImage *in, VipsImage **ret)
{
	AUTO(image_unref) VipsImage *seen = NULL;

	if (vips_image_get_typeof(in, VIPS_META_ICC_NAME)) {
		if (vips_icc_transform(in, &seen, "srgb", "embedded", TRUE, "depth", 8, NULL) < 0) {
			vips_error_clear();
			seen = NULL;
		}
	}
	if (!seen && vips_colourspace(in, &seen, VIPS_INTERPRETATION_sRGB, NULL) < 0)
		return -1;
	return vips_cast(seen, ret, VIPS_FORMAT_UCHAR, NULL);
}

/* An alpha that hides nothing is left out. */
static int drop_empty_alpha(VipsImage *in, VipsImage **ret)
{
	AUTO(image_unref) VipsImage *alpha = NULL;
	double least = 0;

	if (in->Bands != 4)
		return vips_copy(in, ret, NULL);
	if (vips_extract_band(in, &alpha, 3, NULL) < 0 || vips_min(alpha, &least, NULL) < 0)
		return -1;
	if (least < 255)
		return vips_copy(in, ret, NULL);
	return vips_extract_band(in, ret, 0, "n", 3, NULL);
}

static int settle(VipsImage *in, VipsImage **ret)
{
	AUTO(image_unref) VipsImage *coloured = NULL, *held = NULL, *plain = NULL, *upright = NULL;

	if (to_srgb(in, &coloured) < 0)
		return -1;
	held = vips_image_copy_memory(coloured);
	if (!held || drop_empty_alpha(held, &plain) < 0 || vips_autorot(plain, &upright, NULL) < 0)
		return -1;
	*ret = vips_image_copy_memory(upright);
	return *ret ? 0 : -1;
}

static bool is_settled(VipsImage *image, struct plan_size size)
{
	return image->Xsize == (int)size.width && image->Ysize == (int)size.height &&
	       (image->Bands == 3 || image->Bands == 4) && image->BandFmt == VIPS_FORMAT_UCHAR;
}

/* How many times smaller the cut picture becomes. */
static double shrinking(const struct plan *plan, struct plan_size size)
{
	double across = (double)plan->crop.width / size.width;
	double down = (double)plan->crop.height / size.height;

	return (across < down ? across : down) / SHARE_LEFT;
}

int load_picture(const void *bytes, size_t len, enum media_form form, enum media_use use,
	struct made *m, VipsImage **ret)
{
	const struct opening o = {bytes, len, form};
	AUTO(image_unref) VipsImage *head = NULL, *shrunk = NULL, *middle = NULL, *small = NULL;
	AUTO(image_unref) VipsImage *settled = NULL;
	struct plan_size whole, size;
	bool turned;

	/* The library looks at all of them, and for each at those before it. */
	if (form == MEDIA_WEBP && webp_frames(bytes, len) > MEDIA_FRAMES_MAX)
		return WIRE_FRAMES;
	if (open_picture(&o, 1, &head) < 0)
		return load_reason();
	turned = vips_image_get_orientation_swap(head);
	whole = (struct plan_size){(uint32_t)head->Xsize, (uint32_t)head->Ysize};
	m->width = turn(whole, turned).width;
	m->height = turn(whole, turned).height;
	if (!plan_make(use, m->width, m->height, &m->plan))
		return WIRE_PIXELS;
	size = m->plan.sizes[m->plan.count - 1];
	if (open_picture(&o, shrinking(&m->plan, size), &shrunk) < 0 ||
		cut(shrunk, turn(m->plan.crop, turned), whole, &middle) < 0 ||
		load_resize(middle, turn(size, turned), &small) < 0 || settle(small, &settled) < 0)
		return load_reason();
	if (!is_settled(settled, size))
		return WIRE_FAULT;
	*ret = settled;
	settled = NULL;
	return 0;
}
