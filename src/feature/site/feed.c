/* Feeds of the server, of an institution and of a hashtag: Atom (RFC 4287), RSS 2.0 and JSON Feed
 * 1.1, in pages (RFC 5005 section 3) so that a reader who was away for long misses nothing. */
#include "feature/site/feed.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "core/media.h"
#include "core/versions.h"
#include "feature/site/excerpt.h"
#include "feature/site/find.h"
#include "feature/site/pages.h"
#include "kit/html/hashtag.h"

static const struct {
	const char *name, *type, *template;
} FORMATS[FEED_FORMATS] = {
	{"feed.atom", "application/atom+xml", "feed.atom.xml"},
	{"feed.rss", "application/rss+xml", "feed.rss.xml"},
	{"feed.json", "application/feed+json", NULL},
};

const char *feed_name(enum feed_format format)
{
	return FORMATS[format].name;
}

const char *feed_type(enum feed_format format)
{
	return FORMATS[format].type;
}

/* The language is that of the query, else the institution's own: one address, one text. */
static int choose_language(struct feed *f)
{
	const char *given = request_param(f->page.rq, "lang");
	const char *own = f->i ? f->i->languages : site_tags[SITE_UZ];

	f->page.lang = given ? given : arena_copy(f->page.arena, own, strcspn(own, " "));
	if (!f->page.lang)
		return ctx_fail(&f->page.rq->cx, ERR_MEMORY, "not enough memory");
	f->page.language = site_language_for(f->page.lang);
	return 0;
}

/* The institution of an item: those of a page are few, each is loaded once. */
static int load_institution(struct tx *tx, struct feed *f, struct feed_item *item)
{
	int64_t id = item->listed->post.institution;

	item->i = f->i;
	for (int k = 0; !item->i && k < f->count; k++)
		if (f->items[k].i->id == id)
			item->i = f->items[k].i;
	return item->i ? 0 : institution_load(tx, id, &item->i);
}

static int load_items(struct tx *tx, struct feed *f)
{
	int rc = 0;

	f->count = 0;
	for (int k = 0; rc == 0 && k < f->list.count; k++) {
		struct feed_item *item = &f->items[f->count];

		item->listed = &f->list.items[k];
		if (!post_variant(&item->listed->post, f->page.lang))
			continue;
		rc = load_institution(tx, f, item);
		if (rc == 0)
			rc = post_tags(tx, item->listed->post.id, &item->tags);
		f->count++;
	}
	return rc;
}

static int every_version(struct tx *tx, struct feed *f)
{
	int64_t version;
	int rc = versions_server(tx, &version);

	if (rc == 0)
		site_page_versioned(&f->page, 0, version);
	return rc;
}

static int load(struct tx *tx, void *arg)
{
	struct feed *f = arg;
	int rc = f->handle ? find_institution(tx, f->handle, &f->i, &f->moved) : 0;

	if (rc == 0)
		rc = choose_language(f);
	if (rc < 0 || f->moved)
		return rc;
	if (f->i)
		site_page_versioned(&f->page, f->i->id, f->i->version);
	else
		rc = every_version(tx, f);
	if (rc < 0)
		return rc;
	f->list.institution = f->i ? f->i->id : 0;
	rc = listing_load(tx, &f->list, f->page.lang);
	return rc < 0 ? rc : load_items(tx, f);
}

/* Path without the feed's name: "", "/@mehnat", "/@mehnat/tag/news". */
static const char *base_path(const struct feed *f)
{
	if (f->list.tag)
		return view_tag_path(&f->page, f->i, f->list.tag);
	return f->i ? view_institution_path(&f->page, f->i) : "";
}

char *feed_address(const struct feed *f, const struct cursor *before)
{
	struct arena *a = f->page.arena;

	return arena_printf(a, "%s%s/%s?lang=%s%s%s", f->page.server->origin, base_path(f),
		FORMATS[f->format].name, f->page.lang, before && before->at ? "&before=" : "",
		before && before->at ? cursor_text(a, before) : "");
}

char *feed_page(const struct feed *f)
{
	const char *path = base_path(f);

	return arena_printf(f->page.arena, "%s%s", f->page.server->origin,
		site_address_in(&f->page, site_tags[f->page.language], *path ? path : "/"));
}

char *feed_title(const struct feed *f)
{
	const char *name = f->i ? institution_text(f->i, f->page.lang)->name
				: site_text(f->page.language, "site");

	return f->list.tag ? arena_printf(f->page.arena, "%s: #%s", name, f->list.tag)
			   : arena_strdup(f->page.arena, name);
}

json_t *feed_tags(const struct feed *f, const struct feed_item *item)
{
	const struct variant *v = post_variant(&item->listed->post, f->page.lang);
	json_t *list = json_array();

	for (const struct post_tag *tag = item->tags; tag && tag->name; tag++)
		if (view_has_tag(&f->page, v, tag))
			json_array_append_new(list,
				json_pack("{s:s, s:s}", "term", tag->folded, "label", tag->name));
	return list;
}

static void put_times(const struct feed *f, json_t *object, const char *name, int64_t at)
{
	char text[32], http[40];

	clock_rfc3339(at, text);
	clock_http_date(at, http); /* an RFC 822 date too */
	site_put(object, name, text);
	site_put(object, arena_printf(f->page.arena, "%s_rfc822", name), http);
}

