/* SQLite's statements. Parameters are numbered by first appearance, in the order that sql_params()
 * finds them. */
#include <assert.h>
#include <string.h>

#include "kit/db/sqlite.h"

int sqlite_prepare(struct stmt *s, struct err *err)
{
	sqlite3 *h = sqlite_handle(s->conn);
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v3(h, s->text, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL);

	if (rc != SQLITE_OK)
		return sqlite_error(s->conn->db, h, rc, err);
	assert(q && "a statement without SQL");
	assert(sqlite3_bind_parameter_count(q) == s->param_count);
	s->handle = q;
	return 0;
}

static int bind(sqlite3_stmt *q, int at, const struct param *p)
{
	switch (p->kind) {
	case PARAM_INT:
		return sqlite3_bind_int64(q, at, p->number);
	case PARAM_TEXT:
		return sqlite3_bind_text64(q, at, p->bytes, p->len, SQLITE_STATIC, SQLITE_UTF8);
	case PARAM_BLOB:
		return sqlite3_bind_blob64(q, at, p->bytes, p->len, SQLITE_STATIC);
	case PARAM_NULL:
		break;
	}
	return sqlite3_bind_null(q, at);
}

/* Bound when it runs: handle and parameters are then in step, whatever the caller set before. */
static int bind_all(struct stmt *s, struct err *err)
{
	for (int i = 0; i < s->param_count; i++) {
		int rc = bind(s->handle, i + 1, &s->params[i]);

		if (rc != SQLITE_OK)
			return sqlite_error(s->conn->db, sqlite_handle(s->conn), rc, err);
	}
	return 0;
}

int sqlite_step(struct stmt *s, struct err *err)
{
	sqlite3 *h = sqlite_handle(s->conn);
	int rc;

	if (!sqlite3_stmt_busy(s->handle) && bind_all(s, err) < 0)
		return err->code;
	rc = sqlite3_step(s->handle);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		return sqlite_error(s->conn->db, h, sqlite3_extended_errcode(h), err);
	s->changes = sqlite3_stmt_readonly(s->handle) ? 0 : sqlite3_changes64(h);
	return 0;
}

int sqlite_stmt_reset(struct stmt *s, struct err *err)
{
	int rc = sqlite3_reset(s->handle);

	return rc == SQLITE_OK ? 0 : sqlite_error(s->conn->db, sqlite_handle(s->conn), rc, err);
}

void sqlite_stmt_finalize(struct stmt *s)
{
	sqlite3_finalize(s->handle);
}

int64_t sqlite_col_int(struct stmt *s, int column)
{
	return sqlite3_column_int64(s->handle, column);
}

const char *sqlite_col_text(struct stmt *s, int column)
{
	return (const char *)sqlite3_column_text(s->handle, column);
}

const void *sqlite_col_blob(struct stmt *s, int column, size_t *ret_len)
{
	const void *p = sqlite3_column_blob(s->handle, column);

	*ret_len = (size_t)sqlite3_column_bytes(s->handle, column);
	if (!p && !sqlite_col_null(s, column))
		return ""; /* SQLite gives NULL for a blob of no bytes */
	return p;
}

bool sqlite_col_null(struct stmt *s, int column)
{
	return sqlite3_column_type(s->handle, column) == SQLITE_NULL;
}
