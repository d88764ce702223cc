/* Pools of threads that run handlers. Two of them: one for what answers at once, and a patient one
 * for what waits for other servers, so that those who read never wait behind a slow stranger. */
#ifndef CHORSU_KIT_HTTP_WORKER_H
#define CHORSU_KIT_HTTP_WORKER_H

#include "kit/http/exchange.h"

struct workers;

struct workers_options {
	int threads;
	bool lazy;               /* threads start when there is work for them */
	int lane_max;            /* exchanges of one lane that run at a time; 0: any number */
	int queue_max;           /* that wait for a thread; 0: as many as there are connections */
	struct workers *patient; /* where what must wait is handed to; NULL: it may wait here */
};

/* NULL without memory or threads. */
struct workers *workers_new(const struct workers_options *options);

/* Suspend the exchange's connection and queue it; the connection is resumed when its answer stands.
 * Called by the connection's own epoll thread. False once the pool ends: nothing happened. */
bool workers_push(struct workers *w, struct exchange *x);

/* Answer what is still queued with 503 and wait for what runs. Both take NULL; push may be called
 * until free. End the pool that hands over before the one it hands to. */
void workers_end(struct workers *w);
void workers_free(struct workers *w);

#endif
