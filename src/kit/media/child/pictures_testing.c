/* Painted by hand where a test is about turning, so that the library is not measured by itself. */
#include "kit/media/child/pictures_testing.h"

#include <assert.h>
#include <string.h>

#include "kit/media/blurhash.h"
#include "kit/media/child/load.h"

/* Debian's libimagequant keeps a table for good; only what tests write as GIF comes by it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libimagequant\n";
}

/* These libraries are not built for the thread sanitizer, which cannot see how they wait. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:libvips\nrace:libglib\nrace:libgobject\nrace:libjpeg\nrace:libpng\n"
	       "race:libwebp\nrace:libcgif\nrace:libimagequant\nrace:liblcms\n"
	       "race:libexif\nrace:libz\n";
}

static const unsigned char QUARTERS[4][4] = {
	{200, 40, 40, 255}, {40, 160, 60, 255}, {40, 60, 200, 255}, {240, 240, 240, 255}};

struct spot {
	int x, y;
};

/* Where the stored pixel (x, y) stands when a picture is upright: EXIF 2.3 section 4.6.4 tells on
 * which sides its first row and first column are. */
static struct spot upright(const struct picture_wish *w, int x, int y)
{
	const int right = w->width - 1, bottom = w->height - 1;

	switch (w->orientation) {
	case 2:
		return (struct spot){right - x, y};
	case 3:
		return (struct spot){right - x, bottom - y};
	case 4:
		return (struct spot){x, bottom - y};
	case 5:
		return (struct spot){y, x};
	case 6:
		return (struct spot){right - y, x};
	case 7:
		return (struct spot){right - y, bottom - x};
	case 8:
		return (struct spot){y, bottom - x};
	default:
		return (struct spot){x, y};
	}
}

static bool has_alpha(const struct picture_wish *w)
{
	return w->colours == PICTURE_RGB_ALPHA || w->colours == PICTURE_GREY_ALPHA;
}

static VipsImage *black(const struct picture_wish *w)
{
	VipsImage *image = NULL;
	int rc = vips_black(&image, w->width, w->height, NULL);

	assert(rc == 0);
	return image;
}

/* What does not compress, and the same each time. */
static VipsImage *noise(const struct picture_wish *w)
{
	VipsImage *grey = NULL, *bytes = NULL;
	int rc = vips_gaussnoise(
		&grey, w->width, w->height, "mean", 128.0, "sigma", 60.0, "seed", 1, NULL);

	assert(rc == 0);
	rc = vips_cast_uchar(grey, &bytes, NULL);
	assert(rc == 0);
	g_object_unref(grey);
	return bytes;
}

static VipsImage *paint(const struct picture_wish *w)
{
	const bool turned = w->orientation >= 5;
	const int width = turned ? w->height : w->width, height = turned ? w->width : w->height;
	const int bands = has_alpha(w) ? 4 : 3;
	unsigned char *pixels = malloc((size_t)width * (size_t)height * (size_t)bands), *p = pixels;
	VipsImage *image;

	assert(pixels);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++, p += bands) {
			const struct spot s = upright(w, x, y);
			const int quarter = (s.y >= w->height / 2) * 2 + (s.x >= w->width / 2);

			memcpy(p, QUARTERS[quarter], (size_t)bands);
			if (has_alpha(w) && quarter == 3)
				memcpy(p, "\x00\xFF\x00\x00", 4);
		}
	image = vips_image_new_from_memory_copy(
		pixels, (size_t)(p - pixels), width, height, bands, VIPS_FORMAT_UCHAR);
	free(pixels);
	assert(image);
	image->Type = VIPS_INTERPRETATION_sRGB;
	return image;
}

static VipsImage *colour(VipsImage *in, const struct picture_wish *w)
{
	VipsImage *out = NULL;
	int rc;

	switch (w->colours) {
	case PICTURE_GREY:
	case PICTURE_GREY_ALPHA:
		rc = vips_colourspace(in, &out, VIPS_INTERPRETATION_B_W, NULL);
		break;
	case PICTURE_RGB_16:
		rc = vips_colourspace(in, &out, VIPS_INTERPRETATION_RGB16, NULL);
		break;
	case PICTURE_CMYK:
		rc = vips_icc_transform(in, &out, "cmyk", "input_profile", "srgb", NULL);
		break;
	case PICTURE_P3:
		rc = vips_icc_transform(in, &out, "p3", "input_profile", "srgb", NULL);
		break;
	default:
		rc = vips_copy(in, &out, NULL);
	}
	assert(rc == 0);
	g_object_unref(in);
	return out;
}

