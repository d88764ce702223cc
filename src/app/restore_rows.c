/* Reading the members of a backup, in the transaction that fills the database: rows go there, files
 * into the folder. Everything here may have been made by a stranger. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/restore.h"
#include "base/crash.h"
#include "base/json.h"
#include "base/str.h"

#define PIECE_MEMORY (256 * MIB) /* a piece of rows, parsed */
#define COLUMNS_MAX  200

/* cx's error becomes the transaction's. */
static int pass(struct restore *r, struct tx *tx, int rc)
{
	return rc < 0 ? tx_fail(tx, rc, "%s", err_text(&r->cx->err)) : rc;
}

static const struct table *find_table(
	const struct table *tables, int count, const char *name, size_t len)
{
	for (int i = 0; i < count; i++)
		if (strlen(tables[i].name) == len && !memcmp(tables[i].name, name, len))
			return &tables[i];
	return NULL;
}

static const struct column *find_column(const struct table *t, const struct column *like)
{
	for (int i = 0; i < t->column_count; i++)
		if (str_eq(t->columns[i].name, like->name) && t->columns[i].type == like->type)
			return &t->columns[i];
	return NULL;
}

static int compare_columns(struct tx *tx, const struct table *theirs, const struct table *ours)
{
	for (int i = 0; i < theirs->column_count; i++)
		if (!find_column(ours, &theirs->columns[i]))
			return tx_fail(tx, ERR_INVALID,
				"the backup has a column %.100s.%.100s that its migrations do not make",
				theirs->name, theirs->columns[i].name);
	for (int i = 0; i < ours->column_count; i++)
		if (!find_column(theirs, &ours->columns[i]))
			return tx_fail(tx, ERR_INVALID,
				"the backup lacks the column %s.%s that its migrations make",
				ours->name, ours->columns[i].name);
	return 0;
}

/* The manifest's tables are those of the database, now that its migrations were done here. */
static int compare_tables(struct restore *r, struct tx *tx)
{
	const struct manifest *m = &r->manifest;
	int rc = 0;

	for (int i = 0; rc == 0 && i < m->table_count; i++) {
		const char *name = m->tables[i].name;
		const struct table *ours =
			find_table(r->tables, r->table_count, name, strlen(name));

		rc = ours ? compare_columns(tx, &m->tables[i], ours)
			  : tx_fail(tx, ERR_INVALID,
				    "the backup has a table %.100s that its migrations do not make",
				    name);
	}
	for (int i = 0; rc == 0 && i < r->table_count; i++)
		if (!find_table(m->tables, m->table_count, r->tables[i].name,
			    strlen(r->tables[i].name)))
			rc = tx_fail(tx, ERR_INVALID,
				"the backup lacks the table %s that its migrations make",
				r->tables[i].name);
	return rc;
}

static int load_tables(struct restore *r, struct tx *tx)
{
	int rc = db_tables(tx, &r->tables, &r->table_count);

	if (rc < 0)
		return rc;
	r->counts = arena_array(tx_arena(tx), (size_t)r->table_count + 1, sizeof(*r->counts));
	r->pieces = arena_array(tx_arena(tx), (size_t)r->table_count + 1, sizeof(*r->pieces));
	if (!r->counts || !r->pieces)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	return compare_tables(r, tx);
}

static int add_row(struct tx *tx, const struct table *t, struct stmt *insert, const char *line,
	size_t len, struct err *err)
{
	AUTO(arena_freep) struct arena *a = arena_new(PIECE_MEMORY);
	struct cell cells[COLUMNS_MAX];
	int rc;

	if (!a)
		return err_set(err, ERR_MEMORY, "not enough memory");
	rc = table_row_parse(t, line, len, a, err, cells);
	if (rc < 0)
		return rc;
	rc = table_row_insert(insert, t, cells);
	if (rc < 0)
		err_copy(err, tx_err(tx));
	if (rc == ERR_CONFLICT || rc == ERR_INTERNAL)
		err->code = rc = ERR_INVALID; /* of the archive's making */
	return rc;
}

static int add_lines(struct restore *r, struct tx *tx, const struct table *t, const char *member,
	const struct buf *text)
{
	AUTO(stmt_done) struct stmt *insert = table_insert(tx, t);
	const char *p = buf_text(text), *end = p + text->len;

	for (int line = 1; p < end; line++) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		struct err err = {0};
		int rc = stop ? add_row(tx, t, insert, p, (size_t)(stop - p), &err)
			      : err_set(&err, ERR_INVALID, "the line does not end");

		if (rc < 0)
			return tx_fail(tx, rc, "%s line %d: %s", member, line, err.text);
		p = stop + 1;
		r->counts[t - r->tables]++;
		r->progress.rows++;
	}
	return 0;
}

