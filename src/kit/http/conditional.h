/* Conditional requests (RFC 9110 13) for answers to GET and HEAD: making entity tags and judging
 * validators. */
#ifndef CHORSU_KIT_HTTP_CONDITIONAL_H
#define CHORSU_KIT_HTTP_CONDITIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "kit/http/coding.h"

#define ETAG_SIZE 35 /* two quotes, 32 digits, NUL */

/* A strong tag from 128 bits of BLAKE2b over type and bytes: the same on every node and after a
 * restart. */
void etag_make(const char *type, const void *p, size_t len, char *out);

/* Does If-None-Match name the tag (weak comparison), or is it "*"? What is malformed ends the list.
 */
bool etag_matches(const char *if_none_match, const char *etag);

/* The tag of the same answer in a coding: "x" becomes "x-gzip" (RFC 9110 8.8.3.3). In the arena. */
const char *etag_in(struct arena *a, const char *etag, enum coding coding);

/* May 304 be answered? Headers may be NULL; if_modified_since counts only without if_none_match.
 * modified: ms, 0 when not known; dates are compared by whole seconds. */
bool not_modified(const char *if_none_match, const char *if_modified_since, const char *etag,
	int64_t modified);

#endif
