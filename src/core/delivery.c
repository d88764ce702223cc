/* The engine's threads and life: start, the scheduler's turn, stop. */
#include "core/delivery_internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/priority.h"

#define ARENA_MAX     (16 * MIB)
#define LOOK_EVERY_MS 1000
#define LOOK_LEAST_MS 20
#define TURN_MS       10

void delivery_renew(struct delivery *d)
{
	if (d->cx.arena && arena_used(d->cx.arena) < 64 * KIB && !arena_failed(d->cx.arena))
		return;
	arena_free(d->cx.arena);
	d->cx.arena = arena_new(ARENA_MAX);
	d->cx.err.code = 0;
}

static struct timespec real_deadline(int ms)
{
	struct timespec t;

	clock_real_deadline(ms, &t);
	return t;
}

/* Wait for something to do; returns the finished jobs and whether somebody asked to look. */
static struct job *wait_for_work(struct delivery *d, bool *ret_kicked, bool *ret_last)
{
	bool busy = d->job_count > 0 || d->outcome_count > 0;
	struct timespec until = real_deadline(busy ? TURN_MS : clock_wait(LOOK_EVERY_MS));
	struct job *finished;

	pthread_mutex_lock(&d->lock);
	if (!d->kicked && !d->loops_ended && !d->hungry && d->finished_count < PAGE / 4 &&
		!(d->stopping && !d->halted))
		pthread_cond_timedwait(&d->wake, &d->lock, &until);
	finished = d->finished;
	d->finished = NULL;
	d->finished_tail = &d->finished;
	d->finished_count = 0;
	d->hungry = false;
	*ret_kicked = d->kicked;
	d->kicked = false;
	*ret_last = d->loops_ended;
	if (d->stopping)
		atomic_store(&d->halted, true);
	pthread_mutex_unlock(&d->lock);
	return finished;
}

static void settle_all(struct delivery *d, struct job *job)
{
	while (job) {
		struct job *next = job->next;

		delivery_renew(d);
		settle_job(d, job);
		if (d->outcome_count >= BATCH)
			settle_write(d);
		job = next;
	}
}

static bool write_is_due(const struct delivery *d)
{
	if (d->outcome_count == 0)
		return false;
	return d->outcome_count >= BATCH || d->job_count == d->settling ||
	       clock_steady() - d->oldest_outcome >= BATCH_WAIT_MS;
}

static void *scheduler_main(void *arg)
{
	struct delivery *d = arg;
	bool kicked = true, owed = false, last = false;

	priority_set(DELIVERY_NICENESS);
	while (!last) {
		struct job *finished = wait_for_work(d, &kicked, &last);

		delivery_renew(d);
		settle_all(d, finished);
		owed = owed || kicked;
		if (!atomic_load(&d->halted) &&
			clock_steady() - d->looked_at >= (owed ? LOOK_LEAST_MS : LOOK_EVERY_MS)) {
			pick_look(d);
			owed = false;
		}
		if (write_is_due(d))
			settle_write(d);
		pick(d);
	}
	settle_write(d);
	return NULL;
}

void delivery_kick(struct delivery *d)
{
	pthread_mutex_lock(&d->lock);
	d->kicked = d->kicked_local = true;
	pthread_cond_signal(&d->wake);
	pthread_cond_signal(&d->wake_local);
	pthread_mutex_unlock(&d->lock);
}

#define RUNNING "running"

/* A process that ended without saying so may have sent what it had not written yet. */
static int mark_running(struct tx *tx, void *arg)
{
	struct delivery *d = arg;
	const char *value;
	size_t len = 0;
	int rc = server_value_load(tx, RUNNING, &value, &len);

	if (rc == 0 && value && len > 0 && value[0] == 'y')
		rc = reader_db_mark_unsure(tx);
	if (rc == 0)
		rc = reader_add_missing_locals(tx, d->server);
	return rc < 0 ? rc : server_value_save(tx, RUNNING, "y", 1);
}

static int mark_stopped(struct tx *tx, void *arg)
{
	(void)arg;
	return server_value_save(tx, RUNNING, "n", 1);
}

