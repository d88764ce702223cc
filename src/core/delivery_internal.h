/* What the files of the delivery engine share. Ownership: jobs, host runs and outbox runs belong to
 * the scheduler thread; a job is lent to a loop between queue_push and the finished list. */
#ifndef CHORSU_CORE_DELIVERY_INTERNAL_H
#define CHORSU_CORE_DELIVERY_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/delivery.h"
#include "core/plan.h"
#include "core/reader.h"
#include "core/server.h"

#define LOOPS_MAX         4
#define DELIVERY_NICENESS 19  /* of the scheduler and the loops: behind those who answer people */
#define PAGE              256 /* readers that are taken from one institution in turn */
#define QUEUE_LOW         128 /* a loop's queue is filled up when it falls below this */
#define BATCH             256 /* outcomes to one write */
#define BATCH_WAIT_MS     200
#define PLAN_MAX          512 /* entries of one outbox kept in memory */
#define PAYLOADS_MAX      32  /* rendered entries kept of one outbox */
#define HASH_SIZE         4096
#define TRIES_POISON      6
#define POISON_AFTER_MS   ((int64_t)6 * 3600 * 1000)
#define GONE_TIMES        3
#define GONE_AFTER_MS     ((int64_t)24 * 3600 * 1000)

/* A host while jobs of it are under way. */
struct host_run {
	struct host_run *next; /* in its bucket */
	struct host host;
	int loop;           /* the one that it belongs to */
	int active;         /* jobs queued or in flight */
	int settling;       /* jobs that are done and not written yet */
	char why[160];      /* of the last failure; host.why points here */
	bool more;          /* readers were passed over because it was busy */
	bool picking;       /* a page of its readers is being taken */
	int64_t cursor;     /* readers up to this id are jobs already, or were */
	bool changed;       /* its row is to be written */
	bool state_changed; /* and its readers parked or freed with it */
	atomic_bool parked; /* loops drop its jobs unsent */
	char name[];
};

struct payload_slot {
	int64_t seq;
	const struct reader_kind *kind;
	struct payload *payload;
};

/* An institution's outbox while it has due readers. */
struct outbox_run {
	struct outbox_run *next; /* in the list of all */
	int64_t institution;
	int64_t head;
	int64_t unsure;
	int jobs;   /* under way */
	bool dirty; /* a pass is due or under way */
	bool again; /* something changed behind the cursor */
	int64_t cursor_position, cursor_id;
	struct key *key;
	struct plan_entry *entries; /* in order, without gaps up to head at the time of loading */
	size_t entry_count;
	int64_t loaded_after, loaded_to;
	struct payload_slot payloads[PAYLOADS_MAX];
	int payload_next;
};

enum step_kind { STEP_ENTRY, STEP_PARCEL };

/* One reader on its way: the transfer and what it is for. */
struct job {
	struct transfer t;
	struct delivery *d;
	struct job *next; /* in a queue or list */
	struct job *hash_next;
	struct host_run *host;
	struct outbox_run *outbox;
	const struct reader_kind *kind;
	int64_t reader;
	int64_t from, position, to, unsure;
	int64_t trying; /* what failed last, how often, since when */
	int tries;
	int64_t trying_since;
	int64_t doubt; /* an attempt of this job at entries up to here may have arrived */
	bool gone;     /* its inbox has answered 410 lately */
	bool subscribed;
	bool has_parcels;
	int64_t last_parcel; /* parcels up to this id are done */
	enum step_kind step;
	int64_t number;    /* of the entry or parcel */
	int64_t entry_seq; /* outbox number of what is sent, 0 for an activity of its own */
	bool probe; /* what should come first is poison, perhaps: this is what comes after it */
	enum step_kind poison_step;
	int64_t poison;
	bool skipped; /* not sent: its host was parked meanwhile */
	bool wrote;   /* the connection stood and the request was written: it may have arrived */
	bool active;  /* counted in its host's jobs under way */
	struct payload *payload;
	struct sending sending;
	char target[];
};

struct queue {
	struct job *head, **tail;
	int count;
};

struct loop {
	struct delivery *d;
	int number;
	struct fetch_loop *fetch;
	pthread_mutex_t lock;
	struct queue fast, slow;
	atomic_int queued; /* in the fast queue */
	atomic_int in_flight;
};

/* One result of a job, to be written. */
struct outcome {
	enum {
		WRITE_ADVANCE,
		WRITE_PARCEL_DONE,
		WRITE_TRIED,
		WRITE_REFUSED_ENTRY,
		WRITE_REFUSED_PARCEL,
		WRITE_GONE,
		WRITE_NOT_GONE,
		WRITE_UNSURE,
	} what;
	int64_t arrival; /* counts up: the order in which one reader's outcomes are written */
	int64_t reader;
	int64_t number; /* position or parcel */
	int64_t unsure;
	int status;
	char why[160];
	struct job *job; /* freed once written; NULL: goes on */
};

