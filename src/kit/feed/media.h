/* What kind of file an address leads to. */
#ifndef CHORSU_KIT_FEED_MEDIA_H
#define CHORSU_KIT_FEED_MEDIA_H

#include "kit/feed/feed.h"

/* Fills kind and type from what was told (a media type, "image", "photo", "audio", "video", or
 * NULL) and else from the ending of m->url. */
void feed_media_kind(struct arena *a, struct feed_media *m, const char *told);

#endif
