/* SQL of what became of deliveries: positions, parcels, refusals; and the view that `chorsu
 * readers` shows. */
#include "core/reader.h"

#include "base/clock.h"
#include "base/id.h"

#define IDS                                                                                                                    \
	"($i0, $i1, $i2, $i3, $i4, $i5, $i6, $i7, $i8, $i9, $i10, $i11, $i12, $i13, $i14, $i15, $i16, $i17, $i18, $i19, $i20," \
	" $i21, $i22, $i23, $i24, $i25, $i26, $i27, $i28, $i29, $i30, $i31)"

#define REFUSALS_SHOWN_DAYS 7
#define REFUSALS_KEPT_DAYS  90

/* A job that was under way when the subscription ended still delivered: until follows the position.
 */
static const char ADVANCE[] =
	"UPDATE reader SET position = $position, tries = 0, trying_since = 0,"
	" until = CASE WHEN subscribed = 0 AND until < $position THEN $position ELSE until END"
	" WHERE position < $position AND id IN " IDS;
static const char PASS[] = "UPDATE reader SET position = $position, tries = 0, trying_since = 0"
			   " WHERE id = $id AND position < $position";
static const char TRIED[] =
	"UPDATE reader SET tries = CASE WHEN trying = $trying THEN tries + 1 ELSE 1 END,"
	" trying_since = CASE WHEN trying = $trying AND tries > 0 THEN trying_since ELSE $now END, trying = $trying,"
	" unsure = CASE WHEN unsure < $unsure THEN $unsure ELSE unsure END WHERE id = $id";
static const char UNSURE[] =
	"UPDATE reader SET unsure = $unsure WHERE id = $id AND unsure < $unsure";
static const char NOT_GONE[] = "UPDATE reader SET gone = 0, gone_since = 0 WHERE id = $id";
static const char GONE[] =
	"UPDATE reader SET gone = gone + 1, gone_since = CASE WHEN gone = 0 THEN $now ELSE gone_since END"
	" WHERE id = $id RETURNING gone, gone_since";
static const char UNFOLLOW[] = "DELETE FROM follow WHERE reader = $id";
static const char RETIRE[] = "UPDATE reader SET subscribed = 0, until = position WHERE id = $id";
static const char REFUSAL[] =
	"INSERT INTO refusal (reader, what, number, status, why, at) VALUES ($id, $what, $number, $status, $why, $now)"
	" ON CONFLICT (reader, what, number) DO NOTHING";
static const char PARCEL[] = "INSERT INTO parcel (id, reader, kind, subject, body, at)"
			     " VALUES ($id, $reader, $kind, $subject, $body, $now)";
static const char PARCEL_ENTRY[] =
	"INSERT INTO parcel (id, reader, kind, subject, at) SELECT $id, $reader, 'entry', $subject, $now"
	" WHERE NOT EXISTS (SELECT 1 FROM parcel WHERE reader = $reader AND subject = $subject AND kind = 'entry')";
static const char TAKE_BACK[] =
	"DELETE FROM parcel WHERE reader = $reader AND kind = 'activity' AND subject = $subject";
static const char HAS_PARCELS[] =
	"UPDATE reader SET has_parcels = 1 WHERE id = $reader AND has_parcels = 0";
static const char PARCEL_DONE[] = "DELETE FROM parcel WHERE id = $id";
static const char RECOUNT_PARCELS[] =
	"UPDATE reader SET tries = 0, trying_since = 0, has_parcels = CASE WHEN EXISTS (SELECT 1 FROM parcel"
	" WHERE parcel.reader = $reader) THEN 1 ELSE 0 END WHERE id = $reader";
static const char PARCELS[] =
	"SELECT id, kind, subject, body FROM parcel WHERE reader = $reader AND id > $after"
	" ORDER BY id LIMIT $limit";
static const char LAGGING[] =
	"SELECT r.id, i.handle, r.kind, r.target, r.host, r.subscribed, CASE WHEN r.subscribed = 1 THEN i.head - r.position ELSE 0"
	" END, (SELECT count(*) FROM parcel p WHERE p.reader = r.id), h.state, h.attempts, h.next_at, h.failing_since, h.why,"
	" (SELECT count(*) FROM refusal f WHERE f.reader = r.id)"
	" FROM reader r JOIN institution i ON i.id = r.institution LEFT JOIN host h ON h.name = r.host"
	" WHERE r.id > $after AND ((r.subscribed = 1 AND r.position < i.head) OR r.has_parcels = 1"
	" OR EXISTS (SELECT 1 FROM refusal f WHERE f.reader = r.id AND f.at > $lately))"
	" ORDER BY r.id LIMIT $limit";
