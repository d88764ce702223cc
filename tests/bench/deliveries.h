/* What a sink remembers of deliveries: for each address and actor the last activity, so that
 * repeats and disorder are counted. Ids of activities rise with time: an equal one is a repeat, a
 * lower one came too late. */
#ifndef CHORSU_BENCH_DELIVERIES_H
#define CHORSU_BENCH_DELIVERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deliveries {
	uint64_t pairs; /* of an address and an actor */
	uint64_t repeats;
	uint64_t late;
	uint64_t unreadable; /* no activity, or more pairs than there is room for */
};

extern struct deliveries deliveries;

/* The numbers at the end of "id" and "actor" of a JSON object, at its outermost level. False: one
 * is missing. */
bool activity_read(const char *body, size_t len, int64_t *ret_id, int64_t *ret_actor);

void delivery_count(uint32_t address, const char *body, size_t len);

#endif
