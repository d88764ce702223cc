/* Escapes by place; each appends to out. Inside this room: others use html_escape() of template.h.
 */
#ifndef CHORSU_KIT_HTML_ESCAPE_H
#define CHORSU_KIT_HTML_ESCAPE_H

#include <stddef.h>

#include "base/buf.h"

/* & < > " ' */
void escape_html(struct buf *out, const char *s, size_t len);

/* & < > ", as Mustache's specification wants */
void escape_plain(struct buf *out, const char *s, size_t len);

/* As escape_html, without the characters that an XML document may not hold. */
void escape_xml(struct buf *out, const char *s, size_t len);

#endif
