/* Jobs: one reader on its way through what it is owed, parcels first, then entries. */
#include "core/delivery_internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

static struct job **bucket(struct delivery *d, int64_t reader)
{
	uint64_t h = (uint64_t)reader * 0x9e3779b97f4a7c15u;

	return &d->jobs[(h >> 40) % HASH_SIZE];
}

struct job *job_find(struct delivery *d, int64_t reader)
{
	struct job *j = *bucket(d, reader);

	while (j && j->reader != reader)
		j = j->hash_next;
	return j;
}

struct job *job_new(
	struct delivery *d, const struct due *due, struct host_run *host, struct outbox_run *outbox)
{
	const struct reader *r = &due->reader;
	size_t len = strlen(r->target);
	struct job *j = calloc(1, sizeof(*j) + len + 1);
	struct job **b = bucket(d, r->id);

	if (!j)
		return NULL;
	memcpy(j->target, r->target, len + 1);
	j->d = d;
	j->host = host;
	j->outbox = outbox;
	j->kind = server_reader_kind(d->server, r->kind);
	j->reader = r->id;
	j->from = j->position = r->position;
	j->to = due->head;
	j->unsure = r->unsure;
	j->trying = r->trying;
	j->tries = r->tries;
	j->trying_since = r->trying_since;
	j->subscribed = r->subscribed;
	j->has_parcels = r->has_parcels;
	j->gone = r->gone > 0;
	outbox->jobs++;
	j->active = true;
	host->active++;
	j->hash_next = *b;
	*b = j;
	d->job_count++;
	return j;
}

void job_free(struct delivery *d, struct job *job)
{
	struct job **p = bucket(d, job->reader);

	while (*p != job)
		p = &(*p)->hash_next;
	*p = job->hash_next;
	d->job_count--;
	if (job->active)
		job->host->active--;
	job->outbox->jobs--;
	payload_unref(job->payload);
	free(job);
}

struct listing {
	int64_t reader, after;
	struct parcel parcels[1];
	int count;
};

static int list_parcels(struct tx *tx, void *arg)
{
	struct listing *l = arg;

	return parcel_list(tx, l->reader, l->after, 1, l->parcels, &l->count);
}

static int parcel_payload(
	struct delivery *d, struct job *job, const struct parcel *p, struct payload **ret)
{
	if (p->entry)
		return outbox_run_payload(d, job->outbox, job->kind, p->subject, ret);
	*ret = payload_new(p->body, strlen(p->body), job->kind->content_type, INT64_MAX);
	return *ret ? 0 : ctx_fail(&d->cx, ERR_MEMORY, "not enough memory");
}

static void set_step(struct job *job, enum step_kind step, int64_t number, int64_t entry_seq,
	struct payload *payload)
{
	payload_unref(job->payload);
	job->payload = payload;
	job->step = step;
	job->number = number;
	job->entry_seq = entry_seq;
}

/* 1: the first parcel after `after` that can be sent is the step; 0: there is none. What cannot be
 * sent any more (its post went meanwhile) is done with. An entry ahead of the job says that the
 * subscription which the job began with has ended: entries that stand before it must not follow
 * (a Create after its Delete). */
static int prepare_parcel(struct delivery *d, struct job *job, int64_t after)
{
	struct listing l = {.reader = job->reader, .after = after};
	struct payload *payload = NULL;
	const struct parcel *p = &l.parcels[0];
	int rc;

	for (;;) {
		rc = db_read(&d->cx, list_parcels, &l);
		if (rc < 0 || l.count == 0)
			return rc;
		rc = parcel_payload(d, job, p, &payload);
		if (rc == 0)
			break;
		if (rc != ERR_UNSUPPORTED && rc != ERR_GONE && rc != ERR_NOT_FOUND)
			return rc;
		settle_parcel(d, job, p->id);
		l.after = p->id;
	}
	if (p->entry && p->subject > job->position)
		job->subscribed = false;
	set_step(job, STEP_PARCEL, p->id, p->entry ? p->subject : 0, payload);
	return 1;
}

/* The same for entries after the position. */
static int prepare_entry(struct delivery *d, struct job *job, int64_t position)
{
	const struct plan_entry *e;
	struct payload *payload;
	int rc;

	for (;;) {
		rc = outbox_run_next(d, job, position, &e);
		if (rc < 0 || !e)
			return rc;
		rc = outbox_run_payload(d, job->outbox, job->kind, e->seq, &payload);
		if (rc == 0)
			break;
		if (rc != ERR_UNSUPPORTED && rc != ERR_GONE)
			return rc;
		position = e->seq;
	}
	set_step(job, STEP_ENTRY, e->seq, e->seq, payload);
	return 1;
}

int job_prepare(struct delivery *d, struct job *job)
{
	int rc = 0;

	job->probe = false;
	if (job->has_parcels)
		rc = prepare_parcel(d, job, job->last_parcel);
	if (rc == 0)
		job->has_parcels = false;
	if (rc == 0 && job->subscribed)
		rc = prepare_entry(d, job, job->position);
	return rc;
}

int job_probe(struct delivery *d, struct job *job)
{
	enum step_kind step = job->step;
	int64_t number = job->number;
	int rc = 0;

	if (step == STEP_PARCEL)
		rc = prepare_parcel(d, job, number);
	if (rc == 0 && job->subscribed)
		rc = prepare_entry(d, job, step == STEP_ENTRY ? number : job->position);
	if (rc > 0) {
		job->probe = true;
		job->poison_step = step;
		job->poison = number;
	}
	return rc;
}
