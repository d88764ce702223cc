/* The pool of threads that run handlers. */
#ifndef CHORSU_KIT_HTTP_WORKER_H
#define CHORSU_KIT_HTTP_WORKER_H

#include "kit/http/exchange.h"

struct workers;

/* NULL without memory or threads. */
struct workers *workers_new(int count);

/* Suspend the exchange's connection and queue it; the connection is resumed when its answer stands.
 * Called by the connection's own epoll thread. False once the pool ends: nothing happened. */
bool workers_push(struct workers *w, struct exchange *x);

/* Answer what is still queued with 503 and wait for what runs. Both take NULL; push may be called
 * until free. */
void workers_end(struct workers *w);
void workers_free(struct workers *w);

#endif
