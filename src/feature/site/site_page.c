/* The language of a page, its frame, its answer. */
#include "feature/site/site_page.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "kit/html/dates.h"

#define PAGE_MAX   (4 * MIB) /* bytes of a rendered page */
#define TAGS_MAX   (SITE_LANGUAGES + 1)
#define KARAKALPAK "kaa" /* texts in it are shown; the interface around them is Uzbek */

static int no_such_language(struct site_page *p, const char *lang)
{
	return ctx_fail(
		&p->rq->cx, ERR_NOT_FOUND, "there is no page in \"%.40s\" at this address", lang);
}

static void read_in(struct site_page *p, const char *lang)
{
	p->lang = lang;
	p->language = site_language_for(lang);
}

int site_page_begin(struct request *rq, struct site_page *ret)
{
	const char *given = request_param(rq, "lang");
	char tag[16];

	*ret = (struct site_page){.rq = rq,
		.server = rq->cx.server,
		.arena = rq->cx.arena,
		.prefix = "",
		.zone = settings_text(rq->cx.server->settings, "site", "timezone")};
	read_in(ret, site_tags[SITE_UZ]);
	if (!given)
		return 0;
	if (!str_lang(given, tag))
		return no_such_language(ret, given);
	read_in(ret, arena_strdup(rq->cx.arena, tag));
	ret->prefix = arena_printf(rq->cx.arena, "/%s", tag);
	if (!ret->lang || !ret->prefix)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	ret->moved = !str_eq(given, tag);
	return 0;
}

static bool is_among(const char *lang, const char *languages)
{
	size_t n = strlen(lang);

	for (const char *p = languages; *p; p += *p == ' ') {
		size_t len = strcspn(p, " ");

		if (len == n && !memcmp(p, lang, n))
			return true;
		p += len;
	}
	return false;
}

static bool is_known(const char *lang)
{
	return str_eq(site_tags[site_language_for(lang)], lang) || str_eq(lang, KARAKALPAK);
}

int site_page_choose(struct site_page *p, const char *languages)
{
	const char *tags[TAGS_MAX], *first;
	int count = 0, best;

	if (*p->prefix && !is_known(p->lang) && !is_among(p->lang, languages))
		return no_such_language(p, p->lang);
	if (*p->prefix)
		return 0;
	first = arena_copy(p->arena, languages, strcspn(languages, " "));
	if (!first)
		return ctx_fail(&p->rq->cx, ERR_MEMORY, "not enough memory");
	/* The first offer is what somebody gets who takes anything. */
	if (!*first || !is_known(first))
		first = site_tags[site_language_for(first)];
	tags[count++] = first;
	for (int i = 0; i < SITE_LANGUAGES; i++)
		if (!str_eq(site_tags[i], first))
			tags[count++] = site_tags[i];
	if (!str_eq(first, KARAKALPAK))
		tags[count++] = KARAKALPAK;
	best = request_accept_language(p->rq, tags, count);
	read_in(p, best >= 0 ? tags[best] : first);
	return 0;
}

int site_page_choose_in(struct tx *tx, struct site_page *p, const char *languages)
{
	int rc = site_page_choose(p, languages);

	return rc < 0 ? tx_fail(tx, rc, "%s", err_text(&p->rq->cx.err)) : 0;
}

char *site_address_in(const struct site_page *p, const char *lang, const char *path)
{
	if (!*lang)
		return arena_strdup(p->arena, path);
	if (path[0] == '/' && (!path[1] || path[1] == '?'))
		path++; /* "/ru", not "/ru/" */
	return arena_printf(p->arena, "/%s%s", lang, path);
}

char *site_address(const struct site_page *p, const char *path)
{
	return site_address_in(p, *p->prefix ? p->prefix + 1 : "", path);
}

void site_put(json_t *object, const char *name, const char *value)
{
	if (value)
		json_object_set_new(object, name, json_string(value));
}

