/* What became of deliveries: the rules of outcomes, and their writing in batches. Positions move
 * only here, and only after success or a decision that is recorded. */
#include "core/delivery_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/str.h"

static struct outcome *add(struct delivery *d, int what, const struct job *job, int64_t number)
{
	struct outcome *o;

	if (d->outcome_count == d->outcome_room) {
		d->outcome_room = d->outcome_room ? d->outcome_room * 2 : 2 * BATCH;
		d->outcomes =
			reallocarray(d->outcomes, (size_t)d->outcome_room, sizeof(*d->outcomes));
		if (!d->outcomes)
			abort(); /* deliveries that are done cannot be forgotten: start anew from
				    the stored positions */
	}
	o = &d->outcomes[d->outcome_count++];
	if (d->outcome_count == 1)
		d->oldest_outcome = clock_steady();
	*o = (struct outcome){.what = what,
		.arrival = d->outcome_arrivals++,
		.reader = job->reader,
		.number = number};
	return o;
}

/* The job ends when this outcome is written: until then the reader must not be picked again from
 * its old position. */
static void end_with(struct delivery *d, struct outcome *o, struct job *job)
{
	struct host_run *h = job->host;

	o->job = job;
	h->settling++;
	d->settling++;
	if (job->active) {
		job->active = false;
		h->active--;
	}
	pick_refill(d, h);
}

static void note_ok(struct delivery *d, struct host_run *h)
{
	int64_t now = clock_now();

	if (h->host.attempts > 0 || now - h->host.last_ok_at > 6 * HOUR)
		d->hosts_changed = h->changed = true;
	if (atomic_load(&h->parked))
		h->state_changed = true;
	host_succeeded(&h->host, now);
	atomic_store(&h->parked, false);
}

static double dice(void)
{
	return (double)((uint64_t)clock_steady() * 0x9e3779b97f4a7c15u >> 40) / (double)(1 << 24);
}

static void note_failure(struct delivery *d, struct host_run *h, const struct job *job)
{
	if (atomic_load(&h->parked))
		return; /* one failure of several at the same time counts once */
	if (job->t.error)
		snprintf(h->why, sizeof(h->why), "%s", job->t.why);
	else
		snprintf(h->why, sizeof(h->why), "answered %d", job->t.status);
	host_failed(&h->host, clock_now(), job->t.retry_after_ms, dice(), h->why);
	d->hosts_changed = h->changed = h->state_changed = true;
	atomic_store(&h->parked, true);
}

static void describe(struct outcome *o, const struct job *job)
{
	o->status = job->t.error ? 0 : job->t.status;
	if (job->t.error)
		snprintf(o->why, sizeof(o->why), "%s", job->t.why);
	else
		snprintf(o->why, sizeof(o->why), "answered %d", job->t.status);
}

static struct outcome *refuse(
	struct delivery *d, struct job *job, enum step_kind step, int64_t number)
{
	struct outcome *o = add(
		d, step == STEP_ENTRY ? WRITE_REFUSED_ENTRY : WRITE_REFUSED_PARCEL, job, number);

	describe(o, job);
	atomic_fetch_add(&d->refused, 1);
	return o;
}

/* The step is behind the reader: on to what comes next. */
static void go_on(struct delivery *d, struct job *job, struct outcome *last)
{
	int rc;

	if (job->step == STEP_ENTRY)
		job->position = job->number;
	else
		job->last_parcel = job->number;
	job->tries = 0;
	if (atomic_load(&d->halted) || atomic_load(&job->host->parked)) {
		end_with(d, last, job);
		return;
	}
	rc = job_prepare(d, job);
	if (rc > 0)
		job_dispatch(d, job);
	else if (rc == 0)
		settle_position(d, job);
	else
		end_with(d, add(d, WRITE_ADVANCE, job, 0), job);
}

struct growth {
	int64_t reader, head;
};

static int read_head(struct tx *tx, void *arg)
{
	struct growth *g = arg;

	return reader_db_head(tx, g->reader, &g->head);
}

/* Up to where the job may go on, 0: no further. The store is asked whether its reader still
 * subscribes: who has left is told of withdrawals up to its `until`, so what lies behind that must
 * not be sent. */
static int64_t grown(struct delivery *d, const struct job *job)
{
	struct growth g = {.reader = job->reader};

	if (!job->subscribed || job->outbox->head <= job->to || atomic_load(&d->halted))
		return 0;
	if (db_read(&d->cx, read_head, &g) < 0)
		return 0; /* the next look brings what is left */
	return g.head > job->to ? g.head : 0;
}

/* Nothing is left up to job->to. If the outbox has grown meanwhile a new run begins here; when that
 * run cannot be planned, only what this one brought is written. */
