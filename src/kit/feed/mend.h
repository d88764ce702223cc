/* What feeds get wrong in their XML, put right before a parser sees it. */
#ifndef CHORSU_KIT_FEED_MEND_H
#define CHORSU_KIT_FEED_MEND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct mend;

struct mend_sink {
	/* Well-formed XML of one feed, without declaration, document type, comments and
	 * instructions, whose lines are those of the feed; tags are never cut. Nonzero ends the
	 * reading. */
	int (*text)(void *arg, const char *p, size_t len);
	/* A fault was mended at that line. sentence: one without a final stop. */
	void (*fault)(void *arg, int line, const char *sentence);
	void *arg;
};

/* What stands before the first <rss>, <rdf:RDF>, <feed> or <channel> and after its end is passed
 * over. Bare "&" and "<" become text, entities of HTML their characters, attributes get their
 * quotes, tags that do not match are closed or dropped, an item ends where the next one begins,
 * CDATA without end ends with its element. What is nested deeper than FEED_DEPTH_MAX goes. */
MUST_USE int mend_new(const struct mend_sink *sink, struct err *err, struct mend **ret);
void mend_free(struct mend *m); /* takes NULL */

/* Clean UTF-8, cut anywhere between characters. ERR_MEMORY, or what the sink returned. */
MUST_USE int mend_push(struct mend *m, const char *p, size_t len);

/* Nothing follows: hands on what is held back. Elements stay open when the feed was cut. */
MUST_USE int mend_end(struct mend *m);

/* The root's end was seen. */
bool mend_is_whole(const struct mend *m);

/* The name of the first element, without prefix; "" when there was none yet. When it is no feed,
 * this tells what it is. */
const char *mend_first(const struct mend *m);
bool mend_has_root(const struct mend *m);
int mend_line(const struct mend *m);

#endif
