/* A feed read to text, and held to what feed.h promises. */
#include "kit/feed/feed_testing.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/feed/url.h"

static void tell(struct buf *out, const char *name, const char *value)
{
	if (value)
		buf_addf(out, "  %s: %s\n", name, value);
}

static void tell_time(struct buf *out, const char *name, int64_t at)
{
	char text[32];

	if (!at)
		return;
	clock_rfc3339(at, text);
	tell(out, name, text);
}

static void tell_media(struct buf *out, const struct feed_media *m)
{
	static const char *const KINDS[] = {"file", "picture", "audio", "video"};

	buf_addf(out, "  %s: %s", KINDS[m->kind], m->url);
	if (m->type)
		buf_addf(out, " %s", m->type);
	if (m->bytes)
		buf_addf(out, " %lld bytes", (long long)m->bytes);
	buf_adds(out, m->thumbnail ? " thumbnail" : "");
	buf_adds(out, m->inside ? " inside" : "");
	if (m->alt)
		buf_addf(out, " \"%s\"", m->alt);
	buf_addc(out, '\n');
}

static void check_line(const char *s, size_t max)
{
	if (!s)
		return;
	assert(*s && strlen(s) <= max && str_utf8_valid(s, strlen(s)));
	while (*s)
		assert(!str_is_control(str_utf8_next(&s)));
}

static void check_url(const char *url)
{
	check_line(url, FEED_ID_MAX);
	assert(!url || feed_url_is_web(url));
}

/* What feed.h promises, whatever the feed was. */
static void check_item(const struct feed_item *item)
{
	assert(item->id);
	check_line(item->id, FEED_ID_MAX);
	check_url(item->link);
	check_line(item->title, FEED_TITLE_MAX);
	check_line(item->author, FEED_TITLE_MAX);
	check_line(item->summary, FEED_SUMMARY_MAX);
	assert(item->published_ms >= 0 && item->updated_ms >= 0);
	assert(!item->html || (strlen(item->html) <= FEED_HTML_MAX &&
				      str_utf8_valid(item->html, strlen(item->html))));
	assert(item->category_count <= FEED_CATEGORIES_MAX && item->media_count <= FEED_MEDIA_MAX);
	for (size_t i = 0; i < item->category_count; i++)
		check_line(item->categories[i], FEED_CATEGORY_MAX);
	for (size_t i = 0; i < item->media_count; i++) {
		assert(item->media[i].url);
		check_url(item->media[i].url);
		check_line(item->media[i].alt, FEED_TITLE_MAX);
		assert(item->media[i].bytes >= 0);
	}
}

static int tell_item(void *arg, const struct feed_item *item)
{
	struct buf *out = arg;

	check_item(item);
	buf_addf(out, "item %s\n", item->id);
	tell(out, "link", item->link);
	tell(out, "title", item->title);
	tell(out, "author", item->author);
	tell(out, "lang", item->lang);
	tell_time(out, "published", item->published_ms);
	tell_time(out, "updated", item->updated_ms);
	for (size_t i = 0; i < item->category_count; i++)
		tell(out, "category", item->categories[i]);
	tell(out, "html", item->html);
	tell(out, "summary", item->summary);
	for (size_t i = 0; i < item->media_count; i++)
		tell_media(out, &item->media[i]);
	tell(out, "text", item->too_long ? "too long" : NULL);
	return 0;
}

static void tell_head(struct buf *out, const struct feed_head *h)
{
	static const char *const FORMATS[] = {"unknown", "RSS", "RDF", "Atom", "JSON"};

	check_line(h->title, FEED_TITLE_MAX);
	check_line(h->description, FEED_SUMMARY_MAX);
	check_url(h->link);
	check_url(h->self);
	check_url(h->picture);
	buf_addf(out, "feed %s\n", FORMATS[h->format]);
	tell(out, "title", h->title);
	tell(out, "description", h->description);
	tell(out, "link", h->link);
	tell(out, "self", h->self);
	tell(out, "picture", h->picture);
	tell(out, "lang", h->lang);
	for (size_t i = 0; i < h->hub_count; i++)
		tell(out, "hub", h->hubs[i]);
}

static void tell_report(struct buf *out, const struct feed_report *r)
{
	static const char *const STATES[] = {"sound", "mended", "cut"};

	buf_addf(out, "report %s, %s, %zu items, %zu skipped\n", STATES[r->state], r->charset,
		r->items, r->skipped);
	if (*r->text)
		buf_addf(out, "  %zu faults: %s\n", r->faults, r->text);
}

int feed_told(const void *p, size_t len, size_t piece, const struct feed_options *options,
	struct buf *out)
{
	struct feed_options told = *options;
	struct feed_reader *r = NULL;
	struct err err = {0};
	int rc;

	told.item = tell_item;
	told.arg = out;
	rc = feed_reader_new(&told, &err, &r);
	for (size_t at = 0; rc == 0 && at < len;) {
		size_t n = piece && piece < len - at ? piece : len - at;

		rc = feed_reader_push(r, (const char *)p + at, n, &err);
		at += n;
	}
	if (rc == 0)
		rc = feed_reader_end(r, &err);
	if (rc == 0) {
		tell_head(out, feed_reader_head(r));
		tell_report(out, feed_reader_report(r));
	} else {
		buf_addf(out, "error %s: %s\n", err_name(rc), err_text(&err));
	}
	feed_reader_free(r);
	return rc;
}

char *feed_file(const char *path, size_t *ret_len)
{
	AUTO(buf_done) struct buf b = BUF(FEED_BYTES_MAX);
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	assert(f);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		buf_add(&b, piece, n);
	fclose(f);
	return buf_take(&b, ret_len);
}
