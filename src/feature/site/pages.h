/* Handlers of the room's routes. */
#ifndef CHORSU_SITE_PAGES_H
#define CHORSU_SITE_PAGES_H

#include "kit/http/http.h"

int directory_get(struct request *rq);      /* / and /:lang */
int institution_get(struct request *rq);    /* /@:handle and /:lang/@:handle */
int institution_id_get(struct request *rq); /* /actor/:id */
int tag_get(struct request *rq);            /* /@:handle/tag/:tag and with language */
int post_get(struct request *rq);           /* /post/:id and /:lang/post/:id */
int feed_atom_get(struct request *rq);
int feed_rss_get(struct request *rq);
int feed_json_get(struct request *rq); /* /@:handle/feed.atom */
int asset_get(struct request *rq);     /* /assets/:name */
int media_get(struct request *rq);
int archive_get(struct request *rq);
int follow_get(struct request *rq);
int qr_get(struct request *rq);
int search_get(struct request *rq);
int sitemap_index_get(struct request *rq);
int sitemap_pages_get(struct request *rq);
int sitemap_year_get(struct request *rq);
int about_get(struct request *rq);
int privacy_get(struct request *rq);
int accessibility_get(struct request *rq);
int oembed_get(struct request *rq);
int robots_get(struct request *rq); /* /robots.txt */

#endif
