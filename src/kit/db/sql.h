/* The common dialect as text: finding named parameters, and writing it for PostgreSQL. */
#ifndef CHORSU_KIT_DB_SQL_H
#define CHORSU_KIT_DB_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum param_kind { PARAM_NULL, PARAM_INT, PARAM_TEXT, PARAM_BLOB };

struct param {
	const char *name; /* points into the SQL, without $ */
	size_t name_len;
	enum param_kind kind;
	int64_t number;
	const void *bytes; /* the caller's */
	size_t len;
};

#define SQL_MAX (256 * KIB) /* bytes of one script */

/* The different names in order of first appearance, as SQLite numbers them; what stands in quotes
 * and comments is left alone. The array is for free(3), NULL when there are none. ERR_MEMORY. */
MUST_USE int sql_params(const char *sql, struct param **ret, int *ret_count);

/* The same SQL with $1, $2 … for the names. */
void sql_numbered(const char *sql, const struct param *params, int count, struct buf *out);

/* A migration for PostgreSQL: INTEGER, TEXT and BLOB become BIGINT, TEXT and BYTEA, STRICT goes.
 * Text columns compare by bytes as SQLite's do. */
void sql_migration(const char *sql, struct buf *out);

#endif
