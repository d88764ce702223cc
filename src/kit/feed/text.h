/* Text out of HTML as feeds carry it: entities, tags told from "<" that is only a sign, what was
 * escaped once too often. Nothing here makes anything safe. */
#ifndef CHORSU_KIT_FEED_TEXT_H
#define CHORSU_KIT_FEED_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/* A character reference at s ("&nbsp;", "&#8212;", "&#x2014;", with its semicolon): its length, or
 * 0 when there is none. *ret: the character; numbers of windows-1252 stand for what was meant; 0
 * for one that no text may hold. Names are those of HTML 4 and "apos". */
size_t feed_reference(const char *s, size_t len, uint32_t *ret);

/* Is s, of len bytes, a name of HTML's elements? */
bool feed_is_element(const char *s, size_t len);

/* A tag of HTML at s: its length up to and with ">", or 0: "a < b" has none. */
size_t feed_tag_length(const char *s, size_t len);

/* A script or style at s: its length up to its end tag or the end; 0 when it is none. */
size_t feed_raw_length(const char *s, size_t len);

/* Does it hold a tag of HTML? */
bool feed_has_tags(const char *s, size_t len);

/* HTML in which even the tags are escaped, and none is not. */
bool feed_is_escaped(const char *s, size_t len);

/* Every reference resolved once; in the arena. */
char *feed_unescape(struct arena *a, const char *s, size_t len, size_t *ret_len);

/* One line of plain text, at most max bytes with "…" when it was cut; NULL when nothing is left.
 * markup: tags and what is in scripts and styles go. References are resolved either way: who
 * escapes plain text twice is more common than who writes about entities. */
char *feed_plain(struct arena *a, const char *s, size_t len, bool markup, size_t max);

/* Characters that a reader would see, roughly: bytes outside of tags, without white space. */
size_t feed_text_count(const char *html, size_t len);

/* Text without tags to paragraphs at empty lines; breaks: a line feed is <br>; escape: "&" and "<"
 * are signs. In out. */
void feed_paragraphs(const char *s, size_t len, bool escape, bool breaks, struct buf *out);

/* Append with & < > " escaped. */
void feed_escape(const char *s, size_t len, struct buf *out);

#endif
