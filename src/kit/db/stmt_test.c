/* Statements on both engines: values, names, the cache, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "kit/db/engine.h"
#include "kit/db/fixture_testing.h"

static const struct migration STEPS[] = {
	{1, "tables",
		"CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
		"CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent (id),"
		" amount INTEGER CHECK (amount > 0)) STRICT;"
		"CREATE TABLE thing (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, b BLOB) STRICT;"},
	{0},
};
static const struct migrations MIGRATIONS = {"test", STEPS};
static const struct migrations *const ROOMS[] = {&MIGRATIONS, NULL};

static int set_up(void **state)
{
	*state = world_new(*(enum db_engine *)*state, false, ROOMS);
	return 0;
}

static int tear_down(void **state)
{
	world_free(*state);
	return 0;
}

struct value {
	int64_t id, n;
	const char *t;
	const void *b;
	size_t len;
	bool null;
};

static const struct value VALUES[] = {
	{1, 0, "", "", 0, false},
	{2, INT64_MAX, "Oʻzbekiston Ўзбекистон 🏛", "\0\1\0\xff\0", 5, false},
	{3, INT64_MIN, "a", "\0", 1, false},
	{4, -1, "'; DROP TABLE thing; --", "\xde\xad\xbe\xef", 4, false},
	{5, 1234567890123, "line\nline\ttab", "x", 1, false},
	{6, 0, NULL, NULL, 0, true},
	{7, 7, "after NULL", "\0\0\0\0\0\0\0\0", 8, false},
};

static const char INSERT[] = "INSERT INTO thing (id, n, t, b) VALUES ($id, $n, $t, $b)";
static const char SELECT[] = "SELECT id, n, t, b FROM thing ORDER BY id";

static int insert_values(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, INSERT);
	int rc = 0;

	(void)arg;
	/* One statement, bound and run again and again; the NULLs come first for PostgreSQL's sake.
	 */
	for (size_t i = 0; rc == 0 && i < LENGTH(VALUES); i++) {
		const struct value *v = &VALUES[(i + 5) % LENGTH(VALUES)];

		bind_int(q, "id", v->id);
		if (!v->null)
			bind_int(q, "n", v->n);
		bind_text(q, "t", v->t);
		bind_blob(q, "b", v->b, v->len);
		rc = stmt_run(q);
		assert_int_equal(stmt_changes(q), 1);
	}
	return rc;
}

static int check_values(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SELECT);
	size_t len = 99;

	(void)arg;
	for (size_t i = 0; i < LENGTH(VALUES); i++) {
		const struct value *v = &VALUES[i];

		assert_int_equal(stmt_step(q), 1);
		assert_int_equal(col_int(q, 0), v->id);
		assert_int_equal(col_int(q, 1), v->n);
		assert_int_equal(col_null(q, 1), v->null);
		assert_int_equal(col_null(q, 2), v->null);
		assert_int_equal(col_null(q, 3), v->null);
		assert_true(str_eq(col_text(q, 2), v->t));
		assert_true(str_eq(col_strdup(q, 2), v->t));
		assert_true((col_blob(q, 3, &len) == NULL) == v->null);
		assert_int_equal(len, v->len);
		if (len)
			assert_memory_equal(col_blob(q, 3, &len), v->b, len);
	}
	assert_int_equal(stmt_step(q), 0);
	assert_int_equal(stmt_step(q), 0);
	assert_int_equal(stmt_changes(q), 0);
	assert_true(col_null(q, 0)); /* past the end */
	return 0;
}

static void test_values(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_write(&w->cx, insert_values, NULL), 0);
	assert_int_equal(db_read(&w->cx, check_values, NULL), 0);
}

static int64_t ask(struct tx *tx, const char *sql, const char *a, const char *b)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, sql);

	if (a)
		bind_text(q, "a", a);
	if (b)
		bind_text(q, "b", b);
	assert_int_equal(stmt_step(q), 1);
	return col_int(q, 0);
}

static int check_names(struct tx *tx, void *arg)
{
	static const char TWICE[] =
		"SELECT CASE WHEN $a = 'x' AND $b = 'y' AND $a = 'x' THEN 1 ELSE 0 END";
	static const char QUOTED[] =
		"SELECT count(*) FROM parent WHERE name = '$a' OR name = $b /* $c */";

	(void)arg;
	assert_int_equal(ask(tx, TWICE, "x", "y"), 1);
	assert_int_equal(ask(tx, TWICE, "y", "x"), 0);
	assert_int_equal(ask(tx, TWICE, "x", NULL), 0); /* what was bound before is forgotten */
	assert_int_equal(ask(tx, QUOTED, NULL, "q"), 0);
	return 0;
}

