/* All rows of a store, out and in: what backup and restore stand on.
 *
 * Tables and columns are those of the database's own catalogue, so nobody keeps a list of them that
 * could be incomplete. The list of migrations that were done is no table here: it says which tables
 * there are, and travels apart. Views, virtual and generated parts are not rows: they follow from
 * rows. */
#ifndef CHORSU_KIT_DB_COPY_H
#define CHORSU_KIT_DB_COPY_H

#include "base/buf.h"
#include "kit/db/db.h"

enum column_type { COLUMN_INT, COLUMN_TEXT, COLUMN_BLOB };

struct column {
	const char *name; /* also the parameter of table_insert() */
	enum column_type type;
};

struct table {
	const char *name;
	const struct column *columns;
	int column_count;
	const char *select, *insert;
};

/* A migration that was done. */
struct step {
	const char *room;
	int64_t number;
	const char *name;
};

/* In the order of their names; in tx_arena(). */
MUST_USE int db_tables(struct tx *tx, const struct table **ret, int *ret_count);
MUST_USE int db_steps(struct tx *tx, const struct step **ret, int *ret_count);

/* Are all of them known to this program, in an order without a gap? ERR_CONFLICT, ERR_INVALID. */
MUST_USE int db_steps_check(const struct migrations *const *rooms, const struct step *steps,
	int count, struct err *err);

/* The SQL of a migration as the engine gets it. */
void db_step_sql(enum db_engine engine, const char *sql, struct buf *out);

/* Every row in the order of its key, columns in the table's order. Rows come as they are stepped
 * through, not all at once. */
struct stmt *table_select(struct tx *tx, const struct table *t);
struct stmt *table_insert(struct tx *tx, const struct table *t);

/* A row as one line of JSON: {"id":1,"text":"…","sealed":"base64","closed_at":null}. ERR_IO for
 * text that is not UTF-8, ERR_TOO_LARGE when out is full. */
MUST_USE int table_row_write(
	struct stmt *row, const struct table *t, struct err *err, struct buf *out);

/* The same line, of whatever origin: every column of the table and no other. Cells, one a column,
 * point into the arena. ERR_INVALID, ERR_MEMORY. */
struct cell {
	bool null;
	int64_t number;
	const void *bytes; /* COLUMN_TEXT ends with a NUL; COLUMN_BLOB has len bytes */
	size_t len;
};
MUST_USE int table_row_parse(const struct table *t, const char *line, size_t len, struct arena *a,
	struct err *err, struct cell *cells);
MUST_USE int table_row_insert(struct stmt *insert, const struct table *t, const struct cell *cells);

/* fn once, on the calling thread, in one transaction that sees the store as it was at one moment,
 * however long it reads.
 *
 * With SQLite it reads a copy that is made at path first (mode 0600) and has lost its name when fn
 * runs: a read transaction as long as a backup would keep the log from ever being shortened, and
 * the store would grow by all that is written meanwhile. To copy the file takes seconds where
 * writing it out takes minutes. With PostgreSQL it is a REPEATABLE READ transaction: old versions
 * of rows are kept as long as it lasts, which costs nothing that a day's vacuum does not mend. */
MUST_USE int db_snapshot(
	struct ctx *cx, const char *path, int (*fn)(struct tx *tx, void *arg), void *arg);

struct loading {
	const struct migrations *const *rooms;
	const struct step *steps; /* that the rows were written under */
	int step_count;
	/* May what the database holds be removed? Asked when it holds anything. NULL: no. > 0:
	 * yes; ERR_*. */
	int (*ours)(struct tx *tx, void *arg);
	int (*fill)(struct tx *tx, void *arg);   /* inserts; the tables are as steps left them */
	int (*finish)(struct tx *tx, void *arg); /* the tables are as this program wants them */
	void *arg;
};

/* Fill a database that is made for it (cx->db, opened with create) in a single transaction: the
 * tables as the steps left them, fill, references checked, the steps that are younger, finish.
 * Whatever fails, or wherever the process dies, the database is as it was. Each function runs once,
 * on the calling thread. ERR_CONFLICT when the database holds anything. */
MUST_USE int db_load(struct ctx *cx, const struct loading *l);

#endif
