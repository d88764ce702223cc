/* Attributes and text as the sanitizer writes them. Inside this room. */
#ifndef CHORSU_KIT_HTML_SANITIZE_ATTRIBUTES_H
#define CHORSU_KIT_HTML_SANITIZE_ATTRIBUTES_H

#include <gumbo.h>
#include <stdbool.h>

#include "base/buf.h"
#include "kit/html/allow.h"

/* An attribute's value or NULL. */
const char *sanitize_attribute(const GumboElement *element, const char *name);

/* The attributes that may stay, each with a space before it. link: the address as allow_link()
 * wrote it, for elements that have one; own as in sanitize_own.h. */
void sanitize_attributes(const GumboElement *element, const struct allow *allow, const char *link,
	const char *own, struct buf *out);

/* Escaped, without what html_pass() refuses. */
void sanitize_text(struct buf *out, const char *text);

#endif
