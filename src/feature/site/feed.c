/* An institution's Atom feed (RFC 4287), in pages (RFC 5005 section 3) so that a reader who was
 * away for long misses nothing. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "feature/site/excerpt.h"
#include "feature/site/find.h"
#include "feature/site/pages.h"
#include "feature/site/view.h"

#define LABEL_CHARS   80
#define SUMMARY_CHARS 500

struct wanted {
	struct site_page page;
	const char *handle;
	bool moved;
	const struct institution *i;
	struct listing list;
	const struct post_tag *tags[PAGE_ITEMS];
};

/* The language is that of the query, else the institution's own: one address, one text. */
static int choose_language(struct wanted *w)
{
	const char *given = request_param(w->page.rq, "lang");
	const char *own = w->i->languages;

	w->page.lang = given ? given : arena_copy(w->page.arena, own, strcspn(own, " "));
	if (!w->page.lang)
		return ctx_fail(&w->page.rq->cx, ERR_MEMORY, "not enough memory");
	w->page.language = site_language_for(w->page.lang);
	return 0;
}

static int load(struct tx *tx, void *arg)
{
	struct wanted *w = arg;
	int rc = find_institution(tx, w->handle, &w->i, &w->moved);

	if (rc == 0)
		rc = choose_language(w);
	if (rc < 0 || w->moved)
		return rc;
	w->list.institution = w->i->id;
	rc = listing_load(tx, &w->list, w->page.lang);
	for (int k = 0; rc == 0 && k < w->list.count; k++)
		rc = post_tags(tx, w->list.items[k].post.id, &w->tags[k]);
	return rc;
}

static void put_updated(json_t *object, const char *name, int64_t at)
{
	char text[32];

	clock_rfc3339(at, text);
	site_put(object, name, text);
}

static json_t *categories(
	const struct site_page *p, const struct variant *v, const struct post_tag *tags)
{
	json_t *list = json_array();

	for (; tags && tags->name; tags++)
		if (view_has_tag(p, v, tags))
			json_array_append_new(list,
				json_pack("{s:s, s:s}", "term", tags->folded, "label", tags->name));
	return list;
}

static json_t *entry(
	const struct site_page *p, const struct listed *item, const struct post_tag *tags)
{
	const struct post *post = &item->post;
	const struct variant *v = post_variant(post, p->lang);
	json_t *one = json_object();

	site_put(one, "url", post_url(p->arena, p->server, post->id));
	site_put(one, "entry_lang", v->lang);
	site_put(one, "entry_title", view_label(p, post, LABEL_CHARS));
	/* What is too long for a feed stands at its address. */
	if (item->cut)
		site_put(one, "summary", excerpt_text(p->arena, v->html, SUMMARY_CHARS));
	else
		site_put(one, "content", v->html);
	put_updated(one, "published", post->published_at);
	put_updated(one, "changed", post->updated_at);
	json_object_set_new(one, "categories", categories(p, v, tags));
	return one;
}

/* The feed is as new as the newest thing in it. */
static int64_t newest(const struct wanted *w)
{
	int64_t at = w->list.count ? 0 : w->i->updated_at;

	for (int k = 0; k < w->list.count; k++)
		if (w->list.items[k].post.updated_at > at)
			at = w->list.items[k].post.updated_at;
	return at;
}

/* The feed's address; before NULL: of its first page. */
static char *address(const struct wanted *w, const struct cursor *before)
{
	struct arena *a = w->page.arena;

	return arena_printf(a, "%s/@%s/feed.atom?lang=%s%s%s", w->page.server->origin, w->i->handle,
		w->page.lang, before && before->at ? "&before=" : "",
		before && before->at ? cursor_text(a, before) : "");
}

static json_t *data_of(const struct wanted *w)
{
	const struct site_page *p = &w->page;
	const struct institution_text *t = institution_text(w->i, p->lang);
	json_t *data = json_object(), *entries = json_array();

	site_put(data, "lang", p->lang);
	site_put(data, "id", address(w, NULL));
	site_put(data, "self", address(w, &w->list.before));
	site_put(data, "page",
		arena_printf(p->arena, "%s%s", p->server->origin,
			site_address_in(
				p, site_tags[p->language], view_institution_path(p, w->i))));
	site_put(data, "actor", institution_actor(p->arena, p->server, w->i->id));
	site_put(data, "name", t->name);
	site_put(data, "text_lang", t->lang);
	json_object_set_new(data, "has_about", json_boolean(*t->bio != 0));
	site_put(data, "about", t->bio);
	put_updated(data, "updated", newest(w));
	if (w->list.has_older)
		site_put(data, "older", address(w, &w->list.older));
	if (w->list.has_newer)
		site_put(data, "newer", address(w, &w->list.newer));
	for (int k = 0; k < w->list.count; k++)
		if (post_variant(&w->list.items[k].post, p->lang))
			json_array_append_new(entries, entry(p, &w->list.items[k], w->tags[k]));
	json_object_set_new(data, "entries", entries);
	return data;
}

int feed_get(struct request *rq)
{
	struct wanted w = {.handle = request_param(rq, "handle"),
		.page = {.rq = rq, .server = rq->cx.server, .arena = rq->cx.arena, .prefix = ""}};
	int rc = listing_begin(rq, &w.list);

	if (rc == 0)
		rc = db_read(&rq->cx, load, &w);
	if (rc == 0 && w.moved)
		return site_page_redirect(
			&w.page, arena_printf(rq->cx.arena, "/@%s/feed.atom", w.i->handle));
	if (rc < 0)
		return rc;
	reply_versioned(rq, w.i->id, w.i->version, 0);
	return site_render_reply(
		rq, 200, "feed.atom.xml", "application/atom+xml; charset=utf-8", data_of(&w));
}
