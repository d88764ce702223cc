/* SQL of hosts. */
#include "core/host.h"

#include <string.h>

#include "base/str.h"

static const char ENSURE[] =
	"INSERT INTO host (name, state, attempts, next_at, last_ok_at, why, window_size, signature, software, policy)"
	" VALUES ($name, 'live', 0, 0, $now, '', 2, 'cavage', '', '') ON CONFLICT (name) DO NOTHING";
static const char LOAD[] =
	"SELECT name, state, attempts, next_at, failing_since, last_ok_at, window_size, why FROM host"
	" WHERE name = $name";
static const char SAVE[] =
	"UPDATE host SET state = $state, attempts = $attempts, next_at = $next_at,"
	" failing_since = $failing_since, last_ok_at = $last_ok_at, window_size = $window, why = $why"
	" WHERE name = $name";
static const char READERS[] =
	"UPDATE reader SET parked = $parked WHERE host = $name AND local = 0 AND parked <> $parked";
static const char DUE[] =
	"SELECT name FROM host WHERE state = 'parked' AND next_at <= $now ORDER BY next_at LIMIT $limit";
static const char LIVE[] = "UPDATE host SET state = 'live' WHERE name = $name";
static const char REVIVE[] =
	"UPDATE host SET state = 'live', attempts = 0, failing_since = NULL, next_at = 0, window_size = 1"
	" WHERE name = $name AND state = 'retired'";
static const char NEXT[] = "SELECT min(next_at) FROM host WHERE state = 'parked'";
static const char *const STATES[] = {"live", "parked", "retired"};

int host_db_ensure(struct tx *tx, const char *name, int64_t now)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, ENSURE);

	bind_text(q, "name", name);
	bind_int(q, "now", now);
	return stmt_run(q);
}

int host_db_load(struct tx *tx, const char *name, struct host *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LOAD);
	int rc;

	bind_text(q, "name", name);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "no host is known by the name \"%s\"", name);
	*ret = (struct host){.name = col_strdup(q, 0),
		.attempts = (int)col_int(q, 2),
		.next_at = col_int(q, 3),
		.failing_since = col_int(q, 4),
		.last_ok_at = col_int(q, 5),
		.window = (int)col_int(q, 6),
		.why = col_strdup(q, 7)};
	for (int i = 0; i < 3; i++)
		if (str_eq(col_text(q, 1), STATES[i]))
			ret->state = (enum host_state)i;
	return 0;
}

int host_db_park_readers(struct tx *tx, const char *name, bool parked)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, READERS);

	bind_text(q, "name", name);
	bind_int(q, "parked", parked);
	return stmt_run(q);
}

int host_db_save(struct tx *tx, const struct host *h, bool readers)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SAVE);
	int rc;

	bind_text(q, "name", h->name);
	bind_text(q, "state", STATES[h->state]);
	bind_int(q, "attempts", h->attempts);
	bind_int(q, "next_at", h->next_at);
	if (h->failing_since)
		bind_int(q, "failing_since", h->failing_since);
	bind_int(q, "last_ok_at", h->last_ok_at);
	bind_int(q, "window", h->window);
	bind_text(q, "why", h->why);
	rc = stmt_run(q);
	return rc < 0 || !readers ? rc : host_db_park_readers(tx, h->name, h->state != HOST_LIVE);
}

static int make_live(struct tx *tx, const char *name)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LIVE);
	int rc;

	bind_text(q, "name", name);
	rc = stmt_run(q);
	return rc < 0 ? rc : host_db_park_readers(tx, name, false);
}

int host_db_unpark(struct tx *tx, int64_t now, int limit, const char ***ret, int *ret_count)
{
	const char **names = arena_array(tx_arena(tx), (size_t)limit, sizeof(*names));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, DUE);
	int n = 0, rc;

	if (!names)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "now", now);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0)
		names[n++] = col_strdup(q, 0);
	for (int i = 0; rc == 0 && i < n; i++)
		rc = make_live(tx, names[i]);
	if (rc < 0)
		return rc;
	*ret = names;
	*ret_count = n;
	return 0;
}

int host_db_revive(struct tx *tx, const char *name)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, REVIVE);
	int rc;

	bind_text(q, "name", name);
	rc = stmt_run(q);
	if (rc < 0 || stmt_changes(q) == 0)
		return rc;
	rc = host_db_park_readers(tx, name, false);
	return rc < 0 ? rc : 1;
}

int host_db_next(struct tx *tx, int64_t *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, NEXT);
	int rc = stmt_step(q);

	if (rc > 0)
		*ret = col_int(q, 0);
	return rc < 0 ? rc : 0;
}
