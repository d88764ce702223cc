/* A pool of workers: one queue, first come, first served. With lanes, whose lane is taken up waits
 * and the next one goes before it. */
#include "kit/http/worker.h"

#include <stdlib.h>

#include "kit/http/thread.h"

struct worker {
	struct workers *pool;
	pthread_t thread;
	bool busy; /* with one of this lane; under the pool's lock */
	uint64_t lane;
};

struct workers {
	struct workers_options options;
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct exchange *first, **last;
	bool ending;
	int queued, idle, count;
	struct worker workers[];
};

static void *run_worker(void *arg);

/* With the lock held. */
static bool start_one(struct workers *w)
{
	struct worker *me = &w->workers[w->count];

	me->pool = w;
	if (!http_thread_start(&me->thread, "http-worker", run_worker, me))
		return false;
	w->count++;
	return true;
}

/* False: the pool ends or is full. suspend: the connection is still running. */
static bool queue(struct workers *w, struct exchange *x, bool suspend)
{
	bool taken;

	pthread_mutex_lock(&w->lock);
	taken = !w->ending && (!w->options.queue_max || w->queued < w->options.queue_max);
	if (taken && w->idle <= w->queued && w->count < w->options.threads)
		taken = start_one(w) || w->count > 0;
	if (taken) {
		x->phase = QUEUED;
		x->next = NULL;
		if (suspend)
			MHD_suspend_connection(x->connection);
		*w->last = x;
		w->last = &x->next;
		w->queued++;
		pthread_cond_signal(&w->filled);
	}
	pthread_mutex_unlock(&w->lock);
	return taken;
}

bool workers_push(struct workers *w, struct exchange *x)
{
	return queue(w, x, true);
}

static bool lane_has_room(const struct workers *w, uint64_t lane)
{
	int running = 0;

	if (!w->options.lane_max)
		return true;
	for (int i = 0; i < w->count; i++)
		running += w->workers[i].busy && w->workers[i].lane == lane;
	return running < w->options.lane_max;
}

/* The first one that may run; a pool that ends gives out all. */
static struct exchange *take_first(struct workers *w)
{
	struct exchange **at = &w->first, *x;

	while (*at && !w->ending && !lane_has_room(w, (*at)->lane))
		at = &(*at)->next;
	x = *at;
	if (!x)
		return NULL;
	*at = x->next;
	if (!*at)
		w->last = at;
	w->queued--;
	return x;
}

/* The next one; NULL when the pool ends and nothing is left. */
static struct exchange *pop(struct worker *me, bool *ret_ending)
{
	struct workers *w = me->pool;
	struct exchange *x;

	pthread_mutex_lock(&w->lock);
	me->busy = false;
	while (!(x = take_first(w)) && !w->ending) {
		w->idle++;
		pthread_cond_wait(&w->filled, &w->lock);
		w->idle--;
	}
	if (x) {
		me->busy = true;
		me->lane = x->lane;
	}
	*ret_ending = w->ending;
	pthread_mutex_unlock(&w->lock);
	return x;
}

/* FNV-1a. A clash of two hosts means that they share a lane. */
static uint64_t lane_of(const char *host)
{
	uint64_t h = 14695981039346656037u;

	for (; *host; host++)
		h = (h ^ (unsigned char)*host) * 1099511628211u;
	return h;
}

/* Once more, where waiting keeps nobody. */
static bool hand_over(struct workers *patient, struct exchange *x)
{
	x->lane = lane_of(x->rq.cx.waits_for);
	x->rq.cx.waits_for = NULL;
	return queue(patient, x, false);
}

/* False: it is another pool's now. */
static bool answer(struct workers *w, struct exchange *x)
{
	x->rq.cx.hurried = w->options.patient != NULL;
	if (exchange_answer(x))
		return true;
	if (hand_over(w->options.patient, x))
		return false;
	exchange_refuse(
		x, 503, ERR_BUSY, "Too many requests wait for other servers now: try again later.");
	return exchange_answer(x);
}

static void *run_worker(void *arg)
{
	struct worker *me = arg;
	struct exchange *x;
	bool ending;

	while ((x = pop(me, &ending))) {
		if (ending)
			exchange_refuse(
				x, 503, ERR_BUSY, "This server is stopping: try again later.");
		if (!answer(me->pool, x))
			continue;
		x->response = answer_make(x);
		x->phase = ANSWERING;
		MHD_resume_connection(x->connection); /* from here on it is the epoll thread's */
	}
	return NULL;
}

struct workers *workers_new(const struct workers_options *options)
{
	struct workers *w = calloc(1, sizeof *w + (size_t)options->threads * sizeof w->workers[0]);
	bool whole = true;

	if (!w)
		return NULL;
	w->options = *options;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->filled, NULL);
	w->last = &w->first;
	pthread_mutex_lock(&w->lock);
	while (!options->lazy && whole && w->count < options->threads)
		whole = start_one(w);
	pthread_mutex_unlock(&w->lock);
	if (whole)
		return w;
	workers_end(w);
	workers_free(w);
	return NULL;
}

void workers_end(struct workers *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->ending = true;
	pthread_cond_broadcast(&w->filled);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->count; i++)
		pthread_join(w->workers[i].thread, NULL);
	w->count = 0;
}

void workers_free(struct workers *w)
{
	if (!w)
		return;
	pthread_cond_destroy(&w->filled);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
