/* SQL of the public pages. */
#include "feature/site/site_db.h"

#include "base/str.h"
#include "core/limits.h"
#include "core/media.h"

#define COLUMNS                                                                                    \
	"p.id, p.institution, p.kind, p.visibility, p.lang, p.revision, p.created,"                \
	" p.published_at, p.updated_at, p.pictures"
#define LISTED      "p.state = 'published' AND p.visibility = 'public'"
#define OLDER       "(p.published_at, p.id) < ($at, $id)"
#define NOT_OLDER   "(p.published_at, p.id) >= ($at, $id)"
#define NEWEST_ROWS LISTED " AND " OLDER " ORDER BY p.published_at DESC, p.id DESC LIMIT $limit"
#define OLDEST_ROWS LISTED " AND " NOT_OLDER " ORDER BY p.published_at, p.id LIMIT $limit"
#define OF_ALL      " FROM post p WHERE p.institution = $institution AND "
#define OF_EVERY                                                                                   \
	" FROM post p WHERE NOT EXISTS (SELECT 1 FROM institution i WHERE i.id = p.institution"    \
	" AND i.state = 'closed') AND "
#define OF_TAG                                                                                     \
	" FROM post_tag t JOIN post p ON p.id = t.post"                                            \
	" WHERE t.institution = $institution AND t.folded = $tag AND "
/* Characters of HTML in a list. In the text of the statement, since PostgreSQL's substr() takes no
 * 64-bit numbers, which bound ones are. */
#define BEGINNING "65536"

static const char NEWEST[] =
	"SELECT p.published_at" OF_ALL LISTED " ORDER BY p.published_at DESC, p.id DESC LIMIT 1";
static const char BEFORE[] = "SELECT p.published_at" OF_ALL LISTED " AND p.published_at < $before"
			     " ORDER BY p.published_at DESC, p.id DESC LIMIT 1";
static const char BETWEEN[] = "SELECT p.id, p.updated_at" OF_ALL LISTED
			      " AND p.published_at >= $from AND p.published_at < $until"
			      " ORDER BY p.published_at DESC, p.id DESC LIMIT $limit";
static const char LIST[] = "SELECT " COLUMNS OF_ALL NEWEST_ROWS;
static const char LIST_EVERY[] = "SELECT " COLUMNS OF_EVERY NEWEST_ROWS;
static const char LIST_TAG[] = "SELECT " COLUMNS OF_TAG NEWEST_ROWS;
static const char ONE[] = "SELECT " COLUMNS " FROM post p WHERE p.id = $id AND " LISTED;
static const char VARIANTS[] =
	"SELECT v.lang, v.title, v.revision FROM variant v WHERE v.post = $id AND v.revision ="
	" (SELECT max(w.revision) FROM variant w WHERE w.post = v.post AND w.lang = v.lang)"
	" ORDER BY CASE WHEN v.lang = $lang THEN 0 ELSE 1 END, v.lang";
static const char HTML[] =
	"SELECT substr(v.html, 1, " BEGINNING "), CASE WHEN length(v.html) > " BEGINNING
	" THEN 1 ELSE 0 END FROM variant v"
	" WHERE v.post = $id AND v.lang = $lang AND v.revision = $revision";
static const char NEWER[] = "SELECT p.published_at, p.id" OF_ALL OLDEST_ROWS;
static const char NEWER_EVERY[] = "SELECT p.published_at, p.id" OF_EVERY OLDEST_ROWS;
static const char NEWER_TAG[] = "SELECT p.published_at, p.id" OF_TAG OLDEST_ROWS;

int site_db_before(struct tx *tx, int64_t institution, int64_t before, int64_t *ret_at)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, BEFORE);
	int rc;

	bind_int(q, "institution", institution);
	bind_int(q, "before", before);
	rc = stmt_step(q);
	if (rc > 0)
		*ret_at = col_int(q, 0);
	return rc;
}

int site_db_between(struct tx *tx, int64_t institution, int64_t from, int64_t until, int limit,
	void (*add)(void *arg, int64_t id, int64_t updated_at), void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, BETWEEN);
	int rc;

	bind_int(q, "institution", institution);
	bind_int(q, "from", from);
	bind_int(q, "until", until);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0)
		add(arg, col_int(q, 0), col_int(q, 1));
	return rc;
}

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

