/* What a verified activity does. */
#ifndef CHORSU_FEDIVERSE_RECEIVE_H
#define CHORSU_FEDIVERSE_RECEIVE_H

#include <jansson.h>

#include "core/actor.h"

/* Durable when it returns 0. Kinds that mean nothing to us (yet) are taken and forgotten.
 * ERR_NOT_FOUND, ERR_GONE, ERR_INVALID with one sentence. */
MUST_USE int receive(struct ctx *cx, const struct remote_actor *actor, const json_t *activity);

#endif
