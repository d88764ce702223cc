/* Choosing work: parcels first, then a page of readers from each institution in turn, so that
 * nothing waits behind more than one page. Readers of a busy host are passed over and asked for
 * again when the host has room. */
#include "core/delivery_internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

/* Jobs of hosts that failed once wait in queues of their own, which never keep new work away. */
static bool hungry(const struct delivery *d)
{
	if (d->write_failed_at || d->job_count >= d->loop_count * 8 * QUEUE_LOW + 8192)
		return false;
	for (int i = 0; i < d->loop_count; i++)
		if (atomic_load(&d->loops[i].queued) < QUEUE_LOW)
			return true;
	return false;
}

void job_dispatch(struct delivery *d, struct job *job)
{
	job->skipped = false;
	job->wrote = false;
	job->sending = (struct sending){.server = d->server,
		.institution = job->outbox->institution,
		.key = job->outbox->key,
		.target = job->target,
		.host = job->host->name,
		.payload = job->payload};
	job->t.slow = job->host->host.attempts > 0;
	loop_push(&d->loops[job->host->loop], job);
}

/* An outbox without readers that are due is not looked at, and may have grown since: what was
 * planned and rendered then must not be sent now. */
static void note_head(struct outbox_run *o, int64_t head)
{
	if (head <= o->head)
		return;
	if (o->dirty)
		o->again = true;
	outbox_run_head(o, head);
}

/* One due reader becomes a job, unless it is one already or its host has no room. */
static int take(struct delivery *d, const struct due *due)
{
	struct outbox_run *o = outbox_run_get(d, due->reader.institution, 0);
	struct host_run *h;
	struct job *job;
	int rc;

	if (job_find(d, due->reader.id) || !server_reader_kind(d->server, due->reader.kind))
		return 0;
	h = o ? host_run_get(d, &due->host) : NULL;
	if (!h)
		return ctx_fail(&d->cx, ERR_MEMORY, "not enough memory");
	note_head(o, due->head);
	if (atomic_load(&h->parked))
		return 0;
	if (h->active >= h->host.window) {
		h->more = true;
		return 0;
	}
	rc = outbox_run_prepare(d, o);
	if (rc < 0) {
		host_run_release(d, h);
		return rc;
	}
	job = job_new(d, due, h, o);
	if (!job) {
		host_run_release(d, h);
		return ctx_fail(&d->cx, ERR_MEMORY, "not enough memory");
	}
	rc = job_prepare(d, job);
	if (rc > 0)
		job_dispatch(d, job);
	else if (rc == 0)
		settle_position(d, job);
	else
		settle_drop(d, job);
	return rc < 0 ? rc : 0;
}

struct page {
	int64_t institution, head, position, id;
	const char *host;
	struct due due[PAGE];
	int limit, count;
};

static int read_page(struct tx *tx, void *arg)
{
	struct page *p = arg;

	if (p->host)
		return reader_db_due_host(tx, p->host, p->id, p->limit, p->due, &p->count);
	if (p->institution)
		return reader_db_due(tx, p->institution, p->head, p->position, p->id, p->limit,
			p->due, &p->count);
	return reader_db_due_parcels(tx, p->id, p->limit, p->due, &p->count);
}

/* One page: all its readers are taken. One that cannot be (its key does not open) stops no other.
 */
static int take_page(struct delivery *d, struct page *p)
{
	int rc = db_read(&d->cx, read_page, p);

	for (int i = 0; rc >= 0 && i < p->count; i++)
		if (take(d, &p->due[i]) < 0)
			log_event(LOG_ERROR, "delivery.take", "target", p->due[i].reader.target,
				"error", err_text(&d->cx.err), NULL);
	return rc;
}

static int pick_parcels(struct delivery *d)
{
	AUTO(auto_free) struct page *p = calloc(1, sizeof(*p));
	int rc;

	if (!p)
		return ctx_fail(&d->cx, ERR_MEMORY, "not enough memory");
	p->id = d->parcels_cursor;
	p->limit = PAGE;
	rc = take_page(d, p);
	if (rc < 0)
		return rc;
	d->parcels_dirty = p->count == PAGE;
	d->parcels_cursor = d->parcels_dirty ? p->due[p->count - 1].reader.id : 0;
	return 0;
}

/* Those that never failed come first: what one reader cannot get rid of does not hold up the others
 * of its host. */
static void take_host_page(struct delivery *d, const struct page *p)
{
	for (int failed = 0; failed < 2; failed++)
		for (int i = 0; i < p->count; i++)
			if ((p->due[i].reader.tries > 0) == failed && take(d, &p->due[i]) < 0)
				log_event(LOG_ERROR, "delivery.take", "target",
					p->due[i].reader.target, "error", err_text(&d->cx.err),
					NULL);
}

/* On to behind those at the begin of the page that are jobs now. A page that is not full is the
 * last one: the next begins at the first reader again, where new work may have come. */
static void move_cursor(struct delivery *d, struct host_run *h, const struct page *p)
{
	int i = 0;

	while (i < p->count && job_find(d, p->due[i].reader.id))
		h->cursor = p->due[i++].reader.id;
	if (p->count == p->limit || i < p->count) {
		h->more = true;
		return;
	}
	h->more = h->more || p->id > 0;
	h->cursor = 0;
}

