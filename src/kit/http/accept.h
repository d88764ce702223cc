/* Content negotiation: choosing among offers by Accept and Accept-Language. Pure: headers in, index
 * out. */
#ifndef CHORSU_KIT_HTTP_ACCEPT_H
#define CHORSU_KIT_HTTP_ACCEPT_H

/* RFC 9110 12.5.1. header NULL or empty: 0. Index of the best offer, -1 for none. */
int accept_type(const char *header, const char *const *types, int count);

/* RFC 9110 12.5.4 with the lookup of RFC 4647 3.4: the reader's order decides among equal weights.
 * NULL or empty: 0. */
int accept_language(const char *header, const char *const *tags, int count);

#endif
