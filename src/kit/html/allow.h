/* What becomes of each element: the allow-list that sanitize.c and text.c share, and the addresses
 * that a link may have. Inside this room. */
#ifndef CHORSU_KIT_HTML_ALLOW_H
#define CHORSU_KIT_HTML_ALLOW_H

#include <gumbo.h>
#include <stdbool.h>

#include "base/buf.h"

enum allow_fate {
	ALLOW_UNWRAP, /* the element goes, its contents stay */
	ALLOW_BREAK,  /* the same, and what stands before and after is apart from it */
	ALLOW_KEEP,
	ALLOW_DROP, /* it goes with its contents */
	ALLOW_ALT,  /* it becomes its alternative text */
};

enum allow_shape {
	SHAPE_INLINE,
	SHAPE_LINK,
	SHAPE_BLOCK,
	SHAPE_PARAGRAPH, /* holds no blocks */
	SHAPE_HEADING,   /* holds no heading */
	SHAPE_LIST,
	SHAPE_ITEM, /* stands in a list */
	SHAPE_TABLE,
	SHAPE_SECTION, /* stands in a table */
	SHAPE_CAPTION, /* stands in a table */
	SHAPE_ROW,     /* stands in a section */
	SHAPE_CELL,    /* stands in a row */
};

enum allow_attribute {
	ATTRIBUTE_HREF = 1,
	ATTRIBUTE_CLASS = 2,
	ATTRIBUTE_START = 4,
	ATTRIBUTE_REVERSED = 8,
	ATTRIBUTE_VALUE = 16,
	ATTRIBUTE_ALIGN = 32,
	ATTRIBUTE_SPAN = 64,
};

struct allow {
	enum allow_fate fate;
	enum allow_shape shape;
	unsigned int attributes; /* besides lang and dir */
	bool empty;              /* has no contents and no end tag */
	const char *name;        /* as it is written out */
};

/* Never NULL: elements that the list does not know are unwrapped. */
const struct allow *allow_of(GumboTag tag);

/* Appends value as the address of a link: http and https with a host, mailto; no user name or
 * password, at most 2048 bytes as written. What should not stand in an address is percent-encoded.
 * False, and nothing is added, for anything else. */
bool allow_link(const char *value, struct buf *out);

/* May a class of this name stay? */
bool allow_class(const char *name, size_t len);

#endif
