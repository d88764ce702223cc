/* Remote actors' documents: fetched, checked against the rules that published flaws have taught,
 * kept. */
#ifndef CHORSU_FEDIVERSE_REMOTE_H
#define CHORSU_FEDIVERSE_REMOTE_H

#include <jansson.h>

#include "core/actor.h"

/* The actor who owns a key, from the store when it was fetched after that time, or fetched now
 * (signed by the instance actor) as far as the limits allow. ERR_UNAUTHENTICATED with one sentence
 * for everything that cannot be had; ERR_GONE when its server says that it is gone; ERR_BUSY where
 * ctx_may_wait says so. Not inside a transaction. */
MUST_USE int remote_by_key(
	struct ctx *cx, const char *key_id, int64_t after, struct remote_actor *ret);

/* The same for an actor's document by its id. */
MUST_USE int remote_fetch(struct ctx *cx, const char *uri, struct remote_actor *ret);

/* Check an actor's document (pure): id is the URL that was asked, inbox and key are of the same
 * host, the key is its own. ERR_INVALID with one sentence. */
MUST_USE int remote_parse(
	struct ctx *cx, const json_t *document, const char *url, struct remote_actor *ret);

#endif
