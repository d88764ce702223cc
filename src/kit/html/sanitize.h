/* HTML from elsewhere, made safe: parsed by gumbo as a browser would, rebuilt from an allow-list.
 */
#ifndef CHORSU_KIT_HTML_SANITIZE_H
#define CHORSU_KIT_HTML_SANITIZE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* A fragment of hostile HTML to a fragment of well-formed, safe HTML: p br span a del pre code em
 * strong b i u s ul ol(start reversed) li(value) blockquote, h1-h6 as written by our own Markdown
 * (kept), tables, hr, img is dropped to its alt text. a: href http, https, mailto only, rel
 * "nofollow noopener noreferrer" added except where own; class only from mention, hashtag, u-url,
 * h-card, ellipsis, invisible, quote-inline; lang and dir kept. Script, style, form, frame, object,
 * svg and math with their contents are dropped. Depth at most 64, input at most 1 MiB
 * (ERR_TOO_LARGE), and so are tags (16384), their attributes (128) and unclosed
 * elements (256). Idempotent. Appends to out. Thread-safe. */
MUST_USE int sanitize_html(const char *html, size_t len, struct buf *out, struct err *err);

/* The readable text of a fragment: tags gone, blocks separated by a line feed, entities resolved.
 */
MUST_USE int html_to_text(const char *html, size_t len, struct buf *out, struct err *err);

#endif
