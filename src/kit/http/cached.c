/* Requests and the answer cache. */
#include "kit/http/cached.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "kit/http/accept.h"

static struct exchange *exchange_of_ticket(struct cache_ticket *t)
{
	return (struct exchange *)((char *)t - offsetof(struct exchange, ticket));
}

static void suspend(struct cache_ticket *t)
{
	struct exchange *x = exchange_of_ticket(t);

	x->phase = QUEUED;
	MHD_suspend_connection(x->connection);
}

static void wake(struct cache_ticket *t)
{
	struct exchange *x = exchange_of_ticket(t);

	x->phase = ARRIVING;
	MHD_resume_connection(x->connection);
}

struct cache *cached_new(size_t max)
{
	const struct cache_options options = {.max = max, .suspend = suspend, .wake = wake};

	return cache_new(&options);
}

void http_version_raised(struct http_server *h, int64_t scope, int64_t version)
{
	if (h->cache)
		cache_raise(h->cache, scope, version);
}

void http_cache_forget(struct http_server *h)
{
	if (h->cache)
		cache_forget(h->cache);
}

/* What of a head decides whether the cache may be asked, and how. */
struct asking {
	const char *language, *coding, *if_none_match, *if_modified_since;
	bool personal; /* it names somebody */
	bool repeated; /* a header that is read here stands twice */
};

static void note(const char **place, const char *value, struct asking *a)
{
	a->repeated = a->repeated || *place;
	*place = value ? value : "";
}

static enum MHD_Result note_header(
	void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct asking *a = cls;

	(void)kind;
	if (!strchr("aAcCiI", name[0]))
		return MHD_YES;
	if (str_eq_nocase(name, "Accept-Language"))
		note(&a->language, value, a);
	else if (str_eq_nocase(name, "If-None-Match"))
		note(&a->if_none_match, value, a);
	else if (str_eq_nocase(name, "If-Modified-Since"))
		note(&a->if_modified_since, value, a);
	else if (str_eq_nocase(name, "Accept-Encoding"))
		note(&a->coding, value, a);
	else if (str_eq_nocase(name, "Authorization") || str_eq_nocase(name, "Cookie"))
		a->personal = true;
	return MHD_YES;
}

/* Who asks, and for which coding; false for what is not the cache's business. */
static bool is_for_all(struct exchange *x)
{
	struct asking a = {0};

	if (!x->server->cache || x->server->draining || x->status != 0 || x->options ||
		!x->rq.route || !x->rq.route->cached)
		return false;
	MHD_get_connection_values(x->connection, MHD_HEADER_KIND, note_header, &a);
	if (a.personal || a.repeated)
		return false;
	accept_coding(a.coding, x->weights);
	x->if_none_match = a.if_none_match;
	x->if_modified_since = a.if_modified_since;
	x->query.language = a.language;
	x->query.weights = x->weights;
	return true;
}

/* The row and its declared parameters, as they were read: what is written in another way but means
 * the same is the same. */
static bool make_key(struct exchange *x)
{
	const struct route *route = x->rq.route;
	size_t len = sizeof(route);
	char *key, *at;

	if (exchange_read_params(x) < 0)
		return false; /* a worker finds and says so again */
	for (int i = 0; i < x->values.count; i++)
		len += 1 + (x->values.items[i].text ? strlen(x->values.items[i].text) + 1 : 0);
	key = at = arena_alloc(x->rq.cx.arena, len);
	if (!key)
		return false;
	memcpy(at, &route, sizeof(route));
	at += sizeof(route);
	for (int i = 0; i < x->values.count; i++) {
		const char *text = x->values.items[i].text;

		*at++ = text != NULL;
		if (text)
			at = (char *)mempcpy(at, text, strlen(text) + 1);
	}
	x->query.key = key;
	x->query.key_len = len;
	return true;
}

/* The reply is that of the kept answer, in one of its codings. Takes the reference. */
static void take(struct exchange *x, struct answer *a, enum coding coding, struct body body)
{
	struct reply *r = &x->reply;

	reply_reset(r);
	r->status = a->status;
	r->type = a->type;
	r->etag = a->etag;
	r->modified = a->modified;
	r->body = body.bytes;
	r->len = body.len;
	x->answer = a;
	x->coding = coding;
	/* What all who ask without conditions get lies ready. */
	if (x->if_none_match || x->if_modified_since || x->server->draining || !spare_take(x))
		reply_address(x);
}

