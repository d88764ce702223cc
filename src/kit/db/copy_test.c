/* All rows out of a store of one engine and into one of the other, exactly; and a load that fails
 * leaves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/str.h"
#include "kit/db/copy.h"
#include "kit/db/fixture_testing.h"

#define TEXT_OF_ALL "\" \\ / \t\n\r\x01\x1f\x7f ʻ \xf0\x9f\x95\x8c \xe2\x80\xa8 </script>"

/* References to itself, in a circle, and by name; a key of several columns; quoted names; a step
 * that leaves a row of its own. */
static const struct migration LIST[] = {
	{1, "first",
		"CREATE TABLE tree (id INTEGER PRIMARY KEY, up INTEGER REFERENCES tree (id), other INTEGER) STRICT;"
		"CREATE TABLE many (a TEXT NOT NULL, b INTEGER NOT NULL, \"text\" TEXT, bytes BLOB, \"order\" INTEGER,"
		" tree INTEGER REFERENCES tree (id), PRIMARY KEY (a, b)) STRICT;"
		"CREATE TABLE bare (n INTEGER NOT NULL CHECK (n <> 13)) STRICT;"
		"INSERT INTO bare (n) VALUES (77);"},
	{2, "second",
		"ALTER TABLE many ADD COLUMN later TEXT NOT NULL DEFAULT 'd';"
		"CREATE TABLE young (id INTEGER PRIMARY KEY) STRICT;"
		"INSERT INTO young (id) SELECT count(*) FROM many;"},
	{0},
};
static const struct migrations ROOM = {"core", LIST};
static const struct migrations *const ROOMS[] = {&ROOM, NULL};

static const char *const ROWS_SQL[] = {
	"DELETE FROM bare",
	"INSERT INTO bare (n) VALUES (1), (2), (1)",
	"INSERT INTO tree (id, up) VALUES (1, NULL), (9223372036854775807, 1), (-9223372036854775807, 1)",
	"UPDATE tree SET up = 9223372036854775807, other = -1 WHERE id = 1", /* a circle */
	NULL,
};

static int run(struct tx *tx, const char *sql)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, sql);

	return stmt_run(q);
}

static int add_many(
	struct tx *tx, const char *a, int64_t b, const char *text, const void *p, size_t len)
{
	static const char SQL[] =
		"INSERT INTO many (a, b, \"text\", bytes, \"order\", tree) VALUES ($a, $b, $text, $bytes, $b, 1)";
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SQL);

	bind_text(q, "a", a);
	bind_int(q, "b", b);
	bind_text(q, "text", text);
	bind_blob(q, "bytes", p, len);
	return stmt_run(q);
}

static int fill_source(struct tx *tx, void *arg)
{
	static unsigned char bytes[10000];
	int rc = 0;
	(void)arg;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 31);
	for (const char *const *sql = ROWS_SQL; rc == 0 && *sql; sql++)
		rc = run(tx, *sql);
	if (rc == 0)
		rc = add_many(tx, "z", 1, TEXT_OF_ALL, bytes, sizeof(bytes));
	if (rc == 0)
		rc = add_many(tx, "", INT64_MIN, "", "", 0);
	for (int i = 0; rc == 0 && i < 3000; i++)
		rc = add_many(tx, "n", i, NULL, i % 3 ? bytes : NULL, (size_t)(i % 70));
	return rc;
}

struct copy {
	struct ctx *cx;
	const struct step *steps;
	int step_count;
	struct buf text; /* "TABLE\n", its lines, an empty one */
	const char *table;
	const char *spoil; /* a line that is added to table */
	int fills, finishes;
};

static int write_out(struct tx *tx, void *arg)
{
	struct copy *c = arg;
	const struct table *tables;
	struct err err = {0};
	int count, rc = db_steps(tx, &c->steps, &c->step_count);

	buf_clear(&c->text);
	if (rc == 0)
		rc = db_tables(tx, &tables, &count);
	for (int i = 0; rc == 0 && i < count; i++) {
		AUTO(stmt_done) struct stmt *q = table_select(tx, &tables[i]);

		buf_addf(&c->text, "%s\n", tables[i].name);
		while ((rc = stmt_step(q)) > 0)
			assert_int_equal(table_row_write(q, &tables[i], &err, &c->text), 0);
		buf_addc(&c->text, '\n');
	}
	return rc;
}

