/* One request with its answer, from its first line to its last byte. Inside this room only.
 *
 * Who may touch an exchange goes with its phase: the epoll thread of its connection while it
 * arrives and while it is answered, one worker between the two. */
#ifndef CHORSU_KIT_HTTP_EXCHANGE_H
#define CHORSU_KIT_HTTP_EXCHANGE_H

#include <microhttpd.h>

#include "kit/http/client.h"
#include "kit/http/listen.h"
#include "kit/http/params.h"
#include "kit/http/peers.h"

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
	const char *name, *value;
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
	struct buf body;
	const char *query; /* NULL when none */
	char client[ADDRESS_TEXT_SIZE];
	bool options;  /* the method was OPTIONS */
	bool has_body; /* the head announces one */
	bool expects_continue;
	size_t discarded;

	int status;            /* of a refusal that was decided before a handler ran; 0: none */
	struct arena *used_up; /* the request's memory, when an error's page needed fresh one */
	struct reply reply;
	struct MHD_Response *response;
	int64_t began; /* steady ms */
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

/* Decide now that the answer is an error; the first decision stands. Returns code. */
int exchange_refuse(struct exchange *x, int status, int code, const char *format, ...) PRINTF(4, 5);

/* Make the reply that of an error, from rq.cx.err: the page, and those headers that tell the client
 * what to do. */
void exchange_error(struct exchange *x, int status);

/* From the exchange's reply to the library's; NULL without memory. */
struct MHD_Response *answer_make(struct exchange *x);

/* The same as bytes on the wire, "Connection: close" with them. */
void answer_print(struct exchange *x, struct buf *out);

/* Fill in what every answer carries, entity tag and 304 included. Once, when the reply is finished.
 */
void reply_finish(struct exchange *x);
void reply_reset(struct reply *reply);

extern const struct route health_routes[];

#endif
