/* Answers as handlers build them, and what every answer carries. Turning them into the library's
 * responses: answer.c. */
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
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
	field->name = arena_strdup(x->rq.cx.arena, name);
	field->value = arena_strdup(x->rq.cx.arena, value);
	if (!field->name || !field->value)
		return;
	*x->reply.last = field;
	x->reply.last = &field->next;
}

static const char *field_value(const struct reply *reply, const char *name)
{
	for (const struct reply_field *f = reply->fields; f; f = f->next)
		if (str_eq_nocase(f->name, name))
			return f->value;
	return NULL;
}

void reply_reset(struct reply *reply)
{
	memset(reply, 0, sizeof *reply);
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
	add_field(x, "X-Request-Id", x->rq.cx.request);
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
	if (reply->vary_accept)
		add_field(x, "Vary", "Accept");
	if (reply->vary_language)
		add_field(x, "Vary", "Accept-Language");
}

/* The entity tag and, when the client has these very bytes, 304. */
static void add_validators(struct exchange *x)
{
	struct reply *reply = &x->reply;
	char hash[ETAG_SIZE], date[32];
	const char *etag = field_value(reply, "ETag");

	if (x->rq.method != GET || x->options || reply->status != 200)
		return;
	if (reply->modified > 0) {
		clock_http_date(reply->modified, date);
		add_default(x, "Last-Modified", date);
	}
	if (!etag) {
		etag_make(reply->type ? reply->type : "", reply->body, reply->len, hash);
		add_field(x, "ETag", hash);
		etag = hash;
	}
	if (!not_modified(request_header(&x->rq, "If-None-Match"),
		    request_header(&x->rq, "If-Modified-Since"), etag, reply->modified))
		return;
	reply->status = 304; /* the bytes stay for Content-Length's sake, which is that of the 200;
				the library sends none */
	reply->type = NULL;
}

void reply_finish(struct exchange *x)
{
	char date[32];

	add_caching(x);
	add_security(x);
	add_validators(x);
	if (x->reply.type)
		add_default(x, "Content-Type", x->reply.type);
	clock_http_date(clock_now(), date);
	add_field(x, "Date", date);
}