enum cached cached_look(struct exchange *x)
{
	struct cache_found found;

	if (!x->query.key && !(is_for_all(x) && make_key(x)))
		return CACHED_NOT;
	switch (cache_find(x->server->cache, &x->query, &x->ticket, &found)) {
	case CACHE_HIT:
		take(x, found.answer, found.coding, found.body);
		if (arena_failed(x->rq.cx.arena)) {
			cached_drop(x);
			return CACHED_NOT;
		}
		exchange_log(x);
		return CACHED_HERE;
	case CACHE_WAIT:
		return CACHED_WAITS;
	case CACHE_COMPRESS:
		x->answer = found.answer;
		x->coding = found.coding;
		break;
	case CACHE_RENDER:
	case CACHE_ALONE:
		break;
	}
	return CACHED_NOT;
}

/* The answer's bytes in a coding that it lacks; as they are when there is no memory for that. */
static struct body compress(struct exchange *x, struct answer *a, enum coding *coding)
{
	struct body plain = a->bodies[CODING_IDENTITY];
	size_t len;
	void *bytes = coding_apply(*coding, true, plain.bytes, plain.len, &len);

	if (bytes)
		return cache_add_body(x->server->cache, &x->ticket, a, *coding, bytes, len);
	*coding = CODING_IDENTITY;
	return plain;
}

bool cached_finish(struct exchange *x)
{
	struct answer *a = x->answer;
	enum coding coding = x->coding;

	if (!a)
		return false;
	x->answer = NULL;
	if (x->status != 0) {
		answer_unref(a);
		return false;
	}
	take(x, a, coding, compress(x, a, &coding));
	cached_end(x);
	return true;
}

static bool sets_cookie(const struct reply *r)
{
	for (const struct reply_field *f = r->fields; f; f = f->next)
		if (str_eq_nocase(f->field.name, "Set-Cookie"))
			return true;
	return false;
}

static bool may_keep(const struct exchange *x)
{
	const struct reply *r = &x->reply;

	return x->query.key && r->versioned && !r->personal && !sets_cookie(r) &&
	       (r->status == 200 || r->status == 410) && !x->used_up &&
	       !arena_failed(x->rq.cx.arena);
}

static struct answer *copy(struct exchange *x)
{
	const struct reply *r = &x->reply;
	struct answer model = {.status = r->status,
		.type = r->type,
		.etag = r->etag,
		.modified = r->modified,
		.suits = r->suits,
		.borrowed = r->constant,
		.scope = r->constant ? CACHE_SCOPE_FIXED : r->scope,
		.version = r->version,
		.next_change_at = r->next_change_at};
	struct field *fields;

	for (const struct reply_field *f = r->fields; f; f = f->next)
		model.field_count++;
	model.fields = fields =
		arena_array(x->rq.cx.arena, (size_t)model.field_count + 1, sizeof(struct field));
	if (!fields)
		return NULL;
	for (const struct reply_field *f = r->fields; f; f = f->next)
		*fields++ = f->field;
	model.bodies[CODING_IDENTITY] = (struct body){r->body, r->len};
	return answer_new(&model);
}

bool cached_keep(struct exchange *x)
{
	const struct reply *r = &x->reply;
	struct answer *a = may_keep(x) ? copy(x) : NULL;
	enum coding coding;

	if (!a)
		return false;
	if (!cache_store(x->server->cache, &x->query, &x->ticket, a, r->languages,
		    r->language_count, r->language < 0 ? NULL : r->languages[r->language])) {
		answer_unref(a);
		return false;
	}
	coding = coding_choose(x->weights, a->suits);
	take(x, a, coding,
		coding == CODING_IDENTITY ? a->bodies[CODING_IDENTITY] : compress(x, a, &coding));
	return true;
}

void cached_drop(struct exchange *x)
{
	spare_put(x);
	answer_unref(x->answer);
	x->answer = NULL;
}

void cached_end(struct exchange *x)
{
	if (x->query.key)
		cache_end(x->server->cache, &x->ticket);
}
