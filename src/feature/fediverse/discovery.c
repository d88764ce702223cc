/* How others find us: WebFinger (RFC 7033), host-meta (RFC 6415), NodeInfo. */
#include "feature/fediverse/discovery.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "core/institution.h"
#include "feature/fediverse/vocabulary.h"

int reply_json(struct request *rq, int status, const char *type, json_t *document)
{
	AUTO(auto_free) char *text = json_text(document);

	json_decref(document);
	if (!text)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	reply_text(rq, status, type, text);
	return 0;
}

struct search {
	const struct server *server;
	const char *handle;
	int64_t id;
	const struct institution *i;
};

static int search(struct tx *tx, void *arg)
{
	struct search *s = arg;

	return s->id ? institution_load(tx, s->id, &s->i) : institution_find(tx, s->handle, &s->i);
}

static char *lower(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_copy(a, s, len);

	for (char *p = copy; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

int webfinger_parse(struct ctx *cx, const char *resource, const char **ret_handle, int64_t *ret_id)
{
	const struct server *s = cx->server;
	const char *at, *page = arena_printf(cx->arena, "%s/@", s->origin), *handle;

	if (str_starts(resource, "acct:")) {
		resource += 5;
		resource += *resource == '@';
		at = strchr(resource, '@');
		if (!at || at == resource)
			return ctx_fail(cx, ERR_INVALID,
				"\"%.200s\" is not of the form acct:HANDLE@DOMAIN", resource);
		if (!str_eq_nocase(at + 1, s->host) && !str_eq_nocase(at + 1, s->account_domain))
			return ctx_fail(
				cx, ERR_NOT_FOUND, "no accounts of %.200s are kept here", at + 1);
		handle = lower(cx->arena, resource, (size_t)(at - resource));
	} else if (actor_url_parse(s, resource, ret_id)) {
		return 0;
	} else if (page && str_starts(resource, page)) {
		handle = resource + strlen(page);
	} else if (str_starts(resource, "https:") || str_starts(resource, "http:")) {
		return ctx_fail(cx, ERR_NOT_FOUND, "nobody is at %.200s", resource);
	} else {
		return ctx_fail(cx, ERR_INVALID,
			"\"%.200s\" is neither acct:HANDLE@DOMAIN nor a URL", resource);
	}
	if (!handle)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	*ret_handle = handle;
	return 0;
}

static void add_link(json_t *links, const char *rel, const char *type, const char *href)
{
	json_t *link = json_object();

	put(link, "rel", rel);
	put(link, "type", type);
	put(link, "href", href);
	json_array_append_new(links, link);
}

static json_t *descriptor(const char *subject, const char *actor, const char *page)
{
	json_t *jrd = json_object(), *aliases = json_array(), *links = json_array();

	put(jrd, "subject", subject);
	json_array_append_new(aliases, json_string(actor));
	json_array_append_new(aliases, json_string(page));
	json_object_set_new(jrd, "aliases", aliases);
	add_link(links, "self", ACTIVITY_TYPE, actor);
	add_link(links, "http://webfinger.net/rel/profile-page", "text/html", page);
	json_object_set_new(jrd, "links", links);
	return jrd;
}

int webfinger_get(struct request *rq)
{
	const struct server *s = rq->cx.server;
	struct arena *a = rq->cx.arena;
	struct search found = {.server = s};
	int rc = webfinger_parse(&rq->cx, request_param(rq, "resource"), &found.handle, &found.id);

	if (rc == 0 && found.handle && str_eq_nocase(found.handle, s->host))
		return reply_json(rq, 200, "application/jrd+json",
			descriptor(arena_printf(a, "acct:%s@%s", s->host, s->host),
				instance_actor_url(a, s), arena_printf(a, "%s/", s->origin)));
	if (rc == 0)
		rc = db_read(&rq->cx, search, &found);
	if (rc < 0)
		return rc;
	return reply_json(rq, 200, "application/jrd+json",
		descriptor(arena_printf(a, "acct:%s@%s", found.i->handle, s->account_domain),
			institution_actor(a, s, found.i->id),
			institution_page(a, s, found.i->handle)));
}

int host_meta_get(struct request *rq)
{
	const char *text = arena_printf(rq->cx.arena,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n"
		"  <Link rel=\"lrdd\" template=\"%s/.well-known/webfinger?resource={uri}\"/>\n</XRD>\n",
		rq->cx.server->origin);

	if (!text)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	reply_text(rq, 200, "application/xrd+xml; charset=utf-8", text);
	return 0;
}

int nodeinfo_links_get(struct request *rq)
{
	const struct server *s = rq->cx.server;
	json_t *document = json_object(), *links = json_array();

	for (int i = 1; i >= 0; i--) {
		json_t *link = json_object();

		put(link, "rel",
			arena_printf(rq->cx.arena,
				"http://nodeinfo.diaspora.software/ns/schema/2.%d", i));
		put(link, "href", arena_printf(rq->cx.arena, "%s/nodeinfo/2.%d", s->origin, i));
		json_array_append_new(links, link);
	}
	add_link(links, "https://www.w3.org/ns/activitystreams#Application", ACTIVITY_TYPE,
		instance_actor_url(rq->cx.arena, s));
	json_object_set_new(document, "links", links);
	return reply_json(rq, 200, "application/json", document);
}

struct usage {
	int64_t institutions, posts;
};

static int count_usage(struct tx *tx, void *arg)
{
	struct usage *u = arg;

	return institution_counts(tx, &u->institutions, &u->posts);
}

static int nodeinfo(struct request *rq, const char *version)
{
	struct usage u;
	json_t *document;
	int rc = db_read(&rq->cx, count_usage, &u);

	if (rc < 0)
		return rc;
	document = json_pack(
		"{s:s, s:{s:s, s:s}, s:[s], s:{s:[], s:[]}, s:b, s:{s:{s:I, s:I, s:I}, s:I}, s:{}}",
		"version", version, "software", "name", "chorsu", "version", CHORSU_VERSION,
		"protocols", "activitypub", "services", "inbound", "outbound", "openRegistrations",
		0, "usage", "users", "total", (json_int_t)u.institutions, "activeMonth",
		(json_int_t)u.institutions, "activeHalfyear", (json_int_t)u.institutions,
		"localPosts", (json_int_t)u.posts, "metadata");
	if (!document)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	return reply_json(rq, 200,
		arena_printf(rq->cx.arena,
			"application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/%s#\"",
			version),
		document);
}

int nodeinfo_20_get(struct request *rq)
{
	return nodeinfo(rq, "2.0");
}

int nodeinfo_21_get(struct request *rq)
{
	return nodeinfo(rq, "2.1");
}
