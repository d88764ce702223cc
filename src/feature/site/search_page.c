/* Searching the statements of all institutions, or of one. */
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "core/search.h"
#include "feature/site/find.h"
#include "feature/site/pages.h"
#include "feature/site/search_excerpt.h"
#include "feature/site/site_db.h"
#include "feature/site/view.h"
#include "kit/html/dates.h"
#include "kit/html/sanitize.h"

#define TITLE_CHARS   300
#define EXCERPT_CHARS 280
#define PLAIN_MAX     (512 * KIB)

struct found {
	const struct institution *i;
	struct listed item;
};

struct searching {
	struct site_page page;
	const char *query;  /* "" : the form alone */
	const char *handle; /* NULL: all institutions */
	const struct institution *i;
	bool moved;
	struct cursor before;
	struct search_result result;
	struct found *items; /* those of the hits that still stand */
	int count;
};

static int load_items(struct tx *tx, struct searching *s)
{
	int rc = 0;

	s->count = 0;
	s->items = arena_array(tx_arena(tx), (size_t)s->result.hit_count + 1, sizeof(*s->items));
	if (!s->items)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	for (int k = 0; rc >= 0 && k < s->result.hit_count; k++) {
		struct found *f = &s->items[s->count];

		rc = site_db_one(tx, s->result.hits[k].post, s->page.lang, &f->item);
		if (rc <= 0)
			continue;
		rc = institution_load(tx, f->item.post.institution, &f->i);
		s->count++;
	}
	return rc < 0 ? rc : 0;
}

static int load(struct tx *tx, void *arg)
{
	struct searching *s = arg;
	struct search_query query = {.text = s->query,
		.before_at = s->before.at,
		.before_id = s->before.id,
		.limit = PAGE_ITEMS,
		.count = !s->before.at};
	int rc = s->handle ? find_institution(tx, s->handle, &s->i, &s->moved) : 0;

	if (rc == 0)
		rc = site_page_choose_in(tx, &s->page, s->i ? s->i->languages : "");
	if (rc < 0 || s->moved || !*s->query)
		return rc;
	query.institution = s->i ? s->i->id : 0;
	rc = search_find(tx, &query, &s->result);
	return rc < 0 ? rc : load_items(tx, s);
}

static const char *plain(struct arena *a, const char *html)
{
	AUTO(buf_done) struct buf out = BUF(PLAIN_MAX);
	struct err err = {0};

	if (html_to_text(html, strlen(html), &out, &err) < 0)
		return "";
	return arena_strdup(a, buf_text(&out));
}

static json_t *item_data(const struct searching *s, const struct found *f)
{
	const struct site_page *p = &s->page;
	const struct variant *v = post_variant(&f->item.post, p->lang);
	const char *title = view_title(p, &f->item.post), *text = plain(p->arena, v->html);
	json_t *item = json_object();

	view_put_institution(p, item, f->i);
	site_put(item, "address", site_address(p, view_post_path(p, f->item.post.id)));
	site_put(item, "text_lang", v->lang);
	json_object_set_new(item, "has_title", json_boolean(title != NULL));
	if (title)
		site_put(
			item, "title_html", search_excerpt(p->arena, title, s->query, TITLE_CHARS));
	site_put(item, "text_html",
		search_excerpt(p->arena, text ? text : "", s->query, EXCERPT_CHARS));
	site_put_time(p, item, "published", f->item.post.published_at, false);
	return item;
}

static const char *path_of(const struct searching *s)
{
	return s->i ? arena_printf(
			      s->page.arena, "%s/search", view_institution_path(&s->page, s->i))
		    : "/search";
}

static const char *page_path(const struct searching *s, const struct cursor *before)
{
	struct arena *a = s->page.arena;
	const char *q = str_url_encode(a, s->query, "");

	if (!*s->query)
		return path_of(s);
	return before->at
		       ? arena_printf(a, "%s?q=%s&before=%s", path_of(s), q, cursor_text(a, before))
		       : arena_printf(a, "%s?q=%s", path_of(s), q);
}

/* "Found: 12", "Found: over 1,000". */
static void put_count(const struct searching *s, json_t *data)
{
	bool stopped = s->result.count >= SEARCH_COUNT_MAX;

	json_object_set_new(data, "counted", json_boolean(!s->before.at && s->result.count > 0));
	json_object_set_new(data, "at_least", json_boolean(stopped || s->result.reached > 0));
	site_put(data, "count", arena_printf(s->page.arena, "%d", s->result.count));
}

static void put_items(const struct searching *s, json_t *data)
{
	const struct site_page *p = &s->page;
	json_t *items = json_array();

	for (int k = 0; k < s->count; k++)
		json_array_append_new(items, item_data(s, &s->items[k]));
	json_object_set_new(data, "items", items);
	json_object_set_new(data, "none", json_boolean(*s->query && s->count == 0));
	put_count(s, data);
	if (s->result.more) {
		const struct search_hit *last = &s->result.hits[s->result.hit_count - 1];
		struct cursor older = {last->at, last->post};

		site_put(data, "older", site_address(p, page_path(s, &older)));
	} else if (s->result.reached) {
		struct cursor older = {s->result.reached, 0};

		site_put(data, "further", site_address(p, page_path(s, &older)));
		site_put_time(p, data, "reached", s->result.reached, false);
	}
}

static json_t *data_of(const struct searching *s)
{
	const struct site_page *p = &s->page;
	const char *heading = site_text(p->language, "search");
	json_t *data = site_page_data(p,
		*s->query ? arena_printf(p->arena, "%s: %s", heading, s->query) : heading,
		page_path(s, &s->before));

	if (s->i)
		view_put_institution(p, data, s->i);
	json_object_set_new(data, "of_one", json_boolean(s->i != NULL));
	site_put(data, "heading", heading);
	site_put(data, "query", s->query);
	site_put(data, "action", site_address(p, path_of(s)));
	site_put(data, "everywhere", site_address(p, "/search"));
	json_object_set_new(data, "noindex", json_true());
	put_items(s, data);
	return data;
}

int search_get(struct request *rq)
{
	const char *query = request_param(rq, "q"), *before = request_param(rq, "before");
	struct searching s = {.handle = request_param(rq, "handle")};
	int rc = site_page_begin(rq, &s.page);

	if (rc == 0 && before && !cursor_parse(before, &s.before))
		rc = ctx_fail(&rq->cx, ERR_INVALID,
			"the parameter \"before\" is \"%.60s\", which this server never gave out: search "
			"from the beginning",
			before);
	s.query = query ? str_trim(rq->cx.arena, query) : "";
	if (rc == 0 && !s.query)
		rc = ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	if (rc == 0)
		rc = db_read(&rq->cx, load, &s);
	if (rc < 0)
		return rc;
	if (s.moved || s.page.moved)
		return site_page_redirect(&s.page, path_of(&s));
	return site_page_reply(&s.page, 200, "search.html", data_of(&s));
}
