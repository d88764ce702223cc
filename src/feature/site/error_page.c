/* Pages of errors. The sentence of the error is English and technical: it stands small under what
 * the reader is told in their language, and not at all where the fault is ours. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "feature/site/site.h"
#include "feature/site/site_page.h"

/* What readers are told for a status. */
static const struct {
	int status; /* 4: any other of the 4xx; 5: of the 5xx */
	const char *heading, *says;
} TEXTS[] = {
	{403, "e403", "e400_says"},
	{404, "e404", "e404_says"},
	{405, "e405", "e400_says"},
	{410, "e410", "e410_says"},
	{429, "e429", "wait"},
	{503, "e503", "wait"},
	{4, "e400", "e400_says"},
	{5, "e500", "wait"},
};

static void reply_error_json(struct request *rq, int status, const struct err *err)
{
	json_t *j = json_keep(rq->cx.arena, json_pack("{s:s}", "error", err_text(err)));
	AUTO(auto_free) char *text = j ? json_text(j) : NULL;

	if (text)
		reply_text(rq, status, "application/json", text);
}

static bool wants_json(struct request *rq)
{
	static const char *const TYPES[] = {"text/html", "application/xhtml+xml",
		"application/json", "application/activity+json",
		"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
		"application/ld+json", "application/jrd+json"};
	bool server = rq->route && rq->route->who == SIGNED && !request_header(rq, "Accept");
	int best = request_accept(rq, TYPES, LENGTH(TYPES));

	return server || best >= 2;
}

/* The language of the path, if it begins with one, or what the reader's browser asks for. ret_path:
 * what follows it. */
static int begin(struct request *rq, struct site_page *p, const char **ret_path)
{
	const char *path = rq->path && *rq->path == '/' ? rq->path : "/";
	size_t len = strcspn(path + 1, "/");

	*p = (struct site_page){
		.rq = rq, .server = rq->cx.server, .arena = rq->cx.arena, .prefix = ""};
	*ret_path = path;
	for (int i = 0; i < SITE_LANGUAGES; i++) {
		if (strlen(site_tags[i]) != len || strncmp(path + 1, site_tags[i], len) != 0)
			continue;
		p->lang = site_tags[i];
		p->language = (enum site_language)i;
		p->prefix = arena_printf(p->arena, "/%s", site_tags[i]);
		*ret_path = path[1 + len] ? path + 1 + len : "/";
		return p->prefix ? 0 : ERR_MEMORY;
	}
	return site_page_choose(p, "");
}

static json_t *data_of(
	const struct site_page *p, const char *path, int status, const struct err *err)
{
	size_t k = 0;
	json_t *data;

	while (k + 1 < LENGTH(TEXTS) && TEXTS[k].status != status &&
		TEXTS[k].status != status / 100)
		k++;
	data = site_page_data(p, site_text(p->language, TEXTS[k].heading), path);
	json_object_del(data, "canonical"); /* there is nothing to be found under any address */
	site_put(data, "says", site_text(p->language, TEXTS[k].says));
	json_object_set_new(data, "noindex", json_true());
	/* In English, so only where the page has not said it all in the reader's language. */
	json_object_set_new(
		data, "has_detail", json_boolean(status < 500 && status != 404 && status != 410));
	site_put(data, "detail", err_text(err));
	site_put(data, "number", p->rq->cx.request);
	return data;
}

void site_error_page(struct request *rq, int status, const struct err *err)
{
	struct site_page p;
	const char *path;
	struct err own = *err; /* rendering may write over the request's */
	int rc;

	if (wants_json(rq)) {
		reply_error_json(rq, status, &own);
		return;
	}
	rc = begin(rq, &p, &path);
	if (rc == 0)
		rc = site_page_reply(&p, status, "error.html", data_of(&p, path, status, &own));
	/* What fails here leaves the answer to the server's plain one, with the first error. */
	if (rc < 0)
		err_copy(&rq->cx.err, &own);
	reply_cache(rq, "no-store");
}
