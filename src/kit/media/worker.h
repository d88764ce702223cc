/* The turns of those who need chorsu-media. */
#ifndef CHORSU_KIT_MEDIA_WORKER_H
#define CHORSU_KIT_MEDIA_WORKER_H

#include <limits.h>
#include <pthread.h>

#include "kit/media/media.h"

struct media_worker {
	char program[PATH_MAX];
	char *fault;
	int start_ms, limit_ms;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t next, ended; /* under lock: the ticket of who comes next; turns that are over */
};

/* Wait for the turn. ERR_BUSY when MEDIA_WAITING_MAX wait already. */
MUST_USE int worker_enter(struct media_worker *w, struct err *err);
void worker_leave(struct media_worker *w);

#endif
