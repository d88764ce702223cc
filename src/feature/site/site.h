/* The public pages: directory, institution, statement, hashtag, in every language of the interface;
 * an Atom feed for each institution; pages of errors. What programs read at the same addresses is
 * feature/fediverse. */
#ifndef CHORSU_SITE_H
#define CHORSU_SITE_H

#include "core/feature.h"

extern const struct feature site_feature;

/* For http_options.error_page: a page in the reader's language; {"error": sentence} for clients
 * that ask for JSON or ActivityPub and not for HTML. The sentence of err is shown in JSON, and as a
 * detail for 4xx. */
void site_error_page(struct request *rq, int status, const struct err *err);

/* Can the room work with its settings? To be asked before serving. ERR_INVALID with one sentence.
 */
MUST_USE int site_check(const struct settings *settings, struct err *err);

#endif
