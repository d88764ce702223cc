/* The page of a statement, at its id; of a withdrawn one the notice. */
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "feature/site/excerpt.h"
#include "feature/site/find.h"
#include "feature/site/linked.h"
#include "feature/site/pages.h"
#include "feature/site/view.h"

#define LABEL_CHARS       60
#define DESCRIPTION_CHARS 160

struct wanted {
	struct site_page page;
	int64_t id;
	const struct post *post;
	const struct institution *i;
	const struct post_tag *tags;
	const struct revision *revisions;
	int revision_count;
};

static int load(struct tx *tx, void *arg)
{
	struct wanted *w = arg;
	int rc = post_load(tx, w->id, &w->post);

	if (rc == 0)
		rc = institution_load(tx, w->post->institution, &w->i);
	if (rc == 0)
		site_page_versioned(&w->page, w->i->id, w->i->version);
	if (rc == 0)
		rc = post_tags(tx, w->id, &w->tags);
	if (rc == 0)
		rc = post_revisions(tx, w->id, &w->revisions, &w->revision_count);
	return rc;
}

/* The languages in which the page is: those of the institution and of the statement's texts. */
static const char *languages_of(const struct wanted *w)
{
	const char *list = w->i->languages;

	for (const struct variant *v = w->post->variants; v->lang; v++)
		list = arena_printf(w->page.arena, "%s %s", list ? list : "", v->lang);
	return list ? list : "";
}

/* When and why it was changed, newest first. */
static json_t *corrections(const struct wanted *w)
{
	json_t *list = json_array();

	for (int k = 0; k < w->revision_count; k++) {
		const struct revision *r = &w->revisions[k];
		json_t *one;

		if (r->number == 1)
			continue;
		one = json_object();
		site_put_time(&w->page, one, "at", r->at, true);
		json_object_set_new(one, "has_note", json_boolean(*r->note != 0));
		site_put(one, "note", r->note);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *statement_data(const struct wanted *w)
{
	const struct site_page *p = &w->page;
	const char *label = view_label(p, w->post, LABEL_CHARS);
	const char *name = institution_text(w->i, p->lang)->name;
	json_t *data = site_page_data(
		p, arena_printf(p->arena, "%s — %s", label, name), view_post_path(p, w->post->id));
	json_t *list = corrections(w);

	site_put(data, "heading", label);
	view_put_institution(p, data, w->i);
	view_put_statement(p, data, w->i, w->post, w->tags);
	linked_put_statement(p, data, w->i, w->post);
	site_put(data, "description",
		excerpt_text(p->arena, post_variant(w->post, p->lang)->html, DESCRIPTION_CHARS));
	json_object_set_new(data, "noindex", json_boolean(!str_eq(w->post->visibility, "public")));
	site_put(data, "activity", post_url(p->arena, p->server, w->post->id));
	json_object_set_new(data, "has_corrections", json_boolean(json_array_size(list) > 0));
	json_object_set_new(data, "corrections", list);
	return data;
}

static json_t *notice_data(const struct wanted *w)
{
	const struct site_page *p = &w->page;
	json_t *data = site_page_data(
		p, site_text(p->language, "withdrawn"), view_post_path(p, w->post->id));

	view_put_institution(p, data, w->i);
	site_put_time(p, data, "withdrawn", w->post->withdrawn_at, true);
	site_put_time(p, data, "published", w->post->published_at, true);
	site_put(data, "reason", w->post->reason);
	json_object_set_new(data, "noindex", json_true());
	return data;
}

int post_get(struct request *rq)
{
	struct wanted w = {0};
	int rc = find_id(rq, &w.id);

	if (rc == 0)
		rc = site_page_begin(rq, &w.page);
	if (rc == 0)
		rc = db_read(&rq->cx, load, &w);
	if (rc == 0)
		rc = site_page_choose(&w.page, languages_of(&w));
	if (rc < 0)
		return rc;
	if (w.page.moved)
		return site_page_redirect(&w.page, view_post_path(&w.page, w.post->id));
	if (w.post->withdrawn || !w.post->variants->lang)
		return site_page_reply(&w.page, 410, "withdrawn.html", notice_data(&w));
	return site_page_reply(&w.page, 200, "post.html", statement_data(&w));
}
