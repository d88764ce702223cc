/* For search engines: the sitemap (sitemaps.org 0.9) in one file a year of each institution, an
 * index of them, and what robots are told. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/str.h"
#include "core/versions.h"
#include "feature/site/find.h"
#include "feature/site/pages.h"
#include "feature/site/site_db.h"
#include "feature/site/site_page.h"

#define FILE_MAX     (7 * MIB)
#define URLS_MAX     40000 /* of a year; the protocol takes 50,000 */
#define INSTITUTIONS 1000  /* at a time */
#define YEAR_FIRST   1970
#define HEAD         "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define SPACE        " xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"

static int64_t year_begin(int year)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mday = 1};

	return (int64_t)timegm(&tm) * SECOND;
}

static int year_of(int64_t at)
{
	time_t seconds = (time_t)(at / SECOND);
	struct tm tm;

	return gmtime_r(&seconds, &tm) ? tm.tm_year + 1900 : YEAR_FIRST;
}

struct index {
	struct buf *out;
	const char *origin;
	const char *after;
	int64_t version;
};

/* One seek a year. */
static int add_years(struct tx *tx, struct index *x, const struct institution *i)
{
	int64_t at = INT64_MAX;
	int rc;

	while ((rc = site_db_before(tx, i->id, at, &at)) > 0) {
		int year = year_of(at);

		buf_addf(x->out, "<sitemap><loc>%s/@%s/sitemap.xml?year=%d</loc></sitemap>\n",
			x->origin, i->handle, year);
		if (year <= YEAR_FIRST)
			break;
		at = year_begin(year);
	}
	return rc < 0 ? rc : 0;
}

static int list_years(struct tx *tx, void *arg)
{
	struct index *x = arg;
	const struct institution *list;
	int n = INSTITUTIONS, rc = versions_server(tx, &x->version);

	buf_clear(x->out);
	buf_addf(x->out,
		HEAD "<sitemapindex" SPACE "<sitemap><loc>%s/sitemap-pages.xml</loc></sitemap>\n",
		x->origin);
	for (x->after = ""; rc == 0 && n == INSTITUTIONS;) {
		rc = institution_list(tx, x->after, INSTITUTIONS, &list, &n);
		for (int k = 0; rc == 0 && k < n; k++)
			rc = add_years(tx, x, &list[k]);
		if (rc == 0 && n)
			x->after = list[n - 1].handle;
	}
	buf_adds(x->out, "</sitemapindex>\n");
	return rc;
}

/* A page with its languages, as search engines ask for them. */
static void add_url(struct buf *out, const char *origin, const char *path, int64_t changed)
{
	char at[32];

	buf_addf(out, "<url><loc>%s%s</loc>", origin, path);
	if (changed) {
		clock_rfc3339(changed, at);
		buf_addf(out, "<lastmod>%s</lastmod>", at);
	}
	buf_adds(out, "</url>\n");
}

static int list_pages(struct tx *tx, void *arg)
{
	struct index *x = arg;
	const struct institution *list;
	int n = INSTITUTIONS, rc = versions_server(tx, &x->version);

	buf_clear(x->out);
	buf_adds(x->out, HEAD "<urlset" SPACE);
	add_url(x->out, x->origin, "/", 0);
	for (x->after = ""; rc == 0 && n == INSTITUTIONS;) {
		rc = institution_list(tx, x->after, INSTITUTIONS, &list, &n);
		for (int k = 0; rc == 0 && k < n; k++) {
			char path[80];

			snprintf(path, sizeof(path), "/@%s", list[k].handle);
			add_url(x->out, x->origin, path, 0);
		}
		if (rc == 0 && n)
			x->after = list[n - 1].handle;
	}
	buf_adds(x->out, "</urlset>\n");
	return rc;
}

static int reply(struct request *rq, const struct buf *out)
{
	if (out->failed)
		return ctx_fail(&rq->cx, ERR_TOO_LARGE, "the sitemap is too large");
	reply_cache(rq, "public, max-age=3600");
	reply_body(rq, 200, "application/xml; charset=utf-8",
		arena_copy(rq->cx.arena, out->data, out->len), out->len);
	return 0;
}

static int reply_index(struct request *rq, int (*fill)(struct tx *tx, void *arg))
{
	AUTO(buf_done) struct buf out = BUF(FILE_MAX);
	struct index x = {.out = &out, .origin = rq->cx.server->origin};
	int rc = db_read(&rq->cx, fill, &x);

	if (rc < 0)
		return rc;
	reply_versioned(rq, 0, x.version, 0);
	return reply(rq, &out);
}

int sitemap_index_get(struct request *rq)
{
	return reply_index(rq, list_years);
}

int sitemap_pages_get(struct request *rq)
{
	return reply_index(rq, list_pages);
}

struct year {
	struct request *rq;
	struct buf *out;
	const char *handle;
	int year;
	bool moved;
	const struct institution *i;
};

static void add_post(void *arg, int64_t id, int64_t updated_at)
{
	struct year *y = arg;
	char path[40];

	snprintf(path, sizeof(path), "/post/%lld", (long long)id);
	add_url(y->out, y->rq->cx.server->origin, path, updated_at);
}

static int list_posts(struct tx *tx, void *arg)
{
	struct year *y = arg;
	int rc = find_institution(tx, y->handle, &y->i, &y->moved);

	buf_clear(y->out);
	buf_adds(y->out, HEAD "<urlset" SPACE);
	if (rc == 0)
		rc = site_db_between(tx, y->i->id, year_begin(y->year), year_begin(y->year + 1),
			URLS_MAX, add_post, y);
	buf_adds(y->out, "</urlset>\n");
	return rc;
}

int sitemap_year_get(struct request *rq)
{
	AUTO(buf_done) struct buf out = BUF(FILE_MAX);
	struct year y = {.rq = rq,
		.out = &out,
		.handle = request_param(rq, "handle"),
		.year = (int)request_int(rq, "year", YEAR_FIRST)};
	int rc = y.year < YEAR_FIRST
			 ? ctx_fail(&rq->cx, ERR_NOT_FOUND, "there are no statements of that year")
			 : db_read(&rq->cx, list_posts, &y);

	if (rc < 0)
		return rc;
	reply_versioned(rq, y.i->id, y.i->version, 0);
	return reply(rq, &out);
}

/* Searching is for people: robots would do nothing else. */
int robots_get(struct request *rq)
{
	reply_cache(rq, "public, max-age=3600");
	reply_text(rq, 200, "text/plain; charset=utf-8",
		arena_printf(rq->cx.arena,
			"User-agent: *\nDisallow: /search\nDisallow: /*/search\nDisallow: /*/follow\nSitemap: %s/sitemap.xml\n",
			rq->cx.server->origin));
	return 0;
}
