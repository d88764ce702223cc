/* The page of an institution, and of one of its hashtags. */
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "feature/site/excerpt.h"
#include "feature/site/find.h"
#include "feature/site/linked.h"
#include "feature/site/pages.h"
#include "feature/site/view.h"
#include "kit/html/hashtag.h"

#define DESCRIPTION_CHARS 160

struct wanted {
	struct site_page page;
	const char *handle; /* as in the path; NULL: by id */
	int64_t id;
	bool moved; /* the path has another handle than the present one */
	const struct institution *i;
	struct listing list;
	const struct post *pins;
	int pin_count;
};

/* What stands first does not stand in the list of that page again. */
static void leave_out_pinned(struct wanted *w)
{
	int n = 0;

	for (int k = 0; k < w->list.count; k++) {
		bool pinned = false;

		for (int i = 0; i < w->pin_count; i++)
			pinned = pinned || w->pins[i].id == w->list.items[k].post.id;
		if (!pinned)
			w->list.items[n++] = w->list.items[k];
	}
	w->list.count = n;
}

static int load(struct tx *tx, void *arg)
{
	struct wanted *w = arg;
	int rc = w->handle ? find_institution(tx, w->handle, &w->i, &w->moved)
			   : institution_load(tx, w->id, &w->i);

	if (rc == 0)
		rc = site_page_choose_in(tx, &w->page, w->i->languages);
	if (rc < 0 || w->moved)
		return rc;
	site_page_versioned(&w->page, w->i->id, w->i->version);
	w->list.institution = w->i->id;
	rc = listing_load(tx, &w->list, w->page.lang);
	w->pin_count = 0;
	if (rc == 0 && !w->list.tag && !w->list.before.at)
		rc = post_pinned(tx, w->i->id, &w->pins, &w->pin_count);
	leave_out_pinned(w);
	if (rc == 0 && w->list.tag && w->list.count == 0 && !w->list.before.at)
		return tx_fail(tx, ERR_NOT_FOUND,
			"there are no statements with the hashtag \"%.60s\"", w->list.tag);
	return rc;
}

/* Its names in other languages than that of the page. */
static json_t *other_names(const struct wanted *w)
{
	const struct institution_text *shown = institution_text(w->i, w->page.lang);
	json_t *list = json_array();

	for (const struct institution_text *t = w->i->texts; t->lang; t++) {
		json_t *one;

		if (t == shown || str_eq(t->name, shown->name))
			continue;
		one = json_object();
		site_put(one, "name", t->name);
		site_put(one, "name_lang", t->lang);
		json_array_append_new(list, one);
	}
	return list;
}

/* A description is plain text: its paragraphs are divided by empty lines. */
static json_t *paragraphs(struct arena *a, const char *text)
{
	json_t *list = json_array();

	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);
		char *one = str_trim(a, arena_copy(a, text, len));

		if (one && *one)
			json_array_append_new(list, json_string(one));
		text += len + (end ? 2 : 0);
	}
	return list;
}

/* Text of some lines as a list. */
static json_t *lines(struct arena *a, const char *text)
{
	json_t *list = json_array();

	while (*text) {
		size_t len = strcspn(text, "\n");
		char *one = str_trim(a, arena_copy(a, text, len));

		if (one && *one)
			json_array_append_new(list, json_string(one));
		text += len + (text[len] == '\n');
	}
	return list;
}

static void put_lines(const struct site_page *p, json_t *data, const char *name, const char *text)
{
	json_t *list = lines(p->arena, text ? text : "");

	json_object_set_new(data, arena_printf(p->arena, "has_%s", name),
		json_boolean(json_array_size(list) > 0));
	json_object_set_new(data, name, list);
}

/* RFC 3966: digits, + and -. */
static char *phone_url(struct arena *a, const char *phone)
{
	char *url = arena_printf(a, "tel:%s", phone), *to = url;

	for (const char *from = url; from && *from; from++)
		if (!strchr(" ()", *from))
			*to++ = *from;
	if (url)
		*to = 0;
	return url;
}

static void put_value(json_t *data, const char *has, const char *name, const char *value)
{
	json_object_set_new(data, has, json_boolean(value && *value));
	site_put(data, name, value);
}

