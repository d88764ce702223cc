/* What the files of this room share: the store, its connections, transactions and statements, and
 * the one table of functions that an engine fills. Nothing outside this room includes it. */
#ifndef CHORSU_KIT_DB_ENGINE_H
#define CHORSU_KIT_DB_ENGINE_H

#include <pthread.h>

#include "kit/db/db.h"
#include "kit/db/sql.h"

enum role { ROLE_WRITER, ROLE_READER, ROLE_MIGRATOR };

/* What became of a connection's transaction, beside the error that a statement gave. */
enum trouble {
	TROUBLE_NONE,
	TROUBLE_UNDONE, /* the engine has undone all of it: a batch's other callers must run again
			 */
	TROUBLE_AGAIN,  /* the same, and running it again may go well: serialization, deadlock, lost
			   connection */
	TROUBLE_UNSURE, /* the connection was lost under the commit: nobody knows what is stored */
};

#define CACHE_BUCKETS 64
#define CACHE_MAX     96 /* prepared statements a connection keeps */

/* The first member of each engine's own connection. One thread at a time. */
struct conn {
	struct db *db;
	const struct engine *engine;
	enum role role;
	enum trouble trouble; /* cleared by begin */
	struct stmt *cache[CACHE_BUCKETS];
	int cached;
	int in_use;        /* statements that are not given back */
	uint64_t uses;     /* counts up: the age of cached statements */
	struct conn *next; /* in the pool */
};

struct stmt {
	struct conn *conn; /* NULL: a dead statement, of a transaction that has failed */
	struct tx *tx;     /* NULL while it rests in the cache */
	const char *sql;   /* the caller's constant: the key */
	char *text;        /* our copy: shows a key that was not constant */
	struct param *params;
	int param_count;
	int param_next; /* where the search for a name begins */
	bool started, finished;
	bool streamed; /* its rows may be more than memory holds */
	int64_t changes;
	void *handle; /* the engine's */
	uint64_t used;
	struct stmt *next; /* in its bucket */
};

struct tx {
	struct conn *conn;
	struct arena *arena;
	struct err err;  /* what the caller's function said last */
	struct err doom; /* the first error of a statement: nothing more runs, the transaction fails
			    with it */
	struct stmt dead; /* what a failed tx_prepare returns */
};

struct heard {
	char text[256];
	char token[24]; /* names whom to answer; "" for nobody */
	unsigned char from[128];
	unsigned from_len;
};

struct loosened; /* postgres_copy.c */

/* Functions return 0 or ERR_* with one sentence in err. */
struct engine {
	enum db_engine id;
	/* SQL: make one; keep what was done since and make another; undo it and keep the savepoint.
	 */
	const char *savepoint, *next_savepoint, *undo_savepoint;

	/* The engine's part of db_open: db->impl, checks, the serving lock. close is called after a
	 * failed open too. */
	int (*open)(struct db *db, const struct db_options *options, struct err *err);
	void (*close)(struct db *db);

	int (*connect)(struct db *db, enum role role, struct err *err, struct conn **ret);
	void (*disconnect)(struct conn *c);

	int (*begin)(struct conn *c, struct err *err);
	int (*commit)(struct conn *c,
		struct err *err); /* failed: the transaction is over, c->trouble is set */
	void (*rollback)(struct conn *c);
	int (*exec)(struct conn *c, const char *sql,
		struct err *err); /* one constant statement without parameters */
	int (*script)(struct conn *c, const char *sql,
		struct err *err); /* several, in the common dialect */

	int (*prepare)(struct stmt *s, struct err *err);
	int (*step)(struct stmt *s, struct err *err); /* 1, 0, ERR_* */
	int (*reset)(struct stmt *s, struct err *err);
	void (*finalize)(struct stmt *s);
	int64_t (*col_int)(struct stmt *s, int column);
	const char *(*col_text)(struct stmt *s, int column);
	const void *(*col_blob)(struct stmt *s, int column, size_t *ret_len);
	bool (*col_null)(struct stmt *s, int column);

