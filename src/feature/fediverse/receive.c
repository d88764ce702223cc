/* One row a kind of activity. Each handler runs in one transaction; repeats and reorderings do no
 * harm. */
#include "feature/fediverse/receive.h"

#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "core/delivery.h"
#include "core/follow.h"
#include "core/host.h"
#include "core/server.h"
#include "feature/fediverse/remote.h"
#include "feature/fediverse/vocabulary.h"

struct receiving {
	struct ctx *cx;
	const struct server *server;
	const struct remote_actor *actor;
	const json_t *activity;
	const json_t *object; /* embedded, or NULL */
	const char *object_id;
	int64_t institution;
	int64_t parcel;
	struct remote_actor fresh; /* of an Update */
	char *accept;              /* of a Follow: its answer */
	unsigned char hash[32];    /* of a Follow, or of the Undo that ends it */
	int (*handle)(struct tx *tx, struct receiving *r);
};

/* Of an actor's activity: nobody can speak of another's. */
static void hash_id(
	struct arena *a, const struct remote_actor *actor, const char *id, unsigned char out[32])
{
	const char *text = arena_printf(a, "%s %s", actor->uri, id);

	memset(out, 0, 32);
	if (text)
		digest_sha256(text, strlen(text), out);
}

static int prepare_accept(struct receiving *r)
{
	json_t *accept = vocabulary_accept(r->cx->arena, r->server, r->institution, r->parcel,
		json_str(r->activity, "id"), r->actor->uri);
	AUTO(auto_free) char *text = json_text(accept);

	json_decref(accept);
	r->accept = arena_strdup(r->cx->arena, text);
	return r->accept ? 0 : ctx_fail(r->cx, ERR_MEMORY, "not enough memory");
}

/* One answer waits for one follower, the newest: an actor whose inbox takes nothing cannot heap
 * them up. */
static int accept_follow(struct tx *tx, struct receiving *r, int64_t reader)
{
	int rc = parcel_take_back(tx, reader, r->actor->id);

	return rc < 0 ? rc : parcel_add(tx, reader, "activity", r->parcel, r->actor->id, r->accept);
}

/* An Undo that came before its Follow wins, once: some servers give every Follow of the same two
 * actors the same id. So an Undo that only comes again must not wait for the next Follow: what has
 * ended a follow, or waits for one, is known by its own id. */
static int follow(struct tx *tx, struct receiving *r)
{
	struct reader reader;
	int rc = received_take(tx, r->hash, "undo");

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = follow_add(tx, r->institution, r->actor, json_str(r->activity, "id"), &reader);
	if (rc == 0)
		rc = accept_follow(tx, r, reader.id);
	CRASH_POINT("follow.before_write");
	return rc;
}

static int remember_undo(struct tx *tx, struct receiving *r, bool ended)
{
	unsigned char undone[32];
	int rc = received_mark(tx, r->hash, "undone", clock_now());

	if (ended || rc <= 0)
		return rc;
	hash_id(tx_arena(tx), r->actor, r->object_id, undone);
	return received_mark(tx, undone, "undo", clock_now());
}

static int undo(struct tx *tx, struct receiving *r)
{
	int rc;

	if (!r->object_id)
		return tx_fail(tx, ERR_INVALID, "the Undo does not say what it undoes");
	if (r->object && !str_eq(json_str(r->object, "type"), "Follow"))
		return 0;
	if (r->institution)
		rc = follow_remove(tx, r->institution, r->actor->id);
	else
		rc = follow_remove_activity(tx, r->actor->id, r->object_id);
	if (rc >= 0)
		rc = remember_undo(tx, r, rc > 0);
	CRASH_POINT("follow.before_write");
	return rc < 0 ? rc : 0;
}

static int block(struct tx *tx, struct receiving *r)
{
	int rc = r->institution ? follow_remove(tx, r->institution, r->actor->id) : 0;

	return rc < 0 ? rc : 0;
}