/* "rows/TABLE/000001.jsonl" */
static int take_rows(struct restore *r, struct tx *tx, const struct member *m)
{
	AUTO(buf_done) struct buf text = BUF(ROWS_MAX);
	const char *name = m->name + 5;
	size_t len = strcspn(name, "/");
	const struct table *t = find_table(r->tables, r->table_count, name, len);
	char expected[32];
	int rc;

	if (!t)
		return tx_fail(tx, ERR_INVALID, "the archive holds %s, and there is no such table",
			m->name);
	snprintf(expected, sizeof(expected), "/%06d.jsonl", ++r->pieces[t - r->tables]);
	if (!str_eq(name + len, expected))
		return tx_fail(tx, ERR_INVALID, "the archive holds %s where rows/%s%s belongs",
			m->name, t->name, expected);
	rc = pass(r, tx, unpack_take(r->archive, &text, &r->cx->err));
	if (rc == 0)
		rc = add_lines(r, tx, t, m->name, &text);
	CRASH_POINT("restore.in_rows");
	return rc;
}

static int once(struct tx *tx, const char *name, bool *seen)
{
	if (*seen)
		return tx_fail(tx, ERR_INVALID, "the archive holds %s twice", name);
	*seen = true;
	return 0;
}

static int take_counts(struct restore *r, struct tx *tx)
{
	AUTO(buf_done) struct buf text = BUF(MANIFEST_MAX);
	int rc = once(tx, "rows.json", &r->has_counts);
	json_t *j;

	if (rc == 0)
		rc = pass(r, tx, unpack_take(r->archive, &text, &r->cx->err));
	if (rc < 0)
		return rc;
	rc = json_parse(buf_text(&text), text.len, &r->cx->err, &j);
	if (rc < 0)
		return tx_fail(tx, rc, "rows.json: %s", r->cx->err.text);
	for (int i = 0; rc == 0 && i < r->table_count; i++) {
		const char *name = r->tables[i].name;
		const json_t *count = json_object_get(j, name);

		if (!json_is_integer(count) || json_integer_value(count) != r->counts[i])
			rc = tx_fail(tx, ERR_INVALID,
				"the archive holds %lld rows of %s and rows.json speaks of %lld: it is not whole",
				(long long)r->counts[i], name,
				(long long)json_integer_value(count));
	}
	json_decref(j);
	return rc;
}

static int take_config(struct restore *r, struct tx *tx)
{
	int rc = once(tx, "chorsu.conf", &r->has_config);

	if (rc == 0)
		rc = pass(r, tx, unpack_take(r->archive, &r->config, &r->cx->err));
	if (rc == 0 && strlen(buf_text(&r->config)) != r->config.len)
		rc = tx_fail(tx, ERR_INVALID, "chorsu.conf is not text");
	return rc;
}

/* What the operator gave goes before what the archive holds. */
static int take_secret(struct restore *r, struct tx *tx)
{
	AUTO(buf_done) struct buf bytes = BUF(SECRET_MAX);
	const char *path = arena_printf(r->cx->arena, "%s/secret.key", r->dir);
	int rc = once(tx, "secret.key", &r->has_secret);

	if (rc == 0)
		rc = pass(r, tx, unpack_take(r->archive, &bytes, &r->cx->err));
	if (rc < 0 || r->secret)
		return rc;
	rc = restore_write_secret(r, buf_text(&bytes), bytes.len);
	explicit_bzero(bytes.data, bytes.len);
	if (rc == 0)
		rc = path ? secret_load(path, &r->cx->err, &r->secret) : ERR_MEMORY;
	return pass(r, tx, rc);
}

static bool is_file(const char *name)
{
	for (const char *const *f = backup_folders; *f; f++)
		if (!strncmp(name, *f, strlen(*f)) && name[strlen(*f)] == '/')
			return true;
	return false;
}

static int take_member(struct restore *r, struct tx *tx, const struct member *m)
{
	if (str_starts(m->name, "rows/"))
		return take_rows(r, tx, m);
	if (str_eq(m->name, "rows.json"))
		return take_counts(r, tx);
	if (str_eq(m->name, "chorsu.conf"))
		return take_config(r, tx);
	if (str_eq(m->name, "secret.key"))
		return take_secret(r, tx);
	if (is_file(m->name))
		return pass(r, tx, restore_write_file(r, m));
	return tx_fail(tx, ERR_INVALID, "the archive holds %s, which no backup holds", m->name);
}

static int check_whole(struct restore *r, struct tx *tx)
{
	const char *missing = !r->has_counts   ? "rows.json"
			      : !r->has_config ? "chorsu.conf"
			      : !r->secret     ? "secret.key"
					       : NULL;

	return missing ? tx_fail(tx, ERR_INVALID, "the archive does not hold %s", missing) : 0;
}

int restore_fill(struct tx *tx, void *arg)
{
	struct restore *r = arg;
	struct member m;
	int rc = load_tables(r, tx), more = 1;

	while (rc == 0 && (more = unpack_next(r->archive, &r->cx->err, &m)) > 0) {
		rc = take_member(r, tx, &m);
		progress_tell(&r->progress, unpack_done(r->archive), unpack_size(r->archive));
	}
	if (rc < 0 || more < 0)
		return rc < 0 ? rc : pass(r, tx, more);
	rc = check_whole(r, tx);
	return rc < 0 ? rc : pass(r, tx, restore_prepare_config(r));
}
