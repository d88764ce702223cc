/* SIGHUP: reading the settings again while threads use them. How they are handed over is
 * settings_apply's work; which may change at once, the rows say. */
#include "app/reload.h"

#include "app/app.h"
#include "base/log.h"
#include "base/str.h"
#include "feature/site/site.h"

#define ARENA_MAX (1 * MIB)
#define NAMES_MAX (16 * KIB)

/* Everything that a start would refuse is refused. */
static int load(struct ctx *cx, const struct server *s, struct settings **ret)
{
	const char *path = arena_printf(cx->arena, "%s/chorsu.conf", s->dir), *origin, *host;
	int rc;

	if (!path)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	rc = settings_load(path, store_settings(), &cx->err, ret);
	if (rc == 0)
		rc = store_parse_url(cx, settings_text(*ret, "server", "url"), &origin, &host);
	if (rc == 0)
		rc = site_check(*ret, &cx->err);
	return rc;
}

/* The log is opened again whatever the file says: somebody may have moved it and waits. */
static int open_log(struct ctx *cx, const struct settings *running, const struct settings *fresh)
{
	int rc = log_open(settings_text(fresh ? fresh : running, "log", "file"), &cx->err);
	struct err second = {0};

	if (rc < 0 && fresh && log_open(settings_text(running, "log", "file"), &second) < 0)
		return rc; /* the old one is still open */
	return rc;
}

static void say(const struct buf *changed, const struct buf *waiting)
{
	log_event(waiting->len ? LOG_WARN : LOG_INFO, "reloaded", "changed", buf_text(changed),
		"waiting_for_restart", buf_text(waiting), NULL);
}

static int reload(struct ctx *cx, struct server *s, struct http_server *http)
{
	AUTO(buf_done) struct buf changed = BUF(NAMES_MAX);
	AUTO(buf_done) struct buf waiting = BUF(NAMES_MAX);
	struct settings *fresh = NULL;
	int rc = load(cx, s, &fresh), opened = open_log(cx, s->settings, rc == 0 ? fresh : NULL);

	if (rc == 0)
		rc = opened;
	if (rc == 0)
		rc = settings_apply(s->settings, fresh, &changed, &waiting, &cx->err);
	settings_free(fresh);
	if (rc < 0)
		return rc;
	store_set_log(s);
	http_log_access(http, settings_bool(s->settings, "log", "access"));
	say(&changed, &waiting);
	return 0;
}

void server_reload(struct server *s, struct http_server *http)
{
	struct ctx cx = {.arena = arena_new(ARENA_MAX), .server = s, .db = s->db};
	int rc = cx.arena ? reload(&cx, s, http) : ctx_fail(&cx, ERR_MEMORY, "not enough memory");

	if (rc < 0)
		log_event(LOG_ERROR, "not_reloaded", "error", err_text(&cx.err), NULL);
	arena_free(cx.arena);
}
