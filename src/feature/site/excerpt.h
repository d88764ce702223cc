/* Beginnings of texts. All results lie in the arena; NULL when that is full. */
#ifndef CHORSU_SITE_EXCERPT_H
#define CHORSU_SITE_EXCERPT_H

#include "base/arena.h"

/* The words of a safe HTML fragment on one line, at most max characters, cut between words and then
 * ended by "…". */
char *excerpt_text(struct arena *a, const char *html, size_t max);

/* The same of plain text. */
char *excerpt_plain(struct arena *a, const char *text, size_t max);

/* The first sentence of plain text, at most max characters. */
char *excerpt_sentence(struct arena *a, const char *text, size_t max);

/* The first paragraph of a safe HTML fragment as HTML; when it has none, or one of over max bytes,
 * its beginning as text in a paragraph. */
char *excerpt_paragraph(struct arena *a, const char *html, size_t max);

#endif
