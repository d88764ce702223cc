/* Fuzz target (libFuzzer): the search for the orientation of a PNG, which chorsu-media makes before
 * its library reads the file.
 *
 * Input: a file. See corpus/exif.
 * rooms: mediachild media base */
#include <assert.h>
#include <stdint.h>

#include "kit/media/child/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int orientation = exif_png_orientation(data, size);

	assert(orientation >= 1 && orientation <= 8);
	assert(webp_frames(data, size) >= 0);
	return 0;
}
