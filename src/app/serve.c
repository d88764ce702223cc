/* The command serve: the serving process from its start to SIGTERM, which drains and stops; SIGHUP
 * reads the settings again. */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "app/app.h"
#include "app/notify.h"
#include "app/overrides.h"
#include "app/reload.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/priority.h"
#include "base/str.h"
#include "core/delivery.h"
#include "core/versions.h"
#include "feature/site/site.h"
#include "kit/http/http.h"

struct serving {
	struct server *s;
	struct http_server *http;
	struct task_runner *tasks;
	const char *listen;
	struct fetch_options fetch;
	struct versions *versions;
	pthread_mutex_t ear; /* of what follows */
	struct delivery *kicked;
	struct http_server *answering;
};

static atomic_bool ready;

static int look(struct tx *tx, void *arg)
{
	const char *value;
	size_t len;

	(void)arg;
	return server_value_load(tx, "key", &value, &len);
}

/* The database is asked at most once a second, however often others ask. */
static int is_ready(struct ctx *cx)
{
	static atomic_llong seen_at;
	int64_t now = clock_steady();
	int rc;

	if (!atomic_load(&ready))
		return ctx_fail(cx, ERR_BUSY, "the server is starting or stopping");
	if (atomic_load(&seen_at) && now - atomic_load(&seen_at) < SECOND)
		return 0;
	rc = db_read(cx, look, NULL);
	if (rc == 0)
		atomic_store(&seen_at, now);
	return rc;
}

static void on_raised(void *arg, int64_t institution, int64_t version)
{
	struct serving *v = arg;

	pthread_mutex_lock(&v->ear);
	if (v->answering)
		http_version_raised(v->answering, institution, version);
	pthread_mutex_unlock(&v->ear);
}

static void on_forget(void *arg)
{
	struct serving *v = arg;

	pthread_mutex_lock(&v->ear);
	if (v->answering)
		http_cache_forget(v->answering);
	pthread_mutex_unlock(&v->ear);
}

/* The database's ear lives as long as the database, longer than what it tells. Who nudged hears
 * that it was seen when this returns: from then on no page is older. */
static void on_nudge(void *arg, const char *text)
{
	struct serving *v = arg;
	struct err err = {0};

	if (versions_hear(v->versions, text, &err) < 0 && *text)
		log_event(LOG_WARN, "nudge", "text", text, "error", err_text(&err), NULL);
	pthread_mutex_lock(&v->ear);
	if (v->kicked)
		delivery_kick(v->kicked);
	pthread_mutex_unlock(&v->ear);
}

static void listen_for(struct serving *v, struct delivery *d)
{
	pthread_mutex_lock(&v->ear);
	v->kicked = d;
	pthread_mutex_unlock(&v->ear);
}

static void answer_by(struct serving *v, struct http_server *h)
{
	pthread_mutex_lock(&v->ear);
	v->answering = h;
	pthread_mutex_unlock(&v->ear);
}

static int start_versions(struct ctx *cx, struct serving *v)
{
	const struct versions_options options = {
		.db = v->s->db, .raised = on_raised, .forget = on_forget, .arg = v};

	v->versions = v->s->versions = versions_new(&options);
	return v->versions ? 0 : ctx_fail(cx, ERR_MEMORY, "not enough memory");
}

/* Many connections, and little memory in the allocator's own pockets: threads here allocate much
 * and hold little. */
static void set_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	mallopt(M_ARENA_MAX, 4);
	mallopt(M_TRIM_THRESHOLD, 1 << 20);
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
}

/* A file of the operator that is wrong is refused, and ours stands in its place: a page in our
 * dress is better than none, and an upgrade must not keep the server from starting. */
static int load_files(struct ctx *cx, struct server *s)
{
	struct ctx own = {.arena = arena_new(OVERRIDES_MEMORY)};
	struct overrides o = {0};
	int rc = own.arena ? overrides_read(&own, s->dir, &o)
			   : ctx_fail(&own, ERR_MEMORY, "not enough memory");

	if (rc == 0)
		rc = overrides_load(&own, &o, &s->templates, &s->assets);
	if (rc == 0)
		overrides_log(&o);
	else
		err_copy(&cx->err, &own.err);
	arena_free(own.arena);
	return rc;
}

static int start_fetch(struct ctx *cx, struct serving *v)
{
	server_fetch_options(cx, &v->fetch);
	return server_fetch_start(cx);
}

static int start_http(struct ctx *cx, struct serving *v)
{
	const struct settings *st = v->s->settings;
	struct http_options options = {.listen = v->listen,
		.socket_group = settings_text(st, "server", "socket_group"),
		.origin = v->s->origin,
		.proxies = settings_text(st, "server", "proxies"),
		.routes = store_routes(),
		.db = v->s->db,
		.server = v->s,
		.workers = (int)settings_int(st, "server", "workers"),
		.cache = (size_t)settings_int(st, "server", "cache"),
		.error_page = site_error_page,
		.ready = is_ready,
		.access_log = settings_bool(st, "log", "access")};
	int rc;

	rc = http_start(&options, &cx->err, &v->http);
	if (rc < 0)
		return rc;
	answer_by(v, v->http);
	http_cache_forget(v->http); /* what rose since it started went unheard */
	return 0;
}

