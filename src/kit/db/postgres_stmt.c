/* PostgreSQL's statements: prepared on the server when they first run, because only then the
 * parameters' types are known.
 *
 * A parameter has the type of the first value that is not NULL; until there was one its type is the
 * server's guess. When a type becomes known later the statement is prepared once more. */
#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/db/postgres.h"

/* Object ids of built-in types (src/include/catalog/pg_type.dat): constant since PostgreSQL exists.
 */
enum {
	TYPE_BOOL = 16,
	TYPE_BYTEA = 17,
	TYPE_NAME = 19,
	TYPE_INT8 = 20,
	TYPE_INT2 = 21,
	TYPE_INT4 = 23,
	TYPE_TEXT = 25,
	TYPE_OID = 26,
	TYPE_VARCHAR = 1043,
	TYPE_VOID = 2278
};

struct pg_stmt {
	char *sql; /* numbered */
	char name[16];
	bool prepared, running; /* running: rows are still to come, one by one */
	PGresult *result;       /* NULL until it ran */
	int row;
	Oid *types;
	const char **values;
	int *lengths, *formats;
	int64_t *numbers;  /* in the network's order */
	char (*texts)[24]; /* numbers asked for as text, a column each */
};

static PGconn *handle_of(struct stmt *s)
{
	return ((struct pg_conn *)s->conn)->h;
}

void pg_finalize(struct stmt *s)
{
	struct pg_stmt *q = s->handle;
	PGconn *h = handle_of(s);
	char sql[40];

	if (q->prepared && PQstatus(h) == CONNECTION_OK) {
		snprintf(sql, sizeof(sql), "DEALLOCATE %s", q->name);
		PQclear(PQexec(h, sql));
	}
	PQclear(q->result);
	free(q->sql);
	free(q->types);
	free(q->values);
	free(q->lengths);
	free(q->formats);
	free(q->numbers);
	free(q->texts);
	free(q);
	s->handle = NULL;
}

int pg_prepare(struct stmt *s, struct err *err)
{
	size_t n = (size_t)s->param_count + 1;
	struct pg_stmt *q = calloc(1, sizeof(*q));
	struct buf sql = BUF(SQL_MAX);

	s->handle = q;
	if (q) {
		sql_numbered(s->text, s->params, s->param_count, &sql);
		q->sql = buf_take(&sql, NULL);
		q->types = calloc(n, sizeof(*q->types));
		q->values = calloc(n, sizeof(*q->values));
		q->lengths = calloc(n, sizeof(*q->lengths));
		q->formats = calloc(n, sizeof(*q->formats));
		q->numbers = calloc(n, sizeof(*q->numbers));
		if (q->sql && q->types && q->values && q->lengths && q->formats && q->numbers)
			return 0;
	}
	buf_done(&sql);
	return err_set(err, ERR_MEMORY, "there is not enough memory for a statement");
}

static Oid type_of(const struct param *p)
{
	switch (p->kind) {
	case PARAM_INT:
		return TYPE_INT8;
	case PARAM_TEXT:
		return TYPE_TEXT;
	case PARAM_BLOB:
		return TYPE_BYTEA;
	case PARAM_NULL:
		break;
	}
	return 0;
}

/* Lays out the values for the server; false when it must be prepared (again) for their types. */
static bool lay_out(struct stmt *s, struct pg_stmt *q)
{
	bool fits = q->prepared;

	for (int i = 0; i < s->param_count; i++) {
		const struct param *p = &s->params[i];
		Oid type = type_of(p);

		if (type && type != q->types[i]) {
			q->types[i] = type;
			fits = false;
		}
		q->numbers[i] = (int64_t)htobe64((uint64_t)p->number);
		q->formats[i] = p->kind != PARAM_TEXT;
		q->lengths[i] = p->kind == PARAM_INT ? (int)sizeof(int64_t) : (int)p->len;
		q->values[i] = p->kind == PARAM_NULL  ? NULL
			       : p->kind == PARAM_INT ? (const char *)&q->numbers[i]
						      : p->bytes;
	}
	return fits;
}

static int prepare_on_server(struct stmt *s, struct pg_stmt *q, struct err *err)
{
	struct pg_conn *c = (struct pg_conn *)s->conn;
	char old[40];
	PGresult *r;
	int rc;

	if (q->prepared) {
		snprintf(old, sizeof(old), "DEALLOCATE %s", q->name);
		PQclear(PQexec(c->h, old));
		q->prepared = false;
	}
	snprintf(q->name, sizeof(q->name), "s%u", ++c->names);
	r = PQprepare(c->h, q->name, q->sql, s->param_count, q->types);
	rc = pg_ok(r) ? 0 : pg_error(s->conn, c->h, r, err);
	q->prepared = rc == 0;
	PQclear(r);
	return rc;
}

static bool is_readable(Oid type)
{
	switch (type) {
	case TYPE_BOOL:
	case TYPE_BYTEA:
	case TYPE_NAME:
	case TYPE_INT8:
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_TEXT:
	case TYPE_OID:
	case TYPE_VARCHAR:
	case TYPE_VOID:
		return true;
	default:
		return false;
	}
}

