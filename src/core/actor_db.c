/* SQL of remote actors. */
#include "core/actor.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"
#include "core/follow.h"

#define COLUMNS "id, uri, host, name, inbox, shared_inbox, key_id, key_pem, fetched_at, gone_at"

static const char BY_URI[] = "SELECT " COLUMNS " FROM remote_actor WHERE uri = $what";
static const char BY_KEY[] = "SELECT " COLUMNS " FROM remote_actor WHERE key_id = $what";
static const char SAVE[] =
	"INSERT INTO remote_actor (id, uri, host, name, inbox, shared_inbox, key_id, key_pem, fetched_at)"
	" VALUES ($id, $uri, $host, $name, $inbox, $shared_inbox, $key_id, $key_pem, $fetched_at)"
	" ON CONFLICT (uri) DO UPDATE SET name = excluded.name, inbox = excluded.inbox, shared_inbox = excluded.shared_inbox,"
	" key_id = excluded.key_id, key_pem = excluded.key_pem, fetched_at = excluded.fetched_at, gone_at = NULL RETURNING id";
/* A key id that another actor had is taken from it: whoever is fetched last at that address owns
 * it. */
static const char FREE_KEY[] =
	"UPDATE remote_actor SET key_id = 'was:' || id WHERE key_id = $key_id AND uri <> $uri";
static const char FORGET[] = "UPDATE remote_actor SET gone_at = $now, key_pem = '' WHERE id = $id";

const char *actor_target(const struct remote_actor *a)
{
	return *a->shared_inbox ? a->shared_inbox : a->inbox;
}

static int load(struct tx *tx, const char *sql, const char *what, struct remote_actor *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, sql);
	int rc;

	bind_text(q, "what", what);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "no such actor is known");
	*ret = (struct remote_actor){.id = col_int(q, 0),
		.uri = col_strdup(q, 1),
		.host = col_strdup(q, 2),
		.name = col_strdup(q, 3),
		.inbox = col_strdup(q, 4),
		.shared_inbox = col_strdup(q, 5),
		.key_id = col_strdup(q, 6),
		.key_pem = col_strdup(q, 7),
		.fetched_at = col_int(q, 8),
		.gone = !col_null(q, 9)};
	return 0;
}

int actor_by_uri(struct tx *tx, const char *uri, struct remote_actor *ret)
{
	return load(tx, BY_URI, uri, ret);
}

int actor_by_key(struct tx *tx, const char *key_id, struct remote_actor *ret)
{
	return load(tx, BY_KEY, key_id, ret);
}

static int free_key(struct tx *tx, const struct remote_actor *a)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FREE_KEY);

	bind_text(q, "key_id", a->key_id);
	bind_text(q, "uri", a->uri);
	return stmt_run(q);
}

static int save_row(struct tx *tx, struct remote_actor *a)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SAVE);
	int rc;

	bind_int(q, "id", id_new());
	bind_text(q, "uri", a->uri);
	bind_text(q, "host", a->host);
	bind_text(q, "name", a->name);
	bind_text(q, "inbox", a->inbox);
	bind_text(q, "shared_inbox", a->shared_inbox);
	bind_text(q, "key_id", a->key_id);
	bind_text(q, "key_pem", a->key_pem);
	bind_int(q, "fetched_at", a->fetched_at);
	rc = stmt_step(q);
	if (rc > 0)
		a->id = col_int(q, 0);
	return rc < 0 ? rc : 0;
}

int actor_save(struct tx *tx, struct remote_actor *a)
{
	struct remote_actor old;
	int found = actor_by_uri(tx, a->uri, &old);
	int rc = found < 0 && found != ERR_NOT_FOUND ? found : free_key(tx, a);

	if (rc == 0)
		rc = save_row(tx, a);
	if (rc == 0 && found == 0 && !str_eq(actor_target(&old), actor_target(a)))
		rc = follow_move(tx, a);
	return rc;
}

int actor_gone(struct tx *tx, int64_t id)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FORGET);
	int rc = follow_remove_all(tx, id);

	if (rc < 0)
		return rc;
	bind_int(q, "id", id);
	bind_int(q, "now", clock_now());
	return stmt_run(q);
}
