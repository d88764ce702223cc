/* ActivityStreams documents made from our nouns. All return new references that the caller keeps or
 * frees; NULL: no memory. */
#ifndef CHORSU_FEDIVERSE_VOCABULARY_H
#define CHORSU_FEDIVERSE_VOCABULARY_H

#include <jansson.h>

#include "core/institution.h"
#include "core/outbox.h"
#include "core/post.h"

#define ACTIVITY_TYPE "application/activity+json"
#define PUBLIC        "https://www.w3.org/ns/activitystreams#Public"

/* Addresses, in the arena. */
char *activity_url(struct arena *a, const struct server *s, int64_t id);
char *tag_url(struct arena *a, const struct server *s, const char *handle, const char *folded);
char *instance_actor_url(struct arena *a, const struct server *s);

/* The id of an institution in an actor's URL of this server; false for any other URL. */
bool actor_url_parse(const struct server *s, const char *url, int64_t *ret);

/* With "@context" when top. */
json_t *vocabulary_actor(struct arena *a, const struct server *s, const struct institution *i);
json_t *vocabulary_instance(struct arena *a, const struct server *s);

/* A post as Note or Article; a withdrawn one as Tombstone. tags: of the post, ended by NULL. */
json_t *vocabulary_post(struct arena *a, const struct server *s, const struct institution *i,
	const struct post *p, const struct post_tag *tags, bool top);

/* Create, Update or Delete around the post; Update of the actor for "profile". */
json_t *vocabulary_activity(struct arena *a, const struct server *s, const struct institution *i,
	const struct entry *e, const struct post *p, const struct post_tag *tags, bool top);

/* Accept of a Follow, which is embedded with its id. parcel makes the Accept's id. */
json_t *vocabulary_accept(struct arena *a, const struct server *s, int64_t institution,
	int64_t parcel, const char *follow_id, const char *follower);

/* A member unless value is NULL. */
void put(json_t *object, const char *key, const char *value);

#endif
