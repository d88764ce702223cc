/* Actors, posts, activities and collections as ActivityPub documents. */
#include "feature/fediverse/objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "core/follow.h"
#include "feature/fediverse/discovery.h"
#include "feature/fediverse/vocabulary.h"

#define PAGE_ITEMS 20
#define PAGE_BYTES (1 * MIB) /* of HTML: a page ends earlier when its posts are long */
#define PAGE_STEP  4         /* posts loaded at a time */

struct wanted {
	struct request *rq;
	int64_t id;
	const struct institution *i;
	const struct post *p;
	const struct post_tag *tags;
	struct entry *e;
	int64_t count;
};

static int load_institution(struct tx *tx, void *arg)
{
	struct wanted *w = arg;

	return institution_load(tx, w->id, &w->i);
}

int actor_get(struct request *rq)
{
	struct wanted w = {.id = request_int(rq, "id", 0)};
	int rc = db_read(&rq->cx, load_institution, &w);

	return rc < 0 ? rc
		      : reply_json(rq, 200, ACTIVITY_TYPE,
				vocabulary_actor(rq->cx.arena, rq->cx.server, w.i));
}

int instance_actor_get(struct request *rq)
{
	return reply_json(rq, 200, ACTIVITY_TYPE, vocabulary_instance(rq->cx.arena, rq->cx.server));
}

static int load_post(struct tx *tx, struct wanted *w, int64_t id)
{
	int rc = post_load(tx, id, &w->p);

	if (rc == 0)
		rc = post_tags(tx, id, &w->tags);
	return rc < 0 ? rc : institution_load(tx, w->p->institution, &w->i);
}

static int load_wanted_post(struct tx *tx, void *arg)
{
	struct wanted *w = arg;

	return load_post(tx, w, w->id);
}

int object_get(struct request *rq)
{
	struct wanted w = {.id = request_int(rq, "id", 0)};
	int rc = db_read(&rq->cx, load_wanted_post, &w);

	if (rc < 0)
		return rc;
	return reply_json(rq, w.p->withdrawn ? 410 : 200, ACTIVITY_TYPE,
		vocabulary_post(rq->cx.arena, rq->cx.server, w.i, w.p, w.tags, true));
}

static int load_activity(struct tx *tx, void *arg)
{
	struct wanted *w = arg;
	int rc = outbox_find(tx, w->id, &w->e);

	if (rc == 0 && str_eq(w->e->audience, "followers"))
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such activity");
	if (rc == 0 && w->e->post)
		return load_post(tx, w, w->e->post);
	return rc < 0 ? rc : institution_load(tx, w->e->institution, &w->i);
}

int activity_get(struct request *rq)
{
	struct wanted w = {.id = request_int(rq, "id", 0)};
	int rc = db_read(&rq->cx, load_activity, &w);

	if (rc < 0)
		return rc;
	return reply_json(rq, 200, ACTIVITY_TYPE,
		vocabulary_activity(rq->cx.arena, rq->cx.server, w.i, w.e, w.p, w.tags, true));
}

/* Collections. */
static json_t *collection(const char *type, const char *id)
{
	json_t *c = json_object();

	put(c, "@context", "https://www.w3.org/ns/activitystreams");
	put(c, "id", id);
	put(c, "type", type);
	return c;
}

struct featured {
	struct wanted w;
	const struct post *posts;
	int count;
};

static int load_featured(struct tx *tx, void *arg)
{
	struct featured *f = arg;
	int rc = institution_load(tx, f->w.id, &f->w.i);

	return rc < 0 ? rc : post_pinned(tx, f->w.id, &f->posts, &f->count);
}

int featured_get(struct request *rq)
{
	struct featured f = {.w.id = request_int(rq, "id", 0)};
	struct arena *a = rq->cx.arena;
	const struct server *s = rq->cx.server;
	json_t *document, *items = json_array();
	int rc = db_read(&rq->cx, load_featured, &f);

	if (rc < 0) {
		json_decref(items);
		return rc;
	}
	document = collection("OrderedCollection",
		arena_printf(a, "%s/featured", institution_actor(a, s, f.w.id)));
	for (int i = 0; i < f.count; i++)
		json_array_append_new(items, json_string(post_url(a, s, f.posts[i].id)));
	json_object_set_new(document, "totalItems", json_integer(f.count));
	json_object_set_new(document, "orderedItems", items);
	return reply_json(rq, 200, ACTIVITY_TYPE, document);
}

struct page {
	struct wanted w;
	int64_t before_at, before_id;
	struct post *posts;
	int count;
	bool more;
	const struct post_tag **tags;
	struct entry *entries;
	int64_t total;
};

static size_t html_bytes(const struct post *post)
{
	size_t len = 0;

	for (const struct variant *v = post->variants; v->lang; v++)
		len += strlen(v->html);
	return len;
}

static int load_posts(struct tx *tx, struct page *p)
{
	struct post_query query = {.institution = p->w.id,
		.before_at = p->before_at,
		.before_id = p->before_id,
		.limit = PAGE_STEP};
	size_t bytes = 0;
	int n = PAGE_STEP, rc = 0;

	while (n == PAGE_STEP && p->count < PAGE_ITEMS && bytes < PAGE_BYTES) {
		const struct post *some;

		rc = post_list(tx, &query, &some, &n);
		if (rc < 0)
			return rc;
		for (int i = 0; i < n; i++) {
			p->posts[p->count++] = some[i];
			bytes += html_bytes(&some[i]);
		}
		if (n > 0) {
			query.before_at = some[n - 1].published_at;
			query.before_id = some[n - 1].id;
		}
	}
	p->more = n == PAGE_STEP;
	return 0;
}

