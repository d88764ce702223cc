/* The engine that moves readers: takes those that are behind, hands each the entries after its
 * position, and writes positions forward in batches. One scheduler thread owns the database side,
 * one loop thread a core signs and sends, one thread runs the readers of this process. */
#ifndef CHORSU_CORE_DELIVERY_H
#define CHORSU_CORE_DELIVERY_H

#include <stdint.h>

#include "base/ctx.h"

struct delivery;

struct delivery_options {
	int loops;       /* 0: one a core, at most 4 */
	int connections; /* kept open over all loops; 0: by the open-files limit */
	struct fetch_options *fetch;
};

/* Starts the threads. server->db is open; the instance is marked as running, and after an unclean
 * stop every outbox is marked unsure. */
MUST_USE int delivery_start(
	struct ctx *cx, const struct delivery_options *options, struct delivery **ret);

/* Lets transfers under way end (at most drain_ms), writes what became of them, frees. Takes NULL.
 */
void delivery_stop(struct delivery *d, int64_t drain_ms);

/* Something was published, followed or freed: look now. From any thread, cheap. */
void delivery_kick(struct delivery *d);

struct delivery_stats {
	int64_t sent, failed, refused, in_flight, queued;
};
void delivery_stats(struct delivery *d, struct delivery_stats *ret);

#endif
