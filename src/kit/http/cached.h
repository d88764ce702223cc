/* The answer cache in the life of a request: what may come from it, and what may be kept. */
#ifndef CHORSU_KIT_HTTP_CACHED_H
#define CHORSU_KIT_HTTP_CACHED_H

#include "kit/http/exchange.h"

enum cached {
	CACHED_HERE,  /* the reply stands */
	CACHED_WAITS, /* suspended; resumed, it has arrived again and asks again */
	CACHED_NOT,   /* for a worker */
};

/* Called by the connection's epoll thread when the request is whole. Only requests without
 * Authorization and Cookie for a row that is `cached` ever come from the cache, or get into it. */
enum cached cached_look(struct exchange *x);

/* On a worker: make the coding that the cache lacks. True: the reply stands. */
bool cached_finish(struct exchange *x);

/* The reply is complete: keep it if it may be kept, and address what is kept to who asks. False:
 * the reply is as it was. */
bool cached_keep(struct exchange *x);

/* The kept answer is not to be sent after all. */
void cached_drop(struct exchange *x);

/* The request is answered, or will not be soon: those who wait for the same go on. */
void cached_end(struct exchange *x);

/* The cache of a server, of at most max bytes; NULL without memory. */
struct cache *cached_new(size_t max);

#endif
