/* Remote actors: somebody on another server, with the key that verifies what they send. */
#ifndef CHORSU_CORE_ACTOR_H
#define CHORSU_CORE_ACTOR_H

#include <stdbool.h>

#include "kit/db/db.h"

struct remote_actor {
	int64_t id;       /* ours */
	const char *uri;  /* theirs */
	const char *host; /* of the uri, lower case, with ":port" unless default */
	const char *name; /* preferredUsername, "" when none */
	const char *inbox;
	const char *shared_inbox; /* "" when none */
	const char *key_id;
	const char *key_pem;
	int64_t fetched_at;
	bool gone;
};

/* Where what is for this actor goes: the shared inbox, else its own. */
const char *actor_target(const struct remote_actor *a);

/* ERR_NOT_FOUND. */
MUST_USE int actor_by_uri(struct tx *tx, const char *uri, struct remote_actor *ret);
MUST_USE int actor_by_key(struct tx *tx, const char *key_id, struct remote_actor *ret);

/* Insert or refresh by uri; fills id. When the inbox changed, the actor's follows move to the
 * reader of the new inbox, which takes over position and since. */
MUST_USE int actor_save(struct tx *tx, struct remote_actor *a);

/* The actor is deleted at its server: follows end, the key is forgotten. */
MUST_USE int actor_gone(struct tx *tx, int64_t id);

#endif