void settle_position(struct delivery *d, struct job *job)
{
	int64_t done = job->subscribed && job->to > job->position ? job->to : 0;
	int64_t to = grown(d, job);
	int rc;

	if (to > 0) {
		job->from = job->position = job->to;
		job->to = to;
		rc = job_prepare(d, job);
		if (rc > 0) {
			job_dispatch(d, job);
			return;
		}
		if (rc == 0)
			done = job->to;
	}
	if (done > 0)
		job->position = done;
	end_with(d, add(d, WRITE_ADVANCE, job, done), job);
}

void settle_drop(struct delivery *d, struct job *job)
{
	struct host_run *h = job->host;

	job_free(d, job);
	host_run_release(d, h);
}

/* What came after the poison was taken: the poison is recorded and passed over. */
static void pass_over(struct delivery *d, struct job *job)
{
	bool entry = job->poison_step == STEP_ENTRY;
	struct outcome *o =
		add(d, entry ? WRITE_REFUSED_ENTRY : WRITE_REFUSED_PARCEL, job, job->poison);

	snprintf(o->why, sizeof(o->why), "failed %d times while what came after it was taken",
		job->tries + 1);
	if (!entry)
		job->last_parcel = job->poison;
	atomic_fetch_add(&d->refused, 1);
}

static void succeeded(struct delivery *d, struct job *job)
{
	struct outcome *o;

	atomic_fetch_add(&d->sent, 1);
	note_ok(d, job->host);
	if (job->probe)
		pass_over(d, job);
	if (job->gone)
		add(d, WRITE_NOT_GONE, job, 0);
	job->gone = false;
	o = add(d, job->step == STEP_ENTRY ? WRITE_ADVANCE : WRITE_PARCEL_DONE, job, job->number);
	go_on(d, job, o);
}

/* May it have been taken all the same? A 4xx says no; a 5xx may come from a proxy whose server took
 * it. */
static bool is_doubtful(const struct job *job)
{
	return job->t.error || job->t.status >= 500;
}

/* Kept for the whole job: the next step wipes what the transfer says of this one. */
static void note_doubt(struct job *job)
{
	if (!job->skipped && job->wrote && is_doubtful(job) && job->entry_seq > job->doubt)
		job->doubt = job->entry_seq;
}

static bool may_be_poison(const struct job *job)
{
	return !job->probe && job->trying == job->number && job->tries + 1 >= TRIES_POISON &&
	       clock_now() - job->trying_since >= POISON_AFTER_MS;
}

/* What has failed so often is tried first and then at once what comes after it: so a host that was
 * down loses nothing when it is back, and one that takes the rest shows where the fault is. Where
 * nothing comes after it, other deliveries to the host tell, if they are newer than its last
 * failure. */
static void failed(struct delivery *d, struct job *job)
{
	struct outcome *o;
	int rc = 1;

	atomic_fetch_add(&d->failed, 1);
	if (may_be_poison(job) && !atomic_load(&d->halted) && !atomic_load(&job->host->parked)) {
		rc = job_probe(d, job);
		if (rc > 0) {
			job_dispatch(d, job);
			return;
		}
	}
	if (rc == 0 && job->host->host.attempts == 0 &&
		job->host->host.last_ok_at > job->trying_since) {
		go_on(d, job, refuse(d, job, job->step, job->number));
		return;
	}
	note_failure(d, job->host, job);
	o = add(d, WRITE_TRIED, job, job->probe ? job->poison : job->number);
	o->unsure = job->doubt;
	end_with(d, o, job);
}

void settle_parcel(struct delivery *d, struct job *job, int64_t parcel)
{
	add(d, WRITE_PARCEL_DONE, job, parcel);
}

void settle_job(struct delivery *d, struct job *job)
{
	enum outcome_kind kind = outcome_classify(job->t.error, job->t.status);

	note_doubt(job);
	if (job->skipped || (atomic_load(&d->halted) && job->t.error)) {
		end_with(d, add(d, WRITE_UNSURE, job, job->doubt), job);
		return;
	}
	if (kind == OUTCOME_OK) {
		succeeded(d, job);
	} else if (kind == OUTCOME_PASSING) {
		failed(d, job);
	} else {
		note_ok(d, job->host);
		if (job->probe)
			pass_over(d, job);
		if (kind == OUTCOME_GONE)
			add(d, WRITE_GONE, job, 0);
		job->gone = job->gone || kind == OUTCOME_GONE;
		go_on(d, job, refuse(d, job, job->step, job->number));
	}
}

