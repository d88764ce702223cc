/* The two lanes of a loop: who runs in which, how wide the fast one is. Knows nothing of transfers.
 * Private to this folder.
 *
 * The fast lane is narrow because few transfers at a time are the cheapest (their memory stays in
 * the processor's caches) and because what waits in it holds up the rest. It widens while the loop
 * has nothing to do and the lane is full: then the peers' answers are what is waited for. It
 * narrows while the loop never rests. */
#ifndef CHORSU_KIT_FETCH_LANES_H
#define CHORSU_KIT_FETCH_LANES_H

#include <stdbool.h>
#include <stdint.h>

#define LANE_FAST_MIN   32
#define LANE_FAST_MAX   1024
#define LANE_SLOW_MAX   4096
#define LANE_SLOW_AFTER 300 /* ms */

/* Embedded in whatever runs. */
struct lane_place {
	struct lane_place *prev, *next;
	int64_t since; /* clock_steady() */
	bool slow;
};

struct lanes {
	struct lane_place fast, slow; /* rings, in the order of entering */
	int fast_count, slow_count;
	int width; /* of the fast lane now */
	int width_max, slow_max;
	int64_t full_since; /* begin of the span that is looked at, -1 while the fast lane has room
			     */
	int64_t rested;     /* ms of it in which the loop had nothing to do */
};

/* open_files: the limit of the process, of which several loops, kept connections and the rest of
 * the program must live. */
void lanes_init(struct lanes *l, int64_t open_files);

void lanes_enter(struct lanes *l, struct lane_place *p, bool slow, int64_t now);
void lanes_leave(struct lanes *l, struct lane_place *p);

/* How many more may start. */
int lanes_room(const struct lanes *l, bool slow);

/* Move one that has run for too long to the slow lane, unless that is full; returns it, NULL when
 * there is none. */
struct lane_place *lanes_age(struct lanes *l, int64_t now);

/* The loop waited for rested ms and looks again now. Adapts the width; true when there is more room
 * than before. */
bool lanes_waited(struct lanes *l, int64_t rested, int64_t now);

/* After how many ms lanes_age or lanes_waited should look again; -1: when something happens. */
int64_t lanes_next(const struct lanes *l, int64_t now);

#endif