static const char LATEST_REFUSAL[] =
	"SELECT what, number, why, at FROM refusal WHERE reader = $reader"
	" ORDER BY at DESC, number DESC LIMIT 1";
static const char FORGET_REFUSALS[] = "DELETE FROM refusal WHERE at < $before";
static const char COUNTS[] =
	"SELECT count(*), CAST(coalesce(sum(CASE WHEN r.position < i.head THEN 1 ELSE 0 END), 0) AS BIGINT),"
	" CAST(coalesce(sum(r.has_parcels), 0) AS BIGINT), CAST(coalesce(sum(r.parked), 0) AS BIGINT)"
	" FROM reader r JOIN institution i ON i.id = r.institution WHERE r.subscribed = 1 OR r.has_parcels = 1";

int reader_db_advance(struct tx *tx, const int64_t *ids, int count, int64_t position)
{
	static const char *const NAMES[READER_BATCH] = {"i0", "i1", "i2", "i3", "i4", "i5", "i6",
		"i7", "i8", "i9", "i10", "i11", "i12", "i13", "i14", "i15", "i16", "i17", "i18",
		"i19", "i20", "i21", "i22", "i23", "i24", "i25", "i26", "i27", "i28", "i29", "i30",
		"i31"};
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, ADVANCE);

	bind_int(q, "position", position);
	for (int i = 0; i < READER_BATCH; i++)
		bind_int(q, NAMES[i], i < count ? ids[i] : 0);
	return stmt_run(q);
}

int reader_db_pass(struct tx *tx, int64_t id, int64_t position)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PASS);

	bind_int(q, "id", id);
	bind_int(q, "position", position);
	return stmt_run(q);
}

int reader_db_tried(struct tx *tx, int64_t id, int64_t trying, int64_t now, int64_t unsure)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, TRIED);

	bind_int(q, "id", id);
	bind_int(q, "trying", trying);
	bind_int(q, "now", now);
	bind_int(q, "unsure", unsure);
	return stmt_run(q);
}

int reader_db_unsure(struct tx *tx, int64_t id, int64_t unsure)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, UNSURE);

	bind_int(q, "id", id);
	bind_int(q, "unsure", unsure);
	return stmt_run(q);
}

int reader_db_not_gone(struct tx *tx, int64_t id)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, NOT_GONE);

	bind_int(q, "id", id);
	return stmt_run(q);
}

int reader_db_gone(struct tx *tx, int64_t id, int64_t now, int *ret_gone, int64_t *ret_since)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, GONE);
	int rc;

	bind_int(q, "id", id);
	bind_int(q, "now", now);
	rc = stmt_step(q);
	if (rc > 0) {
		*ret_gone = (int)col_int(q, 0);
		*ret_since = col_int(q, 1);
	}
	return rc < 0 ? rc : 0;
}

int reader_db_retire(struct tx *tx, int64_t id)
{
	AUTO(stmt_done) struct stmt *unfollow = tx_prepare(tx, UNFOLLOW);
	AUTO(stmt_done) struct stmt *retire = tx_prepare(tx, RETIRE);
	int rc;

	bind_int(unfollow, "id", id);
	rc = stmt_run(unfollow);
	if (rc < 0)
		return rc;
	bind_int(retire, "id", id);
	return stmt_run(retire);
}

int reader_db_refusal(struct tx *tx, int64_t id, const char *what, int64_t number, int status,
	const char *why, int64_t now)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, REFUSAL);

	bind_int(q, "id", id);
	bind_text(q, "what", what);
	bind_int(q, "number", number);
	bind_int(q, "status", status);
	bind_text(q, "why", why);
	bind_int(q, "now", now);
	return stmt_run(q);
}

static int has_parcels(struct tx *tx, int64_t reader)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, HAS_PARCELS);

	bind_int(q, "reader", reader);
	return stmt_run(q);
}