static int write_advances(struct tx *tx, struct delivery *d)
{
	int64_t ids[READER_BATCH];
	int n = 0, rc = 0;

	for (int i = 0; rc == 0 && i < d->outcome_count; i++) {
		const struct outcome *o = &d->outcomes[i];

		if (o->what != WRITE_ADVANCE)
			break;
		if (o->number == 0)
			continue;
		ids[n++] = o->reader;
		if (n == READER_BATCH || i + 1 == d->outcome_count || o[1].what != WRITE_ADVANCE ||
			o[1].number != o->number) {
			rc = reader_db_advance(tx, ids, n, o->number);
			n = 0;
		}
		CRASH_POINT("deliver.in_batch");
	}
	return rc;
}

static int write_gone(struct tx *tx, const struct outcome *o, int64_t now)
{
	int64_t since = now;
	int times = 0;
	int rc = reader_db_gone(tx, o->reader, now, &times, &since);

	if (rc == 0 && times >= GONE_TIMES && now - since >= GONE_AFTER_MS)
		rc = reader_db_retire(tx, o->reader);
	return rc;
}

static int write_other(struct tx *tx, const struct outcome *o, int64_t now)
{
	int rc = 0;

	switch (o->what) {
	case WRITE_ADVANCE:
		break;
	case WRITE_PARCEL_DONE:
		return parcel_db_done(tx, o->reader, o->number);
	case WRITE_TRIED:
		return reader_db_tried(tx, o->reader, o->number, now, o->unsure);
	case WRITE_UNSURE:
		return o->number ? reader_db_unsure(tx, o->reader, o->number) : 0;
	case WRITE_NOT_GONE:
		return reader_db_not_gone(tx, o->reader);
	case WRITE_GONE:
		return write_gone(tx, o, now);
	case WRITE_REFUSED_ENTRY:
		rc = reader_db_refusal(tx, o->reader, "entry", o->number, o->status, o->why, now);
		return rc < 0 ? rc : reader_db_pass(tx, o->reader, o->number);
	case WRITE_REFUSED_PARCEL:
		rc = reader_db_refusal(tx, o->reader, "parcel", o->number, o->status, o->why, now);
		return rc < 0 ? rc : parcel_db_done(tx, o->reader, o->number);
	}
	return rc;
}

/* Runs on the writer thread, perhaps twice: reads the scheduler's arrays while the scheduler waits.
 */
static int write_batch(struct tx *tx, void *arg)
{
	struct delivery *d = arg;
	int64_t now = clock_now();
	int rc = write_advances(tx, d);

	for (int i = 0; rc == 0 && i < d->outcome_count; i++)
		rc = write_other(tx, &d->outcomes[i], now);
	for (int i = 0; rc == 0 && i < HASH_SIZE && d->hosts_changed; i++)
		for (struct host_run *h = d->hosts[i]; rc == 0 && h; h = h->next)
			if (h->changed)
				rc = host_db_save(tx, &h->host, h->state_changed);
	CRASH_POINT("deliver.before_position");
	return rc;
}

static int by_number(int64_t x, int64_t y)
{
	return x < y ? -1 : x > y;
}

/* Advances first, readers of one position together: they share one statement. Then what else became
 * of each reader, in the order in which it came: a 410 before and one after a success are not the
 * same. */
static int in_order(const void *a, const void *b)
{
	const struct outcome *x = a, *y = b;
	bool advance = x->what == WRITE_ADVANCE;
	int by;

	if (advance != (y->what == WRITE_ADVANCE))
		return advance ? -1 : 1;
	by = advance ? by_number(x->number, y->number) : 0;
	if (by == 0)
		by = by_number(x->reader, y->reader);
	return by ? by : by_number(x->arrival, y->arrival);
}

static void release(struct delivery *d)
{
	for (int i = 0; i < HASH_SIZE && d->hosts_changed; i++)
		for (struct host_run *h = d->hosts[i]; h; h = h->next)
			h->changed = h->state_changed = false;
	d->hosts_changed = false;
	for (int i = 0; i < d->outcome_count; i++) {
		struct job *job = d->outcomes[i].job;
		struct host_run *h = job ? job->host : NULL;

		if (!job)
			continue;
		job_free(d, job);
		h->settling--;
		d->settling--;
		host_run_release(d, h);
	}
	d->outcome_count = 0;
}

void settle_write(struct delivery *d)
{
	int rc;

	if (d->outcome_count == 0 ||
		(d->write_failed_at && clock_steady() - d->write_failed_at < SECOND))
		return;
	qsort(d->outcomes, (size_t)d->outcome_count, sizeof(*d->outcomes), in_order);
	rc = db_write(&d->cx, write_batch, d);
	if (rc < 0) {
		log_event(LOG_ERROR, "delivery.write", "error", err_text(&d->cx.err), NULL);
		d->write_failed_at = clock_steady();
		return; /* tried again in a second; pick_refill takes nothing until it is stored */
	}
	CRASH_POINT("deliver.after_position");
	d->write_failed_at = 0;
	release(d);
	pick_refill_idle(d);
}
