/* SQL of what the store knows of itself. */
#include "core/server.h"

static const char LOAD[] = "SELECT value FROM server WHERE name = $name";
static const char SAVE[] = "INSERT INTO server (name, value) VALUES ($name, $value)"
			   " ON CONFLICT (name) DO UPDATE SET value = excluded.value";

int server_value_load(struct tx *tx, const char *name, const char **ret, size_t *ret_len)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LOAD);
	int rc;

	bind_text(q, "name", name);
	rc = stmt_step(q);
	*ret = NULL;
	if (rc <= 0)
		return rc;
	*ret = col_blob(q, 0, ret_len);
	*ret = arena_copy(tx_arena(tx), *ret, *ret_len);
	return *ret ? 0 : tx_fail(tx, ERR_MEMORY, "not enough memory");
}

int server_value_save(struct tx *tx, const char *name, const void *p, size_t len)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SAVE);

	bind_text(q, "name", name);
	bind_blob(q, "value", p, len);
	return stmt_run(q);
}
