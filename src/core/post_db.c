/* SQL of posts. Rules are in post.c. */
#include "core/post.h"

#include "base/str.h"
#include "core/limits.h"
#include "core/media.h"

#define COLUMNS                                                                                                             \
	"p.id, p.institution, p.kind, p.visibility, p.state, p.lang, p.revision, p.created, p.published_at, p.updated_at, " \
	"p.withdrawn_at, p.reason, p.pictures"
#define LISTED "p.state = 'published' AND p.visibility = 'public'"
#define BEFORE "(p.published_at < $at OR (p.published_at = $at AND p.id < $id))"
#define NEWEST " ORDER BY p.published_at DESC, p.id DESC LIMIT $limit"

static const char BY_ID[] = "SELECT " COLUMNS " FROM post p WHERE p.id = $id";
static const char LIST_ONE[] =
	"SELECT " COLUMNS " FROM post p WHERE p.institution = $institution AND " LISTED
	" AND " BEFORE NEWEST;
static const char LIST_ALL[] =
	"SELECT " COLUMNS " FROM post p JOIN institution i ON i.id = p.institution"
	" WHERE i.state = 'open' AND " LISTED " AND " BEFORE NEWEST;
static const char LIST_TAG[] =
	"SELECT " COLUMNS " FROM post_tag t JOIN post p ON p.id = t.post"
	" WHERE t.institution = $institution AND t.folded = $tag AND " LISTED " AND " BEFORE NEWEST;
static const char VARIANTS[] =
	"SELECT v.lang, v.title, v.text, v.html, v.revision, v.form FROM variant v WHERE v.post = $id AND v.revision ="
	" (SELECT max(w.revision) FROM variant w WHERE w.post = v.post AND w.lang = v.lang)"
	" ORDER BY CASE WHEN v.lang = $lang THEN 0 ELSE 1 END, v.lang";
static const char PINNED[] = "SELECT " COLUMNS " FROM pin JOIN post p ON p.id = pin.post"
			     " WHERE pin.institution = $institution AND p.state = 'published'"
			     " ORDER BY pin.at DESC, p.id DESC LIMIT $limit";
static const char PIN[] = "INSERT INTO pin (institution, post, at) VALUES ($institution, $id, $at)"
			  " ON CONFLICT (institution, post) DO NOTHING";
static const char UNPIN[] = "DELETE FROM pin WHERE institution = $institution AND post = $id";
static const char REVISIONS[] =
	"SELECT number, note, at FROM revision WHERE post = $id ORDER BY number DESC LIMIT 100";
static const char TAGS[] = "SELECT name, folded FROM post_tag WHERE post = $id ORDER BY folded";
static const char INSERT[] =
	"INSERT INTO post (id, institution, kind, visibility, state, lang, revision, created, published_at, updated_at)"
	" VALUES ($id, $institution, $kind, $visibility, 'published', $lang, 1, 0, $at, $at)";
static const char CREATED[] = "UPDATE post SET created = $created WHERE id = $id";
static const char REVISION[] =
	"INSERT INTO revision (post, number, note, at) VALUES ($id, $number, $note, $at)";
static const char VARIANT[] = "INSERT INTO variant (post, revision, lang, title, text, html, form)"
			      " VALUES ($id, $revision, $lang, $title, $text, $html, $form)";
static const char TAG[] =
	"INSERT INTO post_tag (post, folded, name, institution) VALUES ($id, $folded, $name, $institution)"
	" ON CONFLICT (post, folded) DO NOTHING";
static const char UNTAG[] = "DELETE FROM post_tag WHERE post = $id";
static const char LOCK[] = "UPDATE post SET revision = revision WHERE id = $id";
static const char REVISED[] =
	"UPDATE post SET revision = $revision, updated_at = $at WHERE id = $id";
static const char WITHDRAWN[] =
	"UPDATE post SET state = 'withdrawn', withdrawn_at = $at, updated_at = $at, reason = $reason"
	" WHERE id = $id";