/* What it is for, and how to reach it. */
static void put_profile(const struct wanted *w, json_t *data, const struct institution_text *t)
{
	const struct site_page *p = &w->page;
	const struct institution *i = w->i;

	put_lines(p, data, "services", t->services);
	put_lines(p, data, "hours", t->hours);
	put_lines(p, data, "postal", t->address);
	put_value(data, "has_phone", "phone", i->phone);
	site_put(data, "phone_url", i->phone ? phone_url(p->arena, i->phone) : NULL);
	put_value(data, "has_email", "email", i->email);
	put_value(data, "has_website", "website", i->website);
	json_object_set_new(data, "has_contacts",
		json_boolean((i->phone && *i->phone) || (i->email && *i->email) ||
			     (t->hours && *t->hours) || (t->address && *t->address)));
	json_object_set_new(data, "verified", json_boolean(i->website_state == WEBSITE_VERIFIED));
	json_object_set_new(data, "unlinked", json_boolean(i->website_state == WEBSITE_UNLINKED));
	if (i->website_state == WEBSITE_VERIFIED)
		site_put_time(p, data, "verified_at", i->website_at, false);
	json_object_set_new(data, "has_header", json_boolean(i->header != NULL));
	if (i->header)
		json_object_set_new(data, "header", view_picture(p, i->header, "100vw"));
	site_put(data, "archive",
		site_address(p, arena_printf(p->arena, "%s/archive", view_institution_path(p, i))));
	site_put(data, "search",
		site_address(p, arena_printf(p->arena, "%s/search", view_institution_path(p, i))));
}

/* Pinned statements stand first, on the first page. */
static json_t *pinned(const struct wanted *w)
{
	json_t *list = json_array();

	for (int k = 0; k < w->pin_count; k++)
		if (post_variant(&w->pins[k], w->page.lang))
			json_array_append_new(list, view_item(&w->page, &w->pins[k]));
	return list;
}

static json_t *institution_data(const struct wanted *w)
{
	const struct site_page *p = &w->page;
	const struct institution_text *t = institution_text(w->i, p->lang);
	const char *path = view_institution_path(p, w->i);
	json_t *data = site_page_data(p, t->name, listing_path(p->arena, path, &w->list.before));
	json_t *names = other_names(w);

	view_put_institution(p, data, w->i);
	put_profile(w, data, t);
	linked_put_institution(p, data, w->i);
	json_object_set_new(data, "pinned", pinned(w));
	if (*t->bio)
		site_put(data, "description", excerpt_plain(p->arena, t->bio, DESCRIPTION_CHARS));
	json_object_set_new(data, "has_about", json_boolean(*t->bio));
	json_object_set_new(data, "about", paragraphs(p->arena, t->bio));
	json_object_set_new(data, "has_names", json_boolean(json_array_size(names) > 0));
	json_object_set_new(data, "names", names);
	json_object_set_new(data, "first_page", json_boolean(!w->list.before.at));
	site_put(data, "activity", institution_actor(p->arena, p->server, w->i->id));
	view_put_listing(p, data, &w->list, path);
	if (w->pin_count > 0)
		json_object_set_new(data, "has_items", json_true());
	return data;
}

static json_t *tag_data(const struct wanted *w)
{
	const struct site_page *p = &w->page;
	const char *path = view_tag_path(p, w->i, w->list.tag);
	const char *heading = arena_printf(p->arena, "#%s", w->list.tag);
	const char *name = institution_text(w->i, p->lang)->name;
	json_t *data = site_page_data(p, arena_printf(p->arena, "%s — %s", heading, name),
		listing_path(p->arena, path, &w->list.before));

	view_put_institution(p, data, w->i);
	site_put(data, "heading", heading);
	view_put_listing(p, data, &w->list, path);
	return data;
}

/* Load what w asks for and choose the language; 1: it was answered by a redirect. */
static int prepare(struct request *rq, struct wanted *w, const char *rest)
{
	int rc = site_page_begin(rq, &w->page);

	if (rc == 0)
		rc = listing_begin(rq, &w->list);
	if (rc == 0)
		rc = db_read(&rq->cx, load, w);
	if (rc < 0 || !(w->moved || w->page.moved))
		return rc;
	rc = site_page_redirect(&w->page, arena_printf(rq->cx.arena, "/@%s%s", w->i->handle, rest));
	return rc < 0 ? rc : 1;
}

int institution_get(struct request *rq)
{
	struct wanted w = {.handle = request_param(rq, "handle")};
	int rc = prepare(rq, &w, "");

	return rc ? (rc < 0 ? rc : 0)
		  : site_page_reply(&w.page, 200, "institution.html", institution_data(&w));
}

int institution_id_get(struct request *rq)
{
	struct wanted w = {0};
	int rc = find_id(rq, &w.id);

	if (rc == 0)
		rc = prepare(rq, &w, "");
	return rc < 0 ? rc
		      : site_page_reply(&w.page, 200, "institution.html", institution_data(&w));
}

int tag_get(struct request *rq)
{
	const char *tag = request_param(rq, "tag"), *rest;
	struct wanted w = {.handle = request_param(rq, "handle")};
	int rc;

	w.list.tag = hashtag_fold(rq->cx.arena, tag, strlen(tag));
	rest = arena_printf(rq->cx.arena, "/tag/%s", str_url_encode(rq->cx.arena, tag, ""));
	if (!w.list.tag || !rest)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	rc = prepare(rq, &w, rest);
	return rc ? (rc < 0 ? rc : 0) : site_page_reply(&w.page, 200, "tag.html", tag_data(&w));
}