static void read_row(struct stmt *q, struct post *p)
{
	p->id = col_int(q, 0);
	p->institution = col_int(q, 1);
	p->article = str_eq(col_text(q, 2), "article");
	p->visibility = col_strdup(q, 3);
	p->lang = col_strdup(q, 4);
	p->revision = (int)col_int(q, 5);
	p->created = col_int(q, 6);
	p->published_at = col_int(q, 7);
	p->updated_at = col_int(q, 8);
	p->pictures = (int)col_int(q, 9);
}

static int load_languages(struct tx *tx, struct post *p, struct variant *list)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, VARIANTS);
	int n = 0, rc = 0;

	bind_int(q, "id", p->id);
	bind_text(q, "lang", p->lang);
	while (n < VARIANTS_MAX && (rc = stmt_step(q)) > 0)
		list[n++] = (struct variant){
			col_strdup(q, 0), col_strdup(q, 1), "", "", (int)col_int(q, 2), false};
	p->variants = list;
	return rc < 0 ? rc : 0;
}

static int load_html(struct tx *tx, int64_t post, struct variant *v, bool *ret_cut)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, HTML);
	int rc;

	bind_int(q, "id", post);
	bind_text(q, "lang", v->lang);
	bind_int(q, "revision", v->revision);
	rc = stmt_step(q);
	if (rc <= 0)
		return rc;
	v->html = col_strdup(q, 0);
	*ret_cut = col_int(q, 1) == 1;
	return v->html ? 0 : tx_fail(tx, ERR_MEMORY, "not enough memory");
}

static int load_variants(struct tx *tx, struct listed *item, const char *lang)
{
	struct variant *list = arena_array(tx_arena(tx), VARIANTS_MAX + 1, sizeof(*list));
	const struct variant *shown;
	int rc;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	rc = load_languages(tx, &item->post, list);
	shown = rc == 0 ? post_variant(&item->post, lang) : NULL;
	if (shown)
		rc = load_html(tx, item->post.id, &list[shown - list], &item->cut);
	if (rc == 0 && item->post.pictures)
		rc = media_of_post(tx, item->post.id, item->post.pictures, &item->post.media);
	return rc;
}

int site_db_list(struct tx *tx, const struct post_query *query, const char *lang,
	struct listed **ret, int *ret_count)
{
	struct listed *list = arena_array(tx_arena(tx), (size_t)query->limit, sizeof(*list));
	AUTO(stmt_done)
	struct stmt *q = tx_prepare(tx, query->tag           ? LIST_TAG
					: query->institution ? LIST
							     : LIST_EVERY);
	int n = 0, rc = 0;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	if (query->institution)
		bind_int(q, "institution", query->institution);
	if (query->tag)
		bind_text(q, "tag", query->tag);
	bind_int(q, "at", query->before_at ? query->before_at : INT64_MAX);
	bind_int(q, "id", query->before_id);
	bind_int(q, "limit", query->limit);
	while (n < query->limit && (rc = stmt_step(q)) > 0)
		read_row(q, &list[n++].post);
	for (int k = 0; rc >= 0 && k < n; k++)
		rc = load_variants(tx, &list[k], lang);
	if (rc < 0)
		return rc;
	*ret = list;
	*ret_count = n;
	return 0;
}

int site_db_one(struct tx *tx, int64_t id, const char *lang, struct listed *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, ONE);
	int rc;

	*ret = (struct listed){0};
	bind_int(q, "id", id);
	rc = stmt_step(q);
	if (rc <= 0)
		return rc;
	read_row(q, &ret->post);
	rc = load_variants(tx, ret, lang);
	return rc < 0 ? rc : post_variant(&ret->post, lang) != NULL;
}

int site_db_newer(struct tx *tx, const struct post_query *query, int count, struct cursor *ret,
	bool *ret_found)
{
	AUTO(stmt_done)
	struct stmt *q = tx_prepare(tx, query->tag           ? NEWER_TAG
					: query->institution ? NEWER
							     : NEWER_EVERY);
	int rc, n = 0;

	if (query->institution)
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
