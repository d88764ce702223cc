/* What the files of httpsig share. Private to this folder. */
#ifndef CHORSU_KIT_CRYPTO_HTTPSIG_INTERNAL_H
#define CHORSU_KIT_CRYPTO_HTTPSIG_INTERNAL_H

#include <stdbool.h>

#include "kit/crypto/httpsig.h"

#define HTTPSIG_HEADER_MAX  (4 * KIB)  /* a Signature header's value */
#define HTTPSIG_HEADERS_MAX 16         /* names in its list */
#define HTTPSIG_NAME_MAX    64         /* bytes of one such name */
#define HTTPSIG_TEXT_MAX    (32 * KIB) /* the text that is signed */

/* Take the first name of a list as struct httpsig has it into out (HTTPSIG_NAME_MAX + 1 bytes) and
 * move *list past it. False at the end and for a name that is too long. */
bool httpsig_next_name(const char **list, char *out);

/* Is name in the list? */
bool httpsig_covers(const struct httpsig *sig, const char *name);

/* What of a hostile value may be shown in a sentence: at most 64 characters, anything but visible
 * ASCII as '?'. */
const char *httpsig_shown(struct arena *a, const char *value);

/* Does a request of this method carry a body, so that its digest must be signed? */
bool httpsig_carries_body(const char *method);

/* The text that was signed (section 2.3 of the draft) for a request; target_len bytes of its target
 * count. ERR_UNAUTHENTICATED when a header is missing, no header could carry its value, or all is
 * too long. */
MUST_USE int httpsig_text(struct arena *a, const struct httpsig *sig,
	const struct httpsig_request *rq, size_t target_len, struct err *err, const char **ret);

#endif