static int start_loops(struct delivery *d, const struct delivery_options *options, struct err *err)
{
	struct fetch_options fetch = *options->fetch;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int rc = 0;

	d->loop_count = options->loops > 0  ? options->loops
			: cores > LOOPS_MAX ? LOOPS_MAX
			: cores < 1         ? 1
					    : (int)cores;
	if (d->loop_count > LOOPS_MAX)
		d->loop_count = LOOPS_MAX;
	fetch.niceness = DELIVERY_NICENESS;
	fetch.connections = options->connections / d->loop_count;
	for (int i = 0; rc == 0 && i < d->loop_count; i++)
		rc = loop_start(d, i, &fetch, err);
	return rc;
}

static int start_threads(struct delivery *d, struct err *err)
{
	int rc = pthread_create(&d->scheduler, NULL, scheduler_main, d);

	d->scheduler_runs = rc == 0;
	if (rc == 0)
		rc = pthread_create(&d->local, NULL, local_main, d);
	d->local_runs = d->scheduler_runs && rc == 0;
	return rc == 0 ? 0
		       : err_set(err, ERR_INTERNAL, "a thread could not be started: %s",
				 strerror(rc));
}

int delivery_start(struct ctx *cx, const struct delivery_options *options, struct delivery **ret)
{
	struct delivery *d = calloc(1, sizeof(*d));
	pthread_condattr_t attr;
	int rc;

	if (!d)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	d->server = cx->server;
	d->cx = (struct ctx){.db = cx->db, .server = cx->server};
	d->finished_tail = &d->finished;
	d->looked_at = -LOOK_EVERY_MS;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&d->wake, &attr);
	pthread_cond_init(&d->wake_local, &attr);
	pthread_condattr_destroy(&attr);
	delivery_renew(d);
	rc = db_write(cx, mark_running, d);
	if (rc == 0)
		rc = start_loops(d, options, &cx->err);
	if (rc == 0)
		rc = start_threads(d, &cx->err);
	if (rc < 0) {
		delivery_stop(d, 0);
		return rc;
	}
	*ret = d;
	return 0;
}

/* The scheduler first comes to the end of its turn, in which it may still hand jobs to the loops.
 */
static void wait_in_flight(struct delivery *d, int64_t drain_ms)
{
	int64_t until = clock_steady() + drain_ms;
	struct delivery_stats s;

	while (!atomic_load(&d->halted))
		clock_sleep(TURN_MS);
	do {
		delivery_stats(d, &s);
		if (s.in_flight > 0)
			clock_sleep(TURN_MS);
	} while (s.in_flight > 0 && clock_steady() < until);
}

static void end_threads(struct delivery *d, int64_t drain_ms)
{
	pthread_mutex_lock(&d->lock);
	d->stopping = true;
	pthread_cond_signal(&d->wake);
	pthread_cond_signal(&d->wake_local);
	pthread_mutex_unlock(&d->lock);
	if (d->local_runs)
		pthread_join(d->local, NULL);
	if (d->scheduler_runs)
		wait_in_flight(d, drain_ms);
	for (int i = 0; i < d->loop_count; i++)
		if (d->loops[i].fetch)
			loop_stop(&d->loops[i]);
	pthread_mutex_lock(&d->lock);
	d->loops_ended = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
	if (d->scheduler_runs)
		pthread_join(d->scheduler, NULL);
}

void delivery_stop(struct delivery *d, int64_t drain_ms)
{
	if (!d)
		return;
	end_threads(d, drain_ms);
	if (d->scheduler_runs && d->outcome_count == 0 && db_write(&d->cx, mark_stopped, NULL) < 0)
		log_event(LOG_ERROR, "delivery.stop", "error", err_text(&d->cx.err), NULL);
	for (int i = 0; i < HASH_SIZE; i++)
		while (d->jobs[i])
			job_free(d, d->jobs[i]);
	host_runs_free(d);
	outbox_runs_free(d);
	free(d->outcomes);
	arena_free(d->cx.arena);
	pthread_cond_destroy(&d->wake);
	pthread_cond_destroy(&d->wake_local);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

void delivery_stats(struct delivery *d, struct delivery_stats *ret)
{
	*ret = (struct delivery_stats){.sent = atomic_load(&d->sent),
		.failed = atomic_load(&d->failed),
		.refused = atomic_load(&d->refused)};
	for (int i = 0; i < d->loop_count; i++) {
		ret->in_flight += atomic_load(&d->loops[i].in_flight);
		ret->queued += atomic_load(&d->loops[i].queued);
	}
}
