/* The thread that moves the write-ahead log into the database file, so that no writer waits for it.
 *
 * A passive checkpoint never stands in anybody's way, but under writing without a pause it never
 * reaches the log's end, and the log would grow without one: past a second mark writers are held
 * for the moment that it takes. */
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "kit/db/sqlite.h"

#define PAGES_PASSIVE 1024  /* 4 MB */
#define PAGES_RESTART 16384 /* 64 MB */
#define HOLD_MS       200   /* writers are held at most so long, when a reader stands in the way */

struct checkpointer {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	sqlite3 *h;
	int pages;      /* in the log, as the last commit told */
	int restart_at; /* pages */
	bool closing;
};

static int on_commit(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct checkpointer *k = arg;

	(void)h;
	(void)name;
	if (pages < PAGES_PASSIVE)
		return SQLITE_OK;
	pthread_mutex_lock(&k->lock);
	k->pages = pages;
	pthread_cond_signal(&k->work);
	pthread_mutex_unlock(&k->lock);
	return SQLITE_OK;
}

/* A checkpoint that fails leaves the log as it is; later commits ask for it again. When a long
 * reader stands in the way, writers are not held again until the log has grown as much once more.
 */
static void checkpoint(struct checkpointer *k, int pages)
{
	if (pages < k->restart_at)
		sqlite3_wal_checkpoint_v2(k->h, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	else if (sqlite3_wal_checkpoint_v2(k->h, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL) ==
		 SQLITE_OK)
		k->restart_at = PAGES_RESTART;
	else
		k->restart_at = pages + PAGES_RESTART;
}

static void *work(void *arg)
{
	struct checkpointer *k = arg;

	pthread_mutex_lock(&k->lock);
	while (!k->closing) {
		int pages = k->pages;

		if (pages == 0) {
			pthread_cond_wait(&k->work, &k->lock);
			continue;
		}
		k->pages = 0;
		pthread_mutex_unlock(&k->lock);
		checkpoint(k, pages);
		pthread_mutex_lock(&k->lock);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

int checkpointer_start(struct db *db, struct err *err)
{
	struct sqlite_store *store = db->impl;
	struct checkpointer *k = calloc(1, sizeof(*k));
	int rc;

	if (!k)
		return err_set(err, ERR_MEMORY, "there is not enough memory to open the store");
	rc = sqlite_connect_raw(db, false, err, &k->h);
	if (rc < 0) {
		free(k);
		return rc;
	}
	sqlite3_busy_timeout(k->h, HOLD_MS);
	k->restart_at = PAGES_RESTART;
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->work, NULL);
	if (pthread_create(&k->thread, NULL, work, k) != 0) {
		sqlite3_close(k->h);
		free(k);
		return err_set(err, ERR_BUSY,
			"the thread that checkpoints cannot be started: too many threads");
	}
	store->checkpointer = k;
	return 0;
}

void checkpointer_watch(struct db *db, sqlite3 *writer)
{
	struct sqlite_store *store = db->impl;

	if (!store->checkpointer) /* the engine is still opening */
		return;
	/* Takes the place of SQLite's own hook, which would checkpoint in the writer. */
	sqlite3_wal_hook(writer, on_commit, store->checkpointer);
}

void checkpointer_stop(struct db *db)
{
	struct sqlite_store *store = db->impl;
	struct checkpointer *k = store->checkpointer;

	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	k->closing = true;
	pthread_cond_signal(&k->work);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	sqlite3_close(k->h);
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->work);
	free(k);
	store->checkpointer = NULL;
}
