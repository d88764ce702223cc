/* Fuzz target: HTML from elsewhere. What comes out is text, does not change when it is sanitized
 * again, holds no tag but those of the allow-list, and reads the same. rooms: html base */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/html/sanitize.h"

#define OUT_MAX ((size_t)4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every "<" of the output begins one of these. */
static void check_tags(const char *html)
{
	static const char *const TAGS[] = {"p", "br", "span", "a", "del", "pre", "code", "em",
		"strong", "b", "i", "u", "s", "ul", "ol", "li", "blockquote", "h1", "h2", "h3",
		"h4", "h5", "h6", "hr", "table", "caption", "thead", "tbody", "tfoot", "tr", "th",
		"td"};

	for (const char *p = strchr(html, '<'); p; p = strchr(p, '<')) {
		size_t len, i;

		p += p[1] == '/' ? 2 : 1;
		len = strcspn(p, " >");
		for (i = 0; i < LENGTH(TAGS); i++)
			if (strlen(TAGS[i]) == len && memcmp(TAGS[i], p, len) == 0)
				break;
		assert(i < LENGTH(TAGS));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(buf_done) struct buf first = BUF(OUT_MAX), second = BUF(OUT_MAX);
	AUTO(buf_done) struct buf text = BUF(OUT_MAX), again = BUF(OUT_MAX);
	struct err err = {0};
	int rc = sanitize_html((const char *)data, size, &first, &err);

	assert(rc == 0 || rc == ERR_TOO_LARGE);
	if (rc < 0) {
		assert(*err.text);
		return 0;
	}
	assert(str_is_text(buf_text(&first), first.len));
	check_tags(buf_text(&first));
	rc = sanitize_html(buf_text(&first), first.len, &second, &err);
	assert(rc == 0);
	assert(str_eq(buf_text(&first), buf_text(&second)));
	rc = html_to_text((const char *)data, size, &text, &err);
	assert(rc == 0);
	rc = html_to_text(buf_text(&first), first.len, &again, &err);
	assert(rc == 0);
	assert(str_is_text(buf_text(&text), text.len));
	return 0;
}