static int put(struct tx *tx, const struct table *t, const char *line, size_t len)
{
	AUTO(arena_freep) struct arena *a = arena_new(1 * MIB);
	AUTO(stmt_done) struct stmt *q = table_insert(tx, t);
	struct err err = {0};
	struct cell cells[16];

	if (table_row_parse(t, line, len, a, &err, cells) < 0)
		return tx_fail(tx, err.code, "%s", err.text);
	return table_row_insert(q, t, cells);
}

static const struct table *find(const struct table *tables, int count, const char *name, size_t len)
{
	for (int i = 0; i < count; i++)
		if (strlen(tables[i].name) == len && !memcmp(tables[i].name, name, len))
			return &tables[i];
	fail_msg("no table %.*s", (int)len, name);
	return NULL;
}

static int read_in(struct tx *tx, void *arg)
{
	struct copy *c = arg;
	const struct table *tables, *t = NULL;
	int count, rc = db_tables(tx, &tables, &count);

	c->fills++;
	for (const char *p = buf_text(&c->text); rc == 0 && *p; p = strchr(p, '\n') + 1) {
		size_t len = strcspn(p, "\n");

		if (len == 0)
			t = NULL;
		else if (!t)
			t = find(tables, count, p, len);
		else
			rc = put(tx, t, p, len);
	}
	if (rc == 0 && c->spoil)
		rc = put(tx, find(tables, count, c->table, strlen(c->table)), c->spoil,
			strlen(c->spoil));
	return rc;
}

static int finish(struct tx *tx, void *arg)
{
	struct copy *c = arg;

	c->finishes++;
	return run(tx, "INSERT INTO young (id) VALUES (-5)");
}

static int count_tables(struct tx *tx, void *arg)
{
	const struct table *tables;
	(void)arg;

	return db_tables(tx, &tables, arg);
}

static int load(
	struct fixture *f, struct copy *c, struct ctx *cx, const struct step *steps, int step_count)
{
	struct loading l = {.rooms = ROOMS,
		.steps = steps,
		.step_count = step_count,
		.fill = read_in,
		.finish = finish,
		.arg = c};
	struct db_options options = fixture_options(f, false);
	int rc;

	options.create = true;
	assert_int_equal(db_open(&options, &cx->err, &cx->db), 0);
	rc = db_load(cx, &l);
	return rc;
}

static void snapshot(struct world *w, struct copy *c)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/copy.db", w->fixture.dir);
	assert_int_equal(db_snapshot(&w->cx, path, write_out, c), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_false(c->text.failed);
}

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

static void to_and_fro(void **state)
{
	struct world *w = *state;

	assert_int_equal(db_write(&w->cx, fill_source, NULL), 0);
	for (int engine = 0; engine < 2; engine++) {
		struct copy from = {.text = BUF(8 * MIB)}, to = {.text = BUF(8 * MIB)};
		struct ctx cx = {.arena = arena_new(64 * MIB)};
		struct fixture f;
		char path[300];

		snapshot(w, &from);
		assert_int_equal(from.step_count, 2);
		assert_non_null(strstr(buf_text(&from.text), "9223372036854775807"));
		fixture_make(&f, (enum db_engine)engine);
		if (load(&f, &from, &cx, from.steps, from.step_count) < 0)
			fail_msg("%s", cx.err.text);
		assert_int_equal(from.fills, 1);
		assert_int_equal(from.finishes, 1);
		snprintf(path, sizeof(path), "%s/copy.db", f.dir);
		assert_int_equal(db_snapshot(&cx, path, write_out, &to), 0);
		assert_non_null(strstr(buf_text(&to.text), "{\"id\":-5}\n"));
		/* but for what finish did, the same bytes */
		memmove(strstr(to.text.data, "{\"id\":-5}\n"),
			strstr(to.text.data, "{\"id\":-5}\n") + 10,
			strlen(strstr(to.text.data, "{\"id\":-5}\n")) - 9);
		assert_string_equal(buf_text(&to.text), buf_text(&from.text));
		assert_int_equal(db_check(&cx), 0);
		db_close(cx.db);
		fixture_drop(&f);
		arena_free(cx.arena);
		buf_done(&from.text);
		buf_done(&to.text);
	}
}

