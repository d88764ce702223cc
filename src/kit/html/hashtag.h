/* Hashtags in plain text: where they are, and what makes two of them one. Inside this room. */
#ifndef CHORSU_KIT_HTML_HASHTAG_H
#define CHORSU_KIT_HTML_HASHTAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define HASHTAG_CHARS_MAX 100

/* The first hashtag of text, which is valid UTF-8: name begins after the "#". before: the character
 * before text, 0 at the beginning of a block. */
struct hashtag_place {
	const char *name;
	size_t len;
};
bool hashtag_find(const char *text, uint32_t before, struct hashtag_place *ret);

/* NFKC with case folded; the marks that people type for U+02BB after o and g are it, elsewhere they
 * are U+02BC. NULL when the arena has failed. */
char *hashtag_fold(struct arena *a, const char *name, size_t len);

#endif
