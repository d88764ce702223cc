/* Content negotiation: choosing among offers by Accept, Accept-Language and Accept-Encoding.
 * Pure: headers in, index or weights out. */
#ifndef CHORSU_KIT_HTTP_ACCEPT_H
#define CHORSU_KIT_HTTP_ACCEPT_H

#include "kit/http/coding.h"

/* RFC 9110 12.5.1. header NULL or empty: 0. Index of the best offer, -1 for none. */
int accept_type(const char *header, const char *const *types, int count);

/* RFC 9110 12.5.4 with the lookup of RFC 4647 3.4: the reader's order decides among equal weights.
 * NULL or empty: 0. */
int accept_language(const char *header, const char *const *tags, int count);

/* RFC 9110 12.5.3: what weight, 0 to 1000, each coding has for the client; 0: it is refused.
 * weights holds CODINGS numbers. Without the header, or with an empty one, bytes are sent as they
 * are: a client that says nothing may not know any coding. */
void accept_coding(const char *header, int *weights);

#endif
