/* Bytes in whatever charset to characters. */
#ifndef CHORSU_KIT_FEED_CHARSET_H
#define CHORSU_KIT_FEED_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct charset;

/* content_type: the answer's, or NULL. sink gets clean UTF-8, a piece at a time and cut anywhere
 * between characters: no control characters but tab and line feed (CR and CR LF become line feed),
 * no byte order mark, nothing that XML does not allow; broken bytes are U+FFFD. Nonzero from sink
 * ends the reading and is returned. */
MUST_USE int charset_new(const char *content_type, int (*sink)(void *, const char *, size_t),
	void *arg, struct err *err, struct charset **ret);
void charset_free(struct charset *c); /* takes NULL */

/* Up to 5 KiB are held back until the charset is certain. */
MUST_USE int charset_push(struct charset *c, const unsigned char *p, size_t len);
MUST_USE int charset_end(struct charset *c);

/* What it is read as; "UTF-8" until that is certain. */
const char *charset_name(const struct charset *c);

/* Is that another one than what was declared? */
bool charset_was_wrong(const struct charset *c);

#endif
