/* Handlers of discovery, and the answer in JSON that all of the room use. */
#ifndef CHORSU_FEDIVERSE_DISCOVERY_H
#define CHORSU_FEDIVERSE_DISCOVERY_H

#include <jansson.h>

#include "kit/http/http.h"

/* Takes the reference. */
int reply_json(struct request *rq, int status, const char *type, json_t *document);

int webfinger_get(struct request *rq);
int host_meta_get(struct request *rq);
int nodeinfo_links_get(struct request *rq);
int nodeinfo_20_get(struct request *rq);
int nodeinfo_21_get(struct request *rq);

#endif
