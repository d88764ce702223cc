/* What copying all rows needs of SQLite: a snapshot as a file of its own, and references that are
 * checked at the end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kit/db/sqlite.h"

const char sqlite_tables[] =
	"SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
	" AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'migration' ORDER BY name";
const char sqlite_columns[] = "SELECT name, type, pk FROM pragma_table_info($table) ORDER BY cid";

static void remove_copy(const char *path)
{
	char journal[1200];

	unlink(path);
	if ((size_t)snprintf(journal, sizeof(journal), "%s-journal", path) < sizeof(journal))
		unlink(journal);
}

/* Nobody else may read it, so it is made before SQLite fills it. */
static int make_copy(struct db *db, const char *path, struct err *err)
{
	AUTO(auto_close) int fd = -1;
	struct conn *c;
	int rc;

	remove_copy(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_DENIED,
			"%s cannot be written: %s", path, strerror(errno));
	rc = db->engine->connect(db, ROLE_MIGRATOR, err, &c);
	if (rc < 0)
		return rc;
	rc = sqlite_vacuum_into(c, path, err);
	if (rc == ERR_FULL)
		err_set(err, ERR_FULL, "the disk is full: make room where %s goes", path);
	db->engine->disconnect(c);
	return rc;
}

int sqlite_snapshot(struct db *db, const char *path, struct err *err, struct conn **ret)
{
	int rc = make_copy(db, path, err);

	if (rc == 0)
		rc = sqlite_connect_copy(db, path, err, ret);
	remove_copy(path); /* it lives as long as it is open */
	return rc;
}

/* The counter of broken references is looked at by the commit alone. The cache is made larger than
 * a server's: rows of an index come in no order. */
int sqlite_loosen(struct tx *tx, struct loosened **ret)
{
	static const char LATER[] = "PRAGMA defer_foreign_keys = ON; PRAGMA cache_size = -32000";
	struct err err = {0};
	int rc = tx->conn->engine->exec(tx->conn, LATER, &err);

	*ret = NULL;
	return rc < 0 ? tx_fail(tx, rc, "%s", err.text) : 0;
}

int sqlite_fasten(struct tx *tx, struct loosened *loose)
{
	static const char BROKEN[] =
		"SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1";
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, BROKEN);
	int rc = stmt_step(q);

	(void)loose;
	if (rc <= 0)
		return rc;
	return tx_fail(tx, ERR_INVALID, "a row of %s refers to one of %s that is not there",
		col_text(q, 0), col_text(q, 1));
}