static void test_names(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_read(&w->cx, check_names, NULL), 0);
}

static int add_parent(struct tx *tx, int64_t id, const char *name)
{
	static const char SQL[] = "INSERT INTO parent (id, name) VALUES ($id, $name)";
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SQL);

	bind_int(q, "id", id);
	bind_text(q, "name", name);
	return stmt_run(q);
}

static int add_child(struct tx *tx, int64_t id, int64_t parent, int64_t amount)
{
	static const char SQL[] =
		"INSERT INTO child (id, parent, amount) VALUES ($id, $parent, $amount) RETURNING id";
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SQL);
	int rc;

	bind_int(q, "id", id);
	bind_int(q, "parent", parent);
	bind_int(q, "amount", amount);
	rc = stmt_step(q); /* the row, and no further step */
	return rc < 0 ? rc : 0;
}

static int bad_unique(struct tx *tx, void *arg)
{
	int rc = add_parent(tx, 1, "one");

	(void)arg;
	return rc < 0 ? rc : add_parent(tx, 2, "one");
}

static int bad_primary(struct tx *tx, void *arg)
{
	int rc = add_parent(tx, 1, "one");

	(void)arg;
	return rc < 0 ? rc : add_parent(tx, 1, "two");
}

static int bad_reference(struct tx *tx, void *arg)
{
	(void)arg;
	return add_child(tx, 1, 77, 1);
}

static int bad_check(struct tx *tx, void *arg)
{
	int rc = add_parent(tx, 1, "one");

	(void)arg;
	return rc < 0 ? rc : add_child(tx, 1, 1, -5);
}

static int bad_null(struct tx *tx, void *arg)
{
	(void)arg;
	return add_parent(tx, 1, NULL);
}

static int bad_sql(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELEKT 1");

	(void)arg;
	return stmt_run(q);
}

/* The error of a statement cannot be passed over. */
static int bad_swallowed(struct tx *tx, void *arg)
{
	(void)arg;
	assert_int_equal(bad_unique(tx, NULL), ERR_CONFLICT);
	assert_int_equal(add_parent(tx, 9, "nine"), ERR_CONFLICT);
	return 0;
}

static int bad_renamed(struct tx *tx, void *arg)
{
	int rc = bad_unique(tx, arg);

	return rc == ERR_CONFLICT ? tx_fail(tx, ERR_CONFLICT, "the name \"%s\" is taken", "one")
				  : rc;
}

static int bad_own(struct tx *tx, void *arg)
{
	int rc = add_parent(tx, 1, "one");

	(void)arg;
	return rc < 0 ? rc : tx_fail(tx, ERR_GONE, "closed since %d", 7);
}

static int bad_mute(struct tx *tx, void *arg)
{
	(void)arg;
	tx_fail(tx, ERR_GONE, "something else");
	return ERR_DENIED;
}

static const struct {
	int (*fn)(struct tx *tx, void *arg);
	int code;
	const char *sqlite, *postgres;
} ERRORS[] = {
	{bad_unique, ERR_CONFLICT, "against what is stored (UNIQUE constraint failed: parent.name",
		"parent_name_key"},
	{bad_primary, ERR_CONFLICT, "parent.id", "parent_pkey"},
	{bad_reference, ERR_CONFLICT, "FOREIGN KEY", "foreign key"},
	{bad_check, ERR_INTERNAL, "a rule of the database was broken (CHECK", "check constraint"},
	{bad_null, ERR_INTERNAL, "NOT NULL", "not-null"},
	{bad_sql, ERR_INTERNAL, "refused a statement (near \"SELEKT\"", "SELEKT"},
	{bad_swallowed, ERR_CONFLICT, "parent.name", "parent_name_key"},
	{bad_renamed, ERR_CONFLICT, "the name \"one\" is taken", "the name \"one\" is taken"},
	{bad_own, ERR_GONE, "closed since 7", "closed since 7"},
	{bad_mute, ERR_DENIED, "may not", "may not"},
};

static int check_empty(struct tx *tx, void *arg)
{
	(void)arg;
	return (int)ask(tx, "SELECT (SELECT count(*) FROM parent) + (SELECT count(*) FROM child)",
		NULL, NULL);
}

static void test_errors(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH(ERRORS); i++) {
		const char *part =
			w->fixture.engine == DB_POSTGRES ? ERRORS[i].postgres : ERRORS[i].sqlite;

		w->cx.err = (struct err){0};
		assert_int_equal(db_write(&w->cx, ERRORS[i].fn, NULL), ERRORS[i].code);
		assert_int_equal(w->cx.err.code, ERRORS[i].code);
		if (!strstr(err_text(&w->cx.err), part))
			fail_msg("row %zu: \"%s\" lacks \"%s\"", i, err_text(&w->cx.err), part);
		assert_int_equal(db_read(&w->cx, check_empty, NULL), 0);
	}
}

