/* Turns go in the order of asking, for a mutex alone may let one caller wait for ever. */
#include "kit/media/worker.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char PROGRAM[] = "/chorsu-media";

/* After an upgrade the link reads "/usr/bin/chorsu (deleted)": the folder is right all the same. */
static int beside(char *path, struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof PROGRAM);
	char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;

	if (!slash)
		return err_set(err, ERR_INTERNAL,
			"Pictures cannot be made: the folder of this program is not known.");
	memcpy(slash, PROGRAM, sizeof PROGRAM);
	return 0;
}

static int configure(struct media_worker *w, const struct media_options *o, struct err *err)
{
	w->start_ms = o->start_ms ? o->start_ms : MEDIA_START_MS;
	w->limit_ms = o->limit_ms ? o->limit_ms : MEDIA_LIMIT_MS;
	if (o->fault) {
		w->fault = strdup(o->fault);
		if (!w->fault)
			return err_set(err, ERR_MEMORY, "no memory for pictures");
	}
	if (!o->program)
		return beside(w->program, err);
	if (snprintf(w->program, sizeof w->program, "%s", o->program) >= (int)sizeof w->program)
		return err_set(err, ERR_INVALID, "The path of chorsu-media is too long.");
	return 0;
}

struct media_worker *media_worker_new(const struct media_options *options, struct err *err)
{
	struct media_worker *w = calloc(1, sizeof *w);

	if (!w) {
		err_set(err, ERR_MEMORY, "no memory for pictures");
		return NULL;
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	if (configure(w, options, err) == 0)
		return w;
	media_worker_free(w);
	return NULL;
}

void media_worker_free(struct media_worker *w)
{
	if (!w)
		return;
	assert(w->next == w->ended);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w->fault);
	free(w);
}

int worker_enter(struct media_worker *w, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&w->lock);
	if (w->next - w->ended >= MEDIA_AT_ONCE + MEDIA_WAITING_MAX) {
		rc = err_set(err, ERR_BUSY,
			"Too many pictures are being made: send this one again in a minute.");
	} else {
		uint64_t mine = w->next++;

		while (mine >= w->ended + MEDIA_AT_ONCE)
			pthread_cond_wait(&w->changed, &w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return rc;
}

void worker_leave(struct media_worker *w)
{
	pthread_mutex_lock(&w->lock);
	w->ended++;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}
