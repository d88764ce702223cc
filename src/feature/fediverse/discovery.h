/* Handlers of discovery, and the answer in JSON that all of the room use. */
#ifndef CHORSU_FEDIVERSE_DISCOVERY_H
#define CHORSU_FEDIVERSE_DISCOVERY_H

#include <jansson.h>

#include "kit/http/http.h"

/* Takes the reference. */
int reply_json(struct request *rq, int status, const char *type, json_t *document);

/* Whom a WebFinger resource names (RFC 7033 4.1): by "acct:HANDLE@DOMAIN" in any case or a page's
 * URL of this server a handle, in the arena, unchecked; by an actor's URL an id. ERR_NOT_FOUND for
 * another server's, ERR_INVALID. */
MUST_USE int webfinger_parse(
	struct ctx *cx, const char *resource, const char **ret_handle, int64_t *ret_id);

int webfinger_get(struct request *rq);
int host_meta_get(struct request *rq);
int nodeinfo_links_get(struct request *rq);
int nodeinfo_20_get(struct request *rq);
int nodeinfo_21_get(struct request *rq);

#endif
