/* Data for templates. A value that ends in _html was made by our own renderer (kit/html). */
#include "feature/site/view.h"

#include <string.h>

#include "base/str.h"
#include "core/media.h"
#include "feature/site/display.h"
#include "feature/site/excerpt.h"
#include "kit/text/script.h"

#define NOTE_WHOLE_MAX                                                                             \
	(4 * KIB) /* bytes of HTML: longer statements without title are cut in lists */
#define PARAGRAPH_MAX (2 * KIB) /* bytes of HTML */
#define LABEL_CHARS   80
#define PICTURE_SIZES "(min-width: 800px) 700px, 100vw"

/* Without the host: pages and pictures come from one. */
static const char *media_path_on(
	const struct site_page *p, const struct media *m, const struct rendition *f)
{
	const char *url = media_url(p->arena, p->server, m, f);

	return url ? url + strlen(p->server->origin) : NULL;
}

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

/* Shown in the other of Uzbek's scripts than the institution wrote it in? */
static bool is_converted(const struct site_page *p, const struct variant *v)
{
	return (str_eq(p->lang, "uz") && str_eq(v->lang, "uz-Cyrl")) ||
	       (str_eq(p->lang, "uz-Cyrl") && str_eq(v->lang, "uz"));
}

static enum script script_of(const struct site_page *p)
{
	return str_eq(p->lang, "uz") ? SCRIPT_LATIN : SCRIPT_CYRILLIC;
}

/* A piece of a variant's HTML, or of its plain text, in the script of the page; as it was written
 * when it cannot be converted. */
static const char *in_script(
	const struct site_page *p, const struct variant *v, const char *text, bool html)
{
	char *other;

	if (!text || !is_converted(p, v))
		return text;
	if ((html ? script_convert_html(p->arena, text, script_of(p), &other)
		  : script_convert(p->arena, text, script_of(p), &other)) < 0)
		return text;
	return other;
}

static const char *text_lang(const struct site_page *p, const struct variant *v)
{
	return is_converted(p, v) ? p->lang : v->lang;
}

/* That it is converted, and where it stands as it was written. */
static void put_converted(
	const struct site_page *p, json_t *data, const struct post *post, const struct variant *v)
{
	json_object_set_new(data, "is_converted", json_boolean(is_converted(p, v)));
	site_put(data, "original", site_address_in(p, v->lang, view_post_path(p, post->id)));
	site_put(data, "original_lang", v->lang);
}

const char *view_title(const struct site_page *p, const struct post *post)
{
	const struct variant *v = post_variant(post, p->lang);

	if (!post->article || !v)
		return NULL;
	if (*v->title)
		return in_script(p, v, v->title, false);
	return *post->variants->title ? post->variants->title : NULL;
}

const char *view_label(const struct site_page *p, const struct post *post, size_t max)
{
	const char *title = view_title(p, post);

	if (title)
		return excerpt_plain(p->arena, title, max);
	return in_script(p, post_variant(post, p->lang),
		excerpt_text(p->arena, post_variant(post, p->lang)->html, max), false);
}

/* A variant's text as pages show it. */
static const char *shown_text(const struct site_page *p, const struct variant *v)
{
	return display_tables(p->arena, in_script(p, v, v->html, true),
		site_text(site_language_for(v->lang), "table"));
}

/* Renditions as srcset says them: "URL 320w, URL 800w". */
static char *source_set(const struct site_page *p, const struct media *m, const char *type)
{
	char *set = arena_strdup(p->arena, "");

	for (const struct rendition *f = m->files; set && f->width; f++)
		if (str_eq(f->type, type))
			set = arena_printf(p->arena, "%s%s%s %dw", set, *set ? ", " : "",
				media_path_on(p, m, f), f->width);
	return set;
}

json_t *view_picture(const struct site_page *p, const struct media *m, const char *sizes)
{
	const struct rendition *f = media_rendition(m, "image/jpeg", 0);
	json_t *one = json_object();

	if (!f)
		return one;
	site_put(one, "src", media_path_on(p, m, f));
	site_put(one, "set", source_set(p, m, "image/webp"));
	site_put(one, "sizes", sizes);
	site_put(one, "alt", media_description(m, p->lang));
	site_put(one, "width", arena_printf(p->arena, "%d", f->width));
	site_put(one, "height", arena_printf(p->arena, "%d", f->height));
	return one;
}

static void put_pictures(const struct site_page *p, json_t *data, const struct post *post)
{
	json_t *list = json_array();

	for (const struct media *const *m = post->media; m && *m; m++)
		json_array_append_new(list, view_picture(p, *m, PICTURE_SIZES));
	json_object_set_new(data, "has_pictures", json_boolean(json_array_size(list) > 0));
	json_object_set_new(data, "several", json_boolean(json_array_size(list) > 1));
	json_object_set_new(data, "pictures", list);
}

void view_put_seal(const struct site_page *p, json_t *data, const struct institution *i)
{
	static const int SIZES[INITIALS_MAX + 1] = {28, 28, 28, 21, 17};
	int count;

	json_object_set_new(data, "has_avatar", json_boolean(i->avatar != NULL));
	if (i->avatar)
		json_object_set_new(data, "avatar", view_picture(p, i->avatar, "128px"));
	site_put(data, "initials",
		display_initials(p->arena, institution_text(i, p->lang)->name, &count));
	json_object_set_new(data, "initials_size", json_integer(SIZES[count]));
}

void view_put_institution(const struct site_page *p, json_t *data, const struct institution *i)
{
	const struct institution_text *t = institution_text(i, p->lang);

	site_put(data, "institution", t->name);
	site_put(data, "institution_lang", t->lang);
	view_put_seal(p, data, i);
	site_put(data, "institution_address", site_address(p, view_institution_path(p, i)));
	site_put(data, "account",
		arena_printf(p->arena, "@%s@%s", i->handle, p->server->account_domain));
	site_put(data, "feed",
		arena_printf(p->arena, "%s/@%s/feed.atom?lang=%s", p->server->origin, i->handle,
			p->lang));
	site_put(data, "feed_rss",
		arena_printf(p->arena, "%s/@%s/feed.rss?lang=%s", p->server->origin, i->handle,
			p->lang));
	site_put(data, "feed_json",
		arena_printf(p->arena, "%s/@%s/feed.json?lang=%s", p->server->origin, i->handle,
			p->lang));
	site_put(data, "qr", arena_printf(p->arena, "/@%s/qr.svg", i->handle));
	site_put(data, "follow_address",
		site_address(p, arena_printf(p->arena, "/@%s/follow", i->handle)));
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
	site_put(item, "text_lang", text_lang(p, v));
	put_converted(p, item, post, v);
	json_object_set_new(item, "has_title", json_boolean(title != NULL));
	site_put(item, "item_title", title);
	site_put(item, "label", view_label(p, post, LABEL_CHARS));
	json_object_set_new(item, "more", json_boolean(!whole));
	site_put(item, "text_html",
		whole ? shown_text(p, v)
		      : in_script(p, v, excerpt_paragraph(p->arena, v->html, PARAGRAPH_MAX), true));
	put_dates(p, item, post, false);
	put_pictures(p, item, post);
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
	site_put(data, "text_lang", text_lang(p, v));
	put_converted(p, data, post, v);
	site_put(data, "text_html", shown_text(p, v));
	put_dates(p, data, post, true);
	put_pictures(p, data, post);
	put_list(data, "has_other_languages", "other_languages", other_languages(p, post));
	put_list(data, "has_topics", "topics", topics(p, i, v, tags));
}
