/* What tables there are, by the database's own catalogue, and reading all of them at one moment. */
#include "kit/db/copy.h"

#include "base/str.h"
#include "kit/db/engine.h"

#define TABLES_MAX  1000
#define COLUMNS_MAX 200

static const char STEPS[] = "SELECT room, number, name FROM migration ORDER BY room, number";

static bool parse_type(const char *s, enum column_type *ret)
{
	static const struct {
		const char *name;
		enum column_type type;
	} TYPES[] = {{"INTEGER", COLUMN_INT}, {"INT", COLUMN_INT}, {"int8", COLUMN_INT},
		{"int4", COLUMN_INT}, {"int2", COLUMN_INT}, {"TEXT", COLUMN_TEXT},
		{"text", COLUMN_TEXT}, {"BLOB", COLUMN_BLOB}, {"bytea", COLUMN_BLOB}};

	for (size_t i = 0; i < LENGTH(TYPES); i++)
		if (str_eq(s, TYPES[i].name)) {
			*ret = TYPES[i].type;
			return true;
		}
	return false;
}

struct keys {
	int64_t at[COLUMNS_MAX]; /* place in the primary key from 1; 0: not in it */
};

static int load_columns(struct tx *tx, struct table *t, struct keys *keys)
{
	struct column *columns = arena_array(tx_arena(tx), COLUMNS_MAX, sizeof(*columns));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, tx->conn->engine->columns);
	int rc;

	if (!columns)
		return tx_fail(tx, ERR_MEMORY, "there is not enough memory for the tables");
	bind_text(q, "table", t->name);
	while ((rc = stmt_step(q)) > 0) {
		struct column *c = &columns[t->column_count];

		if (t->column_count == COLUMNS_MAX)
			return tx_fail(
				tx, ERR_INTERNAL, "the table %s has too many columns", t->name);
		c->name = col_strdup(q, 0);
		if (!c->name || !parse_type(col_text(q, 1), &c->type))
			return tx_fail(tx, ERR_INTERNAL,
				"the column %s of the table %s has the type %s, which no backup can hold",
				col_text(q, 0), t->name, col_text(q, 1));
		keys->at[t->column_count++] = col_int(q, 2);
	}
	t->columns = columns;
	return rc;
}

static void add_list(struct buf *sql, const struct table *t, const char *before, const char *after)
{
	for (int i = 0; i < t->column_count; i++)
		buf_addf(sql, "%s%s%s%s", i ? ", " : "", before, t->columns[i].name, after);
}

static void add_order(struct buf *sql, const struct table *t, const struct keys *keys)
{
	for (int at = 1; at <= t->column_count; at++)
		for (int i = 0; i < t->column_count; i++)
			if (keys->at[i] == at)
				buf_addf(sql, "%s\"%s\"", at == 1 ? " ORDER BY " : ", ",
					t->columns[i].name);
}

/* The text lives as long as the transaction's arena, hence longer than what is prepared from it. */
static int compose(struct tx *tx, struct table *t, const struct keys *keys)
{
	AUTO(buf_done) struct buf select = BUF(SQL_MAX), insert = BUF(SQL_MAX);

	buf_adds(&select, "SELECT ");
	add_list(&select, t, "\"", "\"");
	buf_addf(&select, " FROM \"%s\"", t->name);
	add_order(&select, t, keys);
	buf_addf(&insert, "INSERT INTO \"%s\" (", t->name);
	add_list(&insert, t, "\"", "\"");
	buf_adds(&insert, ") VALUES (");
	add_list(&insert, t, "$", "");
	buf_adds(&insert, ")");
	t->select = arena_strdup(tx_arena(tx), buf_text(&select));
	t->insert = arena_strdup(tx_arena(tx), buf_text(&insert));
	return select.failed || insert.failed || !t->select || !t->insert
		       ? tx_fail(tx, ERR_MEMORY, "there is not enough memory for the tables")
		       : 0;
}

static int load_names(struct tx *tx, struct table *tables, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, tx->conn->engine->tables);
	int n = 0, rc;

	while ((rc = stmt_step(q)) > 0) {
		if (n == TABLES_MAX)
			return tx_fail(tx, ERR_INTERNAL, "the database has too many tables");
		tables[n].name = col_strdup(q, 0);
		if (!tables[n++].name)
			return tx_fail(tx, ERR_MEMORY, "there is not enough memory for the tables");
	}
	*ret_count = n;
	return rc;
}

int db_tables(struct tx *tx, const struct table **ret, int *ret_count)
{
	struct table *tables = arena_array(tx_arena(tx), TABLES_MAX, sizeof(*tables));
	int n = 0, rc;

	if (!tables)
		return tx_fail(tx, ERR_MEMORY, "there is not enough memory for the tables");
	rc = load_names(tx, tables, &n);
	for (int i = 0; rc == 0 && i < n; i++) {
		struct keys keys = {0};

		rc = load_columns(tx, &tables[i], &keys);
		if (rc == 0)
			rc = compose(tx, &tables[i], &keys);
	}
	if (rc < 0)
		return rc;
	*ret = tables;
	*ret_count = n;
	return 0;
}

int db_steps(struct tx *tx, const struct step **ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, STEPS);
	struct step *steps = arena_array(tx_arena(tx), TABLES_MAX, sizeof(*steps));
	int n = 0, rc;

	if (!steps)
		return tx_fail(tx, ERR_MEMORY, "there is not enough memory for the migrations");
	while ((rc = stmt_step(q)) > 0) {
		if (n == TABLES_MAX)
			return tx_fail(tx, ERR_INTERNAL, "the database has too many migrations");
		steps[n++] = (struct step){col_strdup(q, 0), col_int(q, 1), col_strdup(q, 2)};
	}
	*ret = steps;
	*ret_count = n;
	return rc;
}

struct stmt *table_select(struct tx *tx, const struct table *t)
{
	struct stmt *q = tx_prepare(tx, t->select);

	q->streamed = true;
	return q;
}

struct stmt *table_insert(struct tx *tx, const struct table *t)
{
	return tx_prepare(tx, t->insert);
}

int db_snapshot(struct ctx *cx, const char *path, int (*fn)(struct tx *tx, void *arg), void *arg)
{
	const struct engine *engine = cx->db->engine;
	struct conn *c;
	int rc = engine->snapshot(cx->db, path, &cx->err, &c);

	if (rc < 0)
		return rc;
	rc = engine->begin(c, &cx->err);
	if (rc == 0) {
		rc = tx_call(c, cx->arena, fn, arg, &cx->err);
		engine->rollback(c);
	}
	engine->disconnect(c);
	return rc;
}