/* The first picture as an enclosure: RSS allows one. */
static void put_picture(const struct feed *f, json_t *one, const struct post *post)
{
	const struct media *m = post->media ? post->media[0] : NULL;
	const struct rendition *r = m ? media_rendition(m, "image/jpeg", 0) : NULL;

	json_object_set_new(one, "has_picture", json_boolean(r != NULL));
	if (!r)
		return;
	site_put(one, "picture", media_url(f->page.arena, f->page.server, m, r));
	site_put(one, "picture_type", r->type);
	site_put(one, "picture_size", arena_printf(f->page.arena, "%lld", (long long)r->size));
}

static json_t *entry(const struct feed *f, const struct feed_item *item)
{
	const struct site_page *p = &f->page;
	const struct post *post = &item->listed->post;
	const struct variant *v = post_variant(post, p->lang);
	json_t *one = json_object();

	site_put(one, "url", post_url(p->arena, p->server, post->id));
	site_put(one, "entry_lang", v->lang);
	site_put(one, "entry_title", view_label(p, post, FEED_LABEL_CHARS));
	site_put(one, "author", institution_text(item->i, p->lang)->name);
	site_put(one, "author_url", institution_actor(p->arena, p->server, item->i->id));
	/* What is too long for a feed stands at its address. */
	if (item->listed->cut)
		site_put(one, "summary", excerpt_text(p->arena, v->html, FEED_SUMMARY_CHARS));
	else
		site_put(one, "content", v->html);
	put_times(f, one, "published", post->published_at);
	put_times(f, one, "changed", post->updated_at);
	put_picture(f, one, post);
	json_object_set_new(one, "categories", feed_tags(f, item));
	return one;
}

/* The feed is as new as the newest thing in it. */
static int64_t newest(const struct feed *f)
{
	int64_t at = f->count || !f->i ? 0 : f->i->updated_at;

	for (int k = 0; k < f->count; k++)
		if (f->items[k].listed->post.updated_at > at)
			at = f->items[k].listed->post.updated_at;
	return at;
}

static json_t *data_of(const struct feed *f)
{
	const struct site_page *p = &f->page;
	const struct institution_text *t = f->i ? institution_text(f->i, p->lang) : NULL;
	const char *about = t ? t->bio : site_text(p->language, "directory_says");
	json_t *data = json_object(), *entries = json_array();

	site_put(data, "lang", p->lang);
	site_put(data, "id", feed_address(f, NULL));
	site_put(data, "self", feed_address(f, &f->list.before));
	site_put(data, "page", feed_page(f));
	site_put(data, "name", feed_title(f));
	site_put(data, "text_lang", t ? t->lang : site_tags[p->language]);
	json_object_set_new(data, "has_author", json_boolean(f->i != NULL));
	if (f->i)
		site_put(data, "actor", institution_actor(p->arena, p->server, f->i->id));
	json_object_set_new(data, "has_about", json_boolean(*about != 0));
	site_put(data, "about", *about ? about : feed_title(f));
	put_times(f, data, "updated", newest(f));
	if (f->list.has_older)
		site_put(data, "older", feed_address(f, &f->list.older));
	if (f->list.has_newer)
		site_put(data, "newer", feed_address(f, &f->list.newer));
	for (int k = 0; k < f->count; k++)
		json_array_append_new(entries, entry(f, &f->items[k]));
	json_object_set_new(data, "entries", entries);
	return data;
}

static int reply(const struct feed *f, struct request *rq)
{
	const char *type = arena_printf(rq->cx.arena, "%s; charset=utf-8", feed_type(f->format));
	AUTO(json_unref) json_t *document = NULL;
	AUTO(auto_free) char *text = NULL;

	reply_versioned(rq, f->page.scope, f->page.version, 0);
	if (FORMATS[f->format].template)
		return site_render_reply(rq, 200, FORMATS[f->format].template, type, data_of(f));
	document = feed_json(f);
	text = document ? json_text(document) : NULL;
	if (!text || !type)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	reply_cache(rq, SITE_CACHE);
	reply_text(rq, 200, type, text);
	return 0;
}

static int answer(struct request *rq, enum feed_format format)
{
	const char *tag = request_param(rq, "tag");
	struct feed f = {.format = format,
		.handle = request_param(rq, "handle"),
		.page = {.rq = rq, .server = rq->cx.server, .arena = rq->cx.arena, .prefix = ""}};
	int rc = listing_begin(rq, &f.list);

	f.list.tag = tag ? hashtag_fold(rq->cx.arena, tag, strlen(tag)) : NULL;
	if (rc == 0 && tag && !f.list.tag)
		rc = ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	if (rc == 0)
		rc = db_read(&rq->cx, load, &f);
	if (rc == 0 && f.moved)
		return site_page_redirect(&f.page,
			arena_printf(rq->cx.arena, "%s/%s", base_path(&f), feed_name(format)));
	return rc < 0 ? rc : reply(&f, rq);
}

int feed_atom_get(struct request *rq)
{
	return answer(rq, FEED_ATOM);
}

int feed_rss_get(struct request *rq)
{
	return answer(rq, FEED_RSS);
}

int feed_json_get(struct request *rq)
{
	return answer(rq, FEED_JSON);
}