void site_put_time(
	const struct site_page *p, json_t *object, const char *name, int64_t at, bool clock)
{
	char text[32];

	clock_rfc3339(at, text);
	site_put(object, name, text);
	site_put(object, arena_printf(p->arena, "%s_text", name),
		date_text(p->arena, site_tags[p->language], p->zone, at,
			clock ? DATE_TIME : DATE_FULL));
}

static const char *absolute(const struct site_page *p, const char *address)
{
	return arena_printf(p->arena, "%s%s", p->server->origin, address ? address : "");
}

/* The page in each language of the interface: as links to choose from, and for search engines. */
static json_t *languages_of(const struct site_page *p, const char *path)
{
	json_t *list = json_array();

	for (int i = 0; i < SITE_LANGUAGES; i++) {
		const char *address = site_address_in(p, site_tags[i], path);
		json_t *one = json_object();

		site_put(one, "tag", site_tags[i]);
		site_put(one, "name", site_language_name(site_tags[i]));
		site_put(one, "address", address);
		site_put(one, "url", absolute(p, address));
		json_object_set_new(
			one, "current", json_boolean(p->language == (enum site_language)i));
		json_array_append_new(list, one);
	}
	return list;
}

json_t *site_page_data(const struct site_page *p, const char *title, const char *path)
{
	const char *site = site_text(p->language, "site");
	json_t *data = json_object();

	site_put(data, "lang", site_tags[p->language]);
	json_object_set_new(data, "t", site_texts(p->language));
	json_object_set_new(data, "cyrillic",
		json_boolean(p->language == SITE_UZ_CYRL || p->language == SITE_RU));
	site_put(data, "title", arena_printf(p->arena, "%s — %s", title, site));
	site_put(data, "heading", title);
	site_put(data, "home", site_address(p, "/"));
	site_put(data, "search_everywhere", site_address(p, "/search"));
	site_put(data, "about_address", site_address(p, "/about"));
	site_put(data, "privacy_address", site_address(p, "/privacy"));
	site_put(data, "accessibility_address", site_address(p, "/accessibility"));
	json_object_set_new(data, "local_style",
		json_boolean(asset_find(p->server->assets, p->arena, "local.css") != NULL));
	site_put(data, "path_lang", *p->prefix ? p->prefix + 1 : NULL);
	if (path) {
		site_put(data, "canonical", absolute(p, site_address(p, path)));
		site_put(data, "any_language", absolute(p, path));
		json_object_set_new(data, "languages", languages_of(p, path));
	}
	return data;
}

int site_render_reply(
	struct request *rq, int status, const char *template, const char *type, json_t *data)
{
	AUTO(buf_done) struct buf out = BUF(PAGE_MAX);
	int rc = data ? template_render(rq->cx.server->templates, template, data, &out, &rq->cx.err)
		      : ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");

	json_decref(data);
	if (rc < 0)
		return rc;
	reply_cache(rq, SITE_CACHE);
	reply_body(rq, status, type, arena_copy(rq->cx.arena, buf_text(&out), out.len), out.len);
	return 0;
}

void site_page_versioned(struct site_page *p, int64_t scope, int64_t version)
{
	p->scope = scope;
	p->version = version;
}

int site_page_reply(struct site_page *p, int status, const char *template, json_t *data)
{
	if (p->version)
		reply_versioned(
			p->rq, p->scope, p->version, date_next_midnight(p->zone, clock_now()));
	reply_header(p->rq, "Content-Language", site_tags[p->language]);
	return site_render_reply(p->rq, status, template, "text/html; charset=utf-8", data);
}

int site_page_redirect(struct site_page *p, const char *path)
{
	const char *query = strchr(p->rq->target, '?');

	reply_cache(p->rq, SITE_CACHE);
	reply_redirect(p->rq, 301,
		arena_printf(p->arena, "%s%s", site_address(p, path), query ? query : ""));
	return 0;
}
