/* The directory: all institutions of this server, in the alphabetical order of the reader's
 * language, closed ones apart. */
#include <stdlib.h>

#include <unicode/ucol.h>

#include "base/json.h"
#include "base/str.h"
#include "core/versions.h"
#include "feature/site/excerpt.h"
#include "feature/site/pages.h"
#include "feature/site/site_db.h"
#include "feature/site/view.h"

#define DIRECTORY_ITEMS 500 /* institutions on one page */
#define SENTENCE_CHARS  200

struct line {
	const struct institution *i;
	const struct institution_text *text;
	int64_t newest; /* ms; 0: no statement */
};

struct directory {
	struct site_page page;
	const char *after; /* handle that the page starts after */
	struct line *lines;
	int count;
	bool more;
	const char *last; /* handle that the next page starts after */
};

static int load(struct tx *tx, void *arg)
{
	struct directory *d = arg;
	const struct institution *list;
	int64_t version;
	int rc = institution_list(tx, d->after, DIRECTORY_ITEMS + 1, &list, &d->count);

	if (rc == 0)
		rc = versions_server(tx, &version);
	if (rc < 0)
		return rc;
	site_page_versioned(&d->page, 0, version);
	d->more = d->count > DIRECTORY_ITEMS;
	if (d->more)
		d->count = DIRECTORY_ITEMS;
	d->last = d->count ? list[d->count - 1].handle : "";
	d->lines = arena_array(tx_arena(tx), (size_t)d->count + 1, sizeof(*d->lines));
	if (!d->lines)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	for (int k = 0; rc == 0 && k < d->count; k++) {
		d->lines[k].i = &list[k];
		rc = site_db_newest(tx, list[k].id, &d->lines[k].newest);
	}
	return rc;
}

static int by_name(const void *a, const void *b, void *arg)
{
	const struct line *x = a, *y = b;
	UErrorCode status = U_ZERO_ERROR;

	return (int)ucol_strcollUTF8(arg, x->text->name, -1, y->text->name, -1, &status);
}

static void sort(struct directory *d)
{
	UErrorCode status = U_ZERO_ERROR;
	UCollator *collator = ucol_open(site_tags[d->page.language], &status);

	for (int k = 0; k < d->count; k++)
		d->lines[k].text = institution_text(d->lines[k].i, d->page.lang);
	if (U_SUCCESS(status))
		qsort_r(d->lines, (size_t)d->count, sizeof(*d->lines), by_name, collator);
	ucol_close(collator);
}

static json_t *line_data(const struct site_page *p, const struct line *line)
{
	json_t *one = json_object();
	const char *says = excerpt_sentence(p->arena, line->text->bio, SENTENCE_CHARS);

	site_put(one, "name", line->text->name);
	site_put(one, "name_lang", line->text->lang);
	view_put_seal(p, one, line->i);
	site_put(one, "address", site_address(p, view_institution_path(p, line->i)));
	json_object_set_new(one, "has_says", json_boolean(says && *says));
	site_put(one, "says", says);
	json_object_set_new(one, "has_newest", json_boolean(line->newest > 0));
	if (line->newest)
		site_put_time(p, one, "newest", line->newest, false);
	return one;
}

static json_t *lines_data(const struct directory *d, bool closed)
{
	json_t *list = json_array();

	for (int k = 0; k < d->count; k++)
		if (d->lines[k].i->closed == closed)
			json_array_append_new(list, line_data(&d->page, &d->lines[k]));
	return list;
}

static json_t *data_of(const struct directory *d)
{
	const struct site_page *p = &d->page;
	const char *path = *d->after ? arena_printf(p->arena, "/?after=%s", d->after) : "/";
	json_t *data = site_page_data(p, site_text(p->language, "institutions"), path);
	json_t *closed = lines_data(d, true);

	site_put(data, "title", site_text(p->language, "site"));
	site_put(data, "description", site_text(p->language, "directory_says"));
	json_object_set_new(data, "none", json_boolean(d->count == 0));
	json_object_set_new(data, "open", lines_data(d, false));
	json_object_set_new(data, "has_closed", json_boolean(json_array_size(closed) > 0));
	json_object_set_new(data, "closed_ones", closed);
	if (d->more)
		site_put(data, "next",
			site_address(p, arena_printf(p->arena, "/?after=%s", d->last)));
	return data;
}

int directory_get(struct request *rq)
{
	const char *after = request_param(rq, "after");
	struct directory d = {.after = after ? after : ""};
	int rc = site_page_begin(rq, &d.page);

	if (rc == 0)
		rc = site_page_choose(&d.page, "");
	if (rc < 0)
		return rc;
	if (d.page.moved)
		return site_page_redirect(&d.page, "/");
	rc = db_read(&rq->cx, load, &d);
	if (rc < 0)
		return rc;
	sort(&d);
	return site_page_reply(&d.page, 200, "directory.html", data_of(&d));
}
