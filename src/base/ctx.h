/* The context of one request, job or command: its memory, its error, its store. Handed down every
 * call that may fail with a sentence for people. One thread at a time. */
#ifndef CHORSU_BASE_CTX_H
#define CHORSU_BASE_CTX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct db;
struct server;

struct ctx {
	struct arena *arena;
	struct err err;
	struct db *db;
	struct server
		*server;  /* core/server.h: settings and services; NULL in unit tests of kits */
	char request[24]; /* id of the request or job, for logs; "" when none */
	/* Whether whoever runs this must not wait for other servers, and the host that it would
	 * have waited for: see ctx_may_wait. */
	bool hurried;
	const char *waits_for;
};

/* Store an error in cx; returns code. */
int ctx_fail(struct ctx *cx, int code, const char *format, ...) PRINTF(3, 4);

/* To be asked before anything that waits for another server: 0, or ERR_BUSY on a thread where
 * people wait behind it. There the work so far is given up, and the dispatcher does it again from
 * its beginning where waiting keeps nobody; so nothing may have been written before. host lies in
 * the arena. */
MUST_USE int ctx_may_wait(struct ctx *cx, const char *host);

#endif
