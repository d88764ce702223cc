/* The kind of reader that serves followers' inboxes: entries as signed activities. */
#include "feature/fediverse/deliver.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "core/limits.h"
#include "feature/fediverse/vocabulary.h"
#include "kit/crypto/httpsig.h"

struct rendering {
	const struct entry *e;
	const struct institution *i;
	const struct post *p;
	const struct post_tag *tags;
};

static int load(struct tx *tx, void *arg)
{
	struct rendering *r = arg;
	int rc = institution_load(tx, r->e->institution, &r->i);

	if (rc == 0 && r->e->post)
		rc = post_load(tx, r->e->post, &r->p);
	if (rc == 0 && r->e->post)
		rc = post_tags(tx, r->e->post, &r->tags);
	return rc;
}

static int render(struct ctx *cx, const struct entry *e, struct payload **ret)
{
	struct rendering r = {.e = e};
	bool remove = str_eq(e->kind, "delete");
	AUTO(auto_free) char *text = NULL;
	json_t *activity;
	int rc;

	if (!remove && !str_eq(e->kind, "create") && !str_eq(e->kind, "update") &&
		!str_eq(e->kind, "profile"))
		return ERR_UNSUPPORTED;
	rc = db_read(cx, load, &r);
	if (rc < 0)
		return rc;
	if (r.p && r.p->withdrawn && !remove)
		return ERR_GONE;
	activity = vocabulary_activity(cx->arena, cx->server, r.i, e, r.p, r.tags, true);
	text = json_text(activity);
	json_decref(activity);
	if (!text)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	*ret = payload_new(text, strlen(text), ACTIVITY_TYPE, r.i->head);
	return *ret ? 0 : ctx_fail(cx, ERR_MEMORY, "not enough memory");
}

/* Runs on the loop's thread, hot: no allocation but the stack's. The target of an inbox is its path
 * and query. */
static int headers(struct transfer *t, const struct sending *s)
{
	char line[1000], date[40], key_id[300];
	const char *target = strstr(s->target, "://");
	struct httpsig_message m = {.method = "post",
		.host = s->host,
		.date = date,
		.digest = s->payload->digest,
		.content_type = s->payload->content_type};
	int rc;

	target = target ? strchr(target + 3, '/') : NULL;
	m.target = target ? target : "/";
	clock_http_date(clock_now(), date);
	snprintf(key_id, sizeof(key_id), "%s/actor/%lld#main-key", s->server->origin,
		(long long)s->institution);
	rc = httpsig_sign(s->key, key_id, &m, line, sizeof(line));
	if (rc < 0)
		return rc;
	transfer_header(t, line);
	snprintf(line, sizeof(line), "Date: %s", date);
	transfer_header(t, line);
	snprintf(line, sizeof(line), "Digest: %s", s->payload->digest);
	transfer_header(t, line);
	return 0;
}

const struct reader_kind fediverse_kind = {
	.name = "fediverse",
	.followers_only = true,
	.render = render,
	.content_type = ACTIVITY_TYPE,
	.headers = headers,
};
