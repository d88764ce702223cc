/* SQL of follows and of what came in. */
#include "core/follow.h"

#include "base/clock.h"
#include "base/str.h"
#include "core/institution.h"

#define READER "r.id, r.institution, r.kind, r.target, r.host, r.subscribed"

static const char ADD[] =
	"INSERT INTO follow (institution, actor, reader, activity, at)"
	" VALUES ($institution, $actor, $reader, $activity, $now)"
	" ON CONFLICT (institution, actor) DO UPDATE SET activity = excluded.activity";
static const char FIND[] =
	"SELECT " READER ", f.actor FROM follow f JOIN reader r ON r.id = f.reader"
	" WHERE f.institution = $institution AND f.actor = $actor";
static const char FIND_ACTIVITY[] =
	"SELECT " READER ", f.actor FROM follow f JOIN reader r ON r.id = f.reader"
	" WHERE f.actor = $actor AND f.activity = $activity";
static const char FIND_ANY[] =
	"SELECT " READER ", f.actor FROM follow f JOIN reader r ON r.id = f.reader"
	" WHERE f.actor = $actor LIMIT 1";
static const char FIND_OLD[] =
	"SELECT " READER ", f.actor FROM follow f JOIN reader r ON r.id = f.reader"
	" WHERE f.actor = $actor AND r.target <> $target LIMIT 1";
static const char REMOVE[] =
	"DELETE FROM follow WHERE institution = $institution AND actor = $actor";
static const char REPOINT[] =
	"UPDATE follow SET reader = $reader WHERE institution = $institution AND actor = $actor";
/* A new inbox goes on where the old one stood. One that was served already has had what stood
 * between. Its server may have taken entries by the old inbox whose positions are not written: up
 * to here nothing is sure. */
static const char INHERIT[] =
	"UPDATE reader SET position = old.old_position, since = old.old_since, unsure = position"
	" FROM (SELECT position AS old_position, since AS old_since FROM reader WHERE id = $old) AS old WHERE reader.id = $new";
static const char COUNT[] = "SELECT count(*) FROM follow WHERE institution = $institution";
static const char MARK[] =
	"INSERT INTO received (id, kind, at) VALUES ($id, $kind, $now) ON CONFLICT (id) DO NOTHING";
static const char TAKE[] = "DELETE FROM received WHERE id = $id AND kind = $kind";
static const char FORGET[] =
	"DELETE FROM received WHERE id IN (SELECT id FROM received WHERE at < $before LIMIT 1000)";

int follow_add(struct tx *tx, int64_t institution, const struct remote_actor *actor,
	const char *activity, struct reader *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, ADD);
	const struct institution *i;
	int rc = institution_load(tx, institution, &i);

	if (rc == 0 && i->closed)
		rc = tx_fail(tx, ERR_GONE, "the institution \"%s\" is closed", i->handle);
	if (rc == 0)
		rc = reader_lock(tx, institution, FOLLOWERS_KIND, actor_target(actor),
			fetch_url_host(tx_arena(tx), actor_target(actor)), ret);
	if (rc < 0)
		return rc;
	bind_int(q, "institution", institution);
	bind_int(q, "actor", actor->id);
	bind_int(q, "reader", ret->id);
	bind_text(q, "activity", activity);
	bind_int(q, "now", clock_now());
	rc = stmt_run(q);
	return rc < 0 ? rc : reader_recount(tx, ret);
}

static int remove_one(struct tx *tx, int64_t institution, int64_t actor)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, REMOVE);

	bind_int(q, "institution", institution);
	bind_int(q, "actor", actor);
	return stmt_run(q);
}

/* The follow that the prepared search finds: its reader is locked, it is removed, the reader
 * recounted. 1 when found. */
static int remove_found(struct tx *tx, struct stmt *q)
{
	struct reader r = {0};
	int64_t actor;
	int rc = stmt_step(q);

	if (rc <= 0)
		return rc;
	r.institution = col_int(q, 1);
	r.kind = col_strdup(q, 2);
	r.target = col_strdup(q, 3);
	r.host = col_strdup(q, 4);
	actor = col_int(q, 6);
	rc = reader_lock(tx, r.institution, r.kind, r.target, r.host, &r);
	if (rc == 0)
		rc = remove_one(tx, r.institution, actor);
	if (rc == 0)
		rc = reader_recount(tx, &r);
	return rc < 0 ? rc : 1;
}

