/* The archive of an institution: the months in which it said something, and each month's
 * statements. */
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "feature/site/find.h"
#include "feature/site/pages.h"
#include "feature/site/site_db.h"
#include "feature/site/view.h"
#include "kit/html/dates.h"

#define MONTHS_MAX 1200 /* a hundred years */

struct archive {
	struct site_page page;
	const char *handle;
	const char *name; /* of the month, as the path has it; NULL: all months */
	bool moved;
	const struct institution *i;
	struct date_month month;
	struct listing list;
	struct date_month *months; /* newest first */
	int month_count;
};

/* One seek a month, however many statements there are. */
static int load_months(struct tx *tx, struct archive *a)
{
	int64_t at = INT64_MAX;
	int rc;

	a->month_count = 0;
	a->months = arena_array(tx_arena(tx), MONTHS_MAX, sizeof(*a->months));
	if (!a->months)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	while ((rc = site_db_before(tx, a->i->id, at, &at)) > 0 && a->month_count < MONTHS_MAX) {
		struct date_month *m = &a->months[a->month_count++];

		if (!date_month_of(a->page.zone, at, m))
			break;
		at = m->begin;
	}
	return rc < 0 ? rc : 0;
}

static int load_month(struct tx *tx, struct archive *a)
{
	int rc;

	a->list.institution = a->i->id;
	a->list.from = a->month.begin;
	a->list.until = a->month.end;
	if (a->list.before.at > a->month.end)
		a->list.before = (struct cursor){0};
	rc = listing_load(tx, &a->list, a->page.lang);
	if (rc == 0 && a->list.count == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there are no statements of %s", a->name);
	return rc;
}

static int load(struct tx *tx, void *arg)
{
	struct archive *a = arg;
	int rc = find_institution(tx, a->handle, &a->i, &a->moved);

	if (rc == 0)
		rc = site_page_choose_in(tx, &a->page, a->i->languages);
	if (rc < 0 || a->moved)
		return rc;
	site_page_versioned(&a->page, a->i->id, a->i->version);
	return a->name ? load_month(tx, a) : load_months(tx, a);
}

static const char *archive_path(const struct archive *a, const struct date_month *m)
{
	const char *path = view_institution_path(&a->page, a->i);

	return m ? arena_printf(a->page.arena, "%s/archive/%04d-%02d", path, m->year, m->month)
		 : arena_printf(a->page.arena, "%s/archive", path);
}

static const char *month_text(const struct archive *a, const struct date_month *m)
{
	return date_text(
		a->page.arena, site_tags[a->page.language], a->page.zone, m->begin, DATE_MONTH);
}

/* Years, newest first, each with its months. */
static json_t *years(const struct archive *a)
{
	json_t *list = json_array(), *months = NULL;

	for (int k = 0; k < a->month_count; k++) {
		const struct date_month *m = &a->months[k];
		json_t *one = json_object();

		if (k == 0 || m->year != a->months[k - 1].year) {
			json_t *year = json_object();

			months = json_array();
			site_put(year, "year", arena_printf(a->page.arena, "%d", m->year));
			json_object_set_new(year, "months", months);
			json_array_append_new(list, year);
		}
		site_put(one, "name", month_text(a, m));
		site_put(one, "address", site_address(&a->page, archive_path(a, m)));
		json_array_append_new(months, one);
	}
	return list;
}

static json_t *archive_data(const struct archive *a)
{
	const struct site_page *p = &a->page;
	const char *name = institution_text(a->i, p->lang)->name;
	const char *heading =
		a->name ? month_text(a, &a->month) : site_text(p->language, "archive");
	const char *path = archive_path(a, a->name ? &a->month : NULL);
	json_t *data = site_page_data(p, arena_printf(p->arena, "%s — %s", heading, name),
		listing_path(p->arena, path, &a->list.before));

	view_put_institution(p, data, a->i);
	site_put(data, "heading", heading);
	site_put(data, "archive", site_address(p, archive_path(a, NULL)));
	if (a->name) {
		view_put_listing(p, data, &a->list, path);
	} else {
		json_object_set_new(data, "empty", json_boolean(a->month_count == 0));
		json_object_set_new(data, "years", years(a));
	}
	return data;
}

int archive_get(struct request *rq)
{
	struct archive a = {
		.handle = request_param(rq, "handle"), .name = request_param(rq, "month")};
	const char *rest = "/archive";
	int rc = site_page_begin(rq, &a.page);

	if (rc == 0 && a.name && !date_month_named(a.page.zone, a.name, &a.month))
		rc = ctx_fail(&rq->cx, ERR_NOT_FOUND, "\"%.20s\" is not a month", a.name);
	if (rc == 0)
		rc = listing_begin(rq, &a.list);
	if (rc == 0)
		rc = db_read(&rq->cx, load, &a);
	if (rc < 0)
		return rc;
	if (a.name)
		rest = arena_printf(rq->cx.arena, "/archive/%s", a.name);
	if (a.moved || a.page.moved)
		return site_page_redirect(
			&a.page, arena_printf(rq->cx.arena, "/@%s%s", a.i->handle, rest));
	return site_page_reply(
		&a.page, 200, a.name ? "month.html" : "archive.html", archive_data(&a));
}
