/* Fuzz target: dates of feeds. What is taken lies after 1970, comes out again as the same moment
 * when it is written in full, and moves with the zone or not at all. rooms: feed base */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kit/feed/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = strndup((const char *)data, size);
	int64_t at = feed_date(s, 0), east = feed_date(s, 60);
	char out[32];

	assert(at >= 0);
	if (at) {
		assert(!east || east == at || east == at - HOUR);
		clock_rfc3339(at, out);
		assert(feed_date(out, 300) == at);
	}
	free(s);
	return 0;
}
