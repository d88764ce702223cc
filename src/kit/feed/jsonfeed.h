/* JSON Feed 1 and 1.1 (jsonfeed.org), cut into items as it comes. */
#ifndef CHORSU_KIT_FEED_JSONFEED_H
#define CHORSU_KIT_FEED_JSONFEED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct feed;
struct jsonfeed;

/* f outlives it. */
MUST_USE int jsonfeed_new(struct feed *f, struct jsonfeed **ret);
void jsonfeed_free(struct jsonfeed *j); /* takes NULL */

/* Clean UTF-8. Failures are told to the feed. */
void jsonfeed_push(struct jsonfeed *j, const char *p, size_t len);

/* Nothing follows: tells the feed when it was cut. */
void jsonfeed_end(struct jsonfeed *j);

/* Was there anything that only a feed has? */
bool jsonfeed_is_feed(const struct jsonfeed *j);

#endif