/* Rows of the first step alone: the second is done over them. */
static void from_an_older_one(void **state)
{
	static const struct step STEPS[] = {{"core", 1, "first"}};
	static const char OLDER[] =
		"many\n{\"a\":\"x\",\"b\":1,\"text\":null,\"bytes\":null,\"order\":null,\"tree\":null}\n\n"
		"bare\n{\"n\":5}\n\n";
	enum db_engine engine = *(enum db_engine *)*state;
	struct copy c = {.text = BUF(1 * MIB)}, to = {.text = BUF(1 * MIB)};
	struct ctx cx = {.arena = arena_new(8 * MIB)};
	struct fixture f;
	char path[300];

	fixture_make(&f, engine);
	buf_adds(&c.text, OLDER);
	if (load(&f, &c, &cx, STEPS, 1) < 0)
		fail_msg("%s", cx.err.text);
	snprintf(path, sizeof(path), "%s/copy.db", f.dir);
	assert_int_equal(db_snapshot(&cx, path, write_out, &to), 0);
	assert_int_equal(to.step_count, 2);
	assert_string_equal(buf_text(&to.text),
		"bare\n{\"n\":5}\n\nmany\n{\"a\":\"x\",\"b\":1,\"text\":null,\"bytes\":null,\"order\":null,\"tree\":null,"
		"\"later\":\"d\"}\n\ntree\n\nyoung\n{\"id\":-5}\n{\"id\":1}\n\n");
	db_close(cx.db);
	fixture_drop(&f);
	arena_free(cx.arena);
	buf_done(&c.text);
	buf_done(&to.text);
}

static void fails_and_leaves_nothing(void **state)
{
	static const struct step STEPS[] = {{"core", 1, "first"}, {"core", 2, "second"},
		{"core", 3, "third"}, {"moon", 1, "x"}};
	static const struct {
		const char *table, *line;
		const struct step *steps;
		int step_count, code;
		const char *says;
	} ROWS[] = {
		{"tree", "{\"id\":1,\"up\":2,\"other\":null}", STEPS, 2, ERR_INVALID, "refers"},
		{"bare", "{\"n\":13}", STEPS, 2, ERR_INTERNAL, "rule"},
		{"bare", "{\"n\":null}", STEPS, 2, ERR_INTERNAL, "rule"},
		{"bare", "{\"n\":\"1\"}", STEPS, 2, ERR_INVALID, "whole number"},
		{"bare", "{\"n\":1,\"m\":1}", STEPS, 2, ERR_INVALID, "no column \"m\""},
		{"bare", "{}", STEPS, 2, ERR_INVALID, "n is missing"},
		{"bare", "{\"n\":99999999999999999999}", STEPS, 2, ERR_INVALID, "JSON"},
		{NULL, NULL, STEPS, 3, ERR_CONFLICT, "newer version"},
		{NULL, NULL, STEPS + 3, 1, ERR_CONFLICT, "newer version"},
		{NULL, NULL, STEPS + 1, 1, ERR_INVALID, "without the one before"},
	};
	enum db_engine engine = *(enum db_engine *)*state;
	struct fixture f;

	fixture_make(&f, engine);
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct copy c = {.table = ROWS[i].table, .spoil = ROWS[i].line};
		struct ctx cx = {.arena = arena_new(8 * MIB)};
		int count = -1;

		assert_int_equal(
			load(&f, &c, &cx, ROWS[i].steps, ROWS[i].step_count), ROWS[i].code);
		if (!strstr(cx.err.text, ROWS[i].says))
			fail_msg("row %zu: %s", i, cx.err.text);
		assert_int_equal(db_read(&cx, count_tables, &count), 0);
		assert_int_equal(count, 0);
		db_close(cx.db);
		arena_free(cx.arena);
	}
	fixture_drop(&f);
}

