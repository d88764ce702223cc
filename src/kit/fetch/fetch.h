/* Outbound HTTP on libcurl's multi interface, driven by socket_action and epoll; every connection
 * passes the address guard.
 *
 * A loop is one thread with one or a few curl multi handles. Whoever sends many requests
 * (deliveries) owns loops and feeds them from their own thread; whoever needs one answer calls
 * fetch_get and waits. */
#ifndef CHORSU_KIT_FETCH_FETCH_H
#define CHORSU_KIT_FETCH_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/ctx.h"

struct fetch_loop;
struct transfer;

struct fetch_options {
	bool allow_private;  /* tests: private and loopback addresses, any port, plain http */
	const char *ca_file; /* "" : the system's */
	const char *resolve; /* "" or "host:port:address host:port:address": fixed addresses, for
				tests */
	const char *user_agent;
	int connections; /* kept open per loop when idle (clamped to a share of the open-files
			    limit); 0: 256 */
	int niceness;    /* of the loop's thread, 0 to 19 */
};

/* Is this address one that we may connect to? Refused unless allow_private: everything not global
 * unicast (loopback, link-local, private, shared 100.64/10, multicast, reserved, documentation),
 * and the same behind v4-mapped and NAT64 (64:ff9b::/96) forms; v4-compatible, 64:ff9b:1::/48, 6to4
 * and Teredo addresses whatever is in them. Checked on the very address that connect(2) gets. */
bool fetch_address_allowed(const struct sockaddr *address, bool allow_private);

/* May this URL be asked at all? https (http too when allow_private), a host, port 443 (any when
 * allow_private), no user name, no fragment, no control bytes, at most 2,048 bytes; a host outside
 * ASCII must be written in punycode, an address in its usual form and public (any when
 * allow_private). ERR_INVALID with one sentence; err may be NULL. */
MUST_USE int fetch_url_check(const char *url, bool allow_private, struct err *err);

/* The URL's host in lower case with ":port" unless default, in the arena; NULL when it has none.
 * This is the name of a `host` row, and what goes into Host. */
char *fetch_url_host(struct arena *a, const char *url);

/* Path and query of the URL ("/" when empty), in the arena: what signatures cover. */
char *fetch_url_target(struct arena *a, const char *url);

/* One request of a loop. The owner fills the first part and keeps it and everything it points to
 * alive until done runs. */
struct transfer {
	const char *url;
	const char *method; /* "GET", "POST" */
	const char *body;   /* POST: bytes, not copied */
	size_t body_len;
	const char *content_type; /* POST */
	const char *accept;       /* GET; NULL: any */
	size_t answer_max; /* bytes of answer kept; more ends the transfer with ERR_TOO_LARGE; 0:
			      discard the body */
	int64_t connect_ms, total_ms; /* 0: 10 s, 30 s */
	bool proven;                  /* hint only */
	/* Called on the loop's thread when the connection stands and the request is about to be
	 * written: write further header lines ("Name: value" each, at most 8 of 1,000 bytes) with
	 * transfer_header. Signing happens here, so dead hosts cost no signature and Date is the
	 * moment of sending. NULL: none. Nonzero ends the transfer with that ERR_*. */
	int (*headers)(struct transfer *t);
	/* The bytes of a 2xx answer as they come, on the loop's thread, at most answer_max of them;
	 * none are kept then. Nonzero ends the transfer with that ERR_*. NULL: they are kept. */
	int (*take)(struct transfer *t, const void *p, size_t len);
	/* Called once on the loop's thread. May start other transfers; t is the owner's again. */
	void (*done)(struct transfer *t);
	void *owner;

	/* Outcome, valid in done: */
	int error;  /* 0: an HTTP answer came; else ERR_NETWORK, ERR_TIMEOUT, ERR_TOO_LARGE,
		       ERR_DENIED (guard), ERR_INVALID (the URL), or what `headers` returned */
	int status; /* HTTP status */
	int64_t retry_after_ms; /* from Retry-After (seconds or date), -1: none; at most 7 days */
	const char *answer; /* NUL-terminated bytes, "" when answer_max is 0; valid in done only */
	size_t answer_len;
	const char *answer_type; /* Content-Type, "" when none; valid in done only */
	const char *etag,
		*modified;    /* of the answer as they came, "" when none; valid in done only */
	const char *location; /* of a redirect, absolute; NULL when none; valid in done only */
	char why[160];        /* one phrase for people when error is not 0 */
	int64_t started;      /* clock_steady() when it was started */

