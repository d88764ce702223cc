/* SQL of the outbox. */
#include "core/outbox.h"

#include "base/id.h"

#define COLUMNS "institution, seq, id, audience, kind, post, quiet, body, at"

static const char NUMBER[] =
	"UPDATE institution SET head = head + 1, version = version + 1 WHERE id = $institution"
	" RETURNING head";
static const char APPEND[] =
	"INSERT INTO outbox (" COLUMNS ") VALUES ($institution, $seq, $id, $audience, $kind, $post,"
	" $quiet, $body, $at)";
static const char PAGE[] =
	"SELECT " COLUMNS " FROM outbox WHERE institution = $institution AND seq > $seq"
	" ORDER BY seq LIMIT $limit";
static const char PAGE_BACK[] =
	"SELECT " COLUMNS " FROM outbox WHERE institution = $institution AND seq < $seq"
	" ORDER BY seq DESC LIMIT $limit";
static const char FIND[] = "SELECT " COLUMNS " FROM outbox WHERE id = $id";
static const char COUNT[] =
	"SELECT count(*) FROM post WHERE institution = $institution AND state = 'published'"
	" AND visibility = 'public'";

int outbox_append(struct tx *tx, struct entry *e)
{
	AUTO(stmt_done) struct stmt *number = tx_prepare(tx, NUMBER);
	AUTO(stmt_done) struct stmt *append = tx_prepare(tx, APPEND);
	int rc;

	bind_int(number, "institution", e->institution);
	rc = stmt_step(number);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such institution");
	e->seq = col_int(number, 0);
	if (!e->id)
		e->id = id_new();
	bind_int(append, "institution", e->institution);
	bind_int(append, "seq", e->seq);
	bind_int(append, "id", e->id);
	bind_text(append, "audience", e->audience);
	bind_text(append, "kind", e->kind);
	if (e->post)
		bind_int(append, "post", e->post);
	bind_int(append, "quiet", e->quiet);
	bind_text(append, "body", e->body);
	bind_int(append, "at", e->at);
	return stmt_run(append);
}

static void read_row(struct stmt *q, struct entry *e)
{
	e->institution = col_int(q, 0);
	e->seq = col_int(q, 1);
	e->id = col_int(q, 2);
	e->audience = col_strdup(q, 3);
	e->kind = col_strdup(q, 4);
	e->post = col_int(q, 5);
	e->quiet = col_int(q, 6);
	e->body = col_strdup(q, 7);
	e->at = col_int(q, 8);
}

static int read_page(struct tx *tx, struct stmt *q, int64_t institution, int64_t seq, int limit,
	struct entry **ret, int *ret_count)
{
	struct entry *list = arena_array(tx_arena(tx), (size_t)limit, sizeof(*list));
	int n = 0, rc;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "institution", institution);
	bind_int(q, "seq", seq);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0)
		read_row(q, &list[n++]);
	if (rc < 0)
		return rc;
	*ret = list;
	*ret_count = n;
	return 0;
}

int outbox_page(struct tx *tx, int64_t institution, int64_t after, int limit, struct entry **ret,
	int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PAGE);

	return read_page(tx, q, institution, after, limit, ret, ret_count);
}

int outbox_page_back(struct tx *tx, int64_t institution, int64_t before, int limit,
	struct entry **ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PAGE_BACK);

	return read_page(tx, q, institution, before, limit, ret, ret_count);
}

int outbox_find(struct tx *tx, int64_t id, struct entry **ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FIND);
	struct entry *e = arena_alloc(tx_arena(tx), sizeof(*e));
	int rc;

	bind_int(q, "id", id);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such activity");
	if (!e)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	read_row(q, e);
	*ret = e;
	return 0;
}

int outbox_count(struct tx *tx, int64_t institution, int64_t *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, COUNT);
	int rc;

	bind_int(q, "institution", institution);
	rc = stmt_step(q);
	if (rc > 0)
		*ret = col_int(q, 0);
	return rc < 0 ? rc : 0;
}
