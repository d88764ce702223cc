/* The inside of a loop, shared by loop.c, watch.c and transfer.c. Private to this folder.
 *
 * Everything here belongs to the loop's thread, but the queue of calls, which has a lock. */
#ifndef CHORSU_KIT_FETCH_LOOP_H
#define CHORSU_KIT_FETCH_LOOP_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "kit/fetch/fetch.h"
#include "kit/fetch/lanes.h"
#include "kit/fetch/names.h"

/* Buffer of an easy handle for what it reads: deliveries, documents. */
#define SMALL_BUFFER 1024L
#define BIG_BUFFER   16384L

/* Lines that transfer_header may add, bytes of each; our own come on top. */
#define OWN_HEADERS    8
#define OWN_HEADER_MAX 1000
#define HEADER_LINES   (OWN_HEADERS + 4)

/* Bytes of all header lines of an answer, those of 1xx and trailers too. */
#define ANSWER_HEAD_MAX (32 * KIB)

/* Bytes of a body nobody wants that are read, so that the connection stays usable. */
#define DISCARD_MAX (64 * KIB)

/* An idle connection is not used again after this. */
#define KEEP_SECONDS 60L

/* What the loop knows about a socket. */
struct watch {
	void *shard; /* whose multi handle waits for it */
	void *slot;  /* who opened it (a slot, or the watches when foreign), NULL: not open */
	unsigned char wanted, set; /* EPOLL* as libcurl wants them, as epoll has them */
	bool dirty;                /* in the list of sockets whose registration is to be changed */
	bool kept;                 /* its connection may stay open when idle */
	bool foreign;              /* libcurl's own, not opened by the guard */
};

struct watches {
	int epoll;
	struct watch *of; /* by descriptor */
	int size;
	int *dirty; /* as many places as of */
	int dirty_count;
	int kept; /* sockets whose connection may stay open */
};

int watches_init(struct watches *w);
void watches_done(struct watches *w);

/* A socket was opened for slot. False without memory. */
bool watch_open(struct watches *w, int fd, void *slot);

/* It is about to be closed, which takes it out of epoll too. */
void watch_close(struct watches *w, int fd);

/* The multi handle of shard wants these events (0: none). Takes effect with watches_flush. */
void watch_want(struct watches *w, int fd, void *shard, unsigned char events);
void watches_flush(struct watches *w);

/* epoll reports fd although nobody wants its events any more: an idle connection. */
void watch_forget(struct watches *w, int fd);

/* Header lines of the request that is being written. libcurl copies them within the same call, so
 * that one set serves all transfers of a loop. */
struct header_lines {
	struct curl_slist node[HEADER_LINES];
	char text[HEADER_LINES][OWN_HEADER_MAX + 1];
	int count;
	bool broken; /* a line did not fit or would have ended the head */
};

/* One easy handle, used again and again. */
struct slot {
	struct lane_place place; /* first: a place is cast to its slot */
	CURL *easy;
	struct fetch_loop *loop;
	struct transfer *t; /* NULL when idle */
	struct shard *shard;
	struct slot *next; /* in the list of idle ones */
	/* As the handle is set, so that only what differs is set again: */
	bool posts, closes, big;
	bool swollen; /* libcurl's buffers have grown: not used again */
	int connect_ms, total_ms;
	struct curl_slist resolve; /* fixed address, data NULL: none */
	/* Of the transfer under way: */
	int sockets[2]; /* the last ones opened, -1: none */
	bool denied;    /* the guard refused an address */
	bool full;      /* the answer is over answer_max */
	bool cut;       /* a body that nobody wants was cut: the answer counts */
	bool in_head;   /* of the answer */
	int refused;    /* ERR_* of the headers function */
	bool written;   /* the connection stood */
	size_t head_bytes, body_bytes;
	int64_t retry_after_ms;
	struct buf answer;
	char detail[CURL_ERROR_SIZE];
};

struct call {
	struct call *next;
	void (*fn)(void *arg);
	void *arg;
};

/* At the end of a transfer libcurl walks all connections that its multi handle keeps. Hosts are
 * therefore spread over several, about SHARD_CONNECTIONS each. */
#define SHARDS_MAX        16
#define SHARD_CONNECTIONS 512

struct shard {
	struct fetch_loop *loop;
	CURLM *multi;
	bool timer_set;
	struct timespec timer; /* CLOCK_MONOTONIC: when libcurl wants to be asked */
};

struct fetch_loop {
	struct fetch_options options; /* texts are owned */
	struct names *fixed;          /* the `resolve` setting, NULL when empty */
	pthread_t thread;
	struct shard shards[SHARDS_MAX];
	int shard_count;
	CURLSH *share; /* of TLS sessions: none are kept, but each easy handle has no room for five
			*/
	struct watches watches;
	int wake; /* eventfd */

	pthread_mutex_t lock;
	struct call *calls, **calls_tail; /* under lock */
	atomic_bool called;               /* there are calls */
	atomic_bool sleeping;             /* in epoll, or about to be */
	atomic_bool stop;

	bool stopping;
	void *_Atomic feed_arg; /* before feed, which may be set while the loop runs */
	void (*_Atomic feed)(void *arg);
	bool hungry; /* something changed since feed was called */
	struct lanes lanes;
	struct header_lines lines;
	struct slot *idle;
	int idle_count;
	struct transfer *ended, **ended_tail; /* could not start: done is due */
	int64_t quiet_since; /* clock_steady() of the last end while nothing runs */
};

/* request.c: libcurl's callbacks up to the moment the request is written; clientp is the slot, the
 * loop for closing */
curl_socket_t request_socket(void *clientp, curlsocktype purpose, struct curl_sockaddr *address);
int request_socket_close(void *clientp, curl_socket_t fd);
int request_write(void *clientp, char *their_ip, char *our_ip, int their_port, int our_port);
void header_lines_init(struct header_lines *lines);

/* answer.c: libcurl's callbacks for what comes back; p is the slot */
size_t answer_head(char *line, size_t one, size_t len, void *p);
size_t answer_body(char *bytes, size_t one, size_t len, void *p);

/* Milliseconds from the value of a Retry-After, -1 when it is none. */
int64_t answer_retry_after(const char *value, size_t len);

/* slot.c */
struct slot *slot_take(struct fetch_loop *loop); /* NULL without memory */
void slot_put(struct slot *slot);
void slots_drop(struct fetch_loop *loop, int leave); /* free idle ones */

/* transfer.c */
void transfers_collect(struct fetch_loop *loop); /* call done for what has ended */
void transfers_stop(struct fetch_loop *loop);    /* end all that run */

/* loop_new.c: libcurl is set up once a process. ERR_INTERNAL. */
MUST_USE int loop_global(struct err *err);

/* probe.c: the end of a certificate's validity as OpenSSL prints it, "Nov 26 02:08:11 2026 GMT":
 * ms, -1 when it is none. */
int64_t probe_certificate_date(const char *text);

/* loop.c: a fresh multi handle (ERR_MEMORY leaves the old one in place), the thread, and waking it
 * from any other */
MUST_USE int loop_shard_renew(struct shard *shard);
void *loop_run(void *loop);
void loop_wake(struct fetch_loop *loop);

#endif