/* The frames below one another, as the library keeps them. */
static VipsImage *animate(VipsImage *in, int frames)
{
	VipsImage *out = NULL;
	int rc = vips_embed(in, &out, 0, 0, in->Xsize, in->Ysize * frames, NULL);

	assert(rc == 0);
	vips_image_set_int(out, VIPS_META_PAGE_HEIGHT, in->Ysize);
	g_object_unref(in);
	return out;
}

static void tell(VipsImage *image)
{
	static const char *const EXIF[][2] = {
		{"exif-ifd0-ImageDescription", PICTURE_SECRET},
		{"exif-ifd0-Make", PICTURE_SECRET},
		{"exif-ifd2-UserComment", PICTURE_SECRET},
		{"exif-ifd3-GPSLatitudeRef", "N"},
		{"exif-ifd3-GPSLatitude", "41/1 18/1 40/1"},
		{"exif-ifd3-GPSLongitudeRef", "E"},
		{"exif-ifd3-GPSLongitude", "69/1 16/1 45/1"},
	};
	static const char TEXT[] = "<x:xmpmeta>" PICTURE_SECRET "</x:xmpmeta>";

	for (size_t i = 0; i < LENGTH(EXIF); i++)
		vips_image_set_string(image, EXIF[i][0], EXIF[i][1]);
	vips_image_set_string(image, "png-comment-0-Author", PICTURE_SECRET);
	vips_image_set_blob_copy(image, VIPS_META_XMP_NAME, TEXT, sizeof TEXT);
	vips_image_set_blob_copy(image, VIPS_META_IPTC_NAME, TEXT, sizeof TEXT);
}

static int save(VipsImage *image, const struct picture_wish *w, void **bytes, size_t *len)
{
	switch (w->form) {
	case MEDIA_JPEG:
		return vips_jpegsave_buffer(
			image, bytes, len, "Q", 95, "interlace", w->interlaced, NULL);
	case MEDIA_PNG:
		return vips_pngsave_buffer(image, bytes, len, "interlace", w->interlaced, "palette",
			w->colours == PICTURE_PALETTE, "compression", 1, NULL);
	case MEDIA_WEBP:
		return vips_webpsave_buffer(image, bytes, len, "Q", 90, "effort", 0, NULL);
	default:
		return vips_gifsave_buffer(image, bytes, len, "dither", 0.0, NULL);
	}
}

static void put_big(unsigned char *p, uint32_t n)
{
	for (int i = 3; i >= 0; i--, n >>= 8)
		p[i] = (unsigned char)n;
}

void picture_chunk(struct buf *out, const char *type, const void *data, size_t len)
{
	unsigned char number[4];
	uint32_t crc = 0xFFFFFFFF;
	size_t from;

	put_big(number, (uint32_t)len);
	buf_add(out, number, 4);
	from = out->len;
	buf_add(out, type, 4);
	buf_add(out, data, len);
	for (; from < out->len; from++) {
		crc ^= (unsigned char)out->data[from];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
	}
	put_big(number, ~crc);
	buf_add(out, number, 4);
}

/* Into a PNG that the library has written without, behind its head: what it writes into a JPEG. */
static void add_exif(VipsImage *image, struct buf *png)
{
	AUTO(buf_done) struct buf with = BUF(png->max);
	const size_t head = 8 + 8 + 13 + 4;
	unsigned char *jpeg = NULL;
	size_t len = 0;
	int rc = vips_jpegsave_buffer(image, (void **)&jpeg, &len, NULL);

	assert(rc == 0 && memcmp(jpeg + 6, "Exif\0\0", 6) == 0);
	buf_add(&with, png->data, head);
	picture_chunk(&with, "eXIf", jpeg + 12, (size_t)(jpeg[4] << 8 | jpeg[5]) - 8);
	buf_add(&with, png->data + head, png->len - head);
	g_free(jpeg);
	buf_clear(png);
	buf_add(png, with.data, with.len);
}

