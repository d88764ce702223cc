/* Connecting to PostgreSQL: what each session is checked for, and waiting when the server is away.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/db/postgres.h"

#define PATIENCE                                                                                   \
	(3 * SECOND) /* of an outage, through which callers wait: a server that restarts           \
		      */
#define PAUSE_MIN 20 /* ms between two tries to connect */
#define PAUSE_MAX 2000

static void ignore_notice(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

/* What was acknowledged must survive a power cut; text is UTF-8. */
static int check_session(PGconn *h, struct err *err)
{
	static const char SQL[] = "SELECT current_setting('fsync') AS fsync,"
				  " current_setting('synchronous_commit') AS synchronous_commit,"
				  " current_setting('server_encoding')";
	AUTO(pg_clear) PGresult *r = pg_ask(h, SQL, NULL, 0);

	if (!pg_ok(r))
		return pg_error(NULL, h, r, err);
	for (int i = 0; i < 2; i++)
		if (str_eq(PQgetvalue(r, 0, i), "off"))
			return err_set(err, ERR_INVALID,
				"the database server runs with %s = off, so what was published could be lost: set it to on",
				PQfname(r, i));
	if (!str_eq(PQgetvalue(r, 0, 2), "UTF8"))
		return err_set(err, ERR_INVALID,
			"the database has the encoding %s: make it anew with UTF8",
			PQgetvalue(r, 0, 2));
	return 0;
}

int pg_connect(struct db *db, struct err *err, PGconn **ret)
{
	/* Before the URL: it may say otherwise. After it: it may not. A silent peer is given up
	 * within about 30 seconds. */
	static const char *const KEYS[] = {"connect_timeout", "keepalives_idle",
		"keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"fallback_application_name", "dbname", "client_encoding", NULL};
	char host[40] = "", name[64];
	const char *values[LENGTH(KEYS)] = {
		"5", "10", "5", "3", "30000", name, db->url, "UTF8", NULL};
	PGconn *h;

	if (gethostname(host, sizeof(host) - 1) < 0)
		host[0] = '\0';
	snprintf(name, sizeof(name), "chorsu pid %ld on %.30s", (long)getpid(), host);
	h = PQconnectdbParams(KEYS, values, 1);
	if (PQstatus(h) != CONNECTION_OK)
		err_set(err, ERR_IO, "the database server cannot be reached (%s)",
			h ? PQerrorMessage(h) : "not enough memory");
	else if (check_session(h, err) == 0) {
		PQsetNoticeReceiver(h, ignore_notice, NULL);
		*ret = h;
		return 0;
	}
	PQfinish(h);
	return err->code;
}

/* Milliseconds until the next try is due; -1 when that is past all patience. */
static int64_t turn(struct pg_store *store)
{
	int64_t now = clock_steady(), wait;

	pthread_mutex_lock(&store->outage_lock);
	wait = store->retry_at > now ? store->retry_at - now : 0;
	if (wait > 0 && now + wait - store->down_since > PATIENCE)
		wait = -1;
	pthread_mutex_unlock(&store->outage_lock);
	return wait;
}

static void note_try(struct pg_store *store, bool ok)
{
	int64_t now = clock_steady();

	pthread_mutex_lock(&store->outage_lock);
	if (ok) {
		store->down_since = store->retry_at = 0;
		store->pause = 0;
	} else {
		if (!store->down_since)
			store->down_since = now;
		store->pause = store->pause ? store->pause * 2 : PAUSE_MIN;
		if (store->pause > PAUSE_MAX)
			store->pause = PAUSE_MAX;
		store->retry_at = now + store->pause;
	}
	pthread_mutex_unlock(&store->outage_lock);
}

int pg_connect_again(struct db *db, struct err *err, PGconn **ret)
{
	struct pg_store *store = db->impl;
	struct err why = {0};
	int64_t wait;
	int rc;

	while ((wait = turn(store)) >= 0) {
		clock_sleep(wait);
		rc = pg_connect(db, &why, ret);
		note_try(store, rc == 0);
		if (rc == 0)
			return 0;
	}
	return err_set(err, ERR_BUSY, "%s",
		why.text[0] ? why.text : "the database server cannot be reached: try again later");
}

/* FNV-1a over a purpose and the schema's name: equal in every process, whatever its version. */
static int64_t key_of(const char *purpose, const char *schema)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (const char *p = purpose; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3;
	for (const char *p = schema; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3;
	return (int64_t)hash;
}

int pg_learn(struct db *db, PGconn *h, bool create, struct err *err)
{
	static const char SQL[] =
		"SELECT current_schema(), to_regclass(quote_ident(current_schema()) || '.migration')";
	AUTO(pg_clear) PGresult *r = pg_ask(h, SQL, NULL, 0);
	struct pg_store *store = db->impl;
	unsigned long long name;
	const char *schema;

	if (!pg_ok(r))
		return pg_error(NULL, h, r, err);
	if (PQgetisnull(r, 0, 0))
		return err_set(err, ERR_NOT_FOUND,
			"the database has no schema of the search_path in use: make it, or mend the"
			" search_path in the URL's options");
	schema = PQgetvalue(r, 0, 0);
	if (!create && PQgetisnull(r, 0, 1))
		return err_set(err, ERR_NOT_FOUND,
			"the database %s holds no store in its schema %s: make one with chorsu init",
			PQdb(h), schema);
	store->serve_key = key_of("chorsu serve ", schema);
	store->migrate_key = key_of("chorsu migrate ", schema);
	name = (unsigned long long)key_of("chorsu nudge ", schema);
	snprintf(store->channel, sizeof(store->channel), "chorsu_%016llx", name);
	snprintf(store->seen_channel, sizeof(store->seen_channel), "chorsu_%016llx_seen", name);
	return 0;
}
