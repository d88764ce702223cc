/* fetch_get: one document, waited for; redirects are followed here, each hop checked as the first
 * one. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kit/fetch/loop.h"

#define REDIRECTS_MAX 3
#define TOTAL_MS      (15 * SECOND)
#define CONNECT_MS    (8 * SECOND)
#define DOWNLOAD_MS   (60 * SECOND)

/* Lives on the stack of whoever waits. Its arena is used on the loop's thread while the owner
 * sleeps. */
struct getting {
	struct ctx *cx;
	struct fetch_loop *loop;
	struct transfer t;
	struct fetched *ret;
	const struct download *download; /* NULL: a document that is kept */
	char *url;                       /* asked now */
	int64_t deadline;                /* clock_steady() */
	int hops;
	pthread_mutex_t lock;
	pthread_cond_t finished;
	bool is_finished; /* under lock */
	int rc;
};

static struct getting *getting_of(struct transfer *t)
{
	return (struct getting *)((char *)t - offsetof(struct getting, t));
}

static void finish(struct getting *g, int rc)
{
	pthread_mutex_lock(&g->lock);
	g->rc = rc;
	g->is_finished = true;
	pthread_cond_signal(&g->finished);
	pthread_mutex_unlock(&g->lock);
}

static int refuse_status(struct getting *g)
{
	int status = g->t.status, code = ERR_NETWORK;

	if (status == 404)
		code = ERR_NOT_FOUND;
	else if (status == 410)
		code = ERR_GONE;
	else if (status == 401 || status == 403)
		code = ERR_DENIED;
	return ctx_fail(g->cx, code, "%.300s answered %d", g->url, status);
}

static int keep_answer(struct getting *g)
{
	struct fetched f = {.len = g->t.answer_len, .url = g->url};

	f.unchanged = g->t.status == 304;
	f.body = arena_copy(g->cx->arena, g->t.answer, g->t.answer_len);
	f.type = arena_strdup(g->cx->arena, g->t.answer_type);
	f.etag = arena_strdup(g->cx->arena, g->t.etag);
	f.modified = arena_strdup(g->cx->arena, g->t.modified);
	if (!f.body || !f.type || !f.etag || !f.modified)
		return ctx_fail(g->cx, ERR_TOO_LARGE, "%.300s: the answer is too large", g->url);
	*g->ret = f;
	return 0;
}

static int ask(struct getting *g)
{
	int64_t left = g->deadline - clock_steady();
	struct err err = {0};

	if (fetch_url_check(g->url, g->loop->options.allow_private, &err) < 0)
		return ctx_fail(g->cx, err.code, "%s", err.text);
	g->t.url = g->url;
	g->t.total_ms = left > 0 ? left : 1;
	fetch_start(g->loop, &g->t);
	return 0;
}

static int follow(struct getting *g)
{
	size_t len;

	if (!g->t.location)
		return ctx_fail(g->cx, ERR_NETWORK, "%.300s answered %d without saying where to go",
			g->url, g->t.status);
	if (++g->hops > REDIRECTS_MAX)
		return ctx_fail(g->cx, ERR_NETWORK, "%.300s redirects once more after %d times",
			g->url, REDIRECTS_MAX);
	len = strcspn(g->t.location, "#");
	g->url = arena_copy(g->cx->arena, g->t.location, len);
	if (!g->url)
		return ctx_fail(g->cx, ERR_MEMORY, "no memory for an address");
	return ask(g);
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static void done(struct transfer *t)
{
	struct getting *g = getting_of(t);
	int rc;

	if (t->error)
		rc = ctx_fail(g->cx, t->error, "%.300s: %s", g->url, t->why);
	else if (is_redirect(t->status)) {
		rc = follow(g);
		if (rc == 0)
			return; /* done runs again */
	} else if ((t->status < 200 || t->status > 299) && !(t->status == 304 && g->download))
		rc = refuse_status(g);
	else
		rc = keep_answer(g);
	finish(g, rc);
}

static void begin(void *arg)
{
	struct getting *g = arg;
	int rc = ask(g);

	if (rc < 0)
		finish(g, rc);
}

/* Sleeps until g has its answer. */
static int wait_for(struct getting *g, const char *url, int64_t total_ms)
{
	assert(!g->cx->hurried);
	g->url = arena_strdup(g->cx->arena, url);
	if (!g->url)
		return ctx_fail(g->cx, ERR_MEMORY, "no memory for an address");
	g->deadline = clock_steady() + total_ms;
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->finished, NULL);
	fetch_loop_call(g->loop, begin, g);
	pthread_mutex_lock(&g->lock);
	while (!g->is_finished)
		pthread_cond_wait(&g->finished, &g->lock);
	pthread_mutex_unlock(&g->lock);
	pthread_cond_destroy(&g->finished);
	pthread_mutex_destroy(&g->lock);
	return g->rc;
}

int fetch_get(struct ctx *cx, struct fetch_loop *loop, const char *url, const char *accept,
	size_t max, int (*sign)(struct transfer *t), void *arg, struct fetched *ret)
{
	struct getting g = {
		.cx = cx,
		.loop = loop,
		.ret = ret,
		.t = {.method = "GET",
			.accept = accept,
			.answer_max = max,
			.connect_ms = CONNECT_MS,
			.headers = sign,
			.done = done,
			.owner = arg},
	};

	return wait_for(&g, url, TOTAL_MS);
}

static int take(struct transfer *t, const void *p, size_t len)
{
	const struct download *d = getting_of(t)->download;

	return d->take(d->arg, p, len);
}

static int ask_when_changed(struct transfer *t)
{
	const struct download *d = getting_of(t)->download;
	char line[1000];

	if (d->etag && *d->etag && strlen(d->etag) < sizeof(line) - 20) {
		snprintf(line, sizeof(line), "If-None-Match: %s", d->etag);
		transfer_header(t, line);
	}
	if (d->modified && *d->modified && strlen(d->modified) < sizeof(line) - 20) {
		snprintf(line, sizeof(line), "If-Modified-Since: %s", d->modified);
		transfer_header(t, line);
	}
	return 0;
}

int fetch_download(
	struct ctx *cx, struct fetch_loop *loop, const struct download *d, struct fetched *ret)
{
	struct getting g = {
		.cx = cx,
		.loop = loop,
		.ret = ret,
		.download = d,
		.t = {.method = "GET",
			.accept = d->accept,
			.answer_max = d->max,
			.connect_ms = CONNECT_MS,
			.headers = ask_when_changed,
			.take = take,
			.done = done},
	};

	return wait_for(&g, d->url, d->total_ms ? d->total_ms : DOWNLOAD_MS);
}
