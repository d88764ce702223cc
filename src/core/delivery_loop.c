/* The side of the loops: queues of ready jobs, starting them as lanes have room, handing them back.
 * Runs on the loops' threads and touches nothing of the scheduler's but the finished list. */
#include "core/delivery_internal.h"

#include <string.h>

#include "base/crash.h"

static void queue_add(struct queue *q, struct job *job)
{
	if (!q->head)
		q->tail = &q->head;
	job->next = NULL;
	*q->tail = job;
	q->tail = &job->next;
	q->count++;
}

static struct job *queue_take(struct queue *q)
{
	struct job *job = q->head;

	if (job) {
		q->head = job->next;
		q->count--;
	}
	return job;
}

/* Back to the scheduler, which looks every few milliseconds; it is woken for a heap, or when the
 * loop runs dry. */
static void hand_back(struct loop *l, struct job *job)
{
	struct delivery *d = l->d;
	bool dry = atomic_load(&l->queued) < QUEUE_LOW / 2;

	pthread_mutex_lock(&d->lock);
	job->next = NULL;
	*d->finished_tail = job;
	d->finished_tail = &job->next;
	d->finished_count++;
	if (d->finished_count >= PAGE / 4 || (dry && !d->hungry)) {
		d->hungry = true;
		pthread_cond_signal(&d->wake);
	}
	pthread_mutex_unlock(&d->lock);
}

static int write_headers(struct transfer *t)
{
	struct job *job = t->owner;
	int rc = job->kind->headers(t, &job->sending);

	CRASH_POINT("deliver.before_send");
	job->wrote = rc == 0;
	return rc;
}

static void done(struct transfer *t)
{
	struct job *job = t->owner;
	struct loop *l = &job->d->loops[job->host->loop];

	CRASH_POINT("deliver.after_send");
	atomic_fetch_sub(&l->in_flight, 1);
	hand_back(l, job);
}

static void start(struct loop *l, struct job *job)
{
	struct transfer *t = &job->t;
	bool slow = t->slow;

	if (atomic_load(&job->host->parked) || atomic_load(&l->d->halted)) {
		job->skipped = true;
		hand_back(l, job);
		return;
	}
	memset(t, 0, sizeof(*t));
	t->slow = slow;
	t->url = job->target;
	t->method = "POST";
	t->body = job->payload->body;
	t->body_len = job->payload->len;
	t->content_type = job->payload->content_type;
	t->headers = write_headers;
	t->done = done;
	t->owner = job;
	atomic_fetch_add(&l->in_flight, 1);
	fetch_start(l->fetch, t);
}

static struct job *next_job(struct loop *l, bool slow)
{
	struct job *job;

	if (fetch_room(l->fetch, slow) <= 0 && !atomic_load(&l->d->halted))
		return NULL;
	pthread_mutex_lock(&l->lock);
	job = queue_take(slow ? &l->slow : &l->fast);
	pthread_mutex_unlock(&l->lock);
	if (job && !slow)
		atomic_fetch_sub(&l->queued, 1);
	return job;
}

static void feed(void *arg)
{
	struct loop *l = arg;
	struct job *job;

	while ((job = next_job(l, false)))
		start(l, job);
	while ((job = next_job(l, true)))
		start(l, job);
}

void loop_push(struct loop *l, struct job *job)
{
	bool first, slow;

	pthread_mutex_lock(&l->lock);
	first = job->t.slow ? !l->slow.head : !l->fast.head;
	slow = job->t.slow;
	queue_add(slow ? &l->slow : &l->fast, job);
	pthread_mutex_unlock(&l->lock);
	if (!slow)
		atomic_fetch_add(&l->queued, 1);
	if (first)
		fetch_loop_call(l->fetch, feed, l);
}

void loop_stop(struct loop *l)
{
	struct job *job;

	fetch_loop_free(l->fetch);
	l->fetch = NULL;
	while ((job = queue_take(&l->fast)) || (job = queue_take(&l->slow))) {
		job->skipped = true;
		hand_back(l, job);
	}
	pthread_mutex_destroy(&l->lock);
}

int loop_start(struct delivery *d, int number, const struct fetch_options *options, struct err *err)
{
	struct loop *l = &d->loops[number];
	int rc;

	l->d = d;
	l->number = number;
	pthread_mutex_init(&l->lock, NULL);
	rc = fetch_loop_new(options, err, &l->fetch);
	if (rc == 0)
		fetch_loop_feed(l->fetch, feed, l);
	return rc;
}
