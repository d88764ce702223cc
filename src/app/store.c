/* Opening a store for a command or for serving. Making one is create.c. */
#include "app/app.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "kit/media/media.h"

#define FEATURES_MAX 32

static const struct setting *settings_tables[FEATURES_MAX];
static const struct route *route_tables[FEATURES_MAX];
static const struct migrations *migration_tables[FEATURES_MAX];

/* The features' lists, one under the other. */
#define GATHER(into, member)                                                                       \
	do {                                                                                       \
		int gathered = 0;                                                                  \
		for (const struct feature *const *f = features; *f && gathered < FEATURES_MAX - 1; \
			f++)                                                                       \
			if ((*f)->member)                                                          \
				into[gathered++] = (*f)->member;                                   \
		into[gathered] = NULL;                                                             \
	} while (0)

const struct setting *const *store_settings(void)
{
	GATHER(settings_tables, settings);
	return settings_tables;
}

const struct route *const *store_routes(void)
{
	GATHER(route_tables, routes);
	return route_tables;
}

const struct migrations *const *store_migrations(void)
{
	GATHER(migration_tables, migrations);
	return migration_tables;
}

static bool is_loopback(const char *host)
{
	size_t n = strcspn(host, ":");

	return (n == 9 && !strncmp(host, "localhost", 9)) ||
	       (str_starts(host, "127.") && strspn(host, "0123456789.") == n) ||
	       str_starts(host, "[::1]");
}

int store_parse_url(struct ctx *cx, const char *url, const char **ret_origin, const char **ret_host)
{
	bool plain = str_starts(url, "http://");
	const char *rest = plain ? url + 7 : str_starts(url, "https://") ? url + 8 : NULL;
	size_t len = rest ? strcspn(rest, "/?#") : 0;
	char *host;

	if (!rest || len == 0 || (rest[len] && !str_eq(rest + len, "/")))
		return ctx_fail(cx, ERR_INVALID,
			"the url \"%.200s\" must be https://HOST, without a path", url);
	*ret_origin = arena_copy(cx->arena, url, (size_t)(rest - url) + len);
	host = *ret_origin ? fetch_url_host(cx->arena, *ret_origin) : NULL;
	if (!host || strchr(rest, '@') || strlen(host) != len || strncmp(host, rest, len))
		return ctx_fail(cx, ERR_INVALID,
			"the url \"%.200s\" must name a host in lower case, without user name and without the default port",
			url);
	if (plain && !is_loopback(host))
		return ctx_fail(cx, ERR_INVALID,
			"http:// is taken for loopback addresses only: use https://%.200s", host);
	*ret_host = host;
	return 0;
}

static char *in_dir(struct arena *a, const char *dir, const char *name)
{
	return arena_printf(a, "%s/%s", dir, name);
}

int store_find(struct ctx *cx, const char *dir)
{
	const char *path = in_dir(cx->arena, dir, "chorsu.conf");
	struct stat st;

	if (!path)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	if (stat(dir, &st) != 0)
		return ctx_fail(cx, ERR_NOT_FOUND,
			"there is no store at %.300s: make one with chorsu init", dir);
	if (stat(path, &st) != 0)
		return ctx_fail(cx, ERR_NOT_FOUND,
			"%.300s is not a store (it has no chorsu.conf): make one with chorsu init",
			dir);
	return 0;
}

static int load_settings(struct ctx *cx, struct server *s)
{
	const char *path = in_dir(cx->arena, s->dir, "chorsu.conf"), *domain;
	int rc = store_find(cx, s->dir);

	if (rc == 0)
		rc = settings_load(path, store_settings(), &cx->err, &s->settings);
	if (rc == 0)
		rc = store_parse_url(
			cx, settings_text(s->settings, "server", "url"), &s->origin, &s->host);
	if (rc < 0)
		return rc;
	domain = settings_text(s->settings, "server", "account_domain");
	s->account_domain = *domain ? domain : s->host;
	return 0;
}

static int open_database(struct ctx *cx, struct server *s, bool serve)
{
	struct db_options options = {.dir = s->dir,
		.url = settings_text(s->settings, "database", "url"),
		.readers = (int)settings_int(s->settings, "database", "readers"),
		.serve = serve};
	int rc = db_open(&options, &cx->err, &s->db);

	if (rc < 0)
		return rc;
	cx->db = s->db;
	return db_migrate(cx, store_migrations());
}

static void set_clock(const struct server *s)
{
	int64_t from = settings_int(s->settings, "test", "clock_from"),
		shift = settings_int(s->settings, "test", "clock_shift");
	double speed = (double)settings_int(s->settings, "test", "clock_speed");

	if (from)
		clock_setup_from(from, shift, speed);
	else
		clock_setup(shift, speed);
}

void store_set_log(const struct server *s)
{
	enum log_level level = LOG_INFO;

	log_level_parse(settings_text(s->settings, "log", "level"), &level);
	log_setup(level, str_eq(settings_text(s->settings, "log", "format"), "json"));
}

int store_open(struct ctx *cx, const char *dir, bool serve, struct server **ret)
{
	struct server *s = arena_alloc(cx->arena, sizeof(*s));
	int rc;

	if (!s)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	*ret = s;
	s->dir = dir;
	s->features = features;
	cx->server = s;
	rc = load_settings(cx, s);
	if (rc < 0)
		return rc;
	set_clock(s);
	store_set_log(s);
	rc = secret_load(in_dir(cx->arena, dir, "secret.key"), &cx->err, &s->secret);
	if (rc == 0)
		rc = open_database(cx, s, serve);
	s->keys = rc == 0 ? key_cache_new() : NULL;
	if (rc == 0 && !s->keys)
		rc = ctx_fail(cx, ERR_MEMORY, "not enough memory");
	if (rc == 0) {
		s->media = media_worker_new(&(struct media_options){0}, &cx->err);
		rc = s->media ? 0 : ERR_MEMORY;
	}
	s->started_at = clock_now();
	return rc;
}

void store_close(struct server *s)
{
	if (!s)
		return;
	fetch_loop_free(s->fetch);
	key_free(s->key);
	key_cache_free(s->keys);
	media_worker_free(s->media);
	template_set_free(s->templates);
	asset_set_free(s->assets);
	db_close(s->db);
	secret_free(s->secret);
	settings_free(s->settings);
}