int follow_remove(struct tx *tx, int64_t institution, int64_t actor)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FIND);

	bind_int(q, "institution", institution);
	bind_int(q, "actor", actor);
	return remove_found(tx, q);
}

int follow_remove_activity(struct tx *tx, int64_t actor, const char *activity)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FIND_ACTIVITY);

	bind_int(q, "actor", actor);
	bind_text(q, "activity", activity);
	return remove_found(tx, q);
}

static int remove_any(struct tx *tx, int64_t actor)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FIND_ANY);

	bind_int(q, "actor", actor);
	return remove_found(tx, q);
}

int follow_remove_all(struct tx *tx, int64_t actor)
{
	int rc;

	do
		rc = remove_any(tx, actor);
	while (rc > 0);
	return rc;
}

static int inherit(struct tx *tx, int64_t new_reader, int64_t old_reader)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, INHERIT);

	bind_int(q, "new", new_reader);
	bind_int(q, "old", old_reader);
	return stmt_run(q);
}

static int repoint(struct tx *tx, int64_t institution, int64_t actor, int64_t reader)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, REPOINT);

	bind_int(q, "institution", institution);
	bind_int(q, "actor", actor);
	bind_int(q, "reader", reader);
	return stmt_run(q);
}

static int move_to(struct tx *tx, const struct remote_actor *actor, struct reader *old)
{
	const char *target = actor_target(actor);
	struct reader fresh;
	bool begins;
	int rc = reader_lock(tx, old->institution, old->kind, old->target, old->host, old);

	if (rc == 0)
		rc = reader_lock(tx, old->institution, FOLLOWERS_KIND, target,
			fetch_url_host(tx_arena(tx), target), &fresh);
	if (rc == 0)
		rc = repoint(tx, old->institution, actor->id, fresh.id);
	begins = rc == 0 && !fresh.subscribed;
	if (rc == 0)
		rc = reader_recount(tx, &fresh);
	if (begins && rc == 0)
		rc = inherit(tx, fresh.id, old->id);
	if (rc == 0)
		rc = reader_recount(tx, old);
	return rc;
}

static int move_one(struct tx *tx, const struct remote_actor *actor)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FIND_OLD);
	struct reader old = {0};
	int rc;

	bind_int(q, "actor", actor->id);
	bind_text(q, "target", actor_target(actor));
	rc = stmt_step(q);
	if (rc <= 0)
		return rc;
	old.institution = col_int(q, 1);
	old.kind = col_strdup(q, 2);
	old.target = col_strdup(q, 3);
	old.host = col_strdup(q, 4);
	rc = move_to(tx, actor, &old);
	return rc < 0 ? rc : 1;
}

int follow_move(struct tx *tx, const struct remote_actor *actor)
{
	int rc;

	do
		rc = move_one(tx, actor);
	while (rc > 0);
	return rc;
}

int follow_count(struct tx *tx, int64_t institution, int64_t *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, COUNT);
	int rc;

	bind_int(q, "institution", institution);
	rc = stmt_step(q);
	if (rc > 0)
		*ret = col_int(q, 0);
	return rc < 0 ? rc : 0;
}

int received_mark(struct tx *tx, const unsigned char id[32], const char *kind, int64_t now)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, MARK);
	int rc;

	bind_blob(q, "id", id, 32);
	bind_text(q, "kind", kind);
	bind_int(q, "now", now);
	rc = stmt_run(q);
	return rc < 0 ? rc : stmt_changes(q) > 0;
}

int received_take(struct tx *tx, const unsigned char id[32], const char *kind)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, TAKE);
	int rc;

	bind_blob(q, "id", id, 32);
	bind_text(q, "kind", kind);
	rc = stmt_run(q);
	return rc < 0 ? rc : stmt_changes(q) > 0;
}

int received_forget(struct tx *tx, int64_t before)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FORGET);

	int rc;

	bind_int(q, "before", before);
	rc = stmt_run(q);
	return rc < 0 ? rc : (int)stmt_changes(q);
}
