/* The check of a whole store; what there is to look at differs between engines. */
#include "kit/db/engine.h"

int check_rows(struct tx *tx, const char *sql)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, sql);
	int rc = stmt_step(q);

	if (rc > 0)
		return tx_fail(tx, ERR_IO, "the database is damaged (%s): restore a backup",
			col_text(q, 0));
	return rc;
}

static int check(struct tx *tx, void *arg)
{
	(void)arg;
	return tx->conn->engine->check(tx);
}

int db_check(struct ctx *cx)
{
	return db_read(cx, check, NULL);
}
