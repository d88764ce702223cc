/* The HTTP server: libmicrohttpd's epoll threads parse and write, a pool of workers runs handlers.
 *
 * Routes are rows of constant tables whose zero values are the strictest: nobody may call,
 * cross-site requests refused, no body, no parameters. Everything that a row declares is checked
 * before its handler runs; undeclared parameters never reach one. */
#ifndef CHORSU_KIT_HTTP_HTTP_H
#define CHORSU_KIT_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"

struct request;
struct http_server;

enum method {
	METHOD_NONE,
	GET,
	POST,
	PUT,
	PATCH,
	DELETE
}; /* HEAD and OPTIONS are the server's own */

enum who {
	NOBODY = 0, /* the strictest: no such route for anyone */
	ANYONE,     /* the public, anonymous */
	SIGNED, /* another server: the handler itself verifies the HTTP signature and answers 401 */
};

/* Parameters: of the path, of the query, or of a form body. What is broken, too long, given twice
 * or not of its kind is answered 400. Text: no control characters but tab and line feed (CR LF is
 * taken as LF). Handle: at most 30 letters, digits and underscores, made lower case. Lang: made
 * canonical. Bool: true, 1, on, false, 0, off; its text is then "true" or "false". An empty text of
 * another kind than PARAM_TEXT counts as absent; required means present and not empty. */
enum param_kind { PARAM_TEXT, PARAM_ID, PARAM_INT, PARAM_HANDLE, PARAM_LANG, PARAM_BOOL };

struct param {
	const char *name;
	enum param_kind kind;
	size_t max; /* bytes of text; 0: 256. PARAM_INT: the largest value */
	bool required;
};

typedef int handler_fn(struct request *rq);

struct route {
	enum method method;
	/* "/@:handle", "/@:handle.atom", "/actor/:id/inbox": a segment is literal or has one
	 * parameter with literal text before and behind it; the name is small letters, digits and
	 * underscores. Of several rows that fit, the one with more literal text answers. */
	const char *path;
	handler_fn *handler;
	enum who who;
	size_t body_max; /* 0: no body is taken */
	/* Those of the path too (kind text when absent); ended by a row without a name. */
	const struct param *params;
	/* True: a POST from another site is taken (inboxes). False: Sec-Fetch-Site, Origin, or at
	 * least Referer must be there and ours, whatever the method but GET. */
	bool cross_site;
	/* GET: an anonymous answer that is versioned may come from the answer cache. It must then
	 * depend on nothing but the declared parameters, reply_versioned's version, and the
	 * language by request_accept_language; request_header makes it personal. */
	bool cached;
	bool cors; /* answered with Access-Control-Allow-Origin: * */
	/* Media types that this row answers with, separated by "|", when several rows share method
	 * and path: the best by Accept is called (Vary: Accept is added), the first row for a
	 * client that takes none of them. NULL for a row alone. */
	const char *accept;
	const char *says; /* one line for `chorsu routes` and the docs */
};

struct http_options {
	/* "127.0.0.1:8080", "[::]:8080" (both protocols), ":0" (a free port on loopback),
	 * "unix:/path". */
	const char *listen;
	const char *socket_group; /* of a unix socket; NULL or "": the process's own */
	const char *origin; /* "https://host", for the cross-site check and absolute addresses */
	/* Addresses and networks, "127.0.0.1 ::1 10.0.0.0/8": only from these is X-Forwarded-For
	 * read. "unix" stands for the peers of a unix socket. */
	const char *proxies;
	/* Tables, ended by NULL; duplicates and unreachable rows are refused at start. */
	const struct route *const *routes;
	struct db *db;
	struct server *server;
	int workers;      /* 0: 16 */
	size_t arena_max; /* per request; 0: 8 MiB */
	int connections;  /* at most; 0: 4096 */
	/* A request must have arrived whole by then (a byte a second does not extend it); 0: 20 s.
	 */
	int64_t deadline_ms;
	size_t cache; /* bytes of the answer cache; 0: none */
	/* Writes the body of an error: status, sentence. NULL: plain text (JSON when the client
	 * takes only that). Headers that the handler set before it failed are dropped but
	 * WWW-Authenticate, Retry-After, Allow and Set-Cookie. */
	void (*error_page)(struct request *rq, int status, const struct err *err);
	/* /health/ready: 0, or an error that says what is missing (503). /health/live is always
	 * 200. */
	int (*ready)(struct ctx *cx);
	bool access_log;
};

