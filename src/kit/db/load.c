/* Filling a fresh database with all rows of another, in one transaction. */
#include <string.h>

#include "base/crash.h"
#include "base/str.h"
#include "kit/db/copy.h"
#include "kit/db/engine.h"

struct job {
	struct ctx *cx;
	const struct loading *loading;
	struct conn *conn;
};

static const struct migration *find_step(
	const struct migrations *const *rooms, const char *room, int64_t number)
{
	for (; *rooms; rooms++)
		for (const struct migration *m = (*rooms)->list;
			str_eq((*rooms)->room, room) && m->number; m++)
			if (m->number == number)
				return m;
	return NULL;
}

static bool has_step(const struct step *steps, int count, const char *room, int64_t number)
{
	for (int i = 0; i < count; i++)
		if (steps[i].number == number && str_eq(steps[i].room, room))
			return true;
	return false;
}

int db_steps_check(
	const struct migrations *const *rooms, const struct step *steps, int count, struct err *err)
{
	for (int i = 0; i < count; i++) {
		const struct step *s = &steps[i];

		if (!find_step(rooms, s->room, s->number))
			return err_set(err, ERR_CONFLICT,
				"it was made by a newer version of chorsu (it has the migration %.40s %lld \"%.60s\", this is"
				" version " CHORSU_VERSION "): install that version",
				s->room, (long long)s->number, s->name);
		if (s->number > 1 && !has_step(steps, count, s->room, s->number - 1))
			return err_set(err, ERR_INVALID,
				"the migration %.40s %lld is there without the one before it",
				s->room, (long long)s->number);
	}
	return 0;
}

void db_step_sql(enum db_engine engine, const char *sql, struct buf *out)
{
	if (engine == DB_POSTGRES)
		sql_migration(sql, out);
	else
		buf_adds(out, sql);
}

/* Those that the rows were written under, or those that are younger. */
static int run_steps(struct tx *tx, const struct loading *l, bool younger)
{
	for (const struct migrations *const *m = l->rooms; *m; m++)
		for (const struct migration *s = (*m)->list; s->number; s++) {
			int rc;

			if (has_step(l->steps, l->step_count, (*m)->room, s->number) == younger)
				continue;
			rc = migrate_step(tx, (*m)->room, s);
			if (rc < 0)
				return rc;
		}
	return 0;
}

/* sql: text of our own with the name of one of our tables in it. */
static int run_sql(struct tx *tx, const struct buf *sql)
{
	struct err err = {0};
	int rc = sql->failed ? err_set(&err, ERR_MEMORY, "not enough memory")
			     : tx->conn->engine->exec(tx->conn, buf_text(sql), &err);

	return rc < 0 ? tx_fail(tx, rc, "%s", err.text) : 0;
}

static int for_tables(struct tx *tx, const char *format)
{
	const struct table *tables;
	int count, rc = db_tables(tx, &tables, &count);

	for (int i = 0; rc == 0 && i < count; i++) {
		AUTO(buf_done) struct buf sql = BUF(SQL_MAX);

		buf_addf(&sql, format, tables[i].name);
		rc = run_sql(tx, &sql);
	}
	return rc;
}

static int refuse(struct tx *tx)
{
	return tx_fail(tx, ERR_CONFLICT,
		"the database is not empty, and a backup is restored into a new one only: name an empty database or schema");
}

static int make_room(struct tx *tx, const struct loading *l)
{
	const struct table *tables;
	int count, rc = db_tables(tx, &tables, &count);

	if (rc < 0 || count == 0)
		return rc;
	rc = l->ours ? l->ours(tx, l->arg) : 0;
	if (rc == 0)
		return refuse(tx);
	if (rc > 0)
		rc = for_tables(tx, "DROP TABLE \"%s\" CASCADE");
	return rc < 0 ? rc : migrate_forget(tx);
}

static int load(struct tx *tx, void *arg)
{
	struct job *j = arg;
	const struct loading *l = j->loading;
	const struct engine *engine = tx->conn->engine;
	struct loosened *loose = NULL;
	int rc = make_room(tx, l);

	if (rc == 0)
		rc = migrate_make_table(tx);
	if (rc == 0)
		rc = run_steps(tx, l, false);
	if (rc == 0)
		rc = engine->loosen(tx, &loose);
	if (rc == 0) /* rows that a step put there are among those that come */
		rc = for_tables(tx, "DELETE FROM \"%s\"");
	if (rc == 0)
		rc = l->fill(tx, l->arg);
	if (rc == 0)
		rc = engine->fasten(tx, loose);
	if (rc == 0)
		rc = run_steps(tx, l, true);
	if (rc == 0)
		rc = l->finish(tx, l->arg);
	return rc;
}

static int run(struct job *j)
{
	const struct engine *engine = j->conn->engine;
	int rc = engine->migrate_lock(j->conn, &j->cx->err);

	if (rc == 0)
		rc = engine->begin(j->conn, &j->cx->err);
	if (rc < 0)
		return rc;
	rc = tx_call(j->conn, j->cx->arena, load, j, &j->cx->err);
	if (rc < 0) {
		engine->rollback(j->conn);
		return rc;
	}
	CRASH_POINT("restore.before_commit");
	return engine->commit(j->conn, &j->cx->err);
}

int db_load(struct ctx *cx, const struct loading *l)
{
	struct job j = {.cx = cx, .loading = l};
	int rc = db_steps_check(l->rooms, l->steps, l->step_count, &cx->err);

	if (rc == 0)
		rc = cx->db->engine->connect(cx->db, ROLE_MIGRATOR, &cx->err, &j.conn);
	if (rc < 0)
		return rc;
	rc = run(&j);
	cx->db->engine->disconnect(j.conn);
	return rc;
}
