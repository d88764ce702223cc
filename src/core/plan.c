/* Compaction of the outbox for one reader. No database, no clock: see plan_test.c for each rule. */
#include "core/plan.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* Is the same thing said again, newer, within the span? */
static bool replaced(const struct plan_entry *e, const struct plan_entry *end, int64_t to)
{
	for (const struct plan_entry *f = e + 1; f < end && f->seq <= to; f++)
		if (f->kind == e->kind && f->post == e->post && !f->quiet)
			return true;
	return false;
}

/* The reader's first word of this post falls into this run, and no earlier attempt can have brought
 * it. */
static bool first_heard_in_run(const struct plan_entry *e, const struct plan_span *s)
{
	return e->created > s->from && e->created <= s->to && e->created > s->unsure;
}

/* An Update whose Create stood in this run: was the Create sent, or passed over? Either way there
 * is nothing to update: it carried the newest text, or the post is not held. */
static bool must_send(
	const struct plan_entry *e, const struct plan_entry *end, const struct plan_span *s)
{
	switch (e->kind) {
	case PLAN_CREATE:
		return !e->withdrawn && s->now - e->at <= PLAN_CREATE_AGE_DAYS * DAY_MS;
	case PLAN_UPDATE:
		return !e->withdrawn && !replaced(e, end, s->to) && !first_heard_in_run(e, s);
	case PLAN_DELETE:
		return !first_heard_in_run(e, s);
	case PLAN_PROFILE:
		return !replaced(e, end, s->to);
	case PLAN_OTHER:
		break;
	}
	return true;
}

const struct plan_entry *plan_next(
	const struct plan_entry *entries, size_t count, const struct plan_span *span)
{
	const struct plan_entry *end = entries + count;

	for (const struct plan_entry *e = entries; e < end && e->seq <= span->to; e++) {
		if (e->seq <= span->position || e->quiet ||
			(e->followers && !span->takes_followers))
			continue;
		if (must_send(e, end, span))
			return e;
	}
	return NULL;
}
