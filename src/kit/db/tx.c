/* Running one function inside a transaction. Where transactions begin and end: db.c for reading,
 * write.c for writing. */
#include <assert.h>

#include "kit/db/engine.h"

static _Thread_local bool inside;

bool tx_inside(void)
{
	return inside;
}

int tx_call(struct conn *c, struct arena *arena, int (*fn)(struct tx *, void *), void *arg,
	struct err *err)
{
	struct tx tx = {.conn = c, .arena = arena};
	int rc;

	assert(!inside && "db_read and db_write are not nested");
	tx.dead.tx = &tx;
	inside = true;
	rc = fn(&tx, arg);
	inside = false;
	assert(c->in_use == 0 && "a statement was not given back with stmt_done");
	if (rc >= 0 && tx.doom.code)
		return err_copy(err, &tx.doom);
	if (rc < 0) {
		if (tx.err.code == rc)
			err_copy(err, &tx.err);
		else
			err_set(err, rc, "%s", tx.doom.code == rc ? tx.doom.text : "");
	}
	return rc;
}

struct arena *tx_arena(struct tx *tx)
{
	return tx->arena;
}

int tx_fail(struct tx *tx, int code, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	code = err_vset(&tx->err, code, format, ap);
	va_end(ap);
	return code;
}

const struct err *tx_err(const struct tx *tx)
{
	return &tx->err;
}

enum db_engine tx_engine(const struct tx *tx)
{
	return tx->conn->engine->id;
}
