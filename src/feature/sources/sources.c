/* The room's rows, and reading sources whose time has come. */
#include "feature/sources/sources.h"

#include "base/clock.h"
#include "base/log.h"
#include "feature/sources/import.h"
#include "feature/sources/source_commands.h"

#define RUN_MS      (60 * SECOND) /* a run of the task begins no further source after it */
#define BACKOFF_MAX DAY
#define ARENA_MAX   (16 * MIB)

struct polling {
	const struct source *due;
	struct source after;
};

static int find_due(struct tx *tx, void *arg)
{
	struct polling *p = arg;

	return source_due(tx, clock_now(), &p->due);
}

static int save(struct tx *tx, void *arg)
{
	return source_save(tx, &((struct polling *)arg)->after);
}

/* Twice as long after each failure, at most a day, never more often than wished. */
static int64_t wait_after(const struct source *s)
{
	int64_t wait = s->every;

	for (int64_t n = 0; n < s->attempts && wait < BACKOFF_MAX; n++)
		wait *= 2;
	return s->attempts && wait > BACKOFF_MAX && s->every < BACKOFF_MAX ? BACKOFF_MAX : wait;
}

static int poll_one(struct ctx *cx, struct polling *p)
{
	struct import_result r = {0};
	int rc;

	p->after = *p->due;
	rc = import_source(cx, p->due, &r);
	if (rc < 0) {
		p->after.attempts++;
		p->after.why = arena_strdup(cx->arena, err_text(&cx->err));
		log_event(LOG_WARN, "source", "institution", p->due->handle, "url", p->due->url,
			"error", p->after.why ? p->after.why : "", NULL);
	} else {
		p->after.attempts = 0;
		p->after.why = r.feed_fault ? r.feed_fault : r.last_fault ? r.last_fault : "";
		p->after.read_at = clock_now();
		p->after.etag = r.etag;
		p->after.modified = r.modified;
	}
	p->after.why = p->after.why ? p->after.why : "";
	p->after.next_at = clock_now() + wait_after(&p->after);
	return db_write(cx, save, p);
}

static int poll_due(struct ctx *cx)
{
	int64_t began = clock_steady();
	int rc = 0;

	while (rc == 0 && clock_steady() - began < RUN_MS) {
		struct ctx one = {
			.db = cx->db, .server = cx->server, .arena = arena_new(ARENA_MAX)};
		struct polling p;

		rc = one.arena ? db_read(&one, find_due, &p) : ERR_MEMORY;
		if (rc == 0)
			rc = poll_one(&one, &p);
		else if (rc != ERR_NOT_FOUND)
			ctx_fail(cx, rc, "%s", err_text(&one.err));
		arena_free(one.arena);
	}
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

static const struct task TASKS[] = {
	{"sources.poll", 10 * SECOND, poll_due},
	{0},
};

const struct feature sources_feature = {
	.name = "sources",
	.commands = source_commands,
	.migrations = &sources_migrations,
	.tasks = TASKS,
};
