/* libxml2's push parser, with everything that reaches outside of the document switched off. */
#ifndef CHORSU_KIT_FEED_XML_H
#define CHORSU_KIT_FEED_XML_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* A start or end tag, valid during the call. Prefix and namespace may be NULL; a prefix that is not
 * declared has no namespace. */
struct xml_tag {
	const char *prefix, *ns, *name;
	const unsigned char **attributes; /* libxml2's five pointers each; none for an end tag */
	int count;
};

/* Nothing is called any more once one of these made the owner stop pushing. */
struct xml_sink {
	void (*start)(void *arg, const struct xml_tag *tag);
	void (*end)(void *arg, const struct xml_tag *tag);
	void (*text)(void *arg, const char *p, size_t len);
	void (*fault)(void *arg, int line, const char *sentence);
	void *arg;
};

struct xml;

MUST_USE int xml_new(const struct xml_sink *sink, struct err *err, struct xml **ret);
void xml_free(struct xml *x); /* takes NULL */

/* UTF-8. Faults are told and read over. ERR_MEMORY, ERR_TOO_LARGE for what libxml2 will not take.
 */
MUST_USE int xml_push(struct xml *x, const char *p, size_t len);

/* The value of an attribute without prefix, or with "xml" or "rdf" as prefix; NULL when it is
 * missing. */
char *xml_attribute(
	const struct xml_tag *tag, struct arena *a, const char *prefix, const char *name);

/* The same by its place among tag->count; *ret_name: its name without prefix, NULL for one that has
 * a prefix. */
char *xml_attribute_at(
	const struct xml_tag *tag, struct arena *a, int place, const char **ret_name);

#endif
