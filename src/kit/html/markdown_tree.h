/* The tree that cmark made, adapted to our rules. Inside this room. */
#ifndef CHORSU_KIT_HTML_MARKDOWN_TREE_H
#define CHORSU_KIT_HTML_MARKDOWN_TREE_H

#include <cmark-gfm.h>
#include <stdbool.h>

#include "kit/html/markdown.h"

#define MARKDOWN_TAGS_MAX 30
#define MARKDOWN_MARK                                                                              \
	"\xEF\xBF\xBE" /* U+FFFE, which no text should hold: after "#" that begins no tag */

struct markdown_tags {
	struct arena *arena;
	const char *base; /* of links */
	int count;
	struct hashtag *list; /* ended by a NULL name */
};

/* Links hashtags, shows raw HTML as text, makes headings paragraphs unless they are wanted, and
 * undoes "@name@host" taken for an e-mail address, and takes marks out of addresses. */
void markdown_adapt(cmark_node *root, bool headings, struct markdown_tags *tags);

#endif
