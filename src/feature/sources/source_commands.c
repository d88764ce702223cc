#include "feature/sources/source_commands.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "core/institution.h"
#include "core/server.h"
#include "feature/sources/import.h"

#define EVERY_MIN MINUTE
#define EVERY_MAX (30 * DAY)
#define BAR_WIDTH 30

struct keeping {
	const char *handle;
	struct source wanted;
	const struct source *kept;
};

static int keep(struct tx *tx, void *arg)
{
	struct keeping *k = arg;
	const struct institution *i;
	int rc = institution_find(tx, k->handle, &i);

	if (rc == 0 && i->closed)
		rc = tx_fail(tx, ERR_GONE, "the institution \"%s\" is closed", i->handle);
	if (rc < 0)
		return rc;
	k->wanted.institution = i->id;
	return source_keep(tx, &k->wanted, &k->kept);
}

static bool is_url(const char *s)
{
	return str_starts(s, "https://") || str_starts(s, "http://");
}

static int read_every(struct invocation *in, const char *feed, int64_t *ret)
{
	const char *text = invocation_text(in, "every");

	*ret = -1;
	if (!text)
		return 0;
	if (!is_url(feed))
		return ctx_fail(&in->cx, ERR_INVALID,
			"--every is for a feed's URL: a file is read when you say so");
	if (!str_to_duration(text, ret) || *ret < EVERY_MIN || *ret > EVERY_MAX)
		return ctx_fail(&in->cx, ERR_INVALID,
			"--every: \"%.40s\" is not a time such as 15m, 2h or 1d, from one minute to 30 days",
			text);
	return 0;
}

/* A file by its whole path, so that it is the same source from wherever the command is run. */
static int read_feed_name(struct invocation *in, const char *feed, const char **ret)
{
	char path[PATH_MAX];

	if (is_url(feed)) {
		bool private = settings_bool(in->cx.server->settings, "fetch", "allow_private");

		*ret = feed;
		return fetch_url_check(feed, private, &in->cx.err);
	}
	if (!realpath(feed, path))
		return ctx_fail(&in->cx, ERR_INVALID, "the file %.300s cannot be read", feed);
	*ret = arena_strdup(in->cx.arena, path);
	return *ret ? 0 : ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
}

/* A bar on a terminal, at most ten times a second. */
static void show(const struct import_result *r, int64_t bytes, int64_t of_bytes, void *arg)
{
	int64_t *last = arg, now = clock_steady();
	int full = of_bytes > 0 ? (int)(bytes * BAR_WIDTH / of_bytes) : 0;

	if (now - *last < 100)
		return;
	*last = now;
	fprintf(stderr, "\r[%.*s%.*s] %3d %%  %lld items, %lld new, %lld changed ", full,
		"##############################", BAR_WIDTH - full,
		"                              ", of_bytes > 0 ? (int)(bytes * 100 / of_bytes) : 0,
		(long long)r->items, (long long)r->fresh, (long long)r->changed);
}

/* In text: not every reader of JSON takes 63 bits. */
static char *id_text(struct arena *a, int64_t id)
{
	return arena_printf(a, "%lld", (long long)id);
}

static json_t *result_json(struct arena *a, const struct source *s, const struct import_result *r)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:s?, s:s?}",
		"source", id_text(a, s->id), "url", s->url, "items", (json_int_t)r->items, "new",
		(json_int_t)r->fresh, "quiet", (json_int_t)r->quiet, "changed",
		(json_int_t)r->changed, "known", (json_int_t)r->known, "left_out",
		(json_int_t)r->left_out, "pictures", (json_int_t)r->pictures, "pictures_missing",
		(json_int_t)r->pictures_missing, "unchanged", r->unchanged, "feed_fault",
		r->feed_fault, "last_fault", r->last_fault);
}

static void tell(struct invocation *in, const struct source *s, const struct import_result *r)
{
	const char *every = s->every ? arena_printf(in->cx.arena,
					       "The server reads it again every %lld minutes.\n",
					       (long long)(s->every / MINUTE))
				     : "";

	invocation_answer(in, result_json(in->cx.arena, s, r),
		"%lld items: %lld new (%lld of them quiet, being older than 48 hours), %lld changed, %lld known, %lld left out; %lld"
		" pictures, %lld could not be had.\n%s%s%s%s%s%s%s",
		(long long)r->items, (long long)r->fresh, (long long)r->quiet,
		(long long)r->changed, (long long)r->known, (long long)r->left_out,
		(long long)r->pictures, (long long)r->pictures_missing,
		r->feed_fault ? "The feed has faults: " : "", r->feed_fault ? r->feed_fault : "",
		r->feed_fault ? "\n" : "", r->last_fault ? "The last that was left out: " : "",
		r->last_fault ? r->last_fault : "", r->last_fault ? "\n" : "", every);
}

static int save(struct tx *tx, void *arg)
{
	return source_save(tx, arg);
}

/* What the server knows of the source when it looks the next time; why: this reading failed. */
static int note(struct invocation *in, const struct source *s, const struct import_result *r,
	const char *why)
{
	struct source after = *s;
	int64_t now = clock_now();

	after.attempts = why ? s->attempts + 1 : 0;
	after.why = why ? why : r->feed_fault ? r->feed_fault : "";
	after.read_at = why ? s->read_at : now;
	after.next_at = now + s->every;
	after.etag = why ? s->etag : r->etag;
	after.modified = why ? s->modified : r->modified;
	return db_write(&in->cx, save, &after);
}

