/* Fuzz target: RSS and Atom, in whatever charset and however broken. What is handed on keeps to
 * what feed.h says, is the same however the bytes are cut, and what the mending makes of it is
 * well-formed. rooms: feed base */
#include <assert.h>
#include <libxml/parser.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/feed/feed_testing.h"
#include "kit/feed/mend.h"

#define OUT_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_text(void *arg, const char *p, size_t len)
{
	buf_add(arg, p, len);
	return 0;
}

static void on_fault(void *arg, int line, const char *sentence)
{
	(void)arg;
	assert(line > 0 && *sentence);
}

/* Bytes that characters would have been made of by the charset alone. */
static void check_mend(const char *p, size_t len)
{
	AUTO(buf_done) struct buf out = BUF(OUT_MAX);
	struct mend_sink sink = {.text = on_text, .fault = on_fault, .arg = &out};
	struct mend *m = NULL;
	xmlDocPtr doc;
	int rc;

	if (!str_is_text(p, len))
		return;
	rc = mend_new(&sink, NULL, &m);
	assert(rc == 0);
	rc = mend_push(m, p, len);
	assert(rc == 0);
	rc = mend_end(m);
	assert(rc == 0);
	if (mend_is_whole(m)) {
		doc = xmlReadMemory(out.data, (int)out.len, NULL, NULL,
			XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
		assert(doc);
		xmlFreeDoc(doc);
	}
	mend_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct feed_options OPTIONS = {
		.base_url = "https://a.example/b/c", .zone_minutes = 300};
	AUTO(buf_done) struct buf whole = BUF(OUT_MAX), pieces = BUF(OUT_MAX);
	int rc = feed_told(data, size, 0, &OPTIONS, &whole);

	assert(rc == 0 || rc == ERR_INVALID);
	assert(feed_told(data, size, 1 + size % 7, &OPTIONS, &pieces) == rc);
	assert(str_eq(buf_text(&whole), buf_text(&pieces)));
	check_mend((const char *)data, size);
	return 0;
}
