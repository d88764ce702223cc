/* WebP by its own library: libvips 8.14 puts EXIF into each file, even when told to leave it out.
 */
#include <string.h>

#include <webp/encode.h>

#include "kit/media/child/load.h"

#define QUALITY    80
#define EFFORT     4
#define RIFF_HEAD  12
#define CHUNK_HEAD 8

int webp_frames(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t at = RIFF_HEAD;
	int frames = 0;

	while (at < len && len - at >= CHUNK_HEAD) {
		const size_t size = wire_get(p + at + 4); /* little-endian there too */

		frames += memcmp(p + at, "ANMF", 4) == 0;
		if (size > len - at - CHUNK_HEAD)
			break;
		at += CHUNK_HEAD + size + (size & 1);
	}
	return frames;
}

static int encode(WebPPicture *picture, const uint8_t *pixels, int bands)
{
	WebPConfig config;
	const int row = picture->width * bands;

	if (!WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, QUALITY))
		return -1;
	config.method = EFFORT;
	if (!(bands == 4 ? WebPPictureImportRGBA(picture, pixels, row)
			 : WebPPictureImportRGB(picture, pixels, row)))
		return -1;
	return WebPEncode(&config, picture) ? 0 : -1;
}

int webp_encode(VipsImage *in, struct encoded *ret)
{
	WebPPicture picture;
	WebPMemoryWriter writer;
	size_t len = 0;
	void *pixels = vips_image_write_to_memory(in, &len);
	int rc = -1;

	if (!pixels || !WebPPictureInit(&picture))
		goto out;
	WebPMemoryWriterInit(&writer);
	picture.width = in->Xsize;
	picture.height = in->Ysize;
	picture.writer = WebPMemoryWrite;
	picture.custom_ptr = &writer;
	rc = encode(&picture, pixels, in->Bands);
	WebPPictureFree(&picture);
	if (rc == 0)
		*ret = (struct encoded){writer.mem, writer.size};
	else
		WebPMemoryWriterClear(&writer);
out:
	g_free(pixels);
	return rc;
}