static int run_import(struct invocation *in)
{
	const struct option_value *lang = invocation_option(in, "lang", 0);
	struct keeping k = {.handle = in->arguments[0]};
	struct import_result r = {0};
	int64_t last = 0;
	int rc = read_feed_name(in, in->arguments[1], &k.wanted.url);

	if (rc == 0)
		rc = read_every(in, in->arguments[1], &k.wanted.every);
	k.wanted.lang = lang ? lang->lang : "";
	k.wanted.send_all = invocation_flag(in, "send-all");
	k.wanted.next_at = clock_now() + HOUR; /* until this reading is over */
	if (rc == 0)
		rc = db_write(&in->cx, keep, &k);
	if (rc == 0)
		rc = server_fetch_start(&in->cx);
	if (rc < 0)
		return rc;
	if (isatty(STDERR_FILENO) && !in->json) {
		r.progress = show;
		r.arg = &last;
	}
	rc = import_source(&in->cx, k.kept, &r);
	if (last)
		fprintf(stderr, "\r\033[K");
	if (rc < 0) {
		const char *why = arena_strdup(in->cx.arena, err_text(&in->cx.err));

		if (note(in, k.kept, &r, why ? why : "") < 0)
			return rc;
		return ctx_fail(&in->cx, rc, "%s", why ? why : "");
	}
	rc = note(in, k.kept, &r, NULL);
	if (rc == 0)
		tell(in, k.kept, &r);
	return rc;
}

struct listing {
	const struct source *list;
	int count;
};

static int list(struct tx *tx, void *arg)
{
	struct listing *l = arg;

	return source_list(tx, &l->list, &l->count);
}

static json_t *describe(struct arena *a, const struct source *s)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s}", "source", id_text(a, s->id),
		"institution", s->handle, "url", s->url, "every", (json_int_t)s->every, "read_at",
		(json_int_t)s->read_at, "next_at", (json_int_t)s->next_at, "attempts",
		(json_int_t)s->attempts, "why", s->why);
}

static void print_source(const struct source *s)
{
	char at[32] = "never", next[32];

	if (s->read_at)
		clock_rfc3339(s->read_at, at);
	clock_rfc3339(s->next_at, next);
	printf("%lld  %s  %s\n  read: %s", (long long)s->id, s->handle, s->url, at);
	if (s->every)
		printf("; every %lld min, next: %s", (long long)(s->every / MINUTE), next);
	if (s->attempts)
		printf("; FAILS, %lld times in a row", (long long)s->attempts);
	printf("%s%s\n", *s->why ? ": " : "", s->why);
}

static int run_list(struct invocation *in)
{
	struct listing l = {0};
	json_t *all = json_array();
	int rc = db_read(&in->cx, list, &l);

	for (int i = 0; rc == 0 && i < l.count; i++) {
		if (in->json)
			json_array_append_new(all, describe(in->cx.arena, &l.list[i]));
		else
			print_source(&l.list[i]);
	}
	if (rc == 0)
		invocation_answer(in, json_incref(all), "%s", "");
	json_decref(all);
	return rc;
}

static int stop(struct tx *tx, void *arg)
{
	return source_stop(tx, *(const int64_t *)arg);
}

static int run_sources(struct invocation *in)
{
	const char *verb = in->argument_count > 0 ? in->arguments[0] : "list";
	int64_t id = 0;
	int rc;

	if (str_eq(verb, "list") && in->argument_count < 2)
		return run_list(in);
	if (!str_eq(verb, "stop") || in->argument_count != 2 || !id_parse(in->arguments[1], &id))
		return ctx_fail(&in->cx, ERR_INVALID,
			"usage: chorsu sources DIR [list | stop SOURCE], not \"%.60s\"", verb);
	rc = db_write(&in->cx, stop, &id);
	if (rc == 0)
		invocation_answer(in, json_pack("{s:s}", "source", id_text(in->cx.arena, id)),
			"The server does not read it any more; what came from it stays.\n");
	return rc;
}

static const struct option IMPORT[] = {
	{.name = "every",
		.kind = OPTION_TEXT,
		.value = "TIME",
		.says = "let the server read it again and again: 15m, 2h, 1d"},
	{.name = "lang",
		.kind = OPTION_LANG,
		.value = "LANG",
		.says = "of items that do not say theirs; default: what their letters tell"},
	{.name = "send-all",
		.kind = OPTION_FLAG,
		.says = "send old items to followers too; without it those older than 48 hours only stand on the page"},
	{0},
};

const struct command source_commands[] = {
	{.name = "import",
		.arguments = "HANDLE FEED",
		.least = 2,
		.most = 2,
		.needs = NEEDS_STORE,
		.options = IMPORT,
		.run = run_import,
		.says = "take the items of an RSS, Atom or JSON feed as statements, again and again without repeats",
		.more = "FEED is a URL or a file. A changed item becomes a revision; one that disappears from the feed stays."},
	{.name = "sources",
		.arguments = "[list | stop SOURCE]",
		.most = 2,
		.needs = NEEDS_STORE,
		.run = run_sources,
		.says = "the feeds that were imported: when they are read again, and what fails; stop: read it no more"},
	{0},
};