static void read_row(struct stmt *q, struct post *p)
{
	p->id = col_int(q, 0);
	p->institution = col_int(q, 1);
	p->article = str_eq(col_text(q, 2), "article");
	p->visibility = col_strdup(q, 3);
	p->withdrawn = str_eq(col_text(q, 4), "withdrawn");
	p->lang = col_strdup(q, 5);
	p->revision = (int)col_int(q, 6);
	p->created = col_int(q, 7);
	p->published_at = col_int(q, 8);
	p->updated_at = col_int(q, 9);
	p->withdrawn_at = col_int(q, 10);
	p->reason = col_strdup(q, 11);
	p->pictures = (int)col_int(q, 12);
}

static int load_variants(struct tx *tx, struct post *p)
{
	struct variant *list = arena_array(tx_arena(tx), 65, sizeof(*list));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, VARIANTS);
	int n = 0, rc = 0;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "id", p->id);
	bind_text(q, "lang", p->lang);
	while (!p->withdrawn && n < 64 && (rc = stmt_step(q)) > 0) {
		list[n++] = (struct variant){col_strdup(q, 0), col_strdup(q, 1), col_strdup(q, 2),
			col_strdup(q, 3), (int)col_int(q, 4), str_eq(col_text(q, 5), "html")};
	}
	p->variants = list;
	return rc < 0 ? rc : 0;
}

static int load_media(struct tx *tx, struct post *p)
{
	static const struct media *const NONE[] = {NULL};

	p->media = NONE;
	return p->pictures && !p->withdrawn ? media_of_post(tx, p->id, p->pictures, &p->media) : 0;
}

int post_load(struct tx *tx, int64_t id, const struct post **ret)
{
	struct post *p = arena_alloc(tx_arena(tx), sizeof(*p));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, BY_ID);
	int rc;

	if (!p)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "id", id);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such post");
	read_row(q, p);
	rc = load_variants(tx, p);
	if (rc == 0)
		rc = load_media(tx, p);
	if (rc == 0)
		*ret = p;
	return rc;
}

/* The rows of a list and what belongs to each. */
static int load_all(
	struct tx *tx, struct stmt *q, int limit, const struct post **ret, int *ret_count)
{
	struct post *list = arena_array(tx_arena(tx), (size_t)limit, sizeof(*list));
	int n = 0, rc;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	while ((rc = stmt_step(q)) > 0)
		read_row(q, &list[n++]);
	for (int i = 0; rc == 0 && i < n; i++) {
		rc = load_variants(tx, &list[i]);
		if (rc == 0)
			rc = load_media(tx, &list[i]);
	}
	if (rc < 0)
		return rc;
	*ret = list;
	*ret_count = n;
	return 0;
}

int post_list(
	struct tx *tx, const struct post_query *query, const struct post **ret, int *ret_count)
{
	AUTO(stmt_done)
	struct stmt *q = tx_prepare(tx, query->tag           ? LIST_TAG
					: query->institution ? LIST_ONE
							     : LIST_ALL);

	if (query->institution)
		bind_int(q, "institution", query->institution);
	if (query->tag)
		bind_text(q, "tag", query->tag);
	bind_int(q, "at", query->before_at ? query->before_at : INT64_MAX);
	bind_int(q, "id", query->before_id);
	bind_int(q, "limit", query->limit);
	return load_all(tx, q, query->limit, ret, ret_count);
}

int post_pinned(struct tx *tx, int64_t institution, const struct post **ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PINNED);

	bind_int(q, "institution", institution);
	bind_int(q, "limit", PINS_MAX);
	return load_all(tx, q, PINS_MAX, ret, ret_count);
}

int post_db_pin(struct tx *tx, int64_t institution, int64_t id, int64_t at)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PIN);
	int rc;

	bind_int(q, "institution", institution);
	bind_int(q, "id", id);
	bind_int(q, "at", at);
	rc = stmt_run(q);
	return rc < 0 ? rc : (int)stmt_changes(q);
}

