/* The lock of the one process that serves a schema of a database: an advisory lock, which lives as
 * long as the connection that took it. A thread watches that connection, and takes the lock again
 * when it was lost. Until then nothing is written. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/db/postgres.h"

#define LOOK_MS  1000 /* between two questions over a silent connection */
#define RETRY_MS 100  /* between two tries to take the lock again */
#define LINGER_MS                                                                                  \
	1500 /* the server may need so long to notice that the former holder was killed            \
	      */

struct pg_keeper {
	struct db *db;
	PGconn *h; /* the thread's alone, once it runs */
	atomic_bool holds;
	pthread_t thread;
	int stop_fd;
};

/* 1 taken, 0 held by another, ERR_*. */
static int try_lock(struct db *db, PGconn *h, struct err *err)
{
	struct pg_store *store = db->impl;
	char key[24];
	const char *values[] = {key};
	AUTO(pg_clear) PGresult *r = NULL;

	snprintf(key, sizeof(key), "%lld", (long long)store->serve_key);
	r = pg_ask(h, "SELECT pg_try_advisory_lock($1::bigint)", values, 1);
	if (!pg_ok(r))
		return pg_error(NULL, h, r, err);
	return str_eq(PQgetvalue(r, 0, 0), "t");
}

static int refuse(struct db *db, PGconn *h, struct err *err)
{
	static const char SQL[] =
		"SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
		" WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
		" AND l.classid = $1::oid AND l.objid = $2::oid";
	struct pg_store *store = db->impl;
	uint64_t key = (uint64_t)store->serve_key;
	char high[16], low[16];
	const char *values[] = {high, low};
	AUTO(pg_clear) PGresult *r = NULL;

	snprintf(high, sizeof(high), "%u", (unsigned)(key >> 32));
	snprintf(low, sizeof(low), "%u", (unsigned)key);
	r = pg_ask(h, SQL, values, 2);
	return err_set(err, ERR_BUSY,
		"the database is served by another process already (%s): stop that one first",
		pg_ok(r) && PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "unknown");
}

static int take_first(struct pg_keeper *k, struct err *err)
{
	int rc = pg_connect(k->db, err, &k->h);

	for (int waited = 0; rc == 0; waited += RETRY_MS) {
		rc = try_lock(k->db, k->h, err);
		if (rc == 0 && waited >= LINGER_MS)
			return refuse(k->db, k->h, err);
		if (rc == 0)
			clock_sleep(RETRY_MS);
	}
	return rc < 0 ? rc : 0;
}

/* True while the connection stands. Between two questions the system tells at once when the server
 * closed it. */
static bool still_holds(struct pg_keeper *k)
{
	struct pollfd fds[] = {
		{.fd = PQsocket(k->h), .events = POLLIN}, {.fd = k->stop_fd, .events = POLLIN}};
	PGresult *r;
	bool ok;

	if (poll(fds, LENGTH(fds), LOOK_MS) > 0 && fds[0].revents)
		return PQconsumeInput(k->h) && PQstatus(k->h) == CONNECTION_OK;
	if (fds[1].revents)
		return true;
	r = PQexec(k->h, "SELECT 1");
	ok = pg_ok(r);
	PQclear(r);
	return ok;
}

static void take_again(struct pg_keeper *k)
{
	struct pollfd stop = {.fd = k->stop_fd, .events = POLLIN};
	struct err err;

	if (PQstatus(k->h) != CONNECTION_OK) {
		PQfinish(k->h);
		k->h = NULL;
	}
	if ((k->h || pg_connect(k->db, &err, &k->h) == 0) && try_lock(k->db, k->h, &err) > 0)
		atomic_store(&k->holds, true);
	else
		poll(&stop, 1, RETRY_MS);
}

static void *keep(void *arg)
{
	struct pg_keeper *k = arg;
	eventfd_t count;

	while (eventfd_read(k->stop_fd, &count) < 0) {
		if (!atomic_load(&k->holds))
			take_again(k);
		else if (!still_holds(k))
			atomic_store(&k->holds, false);
	}
	return NULL;
}

static void free_keeper(struct pg_keeper *k)
{
	PQfinish(k->h);
	auto_close(&k->stop_fd);
	free(k);
}

int keeper_start(struct db *db, struct err *err)
{
	struct pg_store *store = db->impl;
	struct pg_keeper *k = calloc(1, sizeof(*k));
	int rc;

	if (!k)
		return err_set(err, ERR_MEMORY, "there is not enough memory to open the store");
	k->db = db;
	k->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = k->stop_fd < 0 ? err_set(err, ERR_IO, "no descriptor is left to open the store")
			    : take_first(k, err);
	atomic_store(&k->holds, rc == 0);
	if (rc == 0 && pthread_create(&k->thread, NULL, keep, k) != 0)
		rc = err_set(err, ERR_BUSY,
			"the thread that watches the lock cannot be started: too many threads");
	if (rc < 0) {
		free_keeper(k);
		return rc;
	}
	store->keeper = k;
	return 0;
}

bool keeper_holds(const struct db *db)
{
	const struct pg_store *store = db->impl;

	return !store->keeper || atomic_load(&store->keeper->holds);
}

void keeper_stop(struct db *db)
{
	struct pg_store *store = db->impl;

	if (!store->keeper)
		return;
	eventfd_write(store->keeper->stop_fd, 1);
	pthread_join(store->keeper->thread, NULL);
	free_keeper(store->keeper);
	store->keeper = NULL;
}