static int yes(struct tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	return 1;
}

static void only_an_empty_one(void **state)
{
	static const struct step STEPS[] = {{"core", 1, "first"}, {"core", 2, "second"}};
	struct world *w = *state;
	struct copy c = {0};
	struct loading l = {.rooms = ROOMS,
		.steps = STEPS,
		.step_count = 2,
		.fill = read_in,
		.finish = finish,
		.arg = &c};

	assert_int_equal(db_load(&w->cx, &l), ERR_CONFLICT);
	assert_non_null(strstr(w->cx.err.text, "is not empty"));
	if (w->fixture.engine == DB_SQLITE)
		return; /* what a restore left there are files, which are removed as such */
	l.ours = yes;
	assert_int_equal(db_load(&w->cx, &l), 0);
}

static int dirty(struct tx *tx, void *arg)
{
	(void)arg;
	return run(tx, "INSERT INTO many (a, b, \"text\") VALUES ('x', 1, CAST(X'61ff' AS TEXT))");
}

static int write_dirty(struct tx *tx, void *arg)
{
	AUTO(buf_done) struct buf out = BUF(1000);
	const struct table *tables;
	struct err *err = arg;
	int count, rc = db_tables(tx, &tables, &count);

	for (int i = 0; rc == 0 && i < count; i++) {
		AUTO(stmt_done) struct stmt *q = table_select(tx, &tables[i]);

		while (rc >= 0 && (rc = stmt_step(q)) > 0)
			rc = table_row_write(q, &tables[i], err, &out);
	}
	return rc;
}

/* SQLite takes it; a backup says so rather than be one that cannot be read. */
static void text_that_is_not(void **state)
{
	struct world *w = *state;
	struct err err = {0};
	char path[300];

	snprintf(path, sizeof(path), "%s/copy.db", w->fixture.dir);
	assert_int_equal(db_write(&w->cx, dirty, NULL), 0);
	assert_true(db_snapshot(&w->cx, path, write_dirty, &err) < 0);
	assert_non_null(strstr(err.text, "many holds text in text that is not UTF-8"));
}

/* A snapshot does not move, and does not stand in a writer's way. */
static int write_meanwhile(struct tx *tx, void *arg)
{
	(void)arg;
	return run(tx, "INSERT INTO bare (n) VALUES (4711)");
}

static void *write_aside(void *arg)
{
	struct ctx *cx = arg;

	assert_int_equal(db_write(cx, write_meanwhile, NULL), 0);
	return NULL;
}

struct still {
	struct ctx *cx;
	int seen;
};

static int look_twice(struct tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, "SELECT count(*) FROM bare WHERE n = 4711");
	struct still *s = arg;
	struct ctx cx = {.arena = arena_new(1 * MIB), .db = s->cx->db};
	pthread_t thread;

	assert_int_equal(stmt_step(q), 1);
	pthread_create(&thread, NULL, write_aside, &cx);
	pthread_join(thread, NULL);
	arena_free(cx.arena);
	stmt_done(&q);
	q = tx_prepare(tx, "SELECT count(*) FROM bare WHERE n = 4711");
	assert_int_equal(stmt_step(q), 1);
	s->seen = (int)col_int(q, 0);
	return 0;
}

static void of_one_moment(void **state)
{
	struct world *w = *state;
	struct still s = {&w->cx, -1};
	char path[300];

	snprintf(path, sizeof(path), "%s/copy.db", w->fixture.dir);
	assert_int_equal(db_snapshot(&w->cx, path, look_twice, &s), 0);
	assert_int_equal(s.seen, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(to_and_fro, set_up, tear_down),
		FIXTURE_BOTH(from_an_older_one, NULL, NULL),
		FIXTURE_BOTH(fails_and_leaves_nothing, NULL, NULL),
		FIXTURE_BOTH(only_an_empty_one, set_up, tear_down),
		FIXTURE_ONE(DB_SQLITE, text_that_is_not, set_up, tear_down),
		FIXTURE_BOTH(of_one_moment, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
