/* The store's directory: whose it is, and the lock of the one process that serves it. What is in
 * the database is the engines' affair. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "kit/db/engine.h"

/* SQLite takes paths of at most 512 bytes, and adds endings to ours. */
#define DIR_MAX 480

#define TRIES  5 /* for the lock */
#define TRY_MS 20

/* "chorsu", or "#999" (which sudo takes too) for a user without a name. */
static void user_name(uid_t uid, char *out, size_t size)
{
	char text[4096];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, text, sizeof(text), &found) == 0 && found)
		snprintf(out, size, "%s", entry.pw_name);
	else
		snprintf(out, size, "#%u", (unsigned)uid);
}

static int check_owner(const char *dir, const struct stat *st, struct err *err)
{
	char owner[128], self[128];
	const char *quote;

	if (st->st_uid == geteuid())
		return 0;
	user_name(st->st_uid, owner, sizeof(owner));
	user_name(geteuid(), self, sizeof(self));
	quote = owner[0] == '#' ? "'" : "";
	return err_set(err, ERR_DENIED,
		"the store %s belongs to %s and you are %s, so it could not read what you write there:"
		" run it as \"sudo -u %s%s%s chorsu …\"",
		dir, owner, self, quote, owner, quote);
}

int store_enter(struct db *db, const char *dir, struct err *err)
{
	struct stat st;

	assert(dir);
	if (strlen(dir) > DIR_MAX)
		return err_set(err, ERR_INVALID,
			"the path of the store is longer than %d bytes: %.60s…", DIR_MAX, dir);
	if (stat(dir, &st) < 0)
		return err_set(err,
			errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_DENIED,
			"there is no store at %s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_NOT_FOUND, "%s is not a directory, so it is no store", dir);
	if (check_owner(dir, &st, err) < 0)
		return err->code;
	db->dir = realpath(dir, NULL);
	db->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!db->dir || db->dir_fd < 0)
		return err_set(
			err, ERR_DENIED, "the store %s cannot be opened: %s", dir, strerror(errno));
	if (strlen(db->dir) > DIR_MAX)
		return err_set(err, ERR_INVALID,
			"the path of the store is longer than %d bytes: %.60s…", DIR_MAX, db->dir);
	return 0;
}

static void read_holder(int fd, char *out, size_t size)
{
	ssize_t n = pread(fd, out, size - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	if (!*out)
		snprintf(out, size, "unknown");
}

static int refuse(struct db *db, int fd, struct err *err)
{
	char holder[24];

	read_holder(fd, holder, sizeof(holder));
	return err_set(err, ERR_BUSY,
		"the store %s is served by another process already (pid %s): stop that one first",
		db->dir, holder);
}

/* db_is_served asks by taking the lock for a moment, which must not refuse a server that starts. */
static bool take(int fd)
{
	for (int i = 0; i < TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK)
			return false;
		clock_sleep(TRY_MS);
	}
	errno = EWOULDBLOCK;
	return false;
}

bool db_is_served(const struct db *db)
{
	AUTO(auto_close) int fd = openat(db->dir_fd, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

int store_lock(struct db *db, struct err *err)
{
	AUTO(auto_close)
	int fd = openat(db->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	char pid[24];
	int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	bool noted;

	if (fd < 0)
		return err_set(err, errno == ENOSPC ? ERR_FULL : ERR_IO,
			"the lock %s/lock cannot be opened: %s", db->dir, strerror(errno));
	if (!take(fd))
		return errno == EWOULDBLOCK
			       ? refuse(db, fd, err)
			       : err_set(err, ERR_IO, "the lock %s/lock cannot be taken: %s",
					 db->dir, strerror(errno));
	/* The lock holds whatever the file says; the number only makes the other's sentence better.
	 */
	noted = ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)len, 0) == len;
	(void)noted;
	db->lock_fd = fd;
	fd = -1;
	return 0;
}