int post_db_unpin(struct tx *tx, int64_t institution, int64_t id)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, UNPIN);
	int rc;

	bind_int(q, "institution", institution);
	bind_int(q, "id", id);
	rc = stmt_run(q);
	return rc < 0 ? rc : (int)stmt_changes(q);
}

int post_revisions(struct tx *tx, int64_t id, const struct revision **ret, int *ret_count)
{
	struct revision *list = arena_array(tx_arena(tx), 100, sizeof(*list));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, REVISIONS);
	int n = 0, rc;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "id", id);
	while ((rc = stmt_step(q)) > 0)
		list[n++] = (struct revision){(int)col_int(q, 0), col_strdup(q, 1), col_int(q, 2)};
	if (rc < 0)
		return rc;
	*ret = list;
	*ret_count = n;
	return 0;
}

int post_tags(struct tx *tx, int64_t id, const struct post_tag **ret)
{
	struct post_tag *list = arena_array(tx_arena(tx), 33, sizeof(*list));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, TAGS);
	int n = 0, rc = 0;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "id", id);
	while (n < 32 && (rc = stmt_step(q)) > 0)
		list[n++] = (struct post_tag){col_strdup(q, 0), col_strdup(q, 1)};
	*ret = list;
	return rc < 0 ? rc : 0;
}

int post_db_insert(struct tx *tx, const struct post *p)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, INSERT);

	bind_int(q, "id", p->id);
	bind_int(q, "institution", p->institution);
	bind_text(q, "kind", p->article ? "article" : "note");
	bind_text(q, "visibility", p->visibility);
	bind_text(q, "lang", p->lang);
	bind_int(q, "at", p->published_at);
	return stmt_run(q);
}

int post_db_created(struct tx *tx, int64_t id, int64_t created)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, CREATED);

	bind_int(q, "id", id);
	bind_int(q, "created", created);
	return stmt_run(q);
}

int post_db_revision(struct tx *tx, int64_t id, int number, const char *note, int64_t at)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, REVISION);

	bind_int(q, "id", id);
	bind_int(q, "number", number);
	bind_text(q, "note", note ? note : "");
	bind_int(q, "at", at);
	return stmt_run(q);
}

int post_db_variant(struct tx *tx, int64_t id, const struct variant *v)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, VARIANT);

	bind_int(q, "id", id);
	bind_int(q, "revision", v->revision);
	bind_text(q, "lang", v->lang);
	bind_text(q, "title", v->title);
	bind_text(q, "text", v->text);
	bind_text(q, "html", v->html);
	bind_text(q, "form", v->imported ? "html" : "markdown");
	return stmt_run(q);
}

int post_db_tag(struct tx *tx, int64_t id, int64_t institution, const struct post_tag *tag)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, TAG);

	bind_int(q, "id", id);
	bind_int(q, "institution", institution);
	bind_text(q, "folded", tag->folded);
	bind_text(q, "name", tag->name);
	return stmt_run(q);
}

int post_db_untag(struct tx *tx, int64_t id)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, UNTAG);

	bind_int(q, "id", id);
	return stmt_run(q);
}

int post_db_lock(struct tx *tx, int64_t id)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LOCK);

	bind_int(q, "id", id);
	return stmt_run(q);
}

int post_db_revised(struct tx *tx, int64_t id, int revision, int64_t at)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, REVISED);

	bind_int(q, "id", id);
	bind_int(q, "revision", revision);
	bind_int(q, "at", at);
	return stmt_run(q);
}

int post_db_withdrawn(struct tx *tx, int64_t id, const char *reason, int64_t at)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, WITHDRAWN);

	bind_int(q, "id", id);
	bind_text(q, "reason", reason);
	bind_int(q, "at", at);
	return stmt_run(q);
}
