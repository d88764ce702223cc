/* A fragment of HTML parsed by gumbo with bounds on size, depth, memory and time, and a walk over
 * it without recursion. Inside this room: others see sanitize.h. */
#ifndef CHORSU_KIT_HTML_HTML_TREE_H
#define CHORSU_KIT_HTML_HTML_TREE_H

#include <gumbo.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define HTML_INPUT_MAX ((size_t)1 << 20) /* bytes */
#define HTML_TAGS_MAX  16384             /* start and end tags */
#define HTML_OPEN_MAX  256               /* elements that stand open at once */
#define HTML_KEYS_MAX  128               /* attributes of a tag */

struct html_tree;

/* Parse as the inside of a <div>. Broken UTF-8 becomes U+FFFD, control characters are dropped.
 * ERR_TOO_LARGE. */
MUST_USE int html_tree_parse(const char *html, size_t len, struct err *err, struct html_tree **ret);
void html_tree_free(struct html_tree *t);
void html_tree_freep(struct html_tree **t); /* for AUTO */

/* open: false passes over the element with its contents, and close is not called for it. Elements
 * of SVG and MathML are passed over unasked, and so are comments. */
struct html_visitor {
	bool (*open)(void *arg, const GumboElement *element);
	void (*close)(void *arg, const GumboElement *element);
	void (*text)(void *arg, const char *text); /* not always valid UTF-8: html_pass() */
	void *arg;
};

/* ERR_TOO_LARGE when the tree is deeper than what the parser should have made. */
MUST_USE int html_tree_walk(
	const struct html_tree *t, const struct html_visitor *visitor, struct err *err);

/* What the parser would choke on, found without it: too many tags or attributes, too deep.
 * ERR_TOO_LARGE. Text is valid UTF-8. */
MUST_USE int html_guard(const char *html, size_t len, struct err *err);

/* Move *p past one character; true when it may stand in what strangers get to read. False for
 * control characters but tab and line feed, marks that turn the direction of writing beyond one
 * letter, what no text may hold, and broken UTF-8: gumbo makes some of a number like &#x888888888;.
 */
bool html_pass(const char **p);

#endif
