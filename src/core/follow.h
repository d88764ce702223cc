/* Follows: remote actor → institution. The reader that serves the actor's inbox begins and ends
 * with them. */
#ifndef CHORSU_CORE_FOLLOW_H
#define CHORSU_CORE_FOLLOW_H

#include "core/actor.h"
#include "core/reader.h"

/* The kind of reader that serves followers' inboxes. */
#define FOLLOWERS_KIND "fediverse"

/* Add or renew (a repeated Follow is answered again). activity: the Follow's id. Fills the locked
 * reader. ERR_GONE when the institution is closed, ERR_NOT_FOUND. */
MUST_USE int follow_add(struct tx *tx, int64_t institution, const struct remote_actor *actor,
	const char *activity, struct reader *ret);

/* End one. 1 when there was one, else 0. */
MUST_USE int follow_remove(struct tx *tx, int64_t institution, int64_t actor);

/* End the one that this Follow began (an Undo that names only the activity). 1 when there was one.
 */
MUST_USE int follow_remove_activity(struct tx *tx, int64_t actor, const char *activity);

/* All of an actor's. */
MUST_USE int follow_remove_all(struct tx *tx, int64_t actor);

/* The actor's inbox changed: its follows go over to the reader of the new one, which takes position
 * and since. */
MUST_USE int follow_move(struct tx *tx, const struct remote_actor *actor);

MUST_USE int follow_count(struct tx *tx, int64_t institution, int64_t *ret);

/* An activity that came, by the hash of its id. received_mark: 1 when it is new, 0 when it came
 * before under the same kind. received_take: forgets it; 1 when it was there. */
MUST_USE int received_mark(
	struct tx *tx, const unsigned char id[32], const char *kind, int64_t now);
MUST_USE int received_take(struct tx *tx, const unsigned char id[32], const char *kind);
/* Rows older than `before`, at most 1,000: how many went. */
MUST_USE int received_forget(struct tx *tx, int64_t before);

#endif
