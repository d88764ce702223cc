/* Making a loop from its options, and taking it down. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kit/fetch/loop.h"

#define CONNECTIONS    256 /* kept when the options say nothing */
#define KEPT_OF_FILES  4   /* at most one such part of the open-files limit */
#define FILES_FALLBACK 1024

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode global;

static void init_global(void)
{
	global = curl_global_init(CURL_GLOBAL_DEFAULT);
}

int loop_global(struct err *err)
{
	pthread_once(&once, init_global);
	if (global != CURLE_OK)
		return err_set(err, ERR_INTERNAL, "libcurl cannot be set up: %s",
			curl_easy_strerror(global));
	return 0;
}

static int64_t open_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return FILES_FALLBACK;
	return limit.rlim_cur > 1 << 20 ? 1 << 20 : (int64_t)limit.rlim_cur;
}

static void free_options(struct fetch_options *o)
{
	free((char *)o->ca_file);
	free((char *)o->user_agent);
}

static int take_options(
	struct fetch_loop *loop, const struct fetch_options *from, int64_t files, struct err *err)
{
	struct fetch_options *o = &loop->options;
	int64_t most = files / KEPT_OF_FILES;

	*o = *from;
	o->resolve = NULL;
	o->ca_file = strdup(from->ca_file ? from->ca_file : "");
	o->user_agent = strdup(from->user_agent ? from->user_agent : "");
	if (!o->ca_file || !o->user_agent)
		return err_set(err, ERR_MEMORY, "no memory for outbound requests");
	if (o->ca_file[0] && access(o->ca_file, R_OK) != 0)
		return err_set(err, ERR_INVALID, "the file of authorities %s cannot be read: %s",
			o->ca_file, strerror(errno));
	if (o->niceness < 0 || o->niceness > 19)
		return err_set(err, ERR_INVALID, "niceness %d is not 0 to 19", o->niceness);
	if (o->connections <= 0)
		o->connections = CONNECTIONS;
	if (o->connections > most)
		o->connections = (int)most;
	return names_new(from->resolve, err, &loop->fixed);
}

static int open_descriptors(struct fetch_loop *loop, struct err *err)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLET};

	loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (watches_init(&loop->watches) < 0 || loop->wake < 0)
		return err_set(err, ERR_IO, "cannot open descriptors for outbound requests: %s",
			strerror(errno));
	e.data.fd = loop->wake;
	/* Edge-triggered: each write is told once, and nobody needs to read it. */
	if (epoll_ctl(loop->watches.epoll, EPOLL_CTL_ADD, loop->wake, &e) != 0)
		return err_set(err, ERR_IO, "cannot watch descriptors for outbound requests: %s",
			strerror(errno));
	return 0;
}

static int open_shards(struct fetch_loop *loop, struct err *err)
{
	int wanted = (loop->options.connections + SHARD_CONNECTIONS - 1) / SHARD_CONNECTIONS;

	loop->share = curl_share_init();
	if (!loop->share || curl_share_setopt(loop->share, CURLSHOPT_SHARE,
				    CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK)
		return err_set(err, ERR_MEMORY, "no memory for outbound requests");
	if (wanted > SHARDS_MAX)
		wanted = SHARDS_MAX;
	while (loop->shard_count < wanted) {
		struct shard *shard = &loop->shards[loop->shard_count];

		shard->loop = loop;
		if (loop_shard_renew(shard) < 0)
			return err_set(err, ERR_MEMORY, "no memory for outbound requests");
		loop->shard_count++;
	}
	return 0;
}

static void free_parts(struct fetch_loop *loop)
{
	slots_drop(loop, 0);
	/* This closes connections: the watches must still stand. */
	for (int i = 0; i < loop->shard_count; i++)
		curl_multi_cleanup(loop->shards[i].multi);
	curl_share_cleanup(loop->share);
	watches_done(&loop->watches);
	auto_close(&loop->wake);
	names_free(loop->fixed);
	free_options(&loop->options);
	pthread_mutex_destroy(&loop->lock);
	free(loop);
}

/* Signals are for the main thread. */
static int start_thread(struct fetch_loop *loop, struct err *err)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&loop->thread, NULL, loop_run, loop);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc == 0 ? 0
		       : err_set(err, ERR_MEMORY, "cannot start a thread for outbound requests: %s",
				 strerror(rc));
}

int fetch_loop_new(const struct fetch_options *options, struct err *err, struct fetch_loop **ret)
{
	int64_t files = open_files();
	struct fetch_loop *loop;
	int rc = loop_global(err);

	if (rc < 0)
		return rc;
	loop = calloc(1, sizeof(*loop));
	if (!loop)
		return err_set(err, ERR_MEMORY, "no memory for outbound requests");
	loop->wake = loop->watches.epoll = -1;
	loop->calls_tail = &loop->calls;
	loop->ended_tail = &loop->ended;
	pthread_mutex_init(&loop->lock, NULL);
	header_lines_init(&loop->lines);
	lanes_init(&loop->lanes, files);
	rc = take_options(loop, options, files, err);
	if (rc == 0)
		rc = open_descriptors(loop, err);
	if (rc == 0)
		rc = open_shards(loop, err);
	if (rc == 0)
		rc = start_thread(loop, err);
	if (rc < 0) {
		free_parts(loop);
		return rc;
	}
	*ret = loop;
	return 0;
}

void fetch_loop_free(struct fetch_loop *loop)
{
	if (!loop)
		return;
	atomic_store(&loop->stop, true);
	loop_wake(loop);
	pthread_join(loop->thread, NULL);
	free_parts(loop);
}