/* h may be NULL: nothing of that host is under way. */
void pick_host(struct delivery *d, struct host_run *h, const char *name)
{
	AUTO(auto_free) struct page *p = calloc(1, sizeof(*p));
	int rc;

	if (!p || (h && h->picking))
		return;
	p->host = arena_strdup(d->cx.arena, name);
	p->id = h ? h->cursor : 0;
	p->limit = 4 * HOST_WINDOW_MAX;
	rc = db_read(&d->cx, read_page, p);
	if (rc < 0) {
		log_event(LOG_ERROR, "delivery.pick", "host", name, "error", err_text(&d->cx.err),
			NULL);
		return;
	}
	if (h) {
		h->more = false;
		h->picking = true;
	}
	take_host_page(d, p);
	h = h ? h : host_run_find(d, name);
	if (!h)
		return;
	move_cursor(d, h, p);
	h->picking = false;
}

static bool may_refill(const struct delivery *d, const struct host_run *h)
{
	return h->more && !h->picking && !atomic_load(&h->parked) && !d->write_failed_at &&
	       !atomic_load(&d->halted);
}

void pick_refill(struct delivery *d, struct host_run *h)
{
	if (may_refill(d, h) && h->active <= h->host.window / 2)
		pick_host(d, h, h->name);
}

void pick_refill_idle(struct delivery *d)
{
	for (int i = 0; i < HASH_SIZE; i++) {
		struct host_run *next;

		for (struct host_run *h = d->hosts[i]; h; h = next) {
			next = h->next;
			if (!may_refill(d, h) || h->active > 0 || h->settling > 0)
				continue;
			pick_host(d, h, h->name);
			host_run_release(d, h);
		}
	}
}

static int pick_page(struct delivery *d, struct outbox_run *o)
{
	AUTO(auto_free) struct page *p = calloc(1, sizeof(*p));
	int rc;

	if (!p)
		return ctx_fail(&d->cx, ERR_MEMORY, "not enough memory");
	p->institution = o->institution;
	p->head = o->head;
	p->position = o->cursor_position;
	p->id = o->cursor_id;
	p->limit = PAGE;
	rc = take_page(d, p);
	if (rc < 0)
		return rc;
	if (p->count == PAGE) {
		o->cursor_position = p->due[PAGE - 1].reader.position;
		o->cursor_id = p->due[PAGE - 1].reader.id;
		return 0;
	}
	o->dirty = o->again;
	o->again = false;
	o->cursor_position = -1;
	o->cursor_id = 0;
	return 0;
}

/* The next outbox in the ring that has work. */
static struct outbox_run *next_turn(struct delivery *d)
{
	struct outbox_run *start = d->turn && d->turn->next ? d->turn->next : d->outboxes;

	for (struct outbox_run *o = start; o; o = o->next)
		if (o->dirty)
			return o;
	for (struct outbox_run *o = d->outboxes; o && o != start; o = o->next)
		if (o->dirty)
			return o;
	return NULL;
}

void pick(struct delivery *d)
{
	int rc = 0;

	while (rc == 0 && !atomic_load(&d->halted) && hungry(d)) {
		delivery_renew(d);
		if (d->outcome_count >= BATCH)
			settle_write(d);
		d->turn = next_turn(d);
		if (d->parcels_dirty && (d->parcels_turn || !d->turn)) {
			d->parcels_turn = false;
			rc = pick_parcels(d);
			continue;
		}
		d->parcels_turn = true;
		if (!d->turn)
			break;
		rc = pick_page(d, d->turn);
	}
	if (rc < 0)
		log_event(LOG_ERROR, "delivery.pick", "error", err_text(&d->cx.err), NULL);
}

#define LOOK_MAX 4096

struct look {
	int64_t (*due)[2];
	int count;
	int64_t next_unpark;
};

static int look(struct tx *tx, void *arg)
{
	struct look *l = arg;
	int rc = reader_db_institutions_due(tx, l->due, LOOK_MAX, &l->count);

	return rc < 0 ? rc : host_db_next(tx, &l->next_unpark);
}

struct unparking {
	const char **names;
	int count;
};

static int unpark(struct tx *tx, void *arg)
{
	struct unparking *u = arg;

	return host_db_unpark(tx, clock_now(), PAGE, &u->names, &u->count);
}

/* Hosts whose time has come: each is tried with one of its readers. */
static void free_hosts(struct delivery *d)
{
	struct unparking u = {0};
	int rc = db_write(&d->cx, unpark, &u);

	if (rc < 0) {
		log_event(LOG_ERROR, "delivery.unpark", "error", err_text(&d->cx.err), NULL);
		return;
	}
	for (int i = 0; i < u.count; i++) {
		struct host_run *h = host_run_find(d, u.names[i]);

		if (h)
			atomic_store(&h->parked, false);
		pick_host(d, h, u.names[i]);
	}
}

void pick_look(struct delivery *d)
{
	struct look l = {.due = arena_array(d->cx.arena, LOOK_MAX, sizeof(*l.due))};
	int rc = l.due ? db_read(&d->cx, look, &l)
		       : ctx_fail(&d->cx, ERR_MEMORY, "not enough memory");

	d->looked_at = clock_steady();
	d->parcels_dirty = true;
	d->parcels_cursor = 0;
	if (rc < 0) {
		log_event(LOG_ERROR, "delivery.look", "error", err_text(&d->cx.err), NULL);
		return;
	}
	for (int i = 0; i < l.count; i++) {
		struct outbox_run *o = outbox_run_get(d, l.due[i][0], l.due[i][1]);

		if (!o)
			continue;
		if (o->dirty && l.due[i][1] > o->head)
			o->again = true;
		outbox_run_head(o, l.due[i][1]);
		o->dirty = true;
	}
	outbox_runs_rest(d);
	if (l.next_unpark && l.next_unpark <= clock_now())
		free_hosts(d);
}