static int write_in_read(struct tx *tx, void *arg)
{
	(void)arg;
	return add_parent(tx, 1, "one");
}

static void test_reading_only(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_read(&w->cx, write_in_read, NULL), ERR_INTERNAL);
	assert_non_null(strstr(w->cx.err.text, "refused a statement"));
	assert_int_equal(db_read(&w->cx, check_empty, NULL), 0);
}

static const char COUNT_DOWN[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n";

/* The same statement inside its own rows: each depth has its own. */
static int check_nested(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *outer = tx_prepare(tx, COUNT_DOWN);
	int n = 0;

	(void)arg;
	while (stmt_step(outer) > 0) {
		AUTO(stmt_done) struct stmt *inner = tx_prepare(tx, COUNT_DOWN);

		assert_ptr_not_equal(inner, outer);
		while (stmt_step(inner) > 0)
			n += (int)(10 * col_int(outer, 0) + col_int(inner, 0));
	}
	return n;
}

static void test_nested(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_read(&w->cx, check_nested, NULL), 3 * (10 + 20 + 30) + 3 * (1 + 2 + 3));
}

#define MANY (3 * CACHE_MAX)

static int run_many(struct tx *tx, void *arg)
{
	char(*sql)[64] = arg;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i++)
			assert_int_equal(ask(tx, sql[i], NULL, NULL), i);
		assert_true(tx->conn->cached <= CACHE_MAX);
	}
	return 0;
}

/* More statements than the cache holds. */
static void test_cache(void **state)
{
	static char sql[MANY][64];
	struct world *w = *state;

	for (int i = 0; i < MANY; i++)
		snprintf(sql[i], sizeof(sql[i]), "SELECT %d", i);
	assert_int_equal(db_read(&w->cx, run_many, sql), 0);
	assert_int_equal(db_read(&w->cx, run_many, sql), 0);
}

static int check_columns(struct tx *tx, void *arg)
{
	static const char SQL[] = "SELECT 42, -7, count(*), 'text', NULL, 1 = 1, '12' FROM parent";
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SQL);

	(void)arg;
	assert_int_equal(stmt_step(q), 1);
	assert_string_equal(col_text(q, 0), "42");
	assert_string_equal(col_text(q, 1), "-7");
	assert_int_equal(col_int(q, 2), 0);
	assert_string_equal(col_text(q, 3), "text");
	assert_null(col_text(q, 4));
	assert_int_equal(col_int(q, 4), 0);
	assert_int_equal(col_int(q, 5), 1);
	assert_int_equal(col_int(q, 6), 12);
	assert_null(col_strdup(q, 4));
	return 0;
}

static void test_columns(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_read(&w->cx, check_columns, NULL), 0);
}

static int unfit_column(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT 1.5 AS price");

	(void)arg;
	return stmt_step(q);
}

/* A type that PostgreSQL sends in a form of its own is told, not read as junk. */
static void test_unfit_column(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_read(&w->cx, unfit_column, NULL), ERR_INTERNAL);
	assert_non_null(strstr(w->cx.err.text, "\"price\""));
}

static int check_changes(struct tx *tx, void *arg)
{
	AUTO(stmt_done)
	struct stmt *q = tx_prepare(tx, "UPDATE parent SET name = name || '!' WHERE id > 1");

	(void)arg;
	for (int i = 1; i <= 4; i++)
		assert_int_equal(add_parent(tx, i, &"abcd"[i - 1]), 0);
	assert_int_equal(stmt_changes(q), 0);
	assert_int_equal(stmt_run(q), 0);
	assert_int_equal(stmt_changes(q), 3);
	return tx_fail(tx, ERR_GONE, "undone");
}

static void test_changes(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_write(&w->cx, check_changes, NULL), ERR_GONE);
}

static void test_check(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_check(&w->cx), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(test_values, set_up, tear_down),
		FIXTURE_BOTH(test_names, set_up, tear_down),
		FIXTURE_BOTH(test_errors, set_up, tear_down),
		FIXTURE_BOTH(test_reading_only, set_up, tear_down),
		FIXTURE_BOTH(test_nested, set_up, tear_down),
		FIXTURE_BOTH(test_cache, set_up, tear_down),
		FIXTURE_BOTH(test_columns, set_up, tear_down),
		FIXTURE_ONE(DB_POSTGRES, test_unfit_column, set_up, tear_down),
		FIXTURE_BOTH(test_changes, set_up, tear_down),
		FIXTURE_BOTH(test_check, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
