/* SQL of the public pages. */
#include "feature/site/site_db.h"

#define LISTED    "p.state = 'published' AND p.visibility = 'public'"
#define NOT_OLDER "(p.published_at, p.id) >= ($at, $id)"
#define OLDEST    " ORDER BY p.published_at, p.id LIMIT $limit"

static const char NEWEST[] = "SELECT p.published_at FROM post p WHERE p.institution = $institution"
			     " AND " LISTED " ORDER BY p.published_at DESC, p.id DESC LIMIT 1";
static const char NEWER[] =
	"SELECT p.published_at, p.id FROM post p WHERE p.institution = $institution AND " LISTED
	" AND " NOT_OLDER OLDEST;
static const char NEWER_TAG[] =
	"SELECT p.published_at, p.id FROM post_tag t JOIN post p ON p.id = t.post"
	" WHERE t.institution = $institution AND t.folded = $tag AND " LISTED
	" AND " NOT_OLDER OLDEST;

int site_db_newest(struct tx *tx, int64_t institution, int64_t *ret_at)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, NEWEST);
	int rc;

	bind_int(q, "institution", institution);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	*ret_at = rc > 0 ? col_int(q, 0) : 0;
	return 0;
}

int site_db_newer(struct tx *tx, const struct post_query *query, int count, struct cursor *ret,
	bool *ret_found)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, query->tag ? NEWER_TAG : NEWER);
	int rc, n = 0;

	bind_int(q, "institution", query->institution);
	if (query->tag)
		bind_text(q, "tag", query->tag);
	bind_int(q, "at", query->before_at);
	bind_int(q, "id", query->before_id);
	bind_int(q, "limit", count + 1);
	*ret_found = false;
	while ((rc = stmt_step(q)) > 0) {
		*ret_found = ++n > count;
		*ret = (struct cursor){col_int(q, 0), col_int(q, 1)};
	}
	return rc;
}
