/* One request with its answer, from its first line to its last byte. Inside this room only.
 *
 * Who may touch an exchange goes with its phase: the epoll thread of its connection while it
 * arrives and while it is answered, one worker between the two. */
#ifndef CHORSU_KIT_HTTP_EXCHANGE_H
#define CHORSU_KIT_HTTP_EXCHANGE_H

#include <microhttpd.h>

#include "kit/http/cache.h"
#include "kit/http/client.h"
#include "kit/http/listen.h"
#include "kit/http/params.h"
#include "kit/http/peers.h"
#include "kit/http/spare.h"

#define TARGET_MAX    (8 * KIB) /* bytes of path and query */
#define ARENA_DEFAULT (8 * MIB)
#define ERROR_ARENA_MAX                                                                            \
	(256 * KIB) /* for the page about an error, when the request's own memory is used up */

enum phase {
	ARRIVING,  /* head and body come in */
	REFUSED,   /* answered already, past the library: what still comes is thrown away */
	QUEUED,    /* suspended: waits for a worker or is in its hands */
	ANSWERING, /* resumed: the answer is to be queued or under way */
};

struct reply_field {
	struct field field;
	struct reply_field *next;
};

struct reply {
	int status; /* 0: none was given */
	const char *type;
	const char *body;
	size_t len;
	struct reply_field *fields, **last;
	const char *cache_control;
	int64_t modified; /* ms; 0: not known */
	bool vary_accept, vary_language;
	bool broken; /* a header was refused: the whole answer becomes an error */

	/* For the answer cache. */
	bool versioned, constant;
	bool personal; /* it may depend on what is no part of the cache's key */
	int64_t scope, version, next_change_at;
	const char *const *languages; /* that it was negotiated among; in the arena */
	int language_count, language; /* the one that was chosen; -1: none suited */

	const char *etag; /* of the bytes as they are; NULL: none */
	bool suits;       /* worth compressing */
};

struct exchange {
	struct request rq; /* first: what a handler sees */
	struct http_server *server;
	struct MHD_Connection *connection;
	struct peer *peer;
	struct exchange *next; /* in the queue of workers */
	uint64_t lane;         /* in a pool with lanes: whose lane it takes */
	enum phase phase;

	const char *
		wire_target; /* in the library's buffer, to be compared until the head is checked */
	const char *method_text;
	struct route_match match;
	struct values values;
	bool has_values; /* they were read */
	struct buf body;
	const char *query_text; /* NULL when none */
	char client[ADDRESS_TEXT_SIZE];
	bool options;  /* the method was OPTIONS */
	bool has_body; /* the head announces one */
	bool expects_continue;
	size_t discarded;

	int status;            /* of a refusal that was decided before a handler ran; 0: none */
	struct arena *used_up; /* the request's memory, when an error's page needed fresh one */
	struct reply reply;
	struct cache_ticket ticket;
	const char *if_none_match, *if_modified_since; /* when the cache is asked */
	struct cache_query query;                      /* key NULL: the answer cache is not asked */
	int weights[CODINGS];                          /* of the codings that the client takes */
	enum coding coding;                            /* of the answer */
	struct answer
		*answer; /* the reply's body and common fields lie in it; NULL: in the arena */
	struct MHD_Response *response;
	struct spare *spare; /* that the response belongs to; NULL: it is the exchange's own */
	int64_t began;       /* steady ms */
};

/* Everything that one running server has. */
struct http_server {
	struct http_options options; /* with defaults filled in; texts are its own */
	char *origin;
	struct router *router;
	struct networks *proxies;
	struct MHD_Daemon *daemon;
	struct peers *peers;
	struct workers *workers; /* what runs here waits for no other server */
	struct workers *patient; /* what does */
	struct cache *cache;     /* NULL: none */
	struct spares spares;
	unsigned char seed[16]; /* of the numbers of requests */
	struct listener listener;
	bool checks_heads; /* the library reads heads in place, as head.h needs it */
	_Atomic bool draining;
	_Atomic bool access_log;
	_Atomic int exchanges; /* that exist */
};

static inline struct exchange *exchange_of(struct request *rq)
{
	return (struct exchange *)rq;
}

/* Make one for a target as received; a target that is too long is cut and refused later. NULL
 * without memory. */
struct exchange *exchange_new(struct http_server *server, const char *target);
void exchange_free(struct exchange *x);

/* Run what the route says, or the refusal, up to a finished x->reply. Worker threads, or the epoll
 * thread for a refusal that cannot wait. False when the handler must wait for another server and
 * cx.hurried forbids it: then nothing was answered, and it is to be run again (cx.waits_for). */
bool exchange_answer(struct exchange *x);

/* The line for the answer that stands. */
void exchange_log(struct exchange *x);

/* Decide now that the answer is an error; the first decision stands. Returns code. */
int exchange_refuse(struct exchange *x, int status, int code, const char *format, ...) PRINTF(4, 5);

/* Make the reply that of an error, from rq.cx.err: the page, and those headers that tell the client
 * what to do. */
void exchange_error(struct exchange *x, int status);

/* From the exchange's reply to the library's; NULL without memory. */
struct MHD_Response *answer_make(struct exchange *x);

/* The same as bytes on the wire, "Connection: close" with them. */
void answer_print(struct exchange *x, struct buf *out);

/* Fill in what every answer carries, whoever asks: once, when the handler is done. Then what
 * depends on who asks: coding, entity tag, 304, the request's number, the date. */
void reply_complete(struct exchange *x);
void reply_address(struct exchange *x);
void reply_reset(struct reply *reply);

/* The language was chosen among tags: best is the index, -1 for none. */
void reply_varies_by_language(struct exchange *x, const char *const *tags, int count, int best);

/* Whose connection it is; and whose request, into x->client. */
void exchange_address(struct MHD_Connection *connection, struct address *ret);
void exchange_find_client(struct exchange *x);

/* As request_header, for the server itself: what a handler reads makes its answer personal. */
const char *exchange_header(const struct exchange *x, const char *name);

/* What the row declares; once. ERR_INVALID. */
int exchange_read_params(struct exchange *x);

extern const struct route health_routes[];

#endif
