/* The one way to write: callers queue, one thread takes what waits and commits it together.
 *
 * In a batch each caller has a savepoint. When the batch as a whole fails (the commit, or an error
 * that undoes everything) nothing of it is stored, and each caller runs again in a transaction of
 * its own, so that one poor caller costs the others a second run and nothing else. */
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/id.h"
#include "kit/db/engine.h"

#define BATCH_MAX 64
#define TRIES     60 /* of one caller alone, when the engine says that another try may go well */
#define PAUSE_MAX 64 /* ms between them */

struct request {
	struct ctx *cx;
	int (*fn)(struct tx *tx, void *arg);
	void *arg;
	int rc;
	bool done;
	pthread_cond_t wake;
	struct request *next;
};

struct writer {
	struct db *db;
	struct conn *conn; /* opened by the first write */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct request *first, **last;
	bool closing;
	int callers; /* inside db_write */
	pthread_cond_t left;
	atomic_llong commits;
};

static int fail(struct request *r, const struct err *why)
{
	r->rc = err_copy(&r->cx->err, why);
	return r->rc;
}

/* Those that failed by themselves keep their own error. */
static void fail_all(struct request **list, int count, const struct err *why)
{
	for (int i = 0; i < count; i++)
		if (list[i]->rc >= 0)
			fail(list[i], why);
}

static int call(struct conn *c, struct request *r)
{
	struct err err = {0};

	r->rc = tx_call(c, r->cx->arena, r->fn, r->arg, &err);
	if (r->rc < 0)
		fail(r, &err);
	return r->rc;
}

static int commit(struct conn *c, struct err *err)
{
	int rc;

	CRASH_POINT("write.before_commit");
	rc = c->engine->commit(c, err);
	if (rc < 0)
		return rc;
	CRASH_POINT("write.after_commit");
	atomic_fetch_add(&c->db->writer->commits, 1);
	return 0;
}

int64_t writer_commits(const struct db *db)
{
	return atomic_load(&db->writer->commits);
}

int writer_waiting(const struct db *db)
{
	struct writer *w = db->writer;
	int n = 0;

	pthread_mutex_lock(&w->lock);
	for (const struct request *r = w->first; r; r = r->next)
		n++;
	pthread_mutex_unlock(&w->lock);
	return n;
}

/* One try. True when the outcome stands, whatever it is. */
static bool try_alone(struct conn *c, struct request *r)
{
	const struct engine *engine = c->engine;
	struct err err = {0};

	if (engine->begin(c, &err) < 0) {
		fail(r, &err);
		return c->trouble != TROUBLE_AGAIN;
	}
	if (call(c, r) < 0 || c->trouble) {
		engine->rollback(c);
		return c->trouble != TROUBLE_AGAIN;
	}
	if (commit(c, &err) == 0)
		return true;
	fail(r, &err);
	return c->trouble != TROUBLE_AGAIN;
}

static void run_alone(struct conn *c, struct request *r)
{
	int64_t pause = 1;

	for (int i = 1; !try_alone(c, r) && i < TRIES; i++) {
		/* Two processes that met once must not meet in step for ever. */
		clock_sleep(id_new() % (pause + 1));
		if (pause < PAUSE_MAX)
			pause *= 2;
	}
}

/* The savepoint that stands is this caller's. Kept, another takes its place for the next; undone,
 * it serves the next too. 0 unless the batch as a whole has failed. */
static int call_nested(struct conn *c, struct request *r, bool last, struct err *err)
{
	const struct engine *engine = c->engine;

	call(c, r);
	if (c->trouble)
		return err_set(err, ERR_IO, "the transaction was undone");
	if (r->rc < 0)
		return engine->exec(c, engine->undo_savepoint, err);
	return last ? 0 : engine->exec(c, engine->next_savepoint, err);
}

/* True when the outcome of each stands; false: nothing of the batch is stored, and each must run
 * again alone. */
static bool try_batch(struct conn *c, struct request **list, int count)
{
	const struct engine *engine = c->engine;
	struct err err = {0};
	int rc = engine->begin(c, &err);

	if (rc < 0) {
		fail_all(list, count, &err);
		return true;
	}
	rc = engine->exec(c, engine->savepoint, &err);
	for (int i = 0; rc == 0 && i < count; i++) {
		if (i > 0)
			CRASH_POINT("write.in_batch");
		rc = call_nested(c, list[i], i == count - 1, &err);
	}
	if (rc < 0) {
		engine->rollback(c);
		return false;
	}
	if (commit(c, &err) == 0)
		return true;
	if (c->trouble != TROUBLE_UNSURE)
		return false;
	fail_all(list, count, &err);
	return true;
}

static void run(struct writer *w, struct request **list, int count)
{
	struct err err = {0};

	if (!w->conn && w->db->engine->connect(w->db, ROLE_WRITER, &err, &w->conn) < 0) {
		fail_all(list, count, &err);
		return;
	}
	if (count > 1 && try_batch(w->conn, list, count))
		return;
	for (int i = 0; i < count; i++)
		run_alone(w->conn, list[i]);
}

static int take(struct writer *w, struct request **list)
{
	int n = 0;

	pthread_mutex_lock(&w->lock);
	while (!w->first && !w->closing)
		pthread_cond_wait(&w->work, &w->lock);
	while (w->first && n < BATCH_MAX) {
		list[n++] = w->first;
		w->first = w->first->next;
	}
	if (!w->first)
		w->last = &w->first;
	pthread_mutex_unlock(&w->lock);
	return n;
}

static void wake(struct writer *w, struct request **list, int count)
{
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < count; i++) {
		list[i]->done = true;
		pthread_cond_signal(&list[i]->wake);
	}
	pthread_mutex_unlock(&w->lock);
}

static void *work(void *arg)
{
	struct request *list[BATCH_MAX];
	struct writer *w = arg;
	int n;

	while ((n = take(w, list)) > 0) {
		run(w, list, n);
		wake(w, list, n);
	}
	return NULL;
}

int db_write(struct ctx *cx, int (*fn)(struct tx *tx, void *arg), void *arg)
{
	struct writer *w = cx->db->writer;
	struct request r = {.cx = cx, .fn = fn, .arg = arg};

	assert(!tx_inside() && "db_write inside a transaction");
	pthread_cond_init(&r.wake, NULL);
	pthread_mutex_lock(&w->lock);
	assert(!w->closing && "db_write after db_close");
	w->callers++;
	*w->last = &r;
	w->last = &r.next;
	pthread_cond_signal(&w->work);
	while (!r.done)
		pthread_cond_wait(&r.wake, &w->lock);
	if (--w->callers == 0)
		pthread_cond_signal(&w->left);
	pthread_mutex_unlock(&w->lock);
	pthread_cond_destroy(&r.wake);
	return r.rc;
}

int writer_start(struct db *db, struct err *err)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return err_set(err, ERR_MEMORY, "there is not enough memory to open the store");
	w->db = db;
	w->last = &w->first;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	pthread_cond_init(&w->left, NULL);
	if (pthread_create(&w->thread, NULL, work, w) != 0) {
		free(w);
		return err_set(err, ERR_BUSY,
			"the thread that writes cannot be started: too many threads");
	}
	db->writer = w;
	return 0;
}

void writer_stop(struct db *db)
{
	struct writer *w = db->writer;

	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_signal(&w->work);
	while (w->callers > 0) /* woken, but not gone yet */
		pthread_cond_wait(&w->left, &w->lock);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	if (w->conn)
		db->engine->disconnect(w->conn);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->work);
	pthread_cond_destroy(&w->left);
	free(w);
	db->writer = NULL;
}
