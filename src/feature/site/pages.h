/* Handlers of the room's routes. */
#ifndef CHORSU_SITE_PAGES_H
#define CHORSU_SITE_PAGES_H

#include "kit/http/http.h"

int directory_get(struct request *rq);      /* / and /:lang */
int institution_get(struct request *rq);    /* /@:handle and /:lang/@:handle */
int institution_id_get(struct request *rq); /* /actor/:id */
int tag_get(struct request *rq);            /* /@:handle/tag/:tag and with language */
int post_get(struct request *rq);           /* /post/:id and /:lang/post/:id */
int feed_get(struct request *rq);           /* /@:handle/feed.atom */
int asset_get(struct request *rq);          /* /assets/:name */
int robots_get(struct request *rq);         /* /robots.txt */

#endif
