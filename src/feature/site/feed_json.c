/* JSON Feed 1.1 (jsonfeed.org/version/1.1). */
#include "base/clock.h"
#include "base/json.h"
#include "core/media.h"
#include "feature/site/excerpt.h"
#include "feature/site/feed.h"

static json_t *authors(const struct feed *f, const struct institution *i)
{
	const char *url = arena_printf(
		f->page.arena, "%s%s", f->page.server->origin, view_institution_path(&f->page, i));
	json_t *list = json_array(), *one = json_object();

	site_put(one, "name", institution_text(i, f->page.lang)->name);
	site_put(one, "url", url);
	json_array_append_new(list, one);
	return list;
}

static void put_pictures(const struct feed *f, json_t *one, const struct post *post)
{
	json_t *list = json_array();

	for (const struct media *const *m = post->media; m && *m; m++) {
		const struct rendition *r = media_rendition(*m, "image/jpeg", 0);
		const char *url = r ? media_url(f->page.arena, f->page.server, *m, r) : NULL;
		json_t *attachment;

		if (!url)
			continue;
		if (m == post->media)
			site_put(one, "image", url);
		attachment = json_object();
		site_put(attachment, "url", url);
		site_put(attachment, "mime_type", r->type);
		site_put(attachment, "title", media_description(*m, f->page.lang));
		json_object_set_new(attachment, "size_in_bytes", json_integer(r->size));
		json_array_append_new(list, attachment);
	}
	if (json_array_size(list) > 0)
		json_object_set(one, "attachments", list);
	json_decref(list);
}

static json_t *labels(const struct feed *f, const struct feed_item *item)
{
	AUTO(json_unref) json_t *tags = feed_tags(f, item);
	json_t *list = json_array(), *tag;
	size_t i;

	json_array_foreach(tags, i, tag)
		json_array_append_new(list, json_string(json_str(tag, "label")));
	return list;
}

static json_t *item_json(const struct feed *f, const struct feed_item *item)
{
	const struct site_page *p = &f->page;
	const struct post *post = &item->listed->post;
	const struct variant *v = post_variant(post, p->lang);
	const char *url = post_url(p->arena, p->server, post->id), *title = view_title(p, post);
	json_t *one = json_object();
	char at[32];

	site_put(one, "id", url);
	site_put(one, "url", url);
	site_put(one, "title", title);
	/* What is too long for a feed stands at its address. */
	if (item->listed->cut)
		site_put(one, "content_text", excerpt_text(p->arena, v->html, FEED_SUMMARY_CHARS));
	else
		site_put(one, "content_html", v->html);
	clock_rfc3339(post->published_at, at);
	site_put(one, "date_published", at);
	clock_rfc3339(post->updated_at, at);
	site_put(one, "date_modified", at);
	site_put(one, "language", v->lang);
	json_object_set_new(one, "authors", authors(f, item->i));
	json_object_set_new(one, "tags", labels(f, item));
	put_pictures(f, one, post);
	return one;
}

json_t *feed_json(const struct feed *f)
{
	const struct site_page *p = &f->page;
	json_t *feed = json_object(), *items = json_array();
	const char *about = f->i ? institution_text(f->i, p->lang)->bio
				 : site_text(p->language, "directory_says");

	site_put(feed, "version", "https://jsonfeed.org/version/1.1");
	site_put(feed, "title", feed_title(f));
	site_put(feed, "home_page_url", feed_page(f));
	site_put(feed, "feed_url", feed_address(f, &f->list.before));
	if (*about)
		site_put(feed, "description", about);
	site_put(feed, "language", p->lang);
	if (f->list.has_older)
		site_put(feed, "next_url", feed_address(f, &f->list.older));
	if (f->i)
		json_object_set_new(feed, "authors", authors(f, f->i));
	for (int k = 0; k < f->count; k++)
		json_array_append_new(items, item_json(f, &f->items[k]));
	json_object_set_new(feed, "items", items);
	return feed;
}