void picture_encode(const struct picture_wish *w, struct buf *out)
{
	VipsImage *image = w->colours == PICTURE_BLACK   ? black(w)
			   : w->colours == PICTURE_NOISE ? noise(w)
							 : colour(paint(w), w);
	void *bytes = NULL;
	size_t len = 0;
	int rc;

	if (w->frames > 1)
		image = animate(image, w->frames);
	if (w->orientation)
		vips_image_set_int(image, VIPS_META_ORIENTATION, w->orientation);
	if (w->told)
		tell(image);
	rc = save(image, w, &bytes, &len);
	assert(rc == 0);
	buf_clear(out);
	buf_add(out, bytes, len);
	if (w->form == MEDIA_PNG && (w->orientation || w->told))
		add_exif(image, out);
	assert(!out->failed);
	g_free(bytes);
	g_object_unref(image);
}

static VipsImage *open_made(const void *bytes, size_t len, enum media_form form)
{
	void *p = (void *)bytes;
	VipsImage *image = NULL;
	int rc = form == MEDIA_JPEG   ? vips_jpegload_buffer(p, len, &image, NULL)
		 : form == MEDIA_PNG  ? vips_pngload_buffer(p, len, &image, NULL)
		 : form == MEDIA_WEBP ? vips_webpload_buffer(p, len, &image, NULL)
				      : vips_gifload_buffer(p, len, &image, NULL);

	assert(rc == 0);
	return image;
}

static void look(VipsImage *image, int x, int y, unsigned char *rgba)
{
	double *values = NULL;
	int count = 0;
	int rc = vips_getpoint(image, &values, &count, x, y, NULL);

	assert(rc == 0 && (count == 3 || count == 4));
	rgba[3] = 255;
	for (int i = 0; i < count; i++)
		rgba[i] = (unsigned char)values[i];
	g_free(values);
}

static void *find_metadata(VipsImage *image, const char *name, GValue *value, void *found)
{
	static const char *const TELLING[] = {"exif-", "xmp-", "iptc-", "icc-", "orientation",
		"png-comment", "photoshop-", "gif-comment"};

	(void)image;
	(void)value;
	for (size_t i = 0; i < LENGTH(TELLING); i++)
		if (strncmp(name, TELLING[i], strlen(TELLING[i])) == 0)
			*(bool *)found = true;
	return NULL;
}

void picture_see(const void *bytes, size_t len, enum media_form form, struct seen *ret)
{
	AUTO(image_unref) VipsImage *image = open_made(bytes, len, form);
	AUTO(image_unref) VipsImage *held = vips_image_copy_memory(image);

	assert(held);
	*ret = (struct seen){.width = image->Xsize, .height = image->Ysize, .bands = image->Bands};
	vips_image_map(image, find_metadata, &ret->metadata);
	if (held->Bands < 3)
		return;
	for (int i = 0; i < 4; i++)
		look(held, ret->width * (i % 2 * 2 + 1) / 4, ret->height * (i / 2 * 2 + 1) / 4,
			ret->quarters[i]);
}

static const char *file_fault(const struct media_file *f, enum media_form form)
{
	static const char *const TRACES[] = {PICTURE_SECRET, "Exif", "ICC_PROFILE", "xmpmeta"};
	struct seen seen;

	if (f->form != form)
		return "a file is of another form";
	picture_see(f->bytes, f->size, f->form, &seen);
	if (seen.width != f->width || seen.height != f->height)
		return "a file has other sides than were said";
	if (f->width > 1600 || f->height > MEDIA_HEIGHT_MAX)
		return "a file is too large";
	if (seen.metadata)
		return "a file has metadata";
	for (size_t i = 0; i < LENGTH(TRACES); i++)
		if (memmem(f->bytes, f->size, TRACES[i], strlen(TRACES[i])))
			return "a file tells what was to be left out";
	return NULL;
}

const char *picture_fault(const struct media_result *r)
{
	if (r->count < 2 || r->count > MEDIA_FILES_MAX)
		return "there are not 2 to 4 files";
	if (!blurhash_valid(r->blurhash))
		return "the blurhash is none";
	for (int i = 0; i < r->count; i++) {
		const char *fault =
			file_fault(&r->files[i], i < r->count - 1 ? MEDIA_WEBP : MEDIA_JPEG);

		if (fault)
			return fault;
	}
	return NULL;
}
