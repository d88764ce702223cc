/* SQL of readers: subscribing, and the pages of due readers that the engine walks. Outcomes are in
 * outcome_db.c. */
#include "core/reader.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"
#include "core/server.h"

#define COLUMNS                                                                                                      \
	"r.id, r.institution, r.kind, r.target, r.host, r.position, r.since, r.until, r.subscribed, r.has_parcels, " \
	"r.unsure, r.trying, r.tries, r.trying_since, r.gone, r.gone_since"
#define HOST_COLUMNS                                                                               \
	", h.attempts, h.failing_since, h.last_ok_at, h.window_size,"                              \
	" (SELECT x.head FROM institution x WHERE x.id = r.institution)"

static const char LOCK[] =
	"INSERT INTO reader AS r (id, institution, kind, target, host, local, position, since, until, subscribed, parked,"
	" has_parcels, unsure, trying, tries, trying_since, gone, gone_since)"
	" SELECT $id, $institution, $kind, $target, $host, 0, i.head, i.head, 0, 0,"
	" CASE WHEN h.state = 'live' THEN 0 ELSE 1 END, 0, 0, 0, 0, 0, 0, 0"
	" FROM institution i, host h WHERE i.id = $institution AND h.name = $host"
	" ON CONFLICT (institution, kind, target) DO UPDATE SET host = excluded.host"
	" RETURNING id, institution, kind, target, host, position, since, until, subscribed, has_parcels, unsure, trying, tries,"
	" trying_since, gone, gone_since";
static const char FOLLOWED[] =
	"SELECT count(*) FROM (SELECT 1 FROM follow WHERE reader = $id LIMIT 1) AS f";
static const char BEGIN_READING[] =
	"UPDATE reader SET subscribed = 1, position = i.head, since = CASE WHEN reader.until > 0 THEN reader.since ELSE i.head END,"
	" until = 0, tries = 0, trying_since = 0, gone = 0, gone_since = 0"
	" FROM institution i WHERE i.id = reader.institution AND reader.id = $id";
/* The institution's row is locked first: an entry that is published at the same time is either
 * within until, or was never seen together with the subscription. */
static const char LOCK_HEAD[] =
	"UPDATE institution SET head = head WHERE id = $institution RETURNING head";
static const char END_READING[] = "UPDATE reader SET subscribed = 0, until = $head WHERE id = $id";
/* Corrections and withdrawals of posts that the reader holds, which it was not sent: those after
 * $after. */
static const char OWED[] =
	"SELECT o.seq FROM outbox o JOIN post p ON p.id = o.post WHERE o.institution = $institution AND o.seq > $after"
	" AND o.seq <= $to AND o.quiet = 0 AND o.kind IN ('update', 'delete') AND p.created > $since AND p.created <= $until"
	" ORDER BY o.seq";
static const char REACHED[] =
	"SELECT position FROM reader WHERE institution = $institution AND kind = 'reach'";
static const char HEAD[] =
	"SELECT i.head FROM reader r JOIN institution i ON i.id = r.institution WHERE r.id = $id AND r.subscribed = 1";
static const char LOCAL[] =
	"INSERT INTO reader (id, institution, kind, target, host, local, position, since, until, subscribed, parked, has_parcels,"
	" unsure, trying, tries, trying_since, gone, gone_since)"
	" SELECT $id, i.id, $kind, '', '', 1, CASE WHEN $whole = 1 THEN 0 ELSE i.head END,"
	" CASE WHEN $whole = 1 THEN 0 ELSE i.head END, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 FROM institution i"
	" WHERE i.id = $institution ON CONFLICT (institution, kind, target) DO NOTHING";
static const char MISSING[] =
	"SELECT i.id FROM institution i WHERE NOT EXISTS (SELECT 1 FROM reader r"
	" WHERE r.institution = i.id AND r.kind = $kind AND r.target = '') LIMIT 1000";
static const char DUE[] =
	"SELECT " COLUMNS HOST_COLUMNS " FROM reader r JOIN host h ON h.name = r.host"
	" WHERE r.institution = $institution AND r.subscribed = 1 AND r.parked = 0"
	" AND (r.position > $position OR (r.position = $position AND r.id > $id)) AND r.position < $head"
	" ORDER BY r.position, r.id LIMIT $limit";
static const char DUE_HOST[] =
	"SELECT " COLUMNS HOST_COLUMNS
	" FROM reader r JOIN host h ON h.name = r.host JOIN institution i ON i.id = r.institution"
	" WHERE r.host = $host AND r.local = 0 AND r.id > $id AND r.parked = 0"
	" AND (r.has_parcels = 1 OR (r.subscribed = 1 AND r.position < i.head)) ORDER BY r.id LIMIT $limit";