static int check_columns(const PGresult *r, struct err *err)
{
	for (int i = 0; i < PQnfields(r); i++)
		if (!is_readable(PQftype(r, i)))
			return err_set(err, ERR_INTERNAL,
				"the column \"%s\" of a statement has the type %u: cast it to BIGINT or TEXT",
				PQfname(r, i), PQftype(r, i));
	return 0;
}

static int run(struct stmt *s, struct pg_stmt *q, struct err *err)
{
	PGconn *h = handle_of(s);

	if (!lay_out(s, q) && prepare_on_server(s, q, err) < 0)
		return err->code;
	q->result =
		PQexecPrepared(h, q->name, s->param_count, q->values, q->lengths, q->formats, 1);
	q->row = -1;
	if (!pg_ok(q->result))
		return pg_error(s->conn, h, q->result, err);
	/* As with SQLite, looking changes nothing. */
	s->changes = strncmp(PQcmdStatus(q->result), "SELECT", 6) == 0
			     ? 0
			     : strtoll(PQcmdTuples(q->result), NULL, 10);
	return check_columns(q->result, err);
}

/* What is still to come is read and dropped. */
static void drain(struct stmt *s, struct pg_stmt *q)
{
	PGresult *r;

	while (q->running && (r = PQgetResult(handle_of(s))))
		PQclear(r);
	q->running = false;
}

static int send(struct stmt *s, struct pg_stmt *q, struct err *err)
{
	PGconn *h = handle_of(s);

	if (!lay_out(s, q) && prepare_on_server(s, q, err) < 0)
		return err->code;
	if (!PQsendQueryPrepared(h, q->name, s->param_count, q->values, q->lengths, q->formats, 1))
		return pg_error(s->conn, h, NULL, err);
	q->running = true;
	PQsetSingleRowMode(h);
	s->changes = 0;
	return 0;
}

/* A result a row. */
static int step_streamed(struct stmt *s, struct pg_stmt *q, struct err *err)
{
	bool first = !q->running;
	int rc = first ? send(s, q, err) : 0;

	if (rc < 0)
		return rc;
	PQclear(q->result);
	q->result = PQgetResult(handle_of(s));
	q->row = 0;
	if (PQresultStatus(q->result) == PGRES_SINGLE_TUPLE)
		return first && check_columns(q->result, err) < 0 ? err->code : 1;
	if (!pg_ok(q->result))
		rc = pg_error(s->conn, handle_of(s), q->result, err);
	drain(s, q);
	return rc;
}

int pg_step(struct stmt *s, struct err *err)
{
	struct pg_stmt *q = s->handle;

	if (s->streamed)
		return step_streamed(s, q, err);
	if (!q->result && run(s, q, err) < 0)
		return err->code;
	return ++q->row < PQntuples(q->result);
}

int pg_reset(struct stmt *s, struct err *err)
{
	struct pg_stmt *q = s->handle;

	(void)err;
	drain(s, q);
	PQclear(q->result);
	q->result = NULL;
	free(q->texts);
	q->texts = NULL;
	return 0;
}

static bool is_there(const struct pg_stmt *q, int column)
{
	return column >= 0 && column < PQnfields(q->result) &&
	       !PQgetisnull(q->result, q->row, column);
}

bool pg_col_null(struct stmt *s, int column)
{
	return !is_there(s->handle, column);
}

int64_t pg_col_int(struct stmt *s, int column)
{
	struct pg_stmt *q = s->handle;
	const void *p;
	uint64_t n8;
	uint32_t n4;
	uint16_t n2;

	if (!is_there(q, column))
		return 0;
	p = PQgetvalue(q->result, q->row, column);
	switch (PQftype(q->result, column)) {
	case TYPE_INT8:
		memcpy(&n8, p, sizeof(n8));
		return (int64_t)be64toh(n8);
	case TYPE_INT4:
		memcpy(&n4, p, sizeof(n4));
		return (int32_t)be32toh(n4);
	case TYPE_OID:
		memcpy(&n4, p, sizeof(n4));
		return be32toh(n4);
	case TYPE_INT2:
		memcpy(&n2, p, sizeof(n2));
		return (int16_t)be16toh(n2);
	case TYPE_BOOL:
		return *(const char *)p != 0;
	case TYPE_BYTEA:
	case TYPE_VOID:
		return 0;
	default:
		return strtoll(p, NULL, 10);
	}
}

static bool is_number(Oid type)
{
	return type == TYPE_INT8 || type == TYPE_INT4 || type == TYPE_INT2 || type == TYPE_OID ||
	       type == TYPE_BOOL;
}

const char *pg_col_text(struct stmt *s, int column)
{
	struct pg_stmt *q = s->handle;

	if (!is_there(q, column))
		return NULL;
	if (!is_number(PQftype(q->result, column)))
		return PQgetvalue(q->result, q->row, column);
	if (!q->texts)
		q->texts = calloc((size_t)PQnfields(q->result), sizeof(*q->texts));
	if (!q->texts)
		return NULL;
	snprintf(q->texts[column], sizeof(*q->texts), "%lld", (long long)pg_col_int(s, column));
	return q->texts[column];
}

const void *pg_col_blob(struct stmt *s, int column, size_t *ret_len)
{
	struct pg_stmt *q = s->handle;

	if (!is_there(q, column))
		return NULL;
	*ret_len = (size_t)PQgetlength(q->result, q->row, column);
	return PQgetvalue(q->result, q->row, column);
}
