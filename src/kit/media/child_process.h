/* The process chorsu-media: started for one picture, spoken to within a limit of time, ended. */
#ifndef CHORSU_KIT_MEDIA_CHILD_PROCESS_H
#define CHORSU_KIT_MEDIA_CHILD_PROCESS_H

#include <sys/types.h>
#include <time.h>

#include "kit/media/media.h"

struct child {
	pid_t pid; /* 0: none */
	int fd;    /* our end of its socket, or -1 */
	struct timespec deadline;
	int status; /* of the last one that ended, as waitpid(2) tells it */
};

void child_init(struct child *c);

/* Start program and wait for its greeting; limit_ms real milliseconds at most. ERR_INTERNAL with a
 * sentence that tells what to mend. */
MUST_USE int child_start(
	struct child *c, const char *program, char *fault, int limit_ms, struct err *err);

/* Real milliseconds from now on for all that is sent and received. */
void child_limit(struct child *c, int limit_ms);

/* 0, ERR_TIMEOUT, or ERR_IO when it has gone. */
MUST_USE int child_send(struct child *c, const void *p, size_t len);

/* Bytes received (at least 1), or as child_send. */
MUST_USE ssize_t child_receive(struct child *c, void *p, size_t max);

/* Kill it with all that it may have started and wait for its end; nothing when there is none. */
void child_end(struct child *c);

#endif
