/* Fuzz target: JSON Feed. What is handed on keeps to what feed.h says and is the same however the
 * bytes are cut. rooms: feed base */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/feed/feed_testing.h"

#define OUT_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct feed_options OPTIONS = {.base_url = "https://a.example/b/c"};
	AUTO(buf_done) struct buf feed = BUF(OUT_MAX), whole = BUF(OUT_MAX), pieces = BUF(OUT_MAX);
	int rc;

	buf_adds(&feed, "{\"items\":[");
	buf_add(&feed, data, size);
	rc = feed_told(feed.data, feed.len, 0, &OPTIONS, &whole);
	assert(rc == 0);
	assert(feed_told(feed.data, feed.len, 1 + size % 7, &OPTIONS, &pieces) == rc);
	assert(str_eq(buf_text(&whole), buf_text(&pieces)));
	return 0;
}
