/* What migrations need of SQLite: the lock against two processes at once, and a copy of the
 * database beforehand. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "kit/db/sqlite.h"

#define PARTIAL "before-migration.partial"

int sqlite_migrate_lock(struct conn *base, struct err *err)
{
	struct sqlite_conn *c = (struct sqlite_conn *)base;
	struct db *db = base->db;
	int fd =
		openat(db->dir_fd, "migrate.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc;

	if (fd < 0)
		return err_set(err, errno == ENOSPC ? ERR_FULL : ERR_IO,
			"the lock %s/migrate.lock cannot be opened: %s", db->dir, strerror(errno));
	do
		rc = flock(fd, LOCK_EX);
	while (rc < 0 && errno == EINTR);
	if (rc < 0) {
		err_set(err, ERR_IO, "the lock %s/migrate.lock cannot be taken: %s", db->dir,
			strerror(errno));
		close(fd);
		return err->code;
	}
	c->migrate_fd = fd;
	return 0;
}

/* before-migration-20261124T031545Z.db, with a number when that is taken. */
static void name_copy(struct db *db, char *out, size_t size)
{
	char date[32], digits[32];
	struct stat st;
	int n = 0;

	clock_rfc3339(clock_now() / SECOND * SECOND, date);
	for (const char *p = date; *p; p++)
		if (*p != '-' && *p != ':')
			digits[n++] = *p;
	digits[n] = '\0';
	snprintf(out, size, "before-migration-%s.db", digits);
	for (int i = 2; fstatat(db->dir_fd, out, &st, AT_SYMLINK_NOFOLLOW) == 0; i++)
		snprintf(out, size, "before-migration-%s-%d.db", digits, i);
}

int sqlite_vacuum_into(struct conn *c, const char *path, struct err *err)
{
	sqlite3 *h = sqlite_handle(c);
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(h, "VACUUM INTO $path", -1, &q, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(q, 1, path, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	if (rc != SQLITE_DONE)
		sqlite_error(c->db, h, rc, err);
	sqlite3_finalize(q);
	return rc == SQLITE_DONE ? 0 : err->code;
}

/* SQLite does not sync such a copy itself. It has its name only when it is whole. */
int sqlite_backup(struct conn *c, struct err *err)
{
	struct db *db = c->db;
	AUTO(auto_close) int fd = -1;
	char name[64], path[640];

	unlinkat(db->dir_fd, PARTIAL, 0);
	fd = openat(db->dir_fd, PARTIAL, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, errno == ENOSPC ? ERR_FULL : ERR_IO,
			"the copy %s/" PARTIAL " cannot be made: %s", db->dir, strerror(errno));
	snprintf(path, sizeof(path), "%s/" PARTIAL, db->dir);
	name_copy(db, name, sizeof(name));
	if (sqlite_vacuum_into(c, path, err) < 0) {
		unlinkat(db->dir_fd, PARTIAL, 0);
		return err->code;
	}
	if (fsync(fd) < 0 || renameat(db->dir_fd, PARTIAL, db->dir_fd, name) < 0 ||
		fsync(db->dir_fd) < 0)
		return err_set(err, errno == ENOSPC ? ERR_FULL : ERR_IO,
			"the copy %s/%s cannot be kept: %s", db->dir, name, strerror(errno));
	return 0;
}
