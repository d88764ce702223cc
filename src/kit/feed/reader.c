/* The reader: bytes to characters (charset), mended to XML (mend), parsed (xml), understood
 * (elements); or from characters to JSON (jsonfeed). */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kit/feed/charset.h"
#include "kit/feed/elements.h"
#include "kit/feed/jsonfeed.h"
#include "kit/feed/mend.h"
#include "kit/feed/own.h"
#include "kit/feed/xml.h"

#define HEAD_MAX (256 * KIB)

struct feed_reader {
	struct feed feed;
	struct charset *charset;
	struct mend *mend;
	struct xml *xml;
	struct elements *elements;
	struct jsonfeed *json;
	size_t bytes;
	bool ended;
};

static int no_memory(struct feed *f)
{
	return feed_fail(f, ERR_MEMORY, "There is not enough memory to read the feed.");
}

static void on_start(void *arg, const struct xml_tag *tag)
{
	struct feed_reader *r = arg;

	elements_start(r->elements, tag);
}

static void on_end(void *arg, const struct xml_tag *tag)
{
	struct feed_reader *r = arg;

	elements_end(r->elements, tag, mend_line(r->mend));
}

static void on_characters(void *arg, const char *p, size_t len)
{
	struct feed_reader *r = arg;

	elements_add(r->elements, p, len);
}

static void on_fault(void *arg, int line, const char *sentence)
{
	struct feed_reader *r = arg;

	feed_fault(&r->feed, line, sentence);
}

static int on_mended(void *arg, const char *p, size_t len)
{
	struct feed_reader *r = arg;
	int rc = xml_push(r->xml, p, len);

	if (rc < 0)
		feed_fail(&r->feed, rc, "The feed holds something that is too large to be read.");
	return r->feed.rc ? ERR_INTERNAL : 0;
}

static int begin_xml(struct feed_reader *r)
{
	struct mend_sink mended = {.text = on_mended, .fault = on_fault, .arg = r};
	struct xml_sink parsed = {.start = on_start,
		.end = on_end,
		.text = on_characters,
		.fault = on_fault,
		.arg = r};

	if (elements_new(&r->feed, &r->elements) < 0 || mend_new(&mended, NULL, &r->mend) < 0 ||
		xml_new(&parsed, NULL, &r->xml) < 0)
		return no_memory(&r->feed);
	return 0;
}

/* The first character that is no space says what it is. */
static int begin(struct feed_reader *r, const char *p, size_t len)
{
	size_t at = 0;

	while (at < len && strchr(" \t\n", p[at]))
		at++;
	if (at == len)
		return 0;
	if (p[at] != '{')
		return begin_xml(r);
	return jsonfeed_new(&r->feed, &r->json) < 0 ? no_memory(&r->feed) : 0;
}

/* White space before the first tag is passed on too: it has lines. */
static int on_text(void *arg, const char *p, size_t len)
{
	struct feed_reader *r = arg;

	if (!r->mend && !r->json)
		begin(r, p, len);
	if (!r->feed.rc && r->json)
		jsonfeed_push(r->json, p, len);
	else if (!r->feed.rc && r->mend && mend_push(r->mend, p, len) < 0)
		no_memory(&r->feed);
	return r->feed.rc ? ERR_INTERNAL : 0;
}

static int copy_options(struct feed *f, const struct feed_options *options)
{
	f->arena = arena_new(HEAD_MAX);
	if (!f->arena)
		return ERR_MEMORY;
	f->options = *options;
	f->options.base_url = arena_strdup(f->arena, options->base_url);
	f->options.content_type = NULL; /* only charset_new() needs it */
	f->report.charset = "UTF-8";
	return arena_failed(f->arena) ? ERR_MEMORY : 0;
}

int feed_reader_new(const struct feed_options *options, struct err *err, struct feed_reader **ret)
{
	struct feed_reader *r = calloc(1, sizeof *r);

	if (!r || copy_options(&r->feed, options) < 0 ||
		charset_new(options->content_type, on_text, r, NULL, &r->charset) < 0) {
		feed_reader_free(r);
		return err_set(err, ERR_MEMORY, "There is not enough memory to read the feed.");
	}
	*ret = r;
	return 0;
}

void feed_reader_free(struct feed_reader *r)
{
	if (!r)
		return;
	xml_free(r->xml);
	mend_free(r->mend);
	elements_free(r->elements);
	jsonfeed_free(r->json);
	charset_free(r->charset);
	arena_free(r->feed.arena);
	free(r);
}

void feed_reader_freep(struct feed_reader **r)
{
	feed_reader_free(*r);
	*r = NULL;
}

/* What ended the reading, with its sentence when it is one of ours. */
static int failure(struct feed_reader *r, struct err *err)
{
	if (err && r->feed.err.code)
		err_copy(err, &r->feed.err);
	return r->feed.rc;
}

int feed_reader_push(struct feed_reader *r, const void *p, size_t len, struct err *err)
{
	if (!r->feed.rc && len > FEED_BYTES_MAX - r->bytes)
		feed_fail(&r->feed, ERR_TOO_LARGE, "The feed is larger than 50 MiB.");
	if (!r->feed.rc) {
		int rc = charset_push(r->charset, p, len);

		r->bytes += len;
		if (rc < 0)
			feed_fail(&r->feed, rc, "The feed could not be read as text.");
		r->feed.report.charset = charset_name(r->charset);
	}
	return failure(r, err);
}

static int not_a_feed(struct feed_reader *r)
{
	const char *first = r->mend ? mend_first(r->mend) : "";
	char sentence[160];

	if (r->json)
		snprintf(sentence, sizeof sentence, "This is JSON, but no JSON Feed.");
	else if (str_eq_nocase(first, "html"))
		snprintf(sentence, sizeof sentence, "This is a web page, not a feed.");
	else if (*first)
		snprintf(sentence, sizeof sentence, "This is no feed: it begins with <%.40s>.",
			first);
	else
		snprintf(sentence, sizeof sentence, "This is no feed: %s.",
			r->mend ? "it holds no XML and no JSON" : "it is empty");
	return feed_fail(&r->feed, ERR_INVALID, sentence);
}

static void end_xml(struct feed_reader *r)
{
	if (mend_end(r->mend) < 0)
		no_memory(&r->feed);
	else if (elements_in_item(r->elements))
		feed_cut(&r->feed, mend_line(r->mend),
			"the feed ends in the midst of an item, which was left out");
	else if (!mend_is_whole(r->mend))
		feed_cut(&r->feed, mend_line(r->mend), "the feed ends before it is complete");
}

static void finish(struct feed_reader *r)
{
	struct feed *f = &r->feed;
	int rc = charset_end(r->charset);

	f->report.charset = charset_name(r->charset);
	if (rc < 0)
		feed_fail(f, rc, "The feed could not be read as text.");
	if (f->rc)
		return;
	if (r->json ? !jsonfeed_is_feed(r->json) : !r->mend || !mend_has_root(r->mend)) {
		not_a_feed(r);
		return;
	}
	if (r->json)
		jsonfeed_end(r->json);
	else
		end_xml(r);
	if (charset_was_wrong(r->charset))
		feed_fault(f, 1, "the characters are not in the charset that is declared");
}

int feed_reader_end(struct feed_reader *r, struct err *err)
{
	if (!r->ended && !r->feed.rc)
		finish(r);
	r->ended = true;
	return failure(r, err);
}

const struct feed_head *feed_reader_head(const struct feed_reader *r)
{
	return &r->feed.head;
}

const struct feed_report *feed_reader_report(const struct feed_reader *r)
{
	return &r->feed.report;
}
