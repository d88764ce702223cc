/* Handlers of actors, objects, activities and collections. */
#ifndef CHORSU_FEDIVERSE_OBJECTS_H
#define CHORSU_FEDIVERSE_OBJECTS_H

#include "kit/http/http.h"

int actor_get(struct request *rq);
int instance_actor_get(struct request *rq);
int object_get(struct request *rq);
int activity_get(struct request *rq);
int outbox_get(struct request *rq);
int followers_get(struct request *rq);
int featured_get(struct request *rq);
int following_get(struct request *rq);

#endif
