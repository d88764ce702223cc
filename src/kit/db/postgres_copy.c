/* What copying all rows needs of PostgreSQL: a connection with a snapshot, and references that are
 * taken away and put back when all rows are there.
 *
 * Put back, a reference is checked by one join; deferred, it would be one event a row in the
 * server's memory. */
#include "kit/db/postgres.h"

const char pg_tables[] =
	"SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
	" AND c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname <> 'migration'"
	" ORDER BY c.relname";
const char pg_columns[] =
	"SELECT a.attname, t.typname, coalesce((SELECT k.n FROM pg_index i,"
	" unnest(i.indkey) WITH ORDINALITY AS k (attnum, n) WHERE i.indrelid = a.attrelid AND i.indisprimary"
	" AND k.attnum = a.attnum), 0) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
	" WHERE a.attrelid = (quote_ident(current_schema()) || '.' || quote_ident($table))::regclass"
	" AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum";

struct loosened {
	const char *table, *name, *definition;
	struct loosened *next;
};

int pg_snapshot(struct db *db, const char *path, struct err *err, struct conn **ret)
{
	(void)path;
	return db->engine->connect(db, ROLE_READER, err, ret);
}

static int alter(struct tx *tx, const struct loosened *l, const char *verb, const char *definition)
{
	AUTO(buf_done) struct buf sql = BUF(SQL_MAX);
	struct err err = {0};
	int rc;

	buf_addf(&sql, "ALTER TABLE %s %s CONSTRAINT %s %s", l->table, verb, l->name, definition);
	rc = sql.failed ? err_set(&err, ERR_MEMORY, "not enough memory")
			: tx->conn->engine->exec(tx->conn, buf_text(&sql), &err);
	if (rc == ERR_CONFLICT)
		return tx_fail(
			tx, ERR_INVALID, "a row refers to one that is not there: %s", err.text);
	return rc < 0 ? tx_fail(tx, rc, "%s", err.text) : 0;
}

static int load_references(struct tx *tx, struct loosened **ret)
{
	static const char REFERENCES[] =
		"SELECT k.conrelid::regclass::text, quote_ident(k.conname), pg_get_constraintdef(k.oid)"
		" FROM pg_constraint k WHERE k.contype = 'f'"
		" AND k.connamespace = quote_ident(current_schema())::regnamespace ORDER BY k.conname, k.oid";
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, REFERENCES);
	int rc;

	*ret = NULL;
	while ((rc = stmt_step(q)) > 0) {
		struct loosened *l = arena_alloc(tx_arena(tx), sizeof(*l));

		if (!l)
			return tx_fail(tx, ERR_MEMORY, "there is not enough memory for the tables");
		*l = (struct loosened){col_strdup(q, 0), col_strdup(q, 1), col_strdup(q, 2), *ret};
		if (!l->table || !l->name || !l->definition)
			return tx_fail(tx, ERR_MEMORY, "there is not enough memory for the tables");
		*ret = l;
	}
	return rc;
}

int pg_loosen(struct tx *tx, struct loosened **ret)
{
	int rc = load_references(tx, ret);

	for (const struct loosened *l = *ret; rc == 0 && l; l = l->next)
		rc = alter(tx, l, "DROP", "");
	return rc;
}

int pg_fasten(struct tx *tx, struct loosened *loose)
{
	int rc = 0;

	for (const struct loosened *l = loose; rc == 0 && l; l = l->next)
		rc = alter(tx, l, "ADD", l->definition);
	return rc;
}