static const char DUE_PARCELS[] =
	"SELECT " COLUMNS HOST_COLUMNS " FROM reader r JOIN host h ON h.name = r.host"
	" WHERE r.has_parcels = 1 AND r.parked = 0 AND r.id > $id ORDER BY r.id LIMIT $limit";
static const char DUE_LOCAL[] =
	"SELECT " COLUMNS " FROM reader r JOIN institution i ON i.id = r.institution"
	" WHERE r.local = 1 AND r.subscribed = 1 AND r.parked = 0 AND r.position < i.head AND r.id > $after ORDER BY r.id LIMIT $limit";
static const char INSTITUTIONS_DUE[] =
	"SELECT i.id, i.head FROM institution i WHERE EXISTS (SELECT 1 FROM reader r WHERE r.institution = i.id"
	" AND r.subscribed = 1 AND r.parked = 0 AND r.position < i.head AND r.local = 0) ORDER BY i.id LIMIT $limit";
static const char LEFT[] =
	"SELECT id FROM reader WHERE institution = $institution AND subscribed = 0 AND local = 0"
	" AND since < $created AND until >= $created AND position < $seq AND id > $id ORDER BY id LIMIT $limit";
static const char MARK_UNSURE[] = "UPDATE institution SET unsure = head WHERE unsure < head";

static void read_reader(struct stmt *q, struct reader *r)
{
	r->id = col_int(q, 0);
	r->institution = col_int(q, 1);
	r->kind = col_strdup(q, 2);
	r->target = col_strdup(q, 3);
	r->host = col_strdup(q, 4);
	r->position = col_int(q, 5);
	r->since = col_int(q, 6);
	r->until = col_int(q, 7);
	r->subscribed = col_int(q, 8);
	r->has_parcels = col_int(q, 9);
	r->unsure = col_int(q, 10);
	r->trying = col_int(q, 11);
	r->tries = (int)col_int(q, 12);
	r->trying_since = col_int(q, 13);
	r->gone = (int)col_int(q, 14);
	r->gone_since = col_int(q, 15);
}

int reader_lock(struct tx *tx, int64_t institution, const char *kind, const char *target,
	const char *host, struct reader *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LOCK);
	int rc = host_db_ensure(tx, host, clock_now());

	if (rc < 0)
		return rc;
	bind_int(q, "id", id_new());
	bind_int(q, "institution", institution);
	bind_text(q, "kind", kind);
	bind_text(q, "target", target);
	bind_text(q, "host", host);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such institution");
	read_reader(q, ret);
	return 0;
}

static int run_by_id(struct tx *tx, const char *sql, int64_t id)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, sql);

	bind_int(q, "id", id);
	return stmt_run(q);
}

/* Each becomes a parcel: the subscription that would have brought it begins or ends here, and the
 * kind `reach` sees the reader on the wrong side of it. */
static int add_owed(struct tx *tx, const struct reader *r, int64_t after, int64_t to, int64_t until)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, OWED);
	int rc;

	bind_int(q, "institution", r->institution);
	bind_int(q, "after", after);
	bind_int(q, "to", to);
	bind_int(q, "since", r->since);
	bind_int(q, "until", until);
	while ((rc = stmt_step(q)) > 0) {
		rc = parcel_db_add_entry(tx, r->id, col_int(q, 0));
		if (rc < 0)
			break;
	}
	return rc;
}

static int begin_reading(struct tx *tx, const struct reader *r)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, REACHED);
	int rc = 0;

	if (r->until > 0) {
		bind_int(q, "institution", r->institution);
		rc = stmt_step(q);
		if (rc > 0)
			rc = add_owed(tx, r, col_int(q, 0), INT64_MAX, r->until);
	}
	return rc < 0 ? rc : run_by_id(tx, BEGIN_READING, r->id);
}

/* What lies between the position and the head may be on its way, or have come without our knowing
 * (a process that died): its corrections are owed all the same. To tell somebody of a withdrawal
 * who never had the post does no harm. */
static int end_reading(struct tx *tx, const struct reader *r)
{
	AUTO(stmt_done) struct stmt *lock = tx_prepare(tx, LOCK_HEAD);
	AUTO(stmt_done) struct stmt *end = tx_prepare(tx, END_READING);
	int rc;

	bind_int(lock, "institution", r->institution);
	rc = stmt_step(lock);
	if (rc <= 0)
		return rc;
	bind_int(end, "head", col_int(lock, 0));
	bind_int(end, "id", r->id);
	rc = stmt_run(end);
	return rc < 0 ? rc : add_owed(tx, r, r->position, col_int(lock, 0), col_int(lock, 0));
}

int reader_recount(struct tx *tx, const struct reader *r)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FOLLOWED);
	bool followed;
	int rc;

	bind_int(q, "id", r->id);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	followed = rc > 0 && col_int(q, 0) > 0;
	if (followed == r->subscribed)
		return 0;
	return followed ? begin_reading(tx, r) : end_reading(tx, r);
}

