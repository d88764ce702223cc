/* The pool of workers: one queue, first come, first served. It is as long as there are connections,
 * no longer. */
#include "kit/http/worker.h"

#include <stdlib.h>

#include "kit/http/thread.h"

struct workers {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct exchange *first, **last;
	bool ending;
	int count;
	pthread_t threads[];
};

bool workers_push(struct workers *w, struct exchange *x)
{
	bool taken;

	pthread_mutex_lock(&w->lock);
	taken = !w->ending;
	if (taken) {
		x->phase = QUEUED;
		x->next = NULL;
		MHD_suspend_connection(x->connection);
		*w->last = x;
		w->last = &x->next;
		pthread_cond_signal(&w->filled);
	}
	pthread_mutex_unlock(&w->lock);
	return taken;
}

/* The next one; NULL when the pool ends and nothing is left. */
static struct exchange *pop(struct workers *w, bool *ret_ending)
{
	struct exchange *x;

	pthread_mutex_lock(&w->lock);
	while (!w->first && !w->ending)
		pthread_cond_wait(&w->filled, &w->lock);
	x = w->first;
	if (x) {
		w->first = x->next;
		if (!w->first)
			w->last = &w->first;
	}
	*ret_ending = w->ending;
	pthread_mutex_unlock(&w->lock);
	return x;
}

static void *run_worker(void *arg)
{
	struct workers *w = arg;
	struct exchange *x;
	bool ending;

	while ((x = pop(w, &ending))) {
		if (ending)
			exchange_refuse(
				x, 503, ERR_BUSY, "This server is stopping: try again later.");
		exchange_answer(x);
		x->response = answer_make(x);
		x->phase = ANSWERING;
		MHD_resume_connection(x->connection); /* from here on it is the epoll thread's */
	}
	return NULL;
}

struct workers *workers_new(int count)
{
	struct workers *w = calloc(1, sizeof *w + (size_t)count * sizeof w->threads[0]);

	if (!w)
		return NULL;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->filled, NULL);
	w->last = &w->first;
	while (w->count < count &&
		http_thread_start(&w->threads[w->count], "http-worker", run_worker, w))
		w->count++;
	if (w->count == count)
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
		pthread_join(w->threads[i], NULL);
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
