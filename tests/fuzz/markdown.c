/* Fuzz target: Markdown. What comes out is what the sanitizer would leave as it is but for links of
 * our own, and each hashtag's fold is its own fold. rooms: html base */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/html/hashtag.h"
#include "kit/html/markdown.h"
#include "kit/html/sanitize_own.h"

#define OUT_MAX   ((size_t)2 << 20)
#define ARENA_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX);
	AUTO(buf_done) struct buf html = BUF(OUT_MAX), again = BUF(OUT_MAX);
	AUTO(auto_free) char *text = strndup((const char *)data, size);
	const struct hashtag *tags = NULL;
	struct err err = {0};
	int rc = markdown_html(
		a, text, "https://h.example/@x/tag/", size % 2 == 0, &html, &err, &tags);

	if (rc < 0) {
		assert(*err.text);
		return 0;
	}
	for (int n = 0; tags[n].name; n++) {
		assert(n < 30);
		assert(str_eq(
			hashtag_fold(a, tags[n].folded, strlen(tags[n].folded)), tags[n].folded));
	}
	assert(str_utf8_valid(buf_text(&html), html.len));
	rc = sanitize_own(buf_text(&html), html.len, "https://h.example/", &again, &err);
	assert(rc == 0);
	assert(str_eq(buf_text(&html), buf_text(&again)));
	return 0;
}