static int add_local(struct tx *tx, int64_t institution, const struct reader_kind *kind)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LOCAL);

	bind_int(q, "id", id_new());
	bind_int(q, "institution", institution);
	bind_text(q, "kind", kind->name);
	bind_int(q, "whole", kind->from_start);
	return stmt_run(q);
}

int reader_add_locals(struct tx *tx, const struct server *s, int64_t institution)
{
	int rc = 0;

	for (const struct feature *const *f = s->features; rc == 0 && *f; f++)
		for (const struct reader_kind *const *k = (*f)->kinds; rc == 0 && k && *k; k++)
			if ((*k)->local)
				rc = add_local(tx, institution, *k);
	return rc;
}

static int add_missing(struct tx *tx, const struct reader_kind *kind)
{
	int64_t *ids = arena_array(tx_arena(tx), 1000, sizeof(*ids));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, MISSING);
	int n = 0, rc;

	if (!ids)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_text(q, "kind", kind->name);
	while ((rc = stmt_step(q)) > 0)
		ids[n++] = col_int(q, 0);
	for (int i = 0; rc == 0 && i < n; i++)
		rc = add_local(tx, ids[i], kind);
	return rc < 0 ? rc : n == 1000;
}

int reader_add_missing_locals(struct tx *tx, const struct server *s)
{
	int rc = 0;

	for (const struct feature *const *f = s->features; rc == 0 && *f; f++)
		for (const struct reader_kind *const *k = (*f)->kinds; rc == 0 && k && *k; k++)
			if ((*k)->local)
				do
					rc = add_missing(tx, *k);
				while (rc > 0);
	return rc;
}

static int read_due(struct stmt *q, struct due *ret, int *ret_count)
{
	int n = 0, rc;

	while ((rc = stmt_step(q)) > 0) {
		struct due *d = &ret[n++];

		read_reader(q, &d->reader);
		d->host = (struct host){.name = d->reader.host,
			.state = HOST_LIVE,
			.attempts = (int)col_int(q, 16),
			.failing_since = col_int(q, 17),
			.last_ok_at = col_int(q, 18),
			.window = (int)col_int(q, 19),
			.why = ""};
		d->head = col_int(q, 20);
	}
	*ret_count = n;
	return rc;
}

int reader_db_due(struct tx *tx, int64_t institution, int64_t head, int64_t after_position,
	int64_t after_id, int limit, struct due *ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, DUE);

	bind_int(q, "institution", institution);
	bind_int(q, "head", head);
	bind_int(q, "position", after_position);
	bind_int(q, "id", after_id);
	bind_int(q, "limit", limit);
	return read_due(q, ret, ret_count);
}

int reader_db_due_host(struct tx *tx, const char *host, int64_t after_id, int limit,
	struct due *ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, DUE_HOST);

	bind_text(q, "host", host);
	bind_int(q, "id", after_id);
	bind_int(q, "limit", limit);
	return read_due(q, ret, ret_count);
}

int reader_db_due_parcels(
	struct tx *tx, int64_t after_id, int limit, struct due *ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, DUE_PARCELS);

	bind_int(q, "id", after_id);
	bind_int(q, "limit", limit);
	return read_due(q, ret, ret_count);
}

int reader_db_due_local(
	struct tx *tx, int64_t after_id, struct reader *ret, int limit, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, DUE_LOCAL);
	int n = 0, rc;

	bind_int(q, "after", after_id);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0)
		read_reader(q, &ret[n++]);
	*ret_count = n;
	return rc;
}

int reader_db_institutions_due(struct tx *tx, int64_t (*ret)[2], int limit, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, INSTITUTIONS_DUE);
	int n = 0, rc;

	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0) {
		ret[n][0] = col_int(q, 0);
		ret[n++][1] = col_int(q, 1);
	}
	*ret_count = n;
	return rc;
}

int reader_db_head(struct tx *tx, int64_t id, int64_t *ret_head)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, HEAD);
	int rc;

	bind_int(q, "id", id);
	rc = stmt_step(q);
	if (rc >= 0)
		*ret_head = rc > 0 ? col_int(q, 0) : 0;
	return rc < 0 ? rc : 0;
}

int reader_db_left(struct tx *tx, int64_t institution, int64_t created, int64_t seq,
	int64_t after_id, int limit, int64_t *ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LEFT);
	int n = 0, rc;

	bind_int(q, "institution", institution);
	bind_int(q, "created", created);
	bind_int(q, "seq", seq);
	bind_int(q, "id", after_id);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0)
		ret[n++] = col_int(q, 0);
	*ret_count = n;
	return rc;
}

int reader_db_mark_unsure(struct tx *tx)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, MARK_UNSURE);

	return stmt_run(q);
}