	/* The loop's own: */
	struct transfer *next;
	void *handle;
	bool slow; /* counted in the slow lane */
};

void transfer_header(struct transfer *t, const char *line);

MUST_USE int fetch_loop_new(
	const struct fetch_options *options, struct err *err, struct fetch_loop **ret);

/* Ends transfers under way (done is called with ERR_NETWORK "stopping"), joins the thread, frees.
 * Takes NULL. */
void fetch_loop_free(struct fetch_loop *loop);

/* Run fn(arg) on the loop's thread soon. From any thread. */
void fetch_loop_call(struct fetch_loop *loop, void (*fn)(void *arg), void *arg);

/* On the loop's thread: start a transfer now (redirects are not followed). */
void fetch_start(struct fetch_loop *loop, struct transfer *t);

/* On the loop's thread: lanes. A transfer that has run for more than 300 ms moves to the slow lane,
 * and so starts one whose `slow` was set. fetch_room says how many more may start now: in the fast
 * lane, which adapts (it widens while the loop is idle at its limit and narrows when answers come
 * quickly), and in the slow lane (thousands, by the open-files limit). */
int fetch_room(struct fetch_loop *loop, bool slow);

/* feed(arg) runs on the loop's thread whenever there may be room for more, at most once per turn of
 * the loop; set before the first transfer. */
void fetch_loop_feed(struct fetch_loop *loop, void (*feed)(void *arg), void *arg);

/* Fetch a document and wait for it, where ctx_may_wait has allowed it: GET with every hop of at
 * most 3 redirects checked, total 15 s, at most max bytes. sign: called for each hop on the loop's
 * thread as transfer.headers is (may be NULL; arg is transfer.owner). The answer lies in cx's
 * arena. ERR_NOT_FOUND for 404, ERR_GONE for 410, ERR_DENIED for 401 and 403, ERR_NETWORK,
 * ERR_TIMEOUT, ERR_TOO_LARGE, ERR_DENIED, ERR_INVALID. */
struct fetched {
	const char *body; /* "" when it was handed on */
	size_t len;
	const char *type;            /* Content-Type */
	const char *url;             /* the last one asked */
	const char *etag, *modified; /* to be asked with next time, "" when none */
	bool unchanged;              /* 304: there is no body */
};
MUST_USE int fetch_get(struct ctx *cx, struct fetch_loop *loop, const char *url, const char *accept,
	size_t max, int (*sign)(struct transfer *t), void *arg, struct fetched *ret);

/* A document of any length, whose bytes are handed on as they come; asked for only when it has
 * changed since it had these validators (RFC 9110 13.1). Bytes of an answer that fails in its
 * middle were handed on before. Otherwise as fetch_get. */
struct download {
	const char *url, *accept;
	const char *etag, *modified; /* of the copy at hand; NULL or "" : none */
	size_t max;
	int64_t total_ms;                                  /* 0: 60 s */
	int (*take)(void *arg, const void *p, size_t len); /* on the loop's thread */
	void *arg;
};
MUST_USE int fetch_download(
	struct ctx *cx, struct fetch_loop *loop, const struct download *d, struct fetched *ret);

/* Ask the store's own address once, as somebody outside would, and tell what was seen on the way.
 * For commands: blocks for at most 15 s, has no loop, follows no redirect. The address guard does
 * not stand here, for the address is the operator's own word, and may well be private from inside;
 * so nothing that a stranger wrote may be asked this way. */
struct probed {
	int status;
	const char *body, *type; /* at most 256 KiB, "" when none; in cx's arena */
	const char *location;    /* of a redirect, absolute; "" when none */
	const char *server;      /* address that answered, without port */
	int64_t before, after;   /* clock_now() around the request */
	int64_t date;            /* what the answer's Date says, ms; -1: none, or not readable */
	int64_t certificate_end; /* last instant of the certificate, ms; -1: no TLS */
};

/* 0 for any HTTP answer; ERR_NETWORK, ERR_TIMEOUT, ERR_TOO_LARGE, ERR_INVALID (the options),
 * ERR_MEMORY with one sentence. Of the options it takes ca_file, resolve and user_agent. */
MUST_USE int fetch_probe(struct ctx *cx, const struct fetch_options *options, const char *url,
	const char *accept, struct probed *ret);

#endif