static int load_page(struct tx *tx, void *arg)
{
	struct page *p = arg;
	struct entry *one;
	int rc = institution_load(tx, p->w.id, &p->w.i), n;

	p->count = 0;
	p->posts = arena_array(tx_arena(tx), PAGE_ITEMS, sizeof(*p->posts));
	if (rc == 0)
		rc = p->posts ? load_posts(tx, p) : tx_fail(tx, ERR_MEMORY, "not enough memory");
	p->tags = arena_array(tx_arena(tx), PAGE_ITEMS, sizeof(*p->tags));
	p->entries = arena_array(tx_arena(tx), PAGE_ITEMS, sizeof(*p->entries));
	if (rc == 0 && (!p->tags || !p->entries))
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	for (int i = 0; rc == 0 && i < p->count; i++) {
		rc = post_tags(tx, p->posts[i].id, &p->tags[i]);
		if (rc == 0)
			rc = outbox_page(tx, p->w.id, p->posts[i].created - 1, 1, &one, &n);
		if (rc == 0 && n == 1)
			p->entries[i] = *one;
	}
	return rc;
}

/* A page is named by the post that it starts after: "AT-ID". */
static bool parse_cursor(const char *text, int64_t *at, int64_t *id)
{
	const char *dash = text ? strchr(text, '-') : NULL;
	char number[24];

	if (!dash || (size_t)(dash - text) >= sizeof(number))
		return false;
	memcpy(number, text, (size_t)(dash - text));
	number[dash - text] = 0;
	return str_to_int64(number, at) && str_to_int64(dash + 1, id);
}

static int outbox_page_get(struct request *rq, const char *id)
{
	struct arena *a = rq->cx.arena;
	struct page p = {.w.id = request_int(rq, "id", 0)};
	const char *cursor = request_param(rq, "before");
	json_t *document, *items = json_array();
	int rc = 0;

	if (cursor && !parse_cursor(cursor, &p.before_at, &p.before_id))
		rc = ctx_fail(&rq->cx, ERR_INVALID,
			"the parameter \"before\" is not one that this server gave out");
	if (rc == 0)
		rc = db_read(&rq->cx, load_page, &p);
	if (rc < 0) {
		json_decref(items);
		return rc;
	}
	for (int i = 0; i < p.count; i++)
		json_array_append_new(items, vocabulary_activity(a, rq->cx.server, p.w.i,
						     &p.entries[i], &p.posts[i], p.tags[i], false));
	document = collection("OrderedCollectionPage",
		cursor ? arena_printf(a, "%s?page=true&before=%s", id, cursor)
		       : arena_printf(a, "%s?page=true", id));
	put(document, "partOf", id);
	if (p.more && p.count > 0)
		put(document, "next",
			arena_printf(a, "%s?page=true&before=%lld-%lld", id,
				(long long)p.posts[p.count - 1].published_at,
				(long long)p.posts[p.count - 1].id));
	json_object_set_new(document, "orderedItems", items);
	return reply_json(rq, 200, ACTIVITY_TYPE, document);
}

static int load_total(struct tx *tx, void *arg)
{
	struct wanted *w = arg;
	int rc = institution_load(tx, w->id, &w->i);

	return rc < 0 ? rc : outbox_count(tx, w->id, &w->count);
}

int outbox_get(struct request *rq)
{
	struct wanted w = {.id = request_int(rq, "id", 0)};
	const char *id = arena_printf(
		rq->cx.arena, "%s/outbox", institution_actor(rq->cx.arena, rq->cx.server, w.id));
	json_t *document;
	int rc;

	if (request_param(rq, "page"))
		return outbox_page_get(rq, id);
	rc = db_read(&rq->cx, load_total, &w);
	if (rc < 0)
		return rc;
	document = collection("OrderedCollection", id);
	json_object_set_new(document, "totalItems", json_integer(w.count));
	put(document, "first", arena_printf(rq->cx.arena, "%s?page=true", id));
	return reply_json(rq, 200, ACTIVITY_TYPE, document);
}

static int load_followers(struct tx *tx, void *arg)
{
	struct wanted *w = arg;
	int rc = institution_load(tx, w->id, &w->i);

	return rc < 0 ? rc : follow_count(tx, w->id, &w->count);
}

/* Who follows a ministry is nobody's business: the collection counts and does not list. */
int followers_get(struct request *rq)
{
	struct wanted w = {.id = request_int(rq, "id", 0)};
	json_t *document;
	int rc = db_read(&rq->cx, load_followers, &w);

	if (rc < 0)
		return rc;
	document = collection(
		"OrderedCollection", arena_printf(rq->cx.arena, "%s/followers",
					     institution_actor(rq->cx.arena, rq->cx.server, w.id)));
	json_object_set_new(document, "totalItems", json_integer(w.count));
	return reply_json(rq, 200, ACTIVITY_TYPE, document);
}

int following_get(struct request *rq)
{
	struct wanted w = {.id = request_int(rq, "id", 0)};
	json_t *document;
	int rc = db_read(&rq->cx, load_institution, &w);

	if (rc < 0)
		return rc;
	document = collection(
		"OrderedCollection", arena_printf(rq->cx.arena, "%s/following",
					     institution_actor(rq->cx.arena, rq->cx.server, w.id)));
	json_object_set_new(document, "totalItems", json_integer(0));
	return reply_json(rq, 200, ACTIVITY_TYPE, document);
}
