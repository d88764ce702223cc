/* Starting and stopping the server. What its epoll threads do: adapter.c; its workers: worker.c. */
#include "kit/http/http.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/http/adapter.h"
#include "kit/http/cached.h"
#include "kit/http/thread.h"
#include "kit/http/worker.h"

#define WORKERS_DEFAULT     16
#define CONNECTIONS_DEFAULT 4096
#define DEADLINE_DEFAULT    (20 * SECOND)
#define CONNECTION_MEMORY                                                                          \
	(24 * KIB)             /* head of a request with its parsed form, head of the answer */
#define DESCRIPTORS_SPARE 256  /* beside connections: the store, deliveries, logs */
#define LAST_ANSWERS_MS   1000 /* for what workers answered at the very end to reach its socket */
#define EPOLL_THREADS_MAX 16
#define PATIENT_THREADS   64   /* requests that wait for other servers at a time */
#define PATIENT_LANE_MAX  8    /* … for one host */
#define PATIENT_QUEUE_MAX 2048 /* … for their turn; more are answered 503 */

static int no_memory(struct err *err)
{
	return err_set(
		err, ERR_MEMORY, "There is no memory or no thread left to start the server.");
}

static void fill_options(struct http_server *h, const struct http_options *o)
{
	h->options = *o;
	h->options.listen =
		NULL; /* texts may be gone after the start; those needed later are kept apart */
	h->options.socket_group = NULL;
	h->options.proxies = NULL;
	h->options.routes = NULL;
	h->access_log = o->access_log;
	if (o->workers <= 0)
		h->options.workers = WORKERS_DEFAULT;
	if (o->arena_max == 0)
		h->options.arena_max = ARENA_DEFAULT;
	if (o->connections <= 0)
		h->options.connections = CONNECTIONS_DEFAULT;
	if (o->deadline_ms <= 0)
		h->options.deadline_ms = DEADLINE_DEFAULT;
}

/* The tables and the rows of this room, as one list. */
static int compile_routes(const struct route *const *routes, struct err *err, struct router **ret)
{
	size_t count = 0;
	AUTO(auto_free) const struct route **all = NULL;

	while (routes && routes[count])
		count++;
	all = calloc(count + 2, sizeof *all);
	if (!all)
		return no_memory(err);
	all[0] = health_routes;
	if (count)
		memcpy(all + 1, routes, count * sizeof *all);
	return router_new(all, err, ret);
}

/* Each connection takes a descriptor, and the usual limit is 1024. */
static void raise_descriptors(int connections)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)connections + DESCRIPTORS_SPARE;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static unsigned epoll_threads(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : cores > EPOLL_THREADS_MAX ? EPOLL_THREADS_MAX : (unsigned)cores;
}

static struct MHD_Daemon *start_library(struct http_server *h)
{
	sigset_t all, before;
	struct MHD_Daemon *daemon;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all,
		&before); /* its threads inherit it: signals are the main thread's */
	daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0,
		adapter_accept, h, adapter_request, h, MHD_OPTION_LISTEN_SOCKET, h->listener.fd,
		MHD_OPTION_THREAD_POOL_SIZE, epoll_threads(), MHD_OPTION_THREAD_STACK_SIZE,
		(size_t)THREAD_STACK, MHD_OPTION_CONNECTION_LIMIT, (unsigned)h->options.connections,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_STRICT_FOR_CLIENT, 0,
		MHD_OPTION_NOTIFY_CONNECTION, adapter_connection, h, MHD_OPTION_NOTIFY_COMPLETED,
		adapter_completed, h, MHD_OPTION_URI_LOG_CALLBACK, adapter_target, h,
		MHD_OPTION_UNESCAPE_CALLBACK, adapter_unescape, h,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return daemon;
}

static void free_server(struct http_server *h)
{
	workers_end(h->workers);
	workers_end(h->patient);
	workers_free(h->workers);
	workers_free(h->patient);
	peers_free(h->peers);
	listen_close(&h->listener);
	router_free(h->router);
	http_networks_free(h->proxies);
	spares_done(&h->spares);
	cache_free(h->cache);
	free(h->origin);
	free(h);
}

static bool start_workers(struct http_server *h)
{
	const struct workers_options patient = {.threads = PATIENT_THREADS,
		.lazy = true,
		.lane_max = PATIENT_LANE_MAX,
		.queue_max = PATIENT_QUEUE_MAX};
	struct workers_options hurried = {.threads = h->options.workers};

	h->patient = workers_new(&patient);
	hurried.patient = h->patient;
	h->workers = h->patient ? workers_new(&hurried) : NULL;
	return h->workers != NULL;
}

static int start_parts(struct http_server *h, const struct http_options *o, struct err *err)
{
	int rc = compile_routes(o->routes, err, &h->router);

	if (rc == 0)
		rc = http_networks_parse(o->proxies, err, &h->proxies);
	if (rc == 0)
		rc = listen_open(o->listen, o->socket_group, err, &h->listener);
	if (rc < 0)
		return rc;
	h->origin = o->origin ? strdup(o->origin) : NULL;
	h->peers = peers_new(h->proxies, h->options.deadline_ms);
	if ((o->origin && !h->origin) || !h->peers || !start_workers(h))
		return no_memory(err);
	h->options.origin = h->origin;
	h->cache = o->cache ? cached_new(o->cache) : NULL;
	if (o->cache && !h->cache)
		return no_memory(err);
	h->daemon = start_library(h);
	if (!h->daemon)
		return err_set(err, ERR_IO, "The HTTP server on %.100s does not start: %s.",
			o->listen, strerror(errno));
	return 0;
}

int http_start(const struct http_options *options, struct err *err, struct http_server **ret)
{
	const struct sigaction ignored = {.sa_handler = SIG_IGN};
	struct http_server *h = calloc(1, sizeof *h);
	int rc;

	if (!h)
		return no_memory(err);
	h->listener.fd = -1;
	randombytes_buf(h->seed, sizeof(h->seed));
	h->checks_heads = str_starts(MHD_get_version(), "0.9.75");
	fill_options(h, options);
	raise_descriptors(h->options.connections);
	sigaction(SIGPIPE, &ignored, NULL);
	rc = start_parts(h, options, err);
	if (rc < 0) {
		free_server(h);
		return rc;
	}
	*ret = h;
	return 0;
}

int http_port(const struct http_server *h)
{
	return h->listener.port;
}

void http_log_access(struct http_server *h, bool on)
{
	h->access_log = on;
}

/* Until no request is under way, but no longer than ms. */
static void wait_for_exchanges(const struct http_server *h, int64_t ms)
{
	int64_t until = clock_steady() + ms;

	while (atomic_load(&h->exchanges) > 0 && clock_steady() < until)
		clock_sleep(5);
}

void http_stop(struct http_server *h, int64_t drain_ms)
{
	if (!h)
		return;
	h->draining = true;
	MHD_quiesce_daemon(h->daemon);
	shutdown(h->listener.fd,
		SHUT_RDWR); /* whoever comes now is refused at once, not left in the queue */
	peers_drain(h->peers);
	wait_for_exchanges(h, drain_ms);
	workers_end(h->workers);
	workers_end(h->patient);
	wait_for_exchanges(h, LAST_ANSWERS_MS);
	MHD_stop_daemon(h->daemon);
	free_server(h);
}