/* ERR_INVALID for options and tables that cannot work, ERR_CONFLICT when something listens there
 * already, ERR_DENIED, ERR_IO, ERR_MEMORY. SIGPIPE is ignored from here on. options and its texts,
 * but for the tables, may be gone afterwards. */
MUST_USE int http_start(
	const struct http_options *options, struct err *err, struct http_server **ret);
int http_port(const struct http_server *h); /* 0 for a unix socket */

/* From now on: a line of log for each request, or none but for those that fail (5xx). Any thread.
 */
void http_log_access(struct http_server *h, bool on);

/* Stop accepting, let requests under way end (at most drain_ms), free. After that time requests
 * that no worker has begun are answered 503; handlers that run are waited for. Takes NULL. */
void http_stop(struct http_server *h, int64_t drain_ms);

/* The newest version of a scope (an institution's id; 0: the server as a whole) is at least this:
 * older answers are no longer sent from the cache. From any thread, cheap. */
void http_version_raised(struct http_server *h, int64_t scope, int64_t version);

/* Nothing is known of versions any more: whatever was answered is to be rendered again. */
void http_cache_forget(struct http_server *h);

/* What a handler sees. The request is also a context: first member. */
struct request {
	struct ctx cx;
	enum method method;
	bool head; /* the method was HEAD: answered as GET, the body is left out by the server */
	const char *path;   /* as received, still percent-encoded, without the query */
	const char *target; /* path and query exactly as received (what signatures cover) */
	const char *body;   /* NUL-terminated, "" when none */
	size_t body_len;
	const char *client; /* address as text, from a trusted proxy's header or the socket */
	const struct route *route;
	struct reply *reply;
};

/* Declared parameters only; text already percent-decoded, valid UTF-8, within its limit. NULL when
 * absent. */
const char *request_param(const struct request *rq, const char *name);
int64_t request_int(const struct request *rq, const char *name, int64_t fallback);

/* The header's value or NULL; case-insensitive. Repeated headers are joined by ", " (RFC 9110 5.3).
 */
const char *request_header(const struct request *rq, const char *name);

/* The best of the offered media types by Accept (RFC 9110 12.5.1): index, or -1 for none. Without
 * an Accept: 0. Types are given as "text/html" or with parameters that must match, e.g.
 * "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"". Ties go to the earlier
 * offer. */
int request_accept(struct request *rq, const char *const *types, int count);

/* Same for Accept-Language over BCP 47 tags (RFC 4647 lookup); among equal weights the reader's
 * order decides. -1 when none fits. Both add to Vary. */
int request_accept_language(struct request *rq, const char *const *tags, int count);

/* Answers. ETag (from the bytes, unless the handler sets one), Content-Length, HEAD, If-None-Match
 * and If-Modified-Since are the server's work, for 200 to GET, and so is compressing text, for
 * requests without Cookie; without reply_cache such an answer
 * is "no-cache", any other "no-store".
 *
 * reply_header adds; a name given twice stands twice. A value that would split the header, and
 * headers that frame the body, turn the whole answer into a 500. value NULL (memory used up):
 * nothing. */
void reply_header(struct request *rq, const char *name, const char *value);
/* type and p lie in the arena or are constant; type NULL: no Content-Type. */
void reply_body(struct request *rq, int status, const char *type, const void *p, size_t len);
void reply_text(struct request *rq, int status, const char *type,
	const char *text); /* copied into the arena */
void reply_redirect(struct request *rq, int status, const char *location);
void reply_modified(struct request *rq, int64_t at); /* Last-Modified */
void reply_cache(struct request *rq, const char *cache_control);

/* For rows that are `cached`. The answer, 200 or 410, may be kept for whoever asks the same:
 * version is that of scope, read in the transaction that read the content; next_change_at: ms, when
 * the answer changes by itself, 0: never. */
void reply_versioned(struct request *rq, int64_t scope, int64_t version, int64_t next_change_at);
/* The same for what lasts as long as the process; the body is kept where it is. */
void reply_constant(struct request *rq);

/* The table of routes as text, for `chorsu routes`. */
void http_routes_print(const struct route *const *routes, bool json, struct buf *out);

/* Checks tables as http_start does: duplicate or unreachable rows, rows for nobody, a body on GET.
 */
MUST_USE int http_routes_check(const struct route *const *routes, struct err *err);

/* Is this of a form that http_options.listen takes? ERR_INVALID. */
MUST_USE int http_listen_check(const char *where, struct err *err);

#endif
