/* Fuzz target: dates of HTTP and of RFC 3339. What is taken must come out again as the same moment.
 * rooms: base */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = strndup((const char *)data, size);
	char out[32];
	int64_t at = clock_parse_rfc3339(s);

	if (at >= 0) {
		clock_rfc3339(at, out);
		assert(clock_parse_rfc3339(out) == at);
	}
	at = clock_parse_http_date(s);
	if (at >= 0) {
		clock_http_date(at, out);
		assert(clock_parse_http_date(out) == at);
	}
	free(s);
	return 0;
}
