/* Statements: the cache of prepared ones, parameters by name, rows. What an engine does with them
 * is behind its table.
 *
 * The first error of a statement dooms its transaction: later statements return the same error
 * without running, and the transaction fails with it whatever its function returns. PostgreSQL
 * would refuse them anyway; so both engines behave alike. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kit/db/engine.h"

static unsigned bucket_of(const char *sql)
{
	uintptr_t key = (uintptr_t)sql;

	return (unsigned)((key ^ key >> 6 ^ key >> 12) % CACHE_BUCKETS);
}

static void free_stmt(struct stmt *s)
{
	if (s->handle)
		s->conn->engine->finalize(s);
	free(s->params);
	free(s->text);
	free(s);
}

struct stmt *stmt_new(struct conn *c, const char *sql, struct err *err)
{
	struct stmt *s = calloc(1, sizeof(*s));

	if (!s) {
		err_set(err, ERR_MEMORY, "there is not enough memory for a statement");
		return NULL;
	}
	s->conn = c;
	s->sql = sql;
	s->text = strdup(sql);
	if (!s->text || sql_params(s->text, &s->params, &s->param_count) < 0) {
		err_set(err, ERR_MEMORY, "there is not enough memory for a statement");
		free_stmt(s);
		return NULL;
	}
	if (c->engine->prepare(s, err) < 0) {
		free_stmt(s);
		return NULL;
	}
	return s;
}

static void cache_remove(struct conn *c, struct stmt *gone)
{
	struct stmt **p = &c->cache[bucket_of(gone->sql)];

	while (*p != gone)
		p = &(*p)->next;
	*p = gone->next;
	c->cached--;
	free_stmt(gone);
}

/* The one that was not used for longest makes room. */
static void cache_shrink(struct conn *c)
{
	struct stmt *oldest = NULL;

	if (c->cached < CACHE_MAX)
		return;
	for (int i = 0; i < CACHE_BUCKETS; i++)
		for (struct stmt *s = c->cache[i]; s; s = s->next)
			if (!s->tx && (!oldest || s->used < oldest->used))
				oldest = s;
	if (oldest)
		cache_remove(c, oldest);
}

static struct stmt *cache_find(struct conn *c, const char *sql)
{
	for (struct stmt *s = c->cache[bucket_of(sql)]; s; s = s->next) {
		if (s->sql == sql && !s->tx) {
			assert(strcmp(s->text, sql) == 0 && "SQL must be constant text");
			return s;
		}
	}
	return NULL;
}

void stmt_cache_clear(struct conn *c)
{
	assert(c->in_use == 0);
	for (int i = 0; i < CACHE_BUCKETS; i++)
		while (c->cache[i])
			cache_remove(c, c->cache[i]);
}

static int doom(struct tx *tx, int code, const struct err *why)
{
	if (!tx->doom.code) {
		err_copy(&tx->doom, why);
		err_copy(&tx->err, why);
	}
	return code;
}

struct stmt *tx_prepare(struct tx *tx, const char *sql)
{
	struct conn *c = tx->conn;
	struct err err = {0};
	struct stmt *s;

	if (tx->doom.code)
		return &tx->dead;
	s = cache_find(c, sql);
	if (!s) {
		cache_shrink(c);
		s = stmt_new(c, sql, &err);
		if (!s) {
			doom(tx, err.code, &err);
			return &tx->dead;
		}
		s->next = c->cache[bucket_of(sql)];
		c->cache[bucket_of(sql)] = s;
		c->cached++;
	}
	s->tx = tx;
	s->used = ++c->uses;
	c->in_use++;
	return s;
}

static int reset(struct stmt *s)
{
	struct err err = {0};
	int rc = s->started ? s->conn->engine->reset(s, &err) : 0;

	s->started = s->finished = false;
	/* A foreign key may be found broken only here, after INSERT … RETURNING gave its row. */
	return rc < 0 ? doom(s->tx, rc, &err) : 0;
}

void stmt_done(struct stmt **s)
{
	struct stmt *q = *s;

	*s = NULL;
	if (!q || !q->conn)
		return;
	reset(q);
	for (int i = 0; i < q->param_count; i++)
		q->params[i].kind = PARAM_NULL;
	q->tx = NULL;
	q->conn->in_use--;
}

/* Names are mostly bound in their order. NULL for a dead statement. */
static struct param *param_of(struct stmt *s, const char *name)
{
	size_t len = strlen(name);

	if (!s->conn)
		return NULL;
	if (s->started)
		reset(s);
	for (int i = 0; i < s->param_count; i++) {
		int at = (s->param_next + i) % s->param_count;
		struct param *p = &s->params[at];

		if (p->name_len == len && memcmp(p->name, name, len) == 0) {
			s->param_next = at + 1;
			return p;
		}
	}
	assert(!"the statement has a parameter of this name");
	return NULL;
}

void bind_int(struct stmt *s, const char *name, int64_t value)
{
	struct param *p = param_of(s, name);

	if (p) {
		p->kind = PARAM_INT;
		p->number = value;
	}
}

static void bind_bytes(
	struct stmt *s, const char *name, enum param_kind kind, const void *bytes, size_t len)
{
	struct param *p = param_of(s, name);

	if (p) {
		p->kind = bytes ? kind : PARAM_NULL;
		p->bytes = bytes;
		p->len = len;
	}
}

void bind_text(struct stmt *s, const char *name, const char *value)
{
	bind_bytes(s, name, PARAM_TEXT, value, value ? strlen(value) : 0);
}

void bind_blob(struct stmt *s, const char *name, const void *p, size_t len)
{
	bind_bytes(s, name, PARAM_BLOB, p, len);
}

int stmt_step(struct stmt *s)
{
	struct err err = {0};
	int rc;

	assert(s->tx && "a statement was used after stmt_done");
	if (s->tx->doom.code)
		return s->tx->doom.code;
	if (s->finished)
		return 0;
	s->started = true;
	rc = s->conn->engine->step(s, &err);
	if (rc <= 0)
		s->finished = true;
	return rc < 0 ? doom(s->tx, rc, &err) : rc;
}

int stmt_run(struct stmt *s)
{
	int rc;

	do
		rc = stmt_step(s);
	while (rc > 0);
	return rc;
}

int64_t stmt_changes(struct stmt *s)
{
	return s->finished ? s->changes : 0;
}

static bool has_row(const struct stmt *s)
{
	return s->conn && s->started && !s->finished;
}

int64_t col_int(struct stmt *s, int column)
{
	return has_row(s) ? s->conn->engine->col_int(s, column) : 0;
}

const char *col_text(struct stmt *s, int column)
{
	return has_row(s) ? s->conn->engine->col_text(s, column) : NULL;
}

const void *col_blob(struct stmt *s, int column, size_t *ret_len)
{
	*ret_len = 0;
	return has_row(s) ? s->conn->engine->col_blob(s, column, ret_len) : NULL;
}

bool col_null(struct stmt *s, int column)
{
	return has_row(s) ? s->conn->engine->col_null(s, column) : true;
}

char *col_strdup(struct stmt *s, int column)
{
	return arena_strdup(s->tx->arena, col_text(s, column));
}