int parcel_add(struct tx *tx, int64_t reader, const char *kind, int64_t id, int64_t subject,
	const char *body)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PARCEL);
	int rc;

	bind_int(q, "id", id ? id : id_new());
	bind_int(q, "reader", reader);
	bind_text(q, "kind", kind);
	bind_int(q, "subject", subject);
	bind_text(q, "body", body);
	bind_int(q, "now", clock_now());
	rc = stmt_run(q);
	return rc < 0 ? rc : has_parcels(tx, reader);
}

int parcel_take_back(struct tx *tx, int64_t reader, int64_t subject)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, TAKE_BACK);

	bind_int(q, "reader", reader);
	bind_int(q, "subject", subject);
	return stmt_run(q);
}

int parcel_db_add_entry(struct tx *tx, int64_t reader, int64_t seq)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PARCEL_ENTRY);
	int rc;

	bind_int(q, "id", id_new());
	bind_int(q, "reader", reader);
	bind_int(q, "subject", seq);
	bind_int(q, "now", clock_now());
	rc = stmt_run(q);
	return rc < 0 ? rc : has_parcels(tx, reader);
}

int parcel_db_done(struct tx *tx, int64_t reader, int64_t parcel)
{
	AUTO(stmt_done) struct stmt *done = tx_prepare(tx, PARCEL_DONE);
	AUTO(stmt_done) struct stmt *recount = tx_prepare(tx, RECOUNT_PARCELS);
	int rc;

	bind_int(done, "id", parcel);
	rc = stmt_run(done);
	if (rc < 0)
		return rc;
	bind_int(recount, "reader", reader);
	return stmt_run(recount);
}

int parcel_list(
	struct tx *tx, int64_t reader, int64_t after, int limit, struct parcel *ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PARCELS);
	int n = 0, rc;

	bind_int(q, "reader", reader);
	bind_int(q, "after", after);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0)
		ret[n++] = (struct parcel){
			col_int(q, 0), col_text(q, 1)[0] == 'e', col_int(q, 2), col_strdup(q, 3)};
	*ret_count = n;
	return rc;
}

int refusal_forget(struct tx *tx)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FORGET_REFUSALS);

	bind_int(q, "before", clock_now() - REFUSALS_KEPT_DAYS * DAY);
	return stmt_run(q);
}

static int load_refusal(struct tx *tx, struct lag *l)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LATEST_REFUSAL);
	int rc;

	bind_int(q, "reader", l->reader);
	rc = stmt_step(q);
	if (rc > 0) {
		l->refused_what = col_strdup(q, 0);
		l->refused_number = col_int(q, 1);
		l->refused_why = col_strdup(q, 2);
		l->refused_at = col_int(q, 3);
	}
	return rc < 0 ? rc : 0;
}

int reader_db_lagging(struct tx *tx, int64_t after_id, int limit, struct lag *ret,
	int64_t *ret_last, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LAGGING);
	int n = 0, rc;

	bind_int(q, "after", after_id);
	bind_int(q, "lately", clock_now() - REFUSALS_SHOWN_DAYS * DAY);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0) {
		*ret_last = col_int(q, 0);
		ret[n++] = (struct lag){.reader = col_int(q, 0),
			.handle = col_strdup(q, 1),
			.kind = col_strdup(q, 2),
			.target = col_strdup(q, 3),
			.host = col_strdup(q, 4),
			.subscribed = col_int(q, 5),
			.behind = col_int(q, 6),
			.parcels = col_int(q, 7),
			.state = col_strdup(q, 8),
			.attempts = col_int(q, 9),
			.next_at = col_int(q, 10),
			.failing_since = col_int(q, 11),
			.why = col_strdup(q, 12),
			.refusals = col_int(q, 13)};
	}
	for (int i = 0; rc == 0 && i < n; i++)
		if (ret[i].refusals)
			rc = load_refusal(tx, &ret[i]);
	*ret_count = n;
	return rc;
}

int reader_db_counts(struct tx *tx, int64_t *ret_readers, int64_t *ret_behind, int64_t *ret_parcels,
	int64_t *ret_parked)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, COUNTS);
	int rc = stmt_step(q);

	if (rc > 0) {
		*ret_readers = col_int(q, 0);
		*ret_behind = col_int(q, 1);
		*ret_parcels = col_int(q, 2);
		*ret_parked = col_int(q, 3);
	}
	return rc < 0 ? rc : 0;
}
