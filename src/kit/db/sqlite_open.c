/* Opening SQLite's file: whether it is one of ours, and what each connection is set to. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kit/db/sqlite.h"
#ifdef CHORSU_CRASH_POINTS
#include "kit/db/sqlite_powercut_testing.h"
#endif

#define BUSY_MS        5000
#define APPLICATION_ID 0x43687275 /* "Chru": tells a store from any other SQLite file */

/* The log shrinks to 16 MB after a burst; sorting happens in memory. About 1 MB of pages for the
 * writer and half of that for each reader, which finds the rest in the system's cache: there are
 * several of them, and the whole server is to stay small. */
static const char SETTINGS[] =
	"PRAGMA synchronous = FULL; PRAGMA cache_size = -1000; PRAGMA temp_store = MEMORY;"
	" PRAGMA journal_size_limit = 16777216; PRAGMA trusted_schema = OFF;";

static const char *vfs_name(void)
{
#ifdef CHORSU_CRASH_POINTS
	return powercut_vfs();
#else
	return NULL;
#endif
}

static int config(sqlite3 *h)
{
	static const struct {
		int option, value;
	} ROWS[] = {
		{SQLITE_DBCONFIG_ENABLE_FKEY, 1},
		{SQLITE_DBCONFIG_DEFENSIVE, 1},
		{SQLITE_DBCONFIG_DQS_DML, 0}, /* "x" is a name, never a text by mistake */
		{SQLITE_DBCONFIG_DQS_DDL, 0},
	};

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		int rc = sqlite3_db_config(h, ROWS[i].option, ROWS[i].value, NULL);

		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

int sqlite_connect_raw(struct db *db, bool readonly, struct err *err, sqlite3 **ret)
{
	struct sqlite_store *store = db->impl;
	sqlite3 *h = NULL;
	int rc = sqlite3_open_v2(
		store->path, &h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs_name());

	if (rc == SQLITE_OK)
		rc = sqlite3_extended_result_codes(h, 1);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(h, BUSY_MS);
	if (rc == SQLITE_OK)
		rc = config(h);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(h, SETTINGS, NULL, NULL, NULL);
	if (rc == SQLITE_OK && readonly)
		rc = sqlite3_exec(
			h, "PRAGMA query_only = ON; PRAGMA cache_size = -500", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		sqlite_error(db, h, rc, err);
		sqlite3_close(h);
		return err->code;
	}
	*ret = h;
	return 0;
}

/* By the same layer as the store, and read once before it may lose its name. */
int sqlite_open_copy(struct db *db, const char *path, struct err *err, sqlite3 **ret)
{
	static const char LOOK[] = "PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;"
				   " SELECT count(*) FROM sqlite_schema";
	sqlite3 *h = NULL;
	int rc = sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, vfs_name());

	if (rc == SQLITE_OK)
		rc = sqlite3_extended_result_codes(h, 1);
	if (rc == SQLITE_OK)
		rc = config(h);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(h, LOOK, NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		sqlite_error(db, h, rc, err);
		sqlite3_close(h);
		return err->code;
	}
	*ret = h;
	return 0;
}

/* Made empty and readable by nobody else; SQLite gives its other files the same mode. */
static int make_file(struct db *db, const char *path, struct err *err)
{
	AUTO(auto_close) int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno != EEXIST)
		return err_set(err, errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO,
			"the database %s cannot be made: %s", path, strerror(errno));
	if (fd >= 0)
		fsync(db->dir_fd);
	return 0;
}

/* Never by opening it: closing such a descriptor would drop the locks that SQLite holds in this
 * process. */
static int check_file(struct db *db, const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
			"%s holds no store (chorsu.db: %s): make one with"
			" chorsu init",
			db->dir, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_IO, "%s is not a file, so %s is no store", path, db->dir);
	if (access(path, R_OK | W_OK) < 0)
		return err_set(err, ERR_DENIED,
			"the database %s cannot be read and written (%s): run chmod u+rw on it",
			path, strerror(errno));
	return 0;
}

static int read_number(sqlite3 *h, const char *sql, int64_t *ret)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(h, sql, -1, &q, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int set_wal(struct db *db, sqlite3 *h, struct err *err)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(h, "PRAGMA journal_mode = WAL", -1, &q, NULL);
	const char *mode;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : NULL;
	if (rc != SQLITE_ROW)
		sqlite_error(db, h, rc, err);
	else if (!mode || strcmp(mode, "wal") != 0)
		err_set(err, ERR_IO,
			"the database %s/chorsu.db cannot keep a write-ahead log: put the store on a local disk",
			db->dir);
	else
		rc = SQLITE_OK;
	sqlite3_finalize(q);
	return rc == SQLITE_OK ? 0 : err->code;
}

/* Marks a fresh file as ours; refuses a stranger's. */
static int check_content(struct db *db, sqlite3 *h, bool create, struct err *err)
{
	static const char MARK[] = "BEGIN IMMEDIATE; PRAGMA application_id = 1130918517; COMMIT";
	int64_t id = 0, tables = 0;
	int rc = read_number(h, "PRAGMA application_id", &id);

	_Static_assert(APPLICATION_ID == 1130918517, "the same number in SQL");
	if (rc == SQLITE_OK)
		rc = read_number(h, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc == SQLITE_OK && id == 0 && tables == 0) {
		if (!create)
			return err_set(err, ERR_NOT_FOUND,
				"the database %s/chorsu.db is empty: run chorsu init again",
				db->dir);
		rc = sqlite3_exec(h, MARK, NULL, NULL, NULL);
		id = APPLICATION_ID;
	}
	if (rc != SQLITE_OK)
		return sqlite_error(db, h, rc, err);
	if (id != APPLICATION_ID)
		return err_set(err, ERR_IO,
			"%s/chorsu.db is a database of another program, so %s is no store", db->dir,
			db->dir);
	return set_wal(db, h, err);
}

int sqlite_open_store(struct db *db, const struct db_options *options, struct err *err)
{
	struct sqlite_store *store = db->impl;
	sqlite3 *h = NULL;
	int rc = options->create ? make_file(db, store->path, err) : 0;

	if (rc == 0)
		rc = check_file(db, store->path, err);
	if (rc == 0 && db->serve)
		rc = store_lock(db, err);
	if (rc == 0)
		rc = sqlite_connect_raw(db, false, err, &h);
	if (rc < 0)
		return rc;
	rc = check_content(db, h, options->create, err);
	sqlite3_close(h);
	return rc;
}
