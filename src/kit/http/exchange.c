/* The life of one request outside of the library: made, judged, handed to its handler, answered. */
#include "kit/http/exchange.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "kit/http/accept.h"
#include "kit/http/cached.h"
#include "kit/http/crosssite.h"

/* A number that tells nobody how many there were: a count under a secret hash, which is cheaper
 * than to ask the kernel for each. */
static void number(struct exchange *x)
{
	static atomic_uint_fast64_t count;
	uint64_t n = atomic_fetch_add(&count, 1);
	unsigned char hash[crypto_shorthash_siphashx24_BYTES];

	_Static_assert(
		sizeof(x->server->seed) == crypto_shorthash_siphashx24_KEYBYTES, "size of the key");
	crypto_shorthash_siphashx24(hash, (const unsigned char *)&n, sizeof(n), x->server->seed);
	sodium_bin2base64(x->rq.cx.request, sizeof(x->rq.cx.request), hash, sizeof(hash),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

struct exchange *exchange_new(struct http_server *server, const char *target)
{
	struct exchange *x = calloc(1, sizeof *x);
	size_t len = strlen(target);
	char *copy;

	if (!x)
		return NULL;
	x->rq.cx.arena = arena_new(server->options.arena_max);
	copy = x->rq.cx.arena ? arena_copy(x->rq.cx.arena, target, len > TARGET_MAX ? 0 : len)
			      : NULL;
	if (!copy) {
		arena_free(x->rq.cx.arena);
		free(x);
		return NULL;
	}
	x->server = server;
	x->began = clock_steady();
	x->wire_target = target;
	x->rq.cx.db = server->options.db;
	x->rq.cx.server = server->options.server;
	x->rq.target = copy;
	x->rq.path = copy;
	x->rq.body = "";
	x->rq.client = x->client;
	x->rq.reply = &x->reply;
	reply_reset(&x->reply);
	number(x);
	if (len > TARGET_MAX)
		exchange_refuse(x, 414, ERR_TOO_LARGE,
			"The address is longer than %zu bytes: shorten it.", TARGET_MAX);
	atomic_fetch_add(&server->exchanges, 1);
	return x;
}

void exchange_free(struct exchange *x)
{
	atomic_fetch_sub(&x->server->exchanges, 1);
	spare_put(x);
	if (x->response)
		MHD_destroy_response(x->response);
	answer_unref(x->answer);
	arena_free(x->rq.cx.arena);
	arena_free(x->used_up);
	buf_done(&x->body);
	free(x);
}

int exchange_refuse(struct exchange *x, int status, int code, const char *format, ...)
{
	va_list ap;

	if (x->status != 0)
		return x->rq.cx.err.code;
	x->status = status;
	va_start(ap, format);
	err_vset(&x->rq.cx.err, code, format, ap);
	va_end(ap);
	return code;
}

/* Without a page of the product's own. */
static void plain_error(struct request *rq, int status)
{
	static const char *const TYPES[] = {"text/plain", "application/json"};
	const char *text = err_text(&rq->cx.err);

	if (request_accept(rq, TYPES, LENGTH(TYPES)) == 1) {
		json_t *j = json_keep(rq->cx.arena,
			json_pack("{s:s, s:s}", "error", text, "code", err_name(rq->cx.err.code)));
		char *json = j ? json_text(j) : NULL;

		reply_text(rq, status, "application/json", json ? json : "{}");
		free(json);
		return;
	}
	reply_text(
		rq, status, "text/plain; charset=utf-8", arena_printf(rq->cx.arena, "%s\n", text));
}

/* Headers that tell a client what to do about an error stay; what stands for the answer that was
 * not given goes. */
static void keep_error_fields(struct reply *reply)
{
	static const char *const KEPT[] = {
		"WWW-Authenticate", "Retry-After", "Allow", "Set-Cookie"};
	struct reply_field *f = reply->broken ? NULL : reply->fields;
	struct reply_field *next;
	bool by_type = reply->vary_accept, by_language = reply->vary_language;

	reply_reset(reply);
	reply->vary_accept = by_type;
	reply->vary_language = by_language;
	for (; f; f = next) {
		bool keep = false;

		next = f->next;
		f->next = NULL;
		for (size_t i = 0; i < LENGTH(KEPT); i++)
			keep = keep || str_eq_nocase(f->field.name, KEPT[i]);
		if (!keep)
			continue;
		*reply->last = f;
		reply->last = &f->next;
	}
}

void exchange_error(struct exchange *x, int status)
{
	struct request *rq = &x->rq;

	if (arena_failed(rq->cx.arena) && !x->used_up) {
		struct arena *fresh = arena_new(ERROR_ARENA_MAX);

		if (fresh) {
			x->used_up = rq->cx.arena;
			rq->cx.arena = fresh;
		}
	}
	keep_error_fields(&x->reply);
	if (status == 503)
		reply_header(rq, "Retry-After", "5");
	if (x->server->options.error_page)
		x->server->options.error_page(rq, status, &rq->cx.err);
	if (x->reply.status == 0 || x->reply.broken || arena_failed(rq->cx.arena)) {
		keep_error_fields(&x->reply);
		plain_error(rq, status);
	}
	if (x->reply.status == 0)
		reply_body(rq, status, NULL, NULL, 0);
}

static int answer_options(struct request *rq, unsigned methods)
{
	char allow[ROUTE_ALLOW_SIZE];

	route_allow(methods, allow);
	reply_header(rq, "Allow", allow);
	reply_body(rq, 204, NULL, NULL, 0);
	return 0;
}

static int check_site(struct exchange *x)
{
	const struct request *rq = &x->rq;

	if (rq->method == GET || rq->route->cross_site)
		return 0;
	return crosssite_check(x->server->origin, exchange_header(x, "Sec-Fetch-Site"),
		exchange_header(x, "Origin"), exchange_header(x, "Referer"), &x->rq.cx.err);
}

int exchange_read_params(struct exchange *x)
{
	struct request *rq = &x->rq;
	bool form = rq->body_len > 0 && params_is_form(exchange_header(x, "Content-Type"));
	int rc;

	if (x->has_values)
		return 0;
	rc = params_read(rq->cx.arena, &x->match, x->query_text, form ? rq->body : NULL,
		rq->body_len, &rq->cx.err, &x->values);
	x->has_values = rc == 0;
	return rc;
}

/* Bytes in some coding that the client takes: as they are will do for all that say nothing. */
static int check_coding(struct exchange *x)
{
	accept_coding(exchange_header(x, "Accept-Encoding"), x->weights);
	if (x->rq.method != GET || coding_choose(x->weights, true) != CODINGS)
		return 0;
	return err_set(&x->rq.cx.err, ERR_NOT_ACCEPTABLE,
		"Accept-Encoding refuses all that this server sends: allow br, gzip or identity.");
}

/* All checks that the row declares, then its handler. */
static int run_route(struct exchange *x)
{
	struct request *rq = &x->rq;
	int rc = check_site(x);

	if (rc == 0)
		rc = check_coding(x);
	if (rc == 0)
		rc = exchange_read_params(x);
	if (rc == 0)
		rc = rq->route->handler(rq);
	if (arena_failed(rq->cx.arena))
		return err_set(&rq->cx.err, ERR_MEMORY,
			"This request needs more memory than one may have.");
	if (rc == 0 && x->reply.broken)
		return err_set(&rq->cx.err, ERR_INTERNAL,
			"The answer had a header that would split it: this is a fault of this server.");
	if (rc == 0 && x->reply.status == 0)
		return err_set(&rq->cx.err, ERR_INTERNAL, "The handler of %s gave no answer.",
			rq->route->path);
	if (rc < 0 && rq->cx.err.code != rc)
		err_set(&rq->cx.err, rc, "%s", "");
	return rc;
}

void exchange_log(struct exchange *x)
{
	char status[16], ms[24], bytes[24];
	bool failed = x->reply.status >= 500;

	if (!x->server->access_log && !failed)
		return;
	exchange_find_client(x);
	snprintf(status, sizeof status, "%d", x->reply.status);
	snprintf(ms, sizeof ms, "%lld", (long long)(clock_steady() - x->began));
	snprintf(bytes, sizeof bytes, "%zu",
		x->rq.head || x->reply.status == 304 ? 0 : x->reply.len);
	log_event(failed ? LOG_ERROR : LOG_INFO, "request", "method",
		x->method_text ? x->method_text : "", "path", x->rq.path, "status", status, "bytes",
		bytes, "ms", ms, "client", x->client, "request", x->rq.cx.request, "error",
		x->reply.status >= 400 ? err_text(&x->rq.cx.err) : "", NULL);
}

/* As if the handler had not run; the memory that it used stays the request's. */
static void forget_run(struct exchange *x)
{
	bool by_type = x->reply.vary_accept;

	reply_reset(&x->reply);
	x->reply.vary_accept = by_type;
	x->rq.cx.err = (struct err){0};
}

/* Run what the route says, up to a reply that is complete for all who may ask; an error is one
 * too. */
static void produce(struct exchange *x, int rc)
{
	if (rc < 0)
		exchange_error(x, x->status ? x->status : err_http_status(rc));
	reply_complete(x);
}

bool exchange_answer(struct exchange *x)
{
	int rc;

	exchange_find_client(x);
	if (cached_finish(x)) {
		exchange_log(x);
		return true;
	}
	if (x->status == 0 && x->options)
		rc = answer_options(&x->rq, x->match.methods);
	else if (x->status == 0)
		rc = run_route(x);
	else
		rc = x->rq.cx.err.code;
	if (rc < 0 && x->rq.cx.hurried && x->rq.cx.waits_for) {
		forget_run(x);
		cached_end(x);
		return false;
	}
	produce(x, rc);
	if (!cached_keep(x))
		reply_address(x);
	if (arena_failed(x->rq.cx.arena) && !x->used_up) {
		/* The handler left no room for the headers that every answer carries. */
		cached_drop(x);
		rc = err_set(&x->rq.cx.err, ERR_MEMORY,
			"This request needs more memory than one may have.");
		produce(x, rc);
		reply_address(x);
	}
	cached_end(x);
	exchange_log(x);
	return true;
}
