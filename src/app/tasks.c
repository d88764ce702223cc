/* Periodic tasks of the features: one thread runs them in turn when their time has come. */
#include <pthread.h>

#include "app/app.h"
#include "base/clock.h"
#include "base/log.h"

#define TASKS_MAX 32
#define ARENA_MAX (16 * MIB)

struct task_runner {
	struct server *server;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping;
	struct {
		const struct task *task;
		int64_t next;
	} rows[TASKS_MAX];
	int count;
};

static void run_due(struct task_runner *r)
{
	int64_t now = clock_steady();

	for (int i = 0; i < r->count; i++) {
		struct ctx cx = {.db = r->server->db, .server = r->server};

		if (r->rows[i].next > now)
			continue;
		cx.arena = arena_new(ARENA_MAX);
		if (cx.arena && r->rows[i].task->run(&cx) < 0)
			log_event(LOG_ERROR, "task", "name", r->rows[i].task->name, "error",
				err_text(&cx.err), NULL);
		arena_free(cx.arena);
		r->rows[i].next = now + r->rows[i].task->every_ms;
	}
}

static void *runner_main(void *arg)
{
	struct task_runner *r = arg;
	bool stopping = false;

	while (!stopping) {
		struct timespec until;

		run_due(r);
		clock_real_deadline(clock_wait(SECOND), &until);
		pthread_mutex_lock(&r->lock);
		if (!r->stopping)
			pthread_cond_timedwait(&r->wake, &r->lock, &until);
		stopping = r->stopping;
		pthread_mutex_unlock(&r->lock);
	}
	return NULL;
}

int tasks_start(struct server *s, struct err *err, struct task_runner **ret)
{
	struct task_runner *r = calloc(1, sizeof(*r));
	pthread_condattr_t attr;

	if (!r)
		return err_set(err, ERR_MEMORY, "not enough memory");
	r->server = s;
	for (const struct feature *const *f = s->features; *f; f++)
		for (const struct task *t = (*f)->tasks; t && t->name && r->count < TASKS_MAX;
			t++) {
			r->rows[r->count].next = clock_steady() + t->every_ms;
			r->rows[r->count++].task = t;
		}
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&r->thread, NULL, runner_main, r) != 0) {
		free(r);
		return err_set(err, ERR_INTERNAL, "a thread could not be started");
	}
	*ret = r;
	return 0;
}

void tasks_stop(struct task_runner *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->stopping = true;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	free(r);
}
