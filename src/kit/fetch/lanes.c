/* Accounting and adaptation of the lanes. */
#include "kit/fetch/lanes.h"

#include <stddef.h>

#define SHORT_SPAN 4 /* ms of rest with a full lane before it widens */
#define LONG_SPAN                                                                                  \
	50 /* ms without rest before it narrows: longer than a burst of answers that were waited   \
	      for together */

static int64_t clamp(int64_t n, int64_t min, int64_t max)
{
	return n < min ? min : n > max ? max : n;
}

void lanes_init(struct lanes *l, int64_t open_files)
{
	*l = (struct lanes){.width = LANE_FAST_MIN, .full_since = -1};
	l->width_max = (int)clamp(open_files / 16, LANE_FAST_MIN, LANE_FAST_MAX);
	l->slow_max = (int)clamp(open_files / 4, LANE_FAST_MIN, LANE_SLOW_MAX);
	l->fast.prev = l->fast.next = &l->fast;
	l->slow.prev = l->slow.next = &l->slow;
}

static void link_last(struct lane_place *ring, struct lane_place *p)
{
	p->prev = ring->prev;
	p->next = ring;
	ring->prev->next = p;
	ring->prev = p;
}

static void cut_out(struct lane_place *p)
{
	p->prev->next = p->next;
	p->next->prev = p->prev;
	p->prev = p->next = NULL;
}

void lanes_enter(struct lanes *l, struct lane_place *p, bool slow, int64_t now)
{
	p->since = now;
	p->slow = slow;
	link_last(slow ? &l->slow : &l->fast, p);
	if (slow)
		l->slow_count++;
	else
		l->fast_count++;
}

void lanes_leave(struct lanes *l, struct lane_place *p)
{
	cut_out(p);
	if (p->slow)
		l->slow_count--;
	else
		l->fast_count--;
}

int lanes_room(const struct lanes *l, bool slow)
{
	/* A quarter of the slow lane is kept for those that turn out slow: else known slow ones
	 * would close the way out of the fast lane. */
	int room = slow ? l->slow_max / 4 * 3 - l->slow_count : l->width - l->fast_count;

	return room > 0 ? room : 0;
}

struct lane_place *lanes_age(struct lanes *l, int64_t now)
{
	struct lane_place *oldest = l->fast.next;
	int64_t since;

	if (oldest == &l->fast || now - oldest->since <= LANE_SLOW_AFTER ||
		l->slow_count >= l->slow_max)
		return NULL;
	since = oldest->since;
	lanes_leave(l, oldest);
	lanes_enter(l, oldest, true, since);
	return oldest;
}

static void look_anew(struct lanes *l, int64_t now)
{
	l->full_since = now;
	l->rested = 0;
}

bool lanes_waited(struct lanes *l, int64_t rested, int64_t now)
{
	int width = l->width;
	int64_t span;

	if (l->fast_count < l->width) {
		l->full_since = -1;
		return false;
	}
	if (l->full_since < 0) {
		look_anew(l, now);
		return false;
	}
	l->rested += rested;
	span = now - l->full_since;
	if (span >= SHORT_SPAN && l->rested * 2 >= span) {
		l->width = (int)clamp(width + width / 2, LANE_FAST_MIN, l->width_max);
		look_anew(l, now);
	} else if (span >= LONG_SPAN) {
		if (l->rested * 10 < span)
			l->width = (int)clamp(width - width / 8, LANE_FAST_MIN, l->width_max);
		look_anew(l, now);
	}
	return l->width > width;
}

int64_t lanes_next(const struct lanes *l, int64_t now)
{
	const struct lane_place *oldest = l->fast.next;
	bool ages = oldest != &l->fast && l->slow_count < l->slow_max;
	int64_t due =
		ages ? clamp(oldest->since + LANE_SLOW_AFTER + 1 - now, 0, LANE_SLOW_AFTER + 1)
		     : -1;
	bool widens = l->fast_count >= l->width && l->width < l->width_max;

	return widens && (due < 0 || due > SHORT_SPAN) ? SHORT_SPAN : due;
}
