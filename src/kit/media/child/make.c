/* The files of one picture from its largest size, and its blurhash. */
#include <string.h>

#include "kit/media/blurhash.h"
#include "kit/media/child/load.h"

#define JPEG_QUALITY 82
#define HASH_SIDE    32

static void area_unref(VipsArrayDouble **area)
{
	if (*area)
		vips_area_unref(VIPS_AREA(*area));
}

static void memory_free(void *at)
{
	g_free(*(void **)at);
}

/* On white. */
static int flatten(VipsImage *in, VipsImage **ret)
{
	AUTO(area_unref) VipsArrayDouble *white = NULL;

	if (!vips_image_hasalpha(in))
		return vips_copy(in, ret, NULL);
	white = vips_array_double_newv(1, 255.0);
	return vips_flatten(in, ret, "background", white, NULL);
}

static int save_jpeg(VipsImage *in, struct encoded *ret)
{
	AUTO(image_unref) VipsImage *flat = NULL;

	if (flatten(in, &flat) < 0)
		return -1;
	/* "strip" leaves out all metadata, the profile too. */
	return vips_jpegsave_buffer(flat, &ret->bytes, &ret->len, "Q", JPEG_QUALITY,
		"optimize_coding", TRUE, "strip", TRUE, NULL);
}

static struct plan_size hash_size(const VipsImage *in)
{
	const uint32_t width = (uint32_t)in->Xsize, height = (uint32_t)in->Ysize;
	const uint32_t longer = width > height ? width : height;
	struct plan_size s = {width, height};

	if (longer > HASH_SIDE)
		s = (struct plan_size){VIPS_MAX(1, width * HASH_SIDE / longer),
			VIPS_MAX(1, height * HASH_SIDE / longer)};
	return s;
}

static int hash(VipsImage *in, char *out)
{
	AUTO(image_unref) VipsImage *flat = NULL, *tiny = NULL;
	AUTO(memory_free) void *rgb = NULL;
	const struct plan_size size = hash_size(in);
	size_t len = 0;

	if (flatten(in, &flat) < 0 || load_resize(flat, size, &tiny) < 0)
		return -1;
	rgb = vips_image_write_to_memory(tiny, &len);
	if (!rgb || tiny->Bands != 3 || len != (size_t)size.width * size.height * 3)
		return -1;
	blurhash_encode(rgb, (int)size.width, (int)size.height, out);
	return 0;
}

static int make_files(VipsImage *largest, struct made *m)
{
	const int last = m->plan.count;

	for (int i = 0; i < last; i++) {
		AUTO(image_unref) VipsImage *sized = NULL;

		if (load_resize(largest, m->plan.sizes[i], &sized) < 0 ||
			webp_encode(sized, &m->files[i]) < 0)
			return load_reason();
	}
	return save_jpeg(largest, &m->files[last]) < 0 ? load_reason() : 0;
}

int picture_make(
	const void *bytes, size_t len, enum media_form form, enum media_use use, struct made *ret)
{
	AUTO(image_unref) VipsImage *largest = NULL;
	struct made made = {0};
	int reason = load_picture(bytes, len, form, use, &made, &largest);

	if (reason == 0 && hash(largest, made.blurhash) < 0)
		reason = load_reason();
	if (reason == 0)
		reason = make_files(largest, &made);
	if (reason)
		made_done(&made);
	else
		*ret = made;
	return reason;
}

void made_done(struct made *m)
{
	for (size_t i = 0; i < LENGTH(m->files); i++)
		free(m->files[i].bytes);
	*m = (struct made){0};
}
