/* oEmbed 1.0 (oembed.com): a statement as others show it within their own pages. */
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "core/media.h"
#include "feature/site/excerpt.h"
#include "feature/site/pages.h"
#include "feature/site/view.h"
#include "kit/html/template.h"

#define WIDTH         600
#define EXCERPT_CHARS 300

struct embedding {
	struct site_page page;
	int64_t id;
	const struct post *post;
	const struct institution *i;
};

/* "https://here/post/ID" or "https://here/LANG/post/ID". */
static int parse_url(struct request *rq, struct embedding *e)
{
	const char *origin = rq->cx.server->origin, *url = request_param(rq, "url");
	const char *id = url ? strstr(url, "/post/") : NULL;

	if (!url || strncmp(url, origin, strlen(origin)) != 0 || !id || !id_parse(id + 6, &e->id))
		return ctx_fail(&rq->cx, ERR_NOT_FOUND,
			"\"%.200s\" is not the address of a statement of this server",
			url ? url : "");
	return 0;
}

static int load(struct tx *tx, void *arg)
{
	struct embedding *e = arg;
	int rc = post_load(tx, e->id, &e->post);

	if (rc == 0)
		rc = institution_load(tx, e->post->institution, &e->i);
	if (rc == 0 && (e->post->withdrawn || !e->post->variants->lang))
		rc = tx_fail(tx, ERR_GONE, "the statement was withdrawn");
	return rc;
}

static const char *quotation(struct embedding *e, const char *url, const char *name)
{
	AUTO(buf_done) struct buf out = BUF(16 * KIB);
	const struct variant *v = post_variant(e->post, e->page.lang);
	const char *title = view_title(&e->page, e->post);

	buf_addf(&out, "<blockquote lang=\"%s\" cite=\"%s\">", v->lang, url);
	if (title) {
		buf_adds(&out, "<p><strong>");
		html_escape(&out, title);
		buf_adds(&out, "</strong></p>");
	}
	buf_adds(&out, "<p>");
	html_escape(&out, excerpt_text(e->page.arena, v->html, EXCERPT_CHARS));
	buf_addf(&out, "</p><p><a href=\"%s\">", url);
	html_escape(&out, name);
	buf_adds(&out, "</a></p></blockquote>");
	return arena_strdup(e->page.arena, buf_text(&out));
}

static json_t *document(struct embedding *e)
{
	const struct site_page *p = &e->page;
	const char *url = post_url(p->arena, p->server, e->post->id);
	const char *name = institution_text(e->i, p->lang)->name;
	const struct media *m = e->post->media[0];
	const struct rendition *f = m ? media_rendition(m, "image/jpeg", 0) : NULL;
	json_t *d = json_object();

	site_put(d, "version", "1.0");
	site_put(d, "type", "rich");
	site_put(d, "title", view_label(p, e->post, 80));
	site_put(d, "author_name", name);
	site_put(d, "author_url", institution_page(p->arena, p->server, e->i->handle));
	site_put(d, "provider_name", site_text(p->language, "site"));
	site_put(d, "provider_url", arena_printf(p->arena, "%s/", p->server->origin));
	json_object_set_new(d, "cache_age", json_integer(3600));
	site_put(d, "html", quotation(e, url, name));
	json_object_set_new(d, "width", json_integer(WIDTH));
	json_object_set_new(d, "height", json_null());
	if (f) {
		site_put(d, "thumbnail_url", media_url(p->arena, p->server, m, f));
		json_object_set_new(d, "thumbnail_width", json_integer(f->width));
		json_object_set_new(d, "thumbnail_height", json_integer(f->height));
	}
	return d;
}

int oembed_get(struct request *rq)
{
	const char *format = request_param(rq, "format");
	AUTO(json_unref) json_t *d = NULL;
	AUTO(auto_free) char *text = NULL;
	struct embedding e = {0};
	int rc = site_page_begin(rq, &e.page);

	if (rc == 0 && format && !str_eq(format, "json"))
		rc = ctx_fail(&rq->cx, ERR_UNSUPPORTED,
			"this server answers oEmbed as json, not as \"%.20s\"", format);
	if (rc == 0)
		rc = parse_url(rq, &e);
	if (rc == 0)
		rc = db_read(&rq->cx, load, &e);
	if (rc == 0)
		rc = site_page_choose(&e.page, e.i->languages);
	if (rc < 0)
		return rc;
	reply_versioned(rq, e.i->id, e.i->version, 0);
	d = document(&e);
	text = d ? json_text(d) : NULL;
	if (!text)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	reply_cache(rq, SITE_CACHE);
	reply_text(rq, 200, "application/json; charset=utf-8", text);
	return 0;
}
