/* Data for templates. A value that ends in _html was made by our own renderer (kit/html). */
#include "feature/site/view.h"

#include <string.h>

#include "base/str.h"
#include "feature/site/display.h"
#include "feature/site/excerpt.h"

#define NOTE_WHOLE_MAX                                                                             \
	(4 * KIB) /* bytes of HTML: longer statements without title are cut in lists */
#define PARAGRAPH_MAX (2 * KIB) /* bytes of HTML */
#define LABEL_CHARS   80

char *view_institution_path(const struct site_page *p, const struct institution *i)
{
	return arena_printf(p->arena, "/@%s", i->handle);
}

char *view_tag_path(const struct site_page *p, const struct institution *i, const char *folded)
{
	return arena_printf(
		p->arena, "/@%s/tag/%s", i->handle, str_url_encode(p->arena, folded, ""));
}

char *view_post_path(const struct site_page *p, int64_t post)
{
	return arena_printf(p->arena, "/post/%lld", (long long)post);
}

const char *view_title(const struct site_page *p, const struct post *post)
{
	const struct variant *v = post_variant(post, p->lang);

	if (!post->article || !v)
		return NULL;
	if (*v->title)
		return v->title;
	return *post->variants->title ? post->variants->title : NULL;
}

char *view_label(const struct site_page *p, const struct post *post, size_t max)
{
	const char *title = view_title(p, post);

	if (title)
		return excerpt_plain(p->arena, title, max);
	return excerpt_text(p->arena, post_variant(post, p->lang)->html, max);
}

void view_put_seal(const struct site_page *p, json_t *data, const char *name)
{
	static const int SIZES[INITIALS_MAX + 1] = {28, 28, 28, 21, 17};
	int count;

	site_put(data, "initials", display_initials(p->arena, name, &count));
	json_object_set_new(data, "initials_size", json_integer(SIZES[count]));
}

/* A variant's text as pages show it. */
static const char *shown_text(const struct site_page *p, const struct variant *v)
{
	return display_tables(p->arena, v->html, site_text(site_language_for(v->lang), "table"));
}

void view_put_institution(const struct site_page *p, json_t *data, const struct institution *i)
{
	const struct institution_text *t = institution_text(i, p->lang);

	site_put(data, "institution", t->name);
	site_put(data, "institution_lang", t->lang);
	view_put_seal(p, data, t->name);
	site_put(data, "institution_address", site_address(p, view_institution_path(p, i)));
	site_put(data, "account",
		arena_printf(p->arena, "@%s@%s", i->handle, p->server->account_domain));
	site_put(data, "feed",
		arena_printf(p->arena, "%s/@%s/feed.atom?lang=%s", p->server->origin, i->handle,
			p->lang));
	json_object_set_new(data, "closed", json_boolean(i->closed));
}

static void put_dates(const struct site_page *p, json_t *data, const struct post *post, bool clock)
{
	site_put_time(p, data, "published", post->published_at, clock);
	json_object_set_new(data, "revised", json_boolean(post->revision > 1));
	if (post->revision > 1)
		site_put_time(p, data, "updated", post->updated_at, clock);
}

json_t *view_item(const struct site_page *p, const struct post *post)
{
	const struct variant *v = post_variant(post, p->lang);
	const char *title = view_title(p, post);
	bool whole = !title && strlen(v->html) <= NOTE_WHOLE_MAX;
	json_t *item = json_object();

	site_put(item, "address", site_address(p, view_post_path(p, post->id)));
	site_put(item, "text_lang", v->lang);
	json_object_set_new(item, "has_title", json_boolean(title != NULL));
	site_put(item, "item_title", title);
	site_put(item, "label", view_label(p, post, LABEL_CHARS));
	json_object_set_new(item, "more", json_boolean(!whole));
	site_put(item, "text_html",
		whole ? shown_text(p, v) : excerpt_paragraph(p->arena, v->html, PARAGRAPH_MAX));
	put_dates(p, item, post, false);
	return item;
}

void view_put_listing(
	const struct site_page *p, json_t *data, const struct listing *l, const char *path)
{
	json_t *items = json_array();

	for (int k = 0; k < l->count; k++)
		if (post_variant(&l->items[k].post, p->lang))
			json_array_append_new(items, view_item(p, &l->items[k].post));
	json_object_set_new(data, "has_items", json_boolean(l->count > 0));
	json_object_set_new(data, "items", items);
	json_object_set_new(data, "paged", json_boolean(l->has_older || l->has_newer));
	if (l->has_older)
		site_put(data, "older", site_address(p, listing_path(p->arena, path, &l->older)));
	if (l->has_newer)
		site_put(data, "newer", site_address(p, listing_path(p->arena, path, &l->newer)));
}

/* The other languages in which the statement stands. */
static json_t *other_languages(const struct site_page *p, const struct post *post)
{
	const struct variant *shown = post_variant(post, p->lang);
	const char *path = view_post_path(p, post->id);
	json_t *list = json_array();

	for (const struct variant *v = post->variants; v->lang; v++) {
		const char *address = site_address_in(p, v->lang, path);
		json_t *one;

		if (v == shown)
			continue;
		one = json_object();
		site_put(one, "tag", v->lang);
		site_put(one, "name", site_language_name(v->lang));
		site_put(one, "address", address);
		json_array_append_new(list, one);
	}
	return list;
}

bool view_has_tag(const struct site_page *p, const struct variant *v, const struct post_tag *tag)
{
	const char *link =
		arena_printf(p->arena, "/tag/%s\"", str_url_encode(p->arena, tag->folded, ""));

	return link && strstr(v->html, link);
}

static json_t *topics(const struct site_page *p, const struct institution *i,
	const struct variant *v, const struct post_tag *tags)
{
	json_t *list = json_array();

	for (; tags && tags->name; tags++) {
		json_t *one;

		if (!view_has_tag(p, v, tags))
			continue;
		one = json_object();
		site_put(one, "name", tags->name);
		site_put(one, "address", site_address(p, view_tag_path(p, i, tags->folded)));
		json_array_append_new(list, one);
	}
	return list;
}

static void put_list(json_t *data, const char *has, const char *name, json_t *list)
{
	json_object_set_new(data, has, json_boolean(json_array_size(list) > 0));
	json_object_set_new(data, name, list);
}

void view_put_statement(const struct site_page *p, json_t *data, const struct institution *i,
	const struct post *post, const struct post_tag *tags)
{
	const struct variant *v = post_variant(post, p->lang);
	const char *title = view_title(p, post);

	json_object_set_new(data, "has_title", json_boolean(title != NULL));
	site_put(data, "item_title", title);
	site_put(data, "text_lang", v->lang);
	site_put(data, "text_html", shown_text(p, v));
	put_dates(p, data, post, true);
	put_list(data, "has_other_languages", "other_languages", other_languages(p, post));
	put_list(data, "has_topics", "topics", topics(p, i, v, tags));
}
