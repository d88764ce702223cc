/* Outboxes while they have due readers: entries in memory for planning, rendered payloads, the
 * institution's key. */
#include "core/delivery_internal.h"

#include "base/clock.h"
#include "base/str.h"
#include "core/institution.h"
#include "core/plan_db.h"

struct outbox_run *outbox_run_get(struct delivery *d, int64_t institution, int64_t head)
{
	struct outbox_run *o = d->outboxes;

	while (o && o->institution != institution)
		o = o->next;
	if (o)
		return o;
	o = calloc(1, sizeof(*o));
	if (!o)
		return NULL;
	o->institution = institution;
	o->head = head;
	o->cursor_position = -1;
	o->next = d->outboxes;
	d->outboxes = o;
	return o;
}

void outbox_run_head(struct outbox_run *o, int64_t head)
{
	if (head <= o->head && o->entries)
		return;
	o->head = head > o->head ? head : o->head;
	free(o->entries);
	o->entries = NULL;
	o->entry_count = 0;
}

void outbox_runs_rest(struct delivery *d)
{
	for (struct outbox_run *o = d->outboxes; o; o = o->next) {
		if (o->dirty || o->jobs > 0)
			continue;
		for (int i = 0; i < PAYLOADS_MAX; i++) {
			payload_unref(o->payloads[i].payload);
			o->payloads[i] = (struct payload_slot){0};
		}
		free(o->entries);
		o->entries = NULL;
		o->entry_count = 0;
	}
}

void outbox_runs_free(struct delivery *d)
{
	while (d->outboxes) {
		struct outbox_run *o = d->outboxes;

		d->outboxes = o->next;
		for (int i = 0; i < PAYLOADS_MAX; i++)
			payload_unref(o->payloads[i].payload);
		key_free(o->key);
		free(o->entries);
		free(o);
	}
}

static int load_marks(struct tx *tx, void *arg)
{
	struct outbox_run *o = arg;
	const struct institution *i;
	int rc = institution_load(tx, o->institution, &i);

	if (rc < 0)
		return rc;
	o->unsure = i->unsure;
	if (i->head > o->head)
		outbox_run_head(o, i->head);
	return 0;
}

int outbox_run_prepare(struct delivery *d, struct outbox_run *o)
{
	int rc = 0;

	if (o->key)
		return 0;
	rc = db_read(&d->cx, load_marks, o);
	return rc < 0 ? rc : key_cache_get(&d->cx, o->institution, &o->key);
}

struct loading {
	int64_t institution, after;
	struct plan_entry *entries;
	int count;
};

static int load_entries(struct tx *tx, void *arg)
{
	struct loading *job = arg;

	return plan_db_load(tx, job->institution, job->after, PLAN_MAX, job->entries, &job->count);
}

/* The window of entries after `after`; a window that is full ends before the head. */
static int load_window(struct delivery *d, struct outbox_run *o, int64_t after)
{
	struct loading job = {.institution = o->institution, .after = after};
	int rc;

	job.entries = calloc(PLAN_MAX, sizeof(*job.entries));
	if (!job.entries)
		return ctx_fail(&d->cx, ERR_MEMORY, "not enough memory");
	rc = db_read(&d->cx, load_entries, &job);
	if (rc < 0) {
		free(job.entries);
		return rc;
	}
	free(o->entries);
	o->entries = reallocarray(
		job.entries, job.count > 0 ? (size_t)job.count : 1, sizeof(*job.entries));
	if (!o->entries)
		o->entries = job.entries;
	o->entry_count = (size_t)job.count;
	o->loaded_after = after;
	o->loaded_to = job.count == PLAN_MAX ? o->entries[PLAN_MAX - 1].seq : o->head;
	if (job.count > 0 && o->entries[job.count - 1].seq > o->head)
		o->loaded_to = o->head = o->entries[job.count - 1].seq;
	return 0;
}

int outbox_run_next(
	struct delivery *d, struct job *job, int64_t position, const struct plan_entry **ret)
{
	struct outbox_run *o = job->outbox;
	struct plan_span span;
	int rc = 0;

	if (!o->entries || position < o->loaded_after ||
		(job->to > o->loaded_to && position >= o->loaded_after))
		rc = load_window(d, o, position);
	if (rc < 0)
		return rc;
	if (job->to > o->loaded_to)
		job->to = o->loaded_to;
	span = (struct plan_span){.from = job->from,
		.position = position,
		.to = job->to,
		.unsure = job->unsure > o->unsure ? job->unsure : o->unsure,
		.takes_followers = job->kind->followers_only,
		.now = clock_now()};
	*ret = plan_next(o->entries, o->entry_count, &span);
	return 0;
}

struct finding {
	int64_t institution, seq;
	struct entry *entry;
	int count;
};

static int find_entry(struct tx *tx, void *arg)
{
	struct finding *job = arg;
	int rc = outbox_page(tx, job->institution, job->seq - 1, 1, &job->entry, &job->count);

	if (rc == 0 && (job->count == 0 || job->entry->seq != job->seq))
		return tx_fail(tx, ERR_NOT_FOUND, "there is no entry %lld", (long long)job->seq);
	return rc;
}

static struct payload *cached(struct outbox_run *o, const struct reader_kind *kind, int64_t seq)
{
	for (int i = 0; i < PAYLOADS_MAX; i++) {
		struct payload_slot *s = &o->payloads[i];

		if (s->payload && s->seq == seq && s->kind == kind && s->payload->head >= o->head)
			return payload_ref(s->payload);
	}
	return NULL;
}

static void keep(
	struct outbox_run *o, const struct reader_kind *kind, int64_t seq, struct payload *p)
{
	struct payload_slot *s = NULL;

	for (int i = 0; i < PAYLOADS_MAX && !s; i++)
		if (o->payloads[i].payload && o->payloads[i].seq == seq &&
			o->payloads[i].kind == kind)
			s = &o->payloads[i];
	if (!s) {
		s = &o->payloads[o->payload_next];
		o->payload_next = (o->payload_next + 1) % PAYLOADS_MAX;
	}
	payload_unref(s->payload);
	*s = (struct payload_slot){seq, kind, payload_ref(p)};
}

int outbox_run_payload(struct delivery *d, struct outbox_run *o, const struct reader_kind *kind,
	int64_t seq, struct payload **ret)
{
	struct finding job = {.institution = o->institution, .seq = seq};
	struct payload *p = cached(o, kind, seq);
	int rc;

	if (p) {
		*ret = p;
		return 0;
	}
	rc = db_read(&d->cx, find_entry, &job);
	if (rc < 0)
		return rc;
	rc = kind->render(&d->cx, job.entry, &p);
	if (rc < 0)
		return rc;
	if (arena_failed(d->cx.arena)) {
		payload_unref(p);
		return ctx_fail(&d->cx, ERR_MEMORY, "not enough memory");
	}
	if (p->head < o->head)
		p->head = o->head;
	keep(o, kind, seq, p);
	*ret = p;
	return 0;
}
