/* Readers of this process (reach, later the search index, the record and others) on a thread of
 * their own, so that they never delay what goes out. One that fails waits for the next round and
 * holds nobody else up. */
#include "core/delivery_internal.h"

#include "base/clock.h"
#include "base/log.h"

#define LOCAL_PAGE                                                                                 \
	64 /* readers, and entries of each, at a time; who has more comes again at once */

struct round {
	struct reader readers[LOCAL_PAGE];
	int count;
	int64_t after; /* readers up to this id have had their round */
	const struct reader *reader;
	struct entry *entries;
	int entry_count;
	int64_t position;
};

static int find_due(struct tx *tx, void *arg)
{
	struct round *r = arg;

	return reader_db_due_local(tx, r->after, r->readers, LOCAL_PAGE, &r->count);
}

static int read_entries(struct tx *tx, void *arg)
{
	struct round *r = arg;

	return outbox_page(tx, r->reader->institution, r->reader->position, LOCAL_PAGE, &r->entries,
		&r->entry_count);
}

static int advance(struct tx *tx, void *arg)
{
	struct round *r = arg;

	return reader_db_advance(tx, &r->reader->id, 1, r->position);
}

static int serve(
	struct delivery *d, struct ctx *cx, struct round *r, const struct reader_kind *kind)
{
	int rc = db_read(cx, read_entries, r);

	r->position = r->reader->position;
	if (rc == 0 && kind->take_all && r->entry_count > 0) {
		rc = kind->take_all(cx, r->reader, r->entries, r->entry_count);
		if (rc == 0)
			r->position = r->entries[r->entry_count - 1].seq;
	}
	for (int i = 0; kind->take && rc == 0 && i < r->entry_count; i++) {
		rc = kind->take(cx, r->reader, &r->entries[i]);
		if (rc == 0)
			r->position = r->entries[i].seq;
	}
	if (rc == 0 && r->entry_count == LOCAL_PAGE) {
		pthread_mutex_lock(&d->lock);
		d->kicked_local = true;
		pthread_mutex_unlock(&d->lock);
	}
	if (r->position > r->reader->position) {
		int rc2 = db_write(cx, advance, r);

		return rc < 0 ? rc : rc2;
	}
	return rc;
}

/* One page of due local readers after *after; false when it was the last, or the process stops. */
static bool serve_page(struct delivery *d, struct ctx *cx, int64_t *after)
{
	struct round *r = arena_alloc(cx->arena, sizeof(*r));
	int rc = r ? (r->after = *after, db_read(cx, find_due, r)) : ERR_MEMORY;

	for (int i = 0; rc == 0 && i < r->count && !atomic_load(&d->halted); i++) {
		const struct reader_kind *kind = server_reader_kind(d->server, r->readers[i].kind);

		r->reader = &r->readers[i];
		*after = r->reader->id;
		if (kind && serve(d, cx, r, kind) < 0)
			log_event(LOG_ERROR, "reader.local", "kind", r->reader->kind, "error",
				err_text(&cx->err), NULL);
	}
	if (rc < 0)
		log_event(LOG_ERROR, "reader.local", "error", err_text(&cx->err), NULL);
	return rc == 0 && r->count == LOCAL_PAGE && !atomic_load(&d->halted);
}

/* One page of entries for each due reader. */
static void serve_all(struct delivery *d)
{
	struct ctx cx = {.db = d->cx.db, .server = d->server};
	int64_t after = 0;
	bool more = true;

	while (more) {
		cx.arena = arena_new(4 * MIB);
		more = cx.arena && serve_page(d, &cx, &after);
		arena_free(cx.arena);
	}
}

static bool wait_for_kick(struct delivery *d)
{
	struct timespec until;
	bool stopping;

	clock_real_deadline(clock_wait(SECOND), &until);
	pthread_mutex_lock(&d->lock);
	if (!d->kicked_local && !d->stopping)
		pthread_cond_timedwait(&d->wake_local, &d->lock, &until);
	d->kicked_local = false;
	stopping = d->stopping;
	pthread_mutex_unlock(&d->lock);
	return !stopping;
}

void *local_main(void *arg)
{
	struct delivery *d = arg;

	do
		serve_all(d);
	while (wait_for_kick(d));
	return NULL;
}