struct delivery {
	struct server *server;
	struct ctx cx; /* the scheduler's; its arena is renewed for each turn */
	struct loop loops[LOOPS_MAX];
	int loop_count;
	pthread_t scheduler, local;
	bool scheduler_runs, local_runs;

	pthread_mutex_t lock; /* of what follows, up to the next empty line */
	pthread_cond_t wake, wake_local;
	struct job *finished, **finished_tail;
	int finished_count;
	bool kicked, kicked_local, hungry, stopping, loops_ended;

	/* The scheduler's own. */
	struct host_run *hosts[HASH_SIZE];
	struct job *jobs[HASH_SIZE];
	int job_count;
	struct outbox_run *outboxes;
	struct outbox_run *turn; /* whose page comes next */
	struct outcome *outcomes;
	int outcome_count, outcome_room;
	int64_t outcome_arrivals;
	int settling; /* jobs that end with outcomes not written yet */
	bool hosts_changed;
	int64_t oldest_outcome;
	int64_t write_failed_at; /* steady; 0: the last write went well */
	bool parcels_turn;       /* a page of parcels comes next, else one of an outbox */
	int64_t parcels_cursor;
	bool parcels_dirty;
	int64_t looked_at;  /* when due institutions and hosts were last asked for */
	atomic_bool halted; /* no new work: stopping */

	atomic_llong sent, failed, refused;
};

/* delivery_host.c */
struct host_run *host_run_find(struct delivery *d, const char *name);
struct host_run *host_run_get(struct delivery *d, const struct host *row);
void host_run_release(
	struct delivery *d, struct host_run *h); /* frees it when nothing is under way */
void host_runs_free(struct delivery *d);

/* delivery_outbox.c */
struct outbox_run *outbox_run_get(struct delivery *d, int64_t institution, int64_t head);
void outbox_runs_rest(struct delivery *d); /* those without work keep nothing in memory */
void outbox_runs_free(struct delivery *d);
void outbox_run_head(
	struct outbox_run *o, int64_t head); /* the outbox grew: forget what was planned */
int outbox_run_prepare(struct delivery *d, struct outbox_run *o); /* key and marks */
/* The entry that the job sends next, or NULL: none up to job->to. */
int outbox_run_next(
	struct delivery *d, struct job *job, int64_t position, const struct plan_entry **ret);
int outbox_run_payload(struct delivery *d, struct outbox_run *o, const struct reader_kind *kind,
	int64_t seq, struct payload **ret);

/* delivery_job.c */
struct job *job_new(struct delivery *d, const struct due *due, struct host_run *host,
	struct outbox_run *outbox);
struct job *job_find(struct delivery *d, int64_t reader);
void job_free(struct delivery *d, struct job *job); /* out of the hash; its host is told */
/* Choose what is sent next: 1 ready, 0 nothing left (its position is settled by the caller), or an
 * error. */
int job_prepare(struct delivery *d, struct job *job);
/* After its step failed: what comes next is chosen to see whether the host takes that. 1, 0 when
 * nothing comes next, or an error; the step stands unless 1. */
int job_probe(struct delivery *d, struct job *job);

/* delivery_pick.c */
void pick(struct delivery *d);
void pick_look(struct delivery *d); /* ask the database what is due */
void pick_host(struct delivery *d, struct host_run *h, const char *name);
/* More of a host whose readers were passed over, once half of its window is free. */
void pick_refill(struct delivery *d, struct host_run *h);
void pick_refill_idle(struct delivery *d); /* of those that nothing under way will bring back */
void job_dispatch(struct delivery *d, struct job *job);

/* delivery_loop.c */
int loop_start(
	struct delivery *d, int number, const struct fetch_options *options, struct err *err);
void loop_push(struct loop *l, struct job *job);
void loop_stop(struct loop *l); /* transfers end, all jobs are handed back */

/* delivery_settle.c */
void settle_job(struct delivery *d, struct job *job); /* a job that came back from its loop */
void settle_position(struct delivery *d,
	struct job *job); /* nothing left: position to job->to, then the job ends */
void settle_parcel(struct delivery *d, struct job *job, int64_t parcel); /* done with, unsent */
void settle_write(struct delivery *d);
void settle_drop(struct delivery *d, struct job *job); /* ends without a write */

/* delivery.c */
void delivery_renew(struct delivery *d); /* a fresh arena for the scheduler's next piece of work */

/* delivery_local.c */
void *local_main(void *arg);

#endif