static int erase(struct tx *tx, struct receiving *r)
{
	return str_eq(r->object_id, r->actor->uri) ? actor_gone(tx, r->actor->id) : 0;
}

static int nothing(struct tx *tx, struct receiving *r)
{
	(void)tx;
	(void)r;
	return 0;
}

static int write_down(struct tx *tx, void *arg)
{
	struct receiving *r = arg;
	int rc = host_db_revive(tx, r->actor->host);

	return rc < 0 ? rc : r->handle(tx, r);
}

/* Before the transaction: what needs reading of the activity, or the network. */
static int prepare_follow(struct receiving *r)
{
	if (!actor_url_parse(r->server, r->object_id, &r->institution))
		return ctx_fail(r->cx, ERR_NOT_FOUND, "there is no institution at %.200s",
			r->object_id ? r->object_id : "\"\"");
	r->parcel = id_new();
	hash_id(r->cx->arena, r->actor, json_str(r->activity, "id"), r->hash);
	return prepare_accept(r);
}

static int prepare_undo(struct receiving *r)
{
	if (r->object && json_id(r->object, "actor") &&
		!str_eq(json_id(r->object, "actor"), r->actor->uri))
		return ctx_fail(r->cx, ERR_INVALID, "an actor can undo only what it did itself");
	if (!actor_url_parse(r->server, json_id(r->object, "object"), &r->institution))
		r->institution = 0;
	hash_id(r->cx->arena, r->actor, json_str(r->activity, "id"), r->hash);
	return 0;
}

static int prepare_block(struct receiving *r)
{
	if (!actor_url_parse(r->server, r->object_id, &r->institution))
		r->institution = 0;
	return 0;
}

/* An actor that changed: its inbox may have moved, and the readers with it. The document that the
 * actor itself signed is taken; a bare address, or what does not pass the checks, is fetched, and
 * when that cannot be done now the sender is asked to come again. */
static int prepare_update(struct receiving *r)
{
	int rc;

	if (!str_eq(r->object_id, r->actor->uri))
		return 0;
	if (r->object && remote_parse(r->cx, r->object, r->actor->uri, &r->fresh) == 0)
		return 0;
	rc = remote_fetch(r->cx, r->actor->uri, &r->fresh);
	if (rc == ERR_BUSY || rc == ERR_RATE || rc == ERR_NETWORK || rc == ERR_TIMEOUT)
		return ctx_fail(
			r->cx, ERR_BUSY, "the actor's document cannot be had now: try again later");
	r->fresh.uri = NULL; /* saved already, or of no use */
	return 0;
}

static int refresh(struct tx *tx, struct receiving *r)
{
	return r->fresh.uri ? actor_save(tx, &r->fresh) : 0;
}

static const struct kind {
	const char *type;
	int (*prepare)(struct receiving *r);
	int (*handle)(struct tx *tx, struct receiving *r);
} KINDS[] = {
	{"Follow", prepare_follow, follow},
	{"Undo", prepare_undo, undo},
	{"Block", prepare_block, block},
	{"Delete", NULL, erase},
	{"Update", prepare_update, refresh},
};

int receive(struct ctx *cx, const struct remote_actor *actor, const json_t *activity)
{
	struct receiving r = {.cx = cx,
		.server = cx->server,
		.actor = actor,
		.activity = activity,
		.object = json_object_get(activity, "object"),
		.object_id = json_id(activity, "object"),
		.handle = nothing};
	const char *type = json_str(activity, "type");
	int rc = 0;

	if (!json_is_object(r.object))
		r.object = NULL;
	for (size_t i = 0; i < LENGTH(KINDS); i++) {
		if (!str_eq(KINDS[i].type, type))
			continue;
		r.handle = KINDS[i].handle;
		if (KINDS[i].prepare)
			rc = KINDS[i].prepare(&r);
	}
	if (rc == 0)
		rc = db_write(cx, write_down, &r);
	if (rc < 0)
		return rc;
	CRASH_POINT("follow.after_write");
	if (cx->server->delivery)
		delivery_kick(cx->server->delivery);
	return 0;
}
