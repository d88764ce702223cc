/* The page of an institution, and of one of its hashtags. */
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "feature/site/excerpt.h"
#include "feature/site/find.h"
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
};

/* What is wrong with the language, said in the transaction, whose error is the one that counts. */
static int choose_language(struct tx *tx, struct wanted *w)
{
	int rc = site_page_choose(&w->page, w->i->languages);

	return rc < 0 ? tx_fail(tx, rc, "%s", err_text(&w->page.rq->cx.err)) : 0;
}

static int load(struct tx *tx, void *arg)
{
	struct wanted *w = arg;
	int rc = w->handle ? find_institution(tx, w->handle, &w->i, &w->moved)
			   : institution_load(tx, w->id, &w->i);

	if (rc == 0)
		rc = choose_language(tx, w);
	if (rc < 0 || w->moved)
		return rc;
	site_page_versioned(&w->page, w->i->id, w->i->version);
	w->list.institution = w->i->id;
	rc = listing_load(tx, &w->list, w->page.lang);
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

static json_t *institution_data(const struct wanted *w)
{
	const struct site_page *p = &w->page;
	const struct institution_text *t = institution_text(w->i, p->lang);
	const char *path = view_institution_path(p, w->i);
	json_t *data = site_page_data(p, t->name, listing_path(p->arena, path, &w->list.before));
	json_t *names = other_names(w);

	view_put_institution(p, data, w->i);
	if (*t->bio)
		site_put(data, "description", excerpt_plain(p->arena, t->bio, DESCRIPTION_CHARS));
	json_object_set_new(data, "has_about", json_boolean(*t->bio));
	json_object_set_new(data, "about", paragraphs(p->arena, t->bio));
	json_object_set_new(data, "has_names", json_boolean(json_array_size(names) > 0));
	json_object_set_new(data, "names", names);
	json_object_set_new(data, "first_page", json_boolean(!w->list.before.at));
	site_put(data, "activity", institution_actor(p->arena, p->server, w->i->id));
	view_put_listing(p, data, &w->list, path);
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
