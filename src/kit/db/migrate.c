/* Migrations: which were done, which are to do, each in a transaction of its own, on a connection
 * of its own.
 *
 * The table migration holds a row for each step, written in the step's transaction; so a process
 * that dies anywhere leaves a store between two steps, never inside one. */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/str.h"
#include "kit/db/engine.h"

static const char TABLE[] =
	"CREATE TABLE IF NOT EXISTS migration (room TEXT NOT NULL, number INTEGER NOT NULL,"
	" name TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (room, number)) STRICT";
static const char DONE[] = "SELECT room, number, name FROM migration ORDER BY room, number";
static const char FORGET[] = "DROP TABLE IF EXISTS migration";
static const char NOTE[] =
	"INSERT INTO migration (room, number, name, at) VALUES ($room, $number, $name, $at)";

struct done {
	const char *room;
	int64_t number;
	struct done *next;
};

struct job {
	struct ctx *cx;
	struct conn *conn;
	const struct migrations *const *rooms;
	struct done *done;
	const char *room; /* of the step under way */
	const struct migration *step;
};

static int transact(struct job *j, int (*fn)(struct tx *tx, void *arg))
{
	const struct engine *engine = j->conn->engine;
	int rc = engine->begin(j->conn, &j->cx->err);

	if (rc < 0)
		return rc;
	rc = tx_call(j->conn, j->cx->arena, fn, j, &j->cx->err);
	if (rc < 0) {
		engine->rollback(j->conn);
		return rc;
	}
	return engine->commit(j->conn, &j->cx->err);
}

static int run_script(struct tx *tx, const char *sql)
{
	struct err err = {0};
	int rc = tx->conn->engine->script(tx->conn, sql, &err);

	return rc < 0 ? tx_fail(tx, rc, "%s", err.text) : 0;
}

int migrate_make_table(struct tx *tx)
{
	return run_script(tx, TABLE);
}

static int make_table(struct tx *tx, void *arg)
{
	(void)arg;
	return migrate_make_table(tx);
}

int migrate_forget(struct tx *tx)
{
	return run_script(tx, FORGET);
}

static const struct migrations *find_room(const struct job *j, const char *room)
{
	for (const struct migrations *const *m = j->rooms; *m; m++)
		if (str_eq((*m)->room, room))
			return *m;
	return NULL;
}

static bool is_known(const struct job *j, const char *room, int64_t number)
{
	const struct migrations *m = find_room(j, room);

	for (const struct migration *step = m ? m->list : NULL; step && step->number; step++)
		if (step->number == number)
			return true;
	return false;
}

static int load_done(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, DONE);
	struct job *j = arg;
	int rc;

	while ((rc = stmt_step(q)) > 0) {
		struct done *d = arena_alloc(tx_arena(tx), sizeof(*d));
		const char *room = col_strdup(q, 0);

		if (!d || !room)
			return tx_fail(tx, ERR_MEMORY,
				"there is not enough memory for the list of migrations");
		if (!is_known(j, room, col_int(q, 1)))
			return tx_fail(tx, ERR_CONFLICT,
				"the store was made by a newer version of chorsu (it has the migration %s %lld \"%s\", this is"
				" version " CHORSU_VERSION "): install that version",
				room, (long long)col_int(q, 1), col_text(q, 2));
		*d = (struct done){.room = room, .number = col_int(q, 1), .next = j->done};
		j->done = d;
	}
	return rc;
}

static bool is_done(const struct job *j, const char *room, int64_t number)
{
	for (const struct done *d = j->done; d; d = d->next)
		if (d->number == number && str_eq(d->room, room))
			return true;
	return false;
}

int migrate_step(struct tx *tx, const char *room, const struct migration *step)
{
	AUTO(stmt_done) struct stmt *note = NULL;
	int rc = run_script(tx, step->sql);

	if (rc < 0)
		return tx_fail(tx, rc, "the migration %s %d (%s) failed: %s", room, step->number,
			step->name, tx_err(tx)->text);
	CRASH_POINT("migrate.in_step");
	note = tx_prepare(tx, NOTE);
	bind_text(note, "room", room);
	bind_int(note, "number", step->number);
	bind_text(note, "name", step->name);
	bind_int(note, "at", clock_now());
	return stmt_run(note);
}

static int run_step(struct tx *tx, void *arg)
{
	const struct job *j = arg;

	return migrate_step(tx, j->room, j->step);
}

static bool anything_to_do(const struct job *j)
{
	for (const struct migrations *const *m = j->rooms; *m; m++)
		for (const struct migration *step = (*m)->list; step->number; step++)
			if (!is_done(j, (*m)->room, step->number))
				return true;
	return false;
}

static int run_steps(struct job *j)
{
	int rc = 0;

	for (const struct migrations *const *m = j->rooms; rc == 0 && *m; m++) {
		for (const struct migration *step = (*m)->list; rc == 0 && step->number; step++) {
			assert(step->number == step - (*m)->list + 1 &&
				"migrations are numbered from 1 without a gap");
			if (is_done(j, (*m)->room, step->number))
				continue;
			j->room = (*m)->room;
			j->step = step;
			rc = transact(j, run_step);
		}
	}
	return rc;
}

/* A fresh store has nothing worth a copy. */
static int migrate(struct job *j)
{
	const struct engine *engine = j->conn->engine;
	int rc = engine->migrate_lock(j->conn, &j->cx->err);

	if (rc == 0)
		rc = transact(j, make_table);
	if (rc == 0)
		rc = transact(j, load_done);
	if (rc < 0 || !anything_to_do(j))
		return rc;
	if (j->done && engine->backup)
		rc = engine->backup(j->conn, &j->cx->err);
	return rc < 0 ? rc : run_steps(j);
}

int db_migrate(struct ctx *cx, const struct migrations *const *rooms)
{
	struct job j = {.cx = cx, .rooms = rooms};
	struct db *db = cx->db;
	int rc = db->engine->connect(db, ROLE_MIGRATOR, &cx->err, &j.conn);

	if (rc < 0)
		return rc;
	rc = migrate(&j);
	db->engine->disconnect(j.conn);
	return rc;
}
