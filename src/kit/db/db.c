/* Opening and closing a store, and reading from it: the pool of read connections. Writing is in
 * write.c. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kit/db/engine.h"

#define READERS_DEFAULT 6

static struct db *new_db(const struct db_options *options)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db)
		return NULL;
	db->engine = options->url && *options->url ? &postgres_engine : &sqlite_engine;
	db->dir_fd = db->lock_fd = -1;
	db->serve = options->serve;
	db->max_readers = options->readers > 0 ? options->readers : READERS_DEFAULT;
	db->url = strdup(options->url ? options->url : "");
	pthread_mutex_init(&db->pool_lock, NULL);
	pthread_cond_init(&db->pool_given, NULL);
	return db;
}

int db_open(const struct db_options *options, struct err *err, struct db **ret)
{
	struct db *db = new_db(options);
	int rc;

	if (!db || !db->url) {
		db_close(db);
		return err_set(err, ERR_MEMORY, "there is not enough memory to open the store");
	}
	rc = store_enter(db, options->dir, err);
	if (rc == 0)
		rc = db->engine->open(db, options, err);
	if (rc == 0)
		rc = writer_start(db, err);
	if (rc < 0) {
		db_close(db);
		return rc;
	}
	*ret = db;
	return 0;
}

static void close_readers(struct db *db)
{
	pthread_mutex_lock(&db->pool_lock);
	while (db->open_readers > 0) {
		struct conn *c = db->idle;

		if (!c) {
			pthread_cond_wait(&db->pool_given, &db->pool_lock);
			continue;
		}
		db->idle = c->next;
		db->open_readers--;
		db->engine->disconnect(c);
	}
	pthread_mutex_unlock(&db->pool_lock);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	ear_stop(db);
	writer_stop(db);
	close_readers(db);
	db->engine->close(db);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	if (db->dir_fd >= 0)
		close(db->dir_fd);
	pthread_mutex_destroy(&db->pool_lock);
	pthread_cond_destroy(&db->pool_given);
	free(db->dir);
	free(db->url);
	free(db);
}

enum db_engine db_engine(const struct db *db)
{
	return db->engine->id;
}

static void reader_gone(struct db *db)
{
	pthread_mutex_lock(&db->pool_lock);
	db->open_readers--;
	pthread_cond_signal(&db->pool_given);
	pthread_mutex_unlock(&db->pool_lock);
}

static int take_reader(struct db *db, struct err *err, struct conn **ret)
{
	struct conn *c;
	int rc;

	pthread_mutex_lock(&db->pool_lock);
	while (!db->idle && db->open_readers == db->max_readers)
		pthread_cond_wait(&db->pool_given, &db->pool_lock);
	c = db->idle;
	if (c)
		db->idle = c->next;
	else
		db->open_readers++;
	pthread_mutex_unlock(&db->pool_lock);
	if (c) {
		*ret = c;
		return 0;
	}
	rc = db->engine->connect(db, ROLE_READER, err, ret);
	if (rc < 0)
		reader_gone(db);
	return rc;
}

/* The one used last is taken first: its pages are warm, and the others' memory stays cold. */
static void give_reader(struct db *db, struct conn *c)
{
	pthread_mutex_lock(&db->pool_lock);
	c->next = db->idle;
	db->idle = c;
	pthread_cond_signal(&db->pool_given);
	pthread_mutex_unlock(&db->pool_lock);
}

int db_read(struct ctx *cx, int (*fn)(struct tx *tx, void *arg), void *arg)
{
	struct db *db = cx->db;
	struct conn *c;
	int rc;

	assert(!tx_inside() && "db_read inside a transaction");
	rc = take_reader(db, &cx->err, &c);
	if (rc < 0)
		return rc;
	rc = db->engine->begin(c, &cx->err);
	if (rc == 0) {
		rc = tx_call(c, cx->arena, fn, arg, &cx->err);
		db->engine->rollback(c);
	}
	give_reader(db, c);
	return rc;
}
