/* SIGHUP: reading the settings again while threads use them. How they are handed over is
 * settings_apply's work; which may change at once, the rows say. */
#include "app/reload.h"

#include "app/overrides.h"
#include "base/log.h"
#include "base/str.h"
#include "feature/site/site.h"

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

/* Those of the operator as they stand now; with one that is wrong, everything stays as it was. */
static int reload_files(struct ctx *cx, struct server *s)
{
	struct overrides o = {0};
	struct template_set *templates = NULL;
	struct asset_set *assets = NULL;
	int rc = overrides_read(cx, s->dir, &o);

	if (rc == 0 && overrides_log(&o) > 0)
		return ctx_fail(cx, ERR_INVALID,
			"templates and assets stay as they were, for at least one is wrong");
	if (rc == 0)
		rc = overrides_load(cx, &o, &templates, &assets);
	if (rc < 0)
		return rc;
	template_set_replace(s->templates, templates);
	asset_set_replace(s->assets, assets);
	return 0;
}

void server_reload(struct server *s, struct http_server *http)
{
	struct ctx cx = {.arena = arena_new(OVERRIDES_MEMORY), .server = s, .db = s->db};

	if (cx.arena && reload_files(&cx, s) < 0)
		log_event(LOG_ERROR, "files_not_reloaded", "error", err_text(&cx.err), NULL);
	if (!cx.arena || reload(&cx, s, http) < 0)
		log_event(LOG_ERROR, "not_reloaded", "error",
			cx.arena ? err_text(&cx.err) : "not enough memory", NULL);
	http_cache_forget(http); /* what was rendered with the old files and settings */
	arena_free(cx.arena);
}
