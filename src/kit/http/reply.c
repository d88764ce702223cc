/* Answers as handlers build them, and what every answer carries. Turning them into the library's
 * responses: answer.c. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/http/accept.h"
#include "kit/http/conditional.h"
#include "kit/http/exchange.h"

#define CSP                                                                                        \
	"default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "            \
	"script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

static bool is_token(const char *s)
{
	return *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "!#$%&'*+-.^_`|~")] == '\0';
}

/* A value that stays on its line: tab, printable ASCII and UTF-8, nothing else. */
static bool is_value(const char *s)
{
	for (const char *p = s; *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return false;
	return true;
}

/* How the body is framed and how long the connection lives is the server's alone. */
static bool is_framing(const char *name)
{
	static const char *const NAMES[] = {"Content-Length", "Transfer-Encoding", "Connection",
		"Keep-Alive", "Upgrade", "Trailer", "Date"};

	for (size_t i = 0; i < LENGTH(NAMES); i++)
		if (str_eq_nocase(name, NAMES[i]))
			return true;
	return false;
}

static void add_field(struct exchange *x, const char *name, const char *value)
{
	struct reply_field *field = arena_alloc(x->rq.cx.arena, sizeof *field);

	if (!field)
		return;
	field->field.name = arena_strdup(x->rq.cx.arena, name);
	field->field.value = arena_strdup(x->rq.cx.arena, value);
	if (!field->field.name || !field->field.value)
		return;
	*x->reply.last = field;
	x->reply.last = &field->next;
}

static const char *field_value(const struct reply *reply, const char *name)
{
	for (const struct reply_field *f = reply->fields; f; f = f->next)
		if (str_eq_nocase(f->field.name, name))
			return f->field.value;
	return NULL;
}

void reply_reset(struct reply *reply)
{
	memset(reply, 0, sizeof *reply);
	reply->language = -1;
	reply->last = &reply->fields;
}

void reply_header(struct request *rq, const char *name, const char *value)
{
	struct exchange *x = exchange_of(rq);

	if (!value) /* the caller's memory is used up, which is looked at later */
		return;
	if (!is_token(name) || !is_value(value) || is_framing(name)) {
		x->reply.broken = true;
		return;
	}
	add_field(x, name, value);
}

void reply_body(struct request *rq, int status, const char *type, const void *p, size_t len)
{
	struct reply *reply = rq->reply;

	if (type && !is_value(type))
		reply->broken = true;
	reply->status = status;
	reply->type = type;
	reply->body = p ? p : "";
	reply->len = p ? len : 0;
}

void reply_text(struct request *rq, int status, const char *type, const char *text)
{
	char *copy = arena_strdup(rq->cx.arena, text);

	reply_body(rq, status, type, copy, copy ? strlen(copy) : 0);
}

void reply_versioned(struct request *rq, int64_t scope, int64_t version, int64_t next_change_at)
{
	rq->reply->versioned = true;
	rq->reply->scope = scope;
	rq->reply->version = version;
	rq->reply->next_change_at = next_change_at;
}

void reply_constant(struct request *rq)
{
	rq->reply->versioned = rq->reply->constant = true;
}

static bool same_languages(const struct reply *r, const char *const *tags, int count)
{
	bool same = r->language_count == count;

	for (int i = 0; same && i < count; i++)
		same = str_eq(r->languages[i], tags[i]);
	return same;
}

void reply_varies_by_language(struct exchange *x, const char *const *tags, int count, int best)
{
	struct reply *r = &x->reply;
	const char **copy;

	/* Two negotiations of different things are more than the cache understands. */
	if (r->vary_language && !same_languages(r, tags, count))
		r->personal = true;
	r->vary_language = true;
	copy = arena_array(x->rq.cx.arena, (size_t)count + 1, sizeof(*copy));
	for (int i = 0; copy && i < count; i++)
		copy[i] = arena_strdup(x->rq.cx.arena, tags[i]);
	r->languages = copy;
	r->language_count = copy ? count : 0;
	r->language = best;
}

void reply_redirect(struct request *rq, int status, const char *location)
{
	reply_header(rq, "Location", location);
	reply_body(rq, status, NULL, NULL, 0);
}

void reply_modified(struct request *rq, int64_t at)
{
	rq->reply->modified = at;
}

void reply_cache(struct request *rq, const char *cache_control)
{
	char *copy = arena_strdup(rq->cx.arena, cache_control);

	if (copy && !is_value(copy))
		rq->reply->broken = true;
	rq->reply->cache_control = copy;
}

/* Add a field that the handler did not set itself. */
static void add_default(struct exchange *x, const char *name, const char *value)
{
	if (!field_value(&x->reply, name))
		add_field(x, name, value);
}

static void add_security(struct exchange *x)
{
	add_default(x, "X-Content-Type-Options", "nosniff");
	add_default(x, "Referrer-Policy", "same-origin");
	if (x->reply.type && str_starts(x->reply.type, "text/html"))
		add_default(x, "Content-Security-Policy", CSP);
	if (x->match.cors && x->options) {
		char allow[ROUTE_ALLOW_SIZE];

		route_allow(x->match.methods, allow);
		add_default(x, "Access-Control-Allow-Methods", allow);
		add_default(x, "Access-Control-Allow-Headers", "Authorization, Content-Type");
		add_default(x, "Access-Control-Max-Age", "86400");
	}
	if (x->match.cors) {
		add_default(x, "Access-Control-Allow-Origin", "*");
		add_default(x, "Access-Control-Expose-Headers", "Link, X-Request-Id");
	}
}

/* Take a field out; several of its name are joined. NULL: there is none. */
static const char *take_field(struct exchange *x, const char *name)
{
	struct reply_field **at = &x->reply.fields;
	const char *value = NULL;

	while (*at) {
		const struct field *f = &(*at)->field;

		if (!str_eq_nocase(f->name, name)) {
			at = &(*at)->next;
			continue;
		}
		value = value ? arena_printf(x->rq.cx.arena, "%s, %s", value, f->value) : f->value;
		*at = (*at)->next;
	}
	x->reply.last = at;
	return value;
}

/* All that the answer depends on, in one list. */
static void add_vary(struct exchange *x)
{
	const struct reply *reply = &x->reply;
	const char *given = take_field(x, "Vary");
	const char *names[] = {given, reply->vary_accept ? "Accept" : NULL,
		reply->vary_language ? "Accept-Language" : NULL,
		reply->suits ? "Accept-Encoding" : NULL};
	const char *list = NULL;

	for (size_t i = 0; i < LENGTH(names); i++)
		if (names[i])
			list = list ? arena_printf(x->rq.cx.arena, "%s, %s", list, names[i])
				    : names[i];
	if (list)
		add_field(x, "Vary", list);
}

/* What caches may do: nothing with errors and with answers to anything but GET, ask first where a
 * handler did not say. */
static void add_caching(struct exchange *x)
{
	struct reply *reply = &x->reply;
	bool storable = x->rq.method == GET && !x->options && reply->status < 400;

	if (reply->cache_control)
		add_default(x, "Cache-Control", reply->cache_control);
	else
		add_default(x, "Cache-Control", storable ? "no-cache" : "no-store");
	add_vary(x);
}

/* The tag of the bytes as they are, and the time of the last change. */
static void add_validators(struct exchange *x)
{
	struct reply *reply = &x->reply;
	const char *given = take_field(x, "ETag");
	char hash[ETAG_SIZE], date[32];

	if (x->rq.method != GET || x->options || reply->status != 200)
		return;
	if (reply->modified > 0) {
		clock_http_date(reply->modified, date);
		add_default(x, "Last-Modified", date);
	}
	if (!given)
		etag_make(reply->type ? reply->type : "", reply->body, reply->len, hash);
	reply->etag = given ? given : arena_strdup(x->rq.cx.arena, hash);
}

void reply_complete(struct exchange *x)
{
	struct reply *reply = &x->reply;

	reply->suits =
		coding_suits(reply->type, reply->len) && !field_value(reply, "Content-Encoding");
	add_caching(x);
	add_security(x);
	add_validators(x);
}

/* The lengths of compressed bytes tell whether two parts of them are alike: an answer that was made
 * for somebody in particular is not compressed, lest a secret in it be guessed piece by piece. */
static bool is_secret(const struct exchange *x)
{
	return field_value(&x->reply, "Set-Cookie") || exchange_header(x, "Cookie");
}

/* For an answer that is not kept. */
static enum coding choose_coding(struct exchange *x)
{
	const struct reply *reply = &x->reply;
	enum coding coding;

	if (x->phase == REFUSED || reply->len == 0 || field_value(reply, "Content-Encoding"))
		return CODING_IDENTITY;
	accept_coding(exchange_header(x, "Accept-Encoding"), x->weights);
	coding = coding_choose(x->weights, reply->suits && !is_secret(x));
	return coding == CODINGS ? CODING_IDENTITY : coding;
}

static void compress(struct exchange *x)
{
	struct reply *reply = &x->reply;
	size_t len;
	void *bytes = coding_apply(x->coding, false, reply->body, reply->len, &len);

	if (!bytes) {
		x->coding = CODING_IDENTITY;
		return;
	}
	arena_defer(x->rq.cx.arena, free, bytes);
	reply->body = bytes;
	reply->len = len;
}

/* Does the client have the answer in another coding than the one that was chosen? */
static bool has_other(struct exchange *x, const char *if_none_match)
{
	struct reply *reply = &x->reply;

	for (enum coding c = 0; c < CODINGS; c++) {
		struct body body = {reply->body, reply->len};

		if (x->answer)
			body = cache_body(x->server->cache, x->answer, c);
		if (c == x->coding || !body.bytes ||
			!etag_matches(if_none_match, etag_in(x->rq.cx.arena, reply->etag, c)))
			continue;
		x->coding = c;
		reply->body = body.bytes;
		reply->len = body.len;
		return true;
	}
	return false;
}

static bool is_known(struct exchange *x)
{
	const char *if_none_match, *since, *etag;
	struct reply *reply = &x->reply;

	if (!reply->etag)
		return false;
	if_none_match = x->answer ? x->if_none_match : exchange_header(x, "If-None-Match");
	since = x->answer ? x->if_modified_since : exchange_header(x, "If-Modified-Since");
	if (!if_none_match && !since)
		return false;
	etag = etag_in(x->rq.cx.arena, reply->etag, x->coding);
	return etag && (not_modified(if_none_match, since, etag, reply->modified) ||
			       (if_none_match && has_other(x, if_none_match)));
}

void reply_address(struct exchange *x)
{
	struct reply *reply = &x->reply;
	char date[32];
	bool known;

	if (!x->answer)
		x->coding = choose_coding(x);
	known = is_known(x);
	if (!x->answer && x->coding != CODING_IDENTITY)
		compress(x);
	if (reply->etag)
		add_field(x, "ETag", etag_in(x->rq.cx.arena, reply->etag, x->coding));
	if (known) {
		/* The bytes stay for Content-Length's sake, which is that of the 200; the library
		 * sends none. */
		reply->status = 304;
		reply->type = NULL;
	} else if (x->coding != CODING_IDENTITY) {
		add_field(x, "Content-Encoding", coding_name(x->coding));
	}
	if (reply->type)
		add_default(x, "Content-Type", reply->type);
	add_field(x, "X-Request-Id", x->rq.cx.request);
	clock_http_date(clock_now(), date);
	add_field(x, "Date", date);
}
