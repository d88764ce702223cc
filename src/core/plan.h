/* What a reader is sent next: entries are compacted when they are read, so that one who comes back
 * after a long time is sent what stands, and every Delete of what it holds. A pure function over
 * entries in memory. */
#ifndef CHORSU_CORE_PLAN_H
#define CHORSU_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_CREATE_AGE_DAYS 7

enum plan_kind { PLAN_CREATE, PLAN_UPDATE, PLAN_DELETE, PLAN_PROFILE, PLAN_OTHER };

struct plan_entry {
	int64_t seq;
	int64_t id;
	int64_t post;
	int64_t created; /* number of the post's Create; 0: of no post */
	int64_t at;
	enum plan_kind kind;
	bool withdrawn; /* the post is, by now */
	bool quiet;
	bool followers;   /* audience is followers only */
	const char *name; /* the kind as the outbox has it */
};

/* One run of a reader: it began at `from`, stands at `position`, and goes up to `to`, the head when
 * it began. An attempt at entries up to `unsure` may have arrived although nobody heard so. */
struct plan_span {
	int64_t from, position, to, unsure;
	bool takes_followers;
	int64_t now;
};

/* The first entry after position that must be sent, or NULL when there is none up to `to`.
 * - a Create whose post has been withdrawn, or older than 7 days, is passed over;
 * - a Create or Update that a later Update up to `to` replaces is sent once, with the newest text:
 * the Create where the reader does not hold the post, else the last Update;
 * - after a Create of this run its Updates up to `to` are passed over, for it carried the newest
 * text; a Delete of a post that the reader never got likewise. Both are sent all the same when an
 * earlier attempt at the Create ended in doubt: a peer that has it drops the repeat, and would keep
 * the old text. */
const struct plan_entry *plan_next(
	const struct plan_entry *entries, size_t count, const struct plan_span *span);

#endif
