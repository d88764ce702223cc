/* Waiting for single transfers in tests. */
#include "kit/fetch/ask_testing.h"

#include <assert.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

struct asking {
	struct fetch_loop *loop;
	struct transfer *t;
	struct asked *ret;
	sem_t finished;
};

static void done(struct transfer *t)
{
	struct asking *a = t->owner;
	struct asked *r = a->ret;

	memset(r, 0, sizeof(*r));
	r->error = t->error;
	r->status = t->status;
	r->retry_after_ms = t->retry_after_ms;
	r->took = clock_steady() - t->started;
	r->slow = t->slow;
	snprintf(r->why, sizeof(r->why), "%s", t->why);
	snprintf(r->type, sizeof(r->type), "%s", t->answer_type);
	snprintf(r->location, sizeof(r->location), "%s", t->location ? t->location : "");
	r->answer_len = t->answer_len;
	r->answer = malloc(t->answer_len + 1);
	assert(r->answer && t->answer[t->answer_len] == '\0');
	memcpy(r->answer, t->answer, t->answer_len + 1);
	sem_post(&a->finished);
}

static void start(void *arg)
{
	struct asking *a = arg;

	fetch_start(a->loop, a->t);
}

static void wait_for(sem_t *s)
{
	while (sem_wait(s) != 0)
		;
	sem_destroy(s);
}

void ask(struct fetch_loop *loop, struct transfer *t, struct asked *ret)
{
	struct asking a = {.loop = loop, .t = t, .ret = ret};

	sem_init(&a.finished, 0, 0);
	t->owner = &a;
	t->done = done;
	fetch_loop_call(loop, start, &a);
	wait_for(&a.finished);
}

void asked_done(struct asked *a)
{
	free(a->answer);
	a->answer = NULL;
}

void ask_get(struct fetch_loop *loop, const char *url, size_t answer_max, struct asked *ret)
{
	struct transfer t = {.url = url, .method = "GET", .answer_max = answer_max};

	ask(loop, &t, ret);
}

struct fetch_loop *ask_loop_new(void)
{
	struct fetch_options options = {
		.allow_private = true, .ca_file = "", .resolve = "", .user_agent = "Chorsu-test/1"};
	struct fetch_loop *loop = NULL;
	struct err err = {0};
	int rc = fetch_loop_new(&options, &err, &loop);

	assert(rc == 0);
	return loop;
}

struct calling {
	void (*fn)(void *arg);
	void *arg;
	sem_t finished;
};

static void call(void *arg)
{
	struct calling *c = arg;

	c->fn(c->arg);
	sem_post(&c->finished);
}

void ask_call(struct fetch_loop *loop, void (*fn)(void *arg), void *arg)
{
	struct calling c = {.fn = fn, .arg = arg};

	sem_init(&c.finished, 0, 0);
	fetch_loop_call(loop, call, &c);
	wait_for(&c.finished);
}
