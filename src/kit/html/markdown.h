/* What staff write (Markdown: CommonMark with tables, strikethrough and autolinks, by cmark-gfm) to
 * safe HTML, with hashtags found and linked. */
#ifndef CHORSU_KIT_HTML_MARKDOWN_H
#define CHORSU_KIT_HTML_MARKDOWN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* A hashtag: as written without "#", and folded (lower case, NFC, by ICU) for comparison. */
struct hashtag {
	const char *name;
	const char *folded;
};

/* text: valid UTF-8. A single line feed inside a paragraph is a line break (as people type). Raw
 * HTML is shown as text. tag_base: what stands before the percent-encoded tag in its link, e.g.
 * "https://host/@mehnat/tag/". Hashtags: "#" at the start or after a non-word character, then
 * letters, digits, "_", U+02BB, U+02BC and apostrophes within (oʻ, gʻ), with at least one letter;
 * none in code or links. A Note gets no headings: pass headings = false and they become paragraphs
 * in strong. ret_tags: in the arena, distinct by fold, ended by a NULL name; at most 30,
 * further ones stay text. ERR_TOO_LARGE, also for what nests or repeats as no text does;
 * ERR_INVALID for broken UTF-8. Thread-safe. */
MUST_USE int markdown_html(struct arena *a, const char *text, const char *tag_base, bool headings,
	struct buf *out, struct err *err, const struct hashtag **ret_tags);

#endif
