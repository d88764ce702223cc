/* Content codings (RFC 9110 8.4.1): which one suits an answer, and compressing by zlib and brotli.
 */
#ifndef CHORSU_KIT_HTTP_CODING_H
#define CHORSU_KIT_HTTP_CODING_H

#include <stdbool.h>
#include <stddef.h>

/* In the order in which they are preferred among equal weights. */
enum coding { CODING_BR, CODING_GZIP, CODING_IDENTITY, CODINGS };

#define CODING_LENGTH_MIN 1024 /* bytes; shorter answers fit one packet anyway */

/* "br", "gzip"; "identity" has no Content-Encoding: NULL. */
const char *coding_name(enum coding coding);

/* Is it worth while to compress this? Text, and more than CODING_LENGTH_MIN of it; what is
 * compressed in itself (images, fonts) never is. type NULL: no. */
bool coding_suits(const char *type, size_t len);

/* The coding for a client that gives these weights (see accept_coding), for an answer that is worth
 * compressing or not; CODINGS when the client takes none of them. What is not worth it is still
 * compressed for a client that refuses bytes as they are. */
enum coding coding_choose(const int *weights, bool suits);

/* Compressed bytes, to be freed; NULL without memory. kept: they are made once and sent often, so
 * more time is spent on them. For CODING_BR and CODING_GZIP. */
void *coding_apply(enum coding coding, bool kept, const void *p, size_t len, size_t *ret_len);

#endif