	/* copy.c, load.c. SQL: names of tables in order; names of the columns of $table, their
	 * types, their places in the primary key. */
	const char *tables, *columns;
	/* A reading connection that sees the store as it is now; path: for a copy of it, made and
	 * removed. */
	int (*snapshot)(struct db *db, const char *path, struct err *err, struct conn **ret);
	/* References are not looked at from loosen on; fasten finds out whether all stand. */
	int (*loosen)(struct tx *tx, struct loosened **ret);
	int (*fasten)(struct tx *tx, struct loosened *loose);

	/* One migrating process at a time; waits. Given back by disconnect. */
	int (*migrate_lock)(struct conn *c, struct err *err);
	int (*backup)(struct conn *c,
		struct err *err);    /* a copy before a migration; NULL: the engine makes none */
	int (*check)(struct tx *tx); /* db_check, in a reading transaction */

	bool (*nudge)(struct db *db, const char *text, int wait_ms);
	int (*ear_open)(struct db *db, struct err *err);
	bool (*ear_hear)(struct db *db, int stop_fd, int wait_ms,
		struct heard *ret); /* false: nothing yet */
	void (*ear_answer)(struct db *db, const struct heard *to);
	void (*ear_close)(struct db *db);
};

extern const struct engine sqlite_engine;
extern const struct engine postgres_engine;

struct db {
	const struct engine *engine;
	char *dir; /* absolute */
	int dir_fd;
	char *url;
	bool serve;
	int lock_fd; /* -1: none */
	void *impl;

	pthread_mutex_t pool_lock;
	pthread_cond_t pool_given; /* a connection came back or was closed */
	struct conn *idle;
	int open_readers;
	int max_readers;

	struct writer *writer;
	struct ear *ear;
};

/* store.c: the directory. */
int store_enter(struct db *db, const char *dir, struct err *err);
int store_lock(struct db *db, struct err *err);

/* tx.c: run fn in a transaction that has begun on c. Returns what fn returned, or the error that
 * dooms it; *err then holds the sentence. Statements that were not given back are a bug. */
int tx_call(struct conn *c, struct arena *arena, int (*fn)(struct tx *, void *), void *arg,
	struct err *err);
bool tx_inside(void); /* this thread runs such a fn now */

/* stmt.c */
void stmt_cache_clear(struct conn *c);
struct stmt *stmt_new(
	struct conn *c, const char *sql, struct err *err); /* outside the cache; for the engines */

/* migrate.c: one step and its row in the table of those done, in tx. */
int migrate_make_table(struct tx *tx);
int migrate_step(struct tx *tx, const char *room, const struct migration *step);
int migrate_forget(struct tx *tx); /* no step was ever done */

/* check.c: run sql, whose rows tell what is damaged; none is well. */
int check_rows(struct tx *tx, const char *sql);

/* write.c */
int writer_start(struct db *db, struct err *err);
void writer_stop(struct db *db);             /* after the writes that wait */
int64_t writer_commits(const struct db *db); /* that were made so far */
int writer_waiting(const struct db *db);     /* callers in the queue */

/* nudge.c */
void ear_stop(struct db *db);

/* The form in which nudges travel: a token of NUDGE_TOKEN characters, a space, the text; the answer
 * is the token. */
#define NUDGE_TOKEN 22
#define NUDGE_MAX   200 /* bytes of a text */
#define NUDGE_LINE  (NUDGE_TOKEN + 1 + NUDGE_MAX + 1)
#define NUDGE_SLICE                                                                                \
	10 /* ms: waiting for an answer is counted in slices, which strangers' messages use up too \
	    */

void nudge_compose(const char *text, char *token,
	char *line); /* token: NUDGE_TOKEN + 1, line: NUDGE_LINE bytes */
bool nudge_parse(const char *line, size_t len, struct heard *ret); /* false for anything else */

#endif
