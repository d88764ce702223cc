/* The context of one request, job or command: its memory, its error, its store. Handed down every
 * call that may fail with a sentence for people. One thread at a time. */
#ifndef CHORSU_BASE_CTX_H
#define CHORSU_BASE_CTX_H

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
};

/* Store an error in cx; returns code. */
int ctx_fail(struct ctx *cx, int code, const char *format, ...) PRINTF(3, 4);

#endif
