/* Nudges over PostgreSQL: NOTIFY on connections of their own, never inside a transaction that
 * writes, where it would make all commits of the server wait for each other. A channel a schema for
 * the text, another for the answers. */
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kit/db/postgres.h"

/* The channel's name is made of hexadecimal digits. */
static bool listen_to(PGconn *h, const char *channel)
{
	char sql[64];
	PGresult *r;
	bool ok;

	snprintf(sql, sizeof(sql), "LISTEN %s", channel);
	r = PQexec(h, sql);
	ok = pg_ok(r);
	PQclear(r);
	return ok;
}

static bool notify(PGconn *h, const char *channel, const char *payload)
{
	const char *values[] = {channel, payload};
	PGresult *r = pg_ask(h, "SELECT pg_notify($1, $2)", values, 2);
	bool ok = pg_ok(r);

	PQclear(r);
	return ok;
}

static int connect_listening(struct db *db, const char *channel, struct err *err, PGconn **ret)
{
	PGconn *h = NULL;
	int rc = pg_connect(db, err, &h);

	if (rc < 0)
		return rc;
	if (!listen_to(h, channel)) {
		pg_error(NULL, h, NULL, err);
		PQfinish(h);
		return err->code;
	}
	*ret = h;
	return 0;
}

int pg_ear_open(struct db *db, struct err *err)
{
	struct pg_store *store = db->impl;

	assert(db->serve && "only the serving process listens");
	return connect_listening(db, store->channel, err, &store->ear);
}

static bool next_heard(PGconn *h, struct heard *ret)
{
	PGnotify *n = PQnotifies(h);
	bool ok = n && nudge_parse(n->extra, strlen(n->extra), ret);

	PQfreemem(n);
	return ok;
}

/* A broken connection is opened again here; what was missed meanwhile is found by asking. */
bool pg_ear_hear(struct db *db, int stop_fd, int wait_ms, struct heard *ret)
{
	struct pg_store *store = db->impl;
	struct pollfd fds[] = {
		{.fd = stop_fd, .events = POLLIN}, {.fd = PQsocket(store->ear), .events = POLLIN}};
	struct err err;

	if (next_heard(store->ear, ret))
		return true;
	if (store->ear && (PQstatus(store->ear) != CONNECTION_OK ||
				  (poll(fds, 2, wait_ms) > 0 && fds[1].revents &&
					  !PQconsumeInput(store->ear)))) {
		PQfinish(store->ear);
		store->ear = NULL;
	}
	if (!store->ear && connect_listening(db, store->channel, &err, &store->ear) < 0)
		poll(fds, 1, wait_ms);
	return next_heard(store->ear, ret);
}

void pg_ear_answer(struct db *db, const struct heard *to)
{
	struct pg_store *store = db->impl;

	notify(store->ear, store->seen_channel, to->token);
}

void pg_ear_close(struct db *db)
{
	struct pg_store *store = db->impl;

	PQfinish(store->ear);
	store->ear = NULL;
}

static bool hear_token(PGconn *h, const char *token, int wait_ms)
{
	struct pollfd answer = {.fd = PQsocket(h), .events = POLLIN};
	PGnotify *n;

	for (int left = wait_ms; left > 0; left -= NUDGE_SLICE) {
		bool found = false;

		while (!found && (n = PQnotifies(h))) {
			found = str_eq(n->extra, token);
			PQfreemem(n);
		}
		if (found)
			return true;
		if (poll(&answer, 1, left < NUDGE_SLICE ? left : NUDGE_SLICE) > 0 &&
			!PQconsumeInput(h))
			return false;
	}
	return false;
}

bool pg_nudge(struct db *db, const char *text, int wait_ms)
{
	struct pg_store *store = db->impl;
	char token[NUDGE_TOKEN + 1], line[NUDGE_LINE];
	struct err err;
	bool sent, seen;

	nudge_compose(text, token, line);
	pthread_mutex_lock(&store->nudge_lock);
	sent = store->nudger && notify(store->nudger, store->channel, line);
	if (!sent) { /* not opened yet, or broken since */
		PQfinish(store->nudger);
		store->nudger = NULL;
		sent = connect_listening(db, store->seen_channel, &err, &store->nudger) == 0 &&
		       notify(store->nudger, store->channel, line);
	}
	seen = sent && hear_token(store->nudger, token, wait_ms);
	pthread_mutex_unlock(&store->nudge_lock);
	return seen;
}