static int start_delivery(struct ctx *cx, struct serving *v)
{
	const struct settings *st = v->s->settings;
	struct delivery_options options = {.loops = (int)settings_int(st, "delivery", "loops"),
		.connections = (int)settings_int(st, "delivery", "connections"),
		.fetch = &v->fetch};

	return delivery_start(cx, &options, &v->s->delivery);
}

static int start(struct ctx *cx, struct serving *v)
{
	int rc = site_check(v->s->settings, &cx->err);

	if (rc == 0)
		rc = server_key_load(cx, &v->s->key);

	if (rc == 0)
		rc = load_files(cx, v->s);
	if (rc == 0)
		rc = start_fetch(cx, v);
	if (rc == 0)
		rc = start_delivery(cx, v);
	if (rc == 0)
		rc = start_versions(cx, v);
	if (rc == 0)
		listen_for(v, v->s->delivery);
	if (rc == 0)
		rc = db_on_nudge(v->s->db, on_nudge, v, &cx->err);
	if (rc == 0)
		rc = tasks_start(v->s, &cx->err, &v->tasks);
	if (rc == 0)
		rc = start_http(cx, v);
	return rc;
}

static void announce(const struct serving *v)
{
	char port[16];

	snprintf(port, sizeof(port), "%d", http_port(v->http));
	log_event(
		LOG_INFO, "serving", "url", v->s->origin, "listen", v->listen, "port", port, NULL);
	atomic_store(&ready, true);
	notify_service("READY=1");
}

static void stop(struct serving *v)
{
	int64_t drain =
		v->s && v->s->settings ? settings_int(v->s->settings, "server", "drain") : 0;
	int64_t until = clock_steady() + drain, left;
	struct delivery *d = v->s ? v->s->delivery : NULL;

	atomic_store(&ready, false);
	answer_by(v, NULL); /* who drains answers nothing from the cache */
	http_stop(v->http, drain);
	tasks_stop(v->tasks);
	listen_for(v, NULL);
	left = until - clock_steady();
	delivery_stop(d, left > 0 ? left : 0);
	if (v->s) {
		fetch_loop_free(v->s->fetch);
		v->s->fetch = NULL;
	}
}

/* SIGHUP from a terminal that has gone means that whoever started this has left. */
static bool has_lost_terminal(bool terminal)
{
	return terminal && !isatty(STDERR_FILENO);
}

static int wait_for_end(const struct serving *v, const sigset_t *set, bool terminal)
{
	int sig = 0;

	for (;;) {
		sigwait(set, &sig);
		if (sig != SIGHUP || has_lost_terminal(terminal))
			return sig;
		notify_service("RELOADING=1");
		server_reload(v->s, v->http);
		notify_service("READY=1");
	}
}

static const char *signal_name(int sig)
{
	return sig == SIGTERM ? "TERM" : sig == SIGINT ? "INT" : "HUP";
}

/* Threads inherit that signals are blocked: they are this one's. */
static void hold_signals(sigset_t *ret)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigemptyset(ret);
	sigaddset(ret, SIGTERM);
	sigaddset(ret, SIGINT);
	sigaddset(ret, SIGHUP);
	pthread_sigmask(SIG_BLOCK, ret, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static int run_serve(struct invocation *in)
{
	struct serving v = {.ear = PTHREAD_MUTEX_INITIALIZER};
	bool terminal = isatty(STDERR_FILENO);
	sigset_t set;
	int rc;

	hold_signals(&set);
	set_limits();
	priority_set(0);
	rc = store_open(&in->cx, in->dir, true, &v.s);
	v.listen = invocation_text(in, "listen");
	if (rc == 0 && !v.listen)
		v.listen = settings_text(v.s->settings, "server", "listen");
	if (rc == 0)
		rc = start(&in->cx, &v);
	if (rc == 0)
		rc = log_open(settings_text(v.s->settings, "log", "file"), &in->cx.err);
	if (rc == 0) {
		announce(&v);
		log_event(LOG_INFO, "stopping", "signal",
			signal_name(wait_for_end(&v, &set, terminal)), NULL);
		notify_service("STOPPING=1");
	}
	stop(&v);
	store_close(v.s);
	versions_free(v.versions);
	if (rc == 0)
		log_event(LOG_INFO, "stopped", NULL);
	return rc;
}

static const struct option SERVE[] = {
	{.name = "listen",
		.kind = OPTION_TEXT,
		.value = "ADDR:PORT|unix:PATH",
		.says = "instead of the setting [server] listen"},
	{0},
};

const struct command serve_commands[] = {
	{.name = "serve",
		.arguments = "",
		.needs = NEEDS_DIR,
		.options = SERVE,
		.run = run_serve,
		.says = "serve until SIGTERM, which drains and stops; SIGHUP reads chorsu.conf again"},
	{0},
};
