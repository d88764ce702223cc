/* The power cut, played: a VFS over the real one that keeps writes and truncations in memory until
 * xSync.
 *
 * All connections of a process see one image of a file, as they would see one page cache. Other
 * processes see what was synced, and that is enough:
 * - The log. A commit is told to others (in the shared memory, which stays real) after its sync.
 * What a transaction wrote and did not commit is of no use to anybody, and the next writer may be
 * another process: so it is dropped when the lock of writing is given back.
 * - The database file. A checkpoint that does not reach the log's end is never synced, and others
 * read its pages all the same. Therefore the file is brought up at the end of each checkpoint,
 * before others hear of it; the log still holds these pages and is only begun anew after a sync,
 * which is counted (and may fail) as before.
 * - Deleting the log is not synced either, so it does not happen: the next one who opens the store
 * finds the log and plays it once more, as after a power cut. Other files that are deleted are
 * deleted; temporary ones pass through. */
#include "kit/db/sqlite_powercut_testing.h"

#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define WRITE_LOCK 0 /* SQLite's file format, "WAL-Index Locks" */

/* A write (bytes) or, without bytes, a truncation to `at`. */
struct change {
	sqlite3_int64 at;
	int len;
	struct change *next;
	unsigned char bytes[];
};

/* What the processes of this machine would see of one file. */
struct image {
	char *path;
	dev_t device;
	ino_t inode;
	int users;
	sqlite3_int64 size; /* while there are changes */
	struct change *first, **last;
	struct image *next;
};

struct file {
	sqlite3_file base;
	struct image *image; /* NULL: passes through */
	bool database;
	sqlite3_file real[]; /* the real VFS's own struct */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct image *images;
static struct {
	int skip, count;
} failing[2];
static int failed;
static const char *disk_full; /* the path whose file says so */

void powercut_fail(enum powercut_step step, int skip, int count)
{
	pthread_mutex_lock(&lock);
	failing[step].skip = skip;
	failing[step].count = count;
	pthread_mutex_unlock(&lock);
}

int powercut_failed(void)
{
	int n;

	pthread_mutex_lock(&lock);
	n = failed;
	pthread_mutex_unlock(&lock);
	return n;
}

static bool must_fail(enum powercut_step step)
{
	if (disk_full && access(disk_full, F_OK) == 0)
		return true;
	if (failing[step].count == 0)
		return false;
	if (failing[step].skip > 0) {
		failing[step].skip--;
		return false;
	}
	failing[step].count--;
	failed++;
	return true;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct file *)f)->real;
}

static void drop_changes(struct image *i)
{
	while (i->first) {
		struct change *c = i->first;

		i->first = c->next;
		free(c);
	}
	i->last = &i->first;
}

/* Bring the changes to the real file, in their order. */
static int apply_changes(struct file *f)
{
	struct image *i = f->image;
	int rc = SQLITE_OK;

	for (const struct change *c = i->first; c && rc == SQLITE_OK; c = c->next)
		rc = c->len ? f->real->pMethods->xWrite(f->real, c->bytes, c->len, c->at)
			    : f->real->pMethods->xTruncate(f->real, c->at);
	if (rc == SQLITE_OK)
		drop_changes(i);
	return rc;
}

static int add_change(struct file *f, sqlite3_int64 at, const void *p, int len)
{
	struct image *i = f->image;
	struct change *c = malloc(sizeof(*c) + (size_t)len);
	int rc = SQLITE_OK;

	if (c && !i->first)
		rc = f->real->pMethods->xFileSize(f->real, &i->size);
	if (!c || rc != SQLITE_OK) {
		free(c);
		return c ? rc : SQLITE_NOMEM;
	}
	*c = (struct change){.at = at, .len = len};
	if (len)
		memcpy(c->bytes, p, (size_t)len);
	*i->last = c;
	i->last = &c->next;
	if (!len || at + len > i->size)
		i->size = at + len;
	return SQLITE_OK;
}

/* Lay one change over bytes [at, at + len) of the file. */
static void overlay(const struct change *c, unsigned char *out, sqlite3_int64 at, int len)
{
	sqlite3_int64 from = c->at > at ? c->at : at;
	sqlite3_int64 end = c->len && c->at + c->len < at + len ? c->at + c->len : at + len;

	if (from >= end)
		return;
	if (c->len)
		memcpy(out + (from - at), c->bytes + (from - c->at), (size_t)(end - from));
	else
		memset(out + (from - at), 0, (size_t)(end - from));
}

static int read_image(struct file *f, void *out, int len, sqlite3_int64 at)
{
	struct image *i = f->image;
	int rc = f->real->pMethods->xRead(f->real, out, len, at);

	if (!i->first || (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ))
		return rc;
	for (const struct change *c = i->first; c; c = c->next)
		overlay(c, out, at, len);
	return at + len > i->size ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *out, int len, sqlite3_int64 at)
{
	struct file *f = (struct file *)base;
	int rc;

	if (!f->image)
		return f->real->pMethods->xRead(f->real, out, len, at);
	pthread_mutex_lock(&lock);
	rc = read_image(f, out, len, at);
	pthread_mutex_unlock(&lock);
	return rc;
}

static int file_write(sqlite3_file *base, const void *p, int len, sqlite3_int64 at)
{
	struct file *f = (struct file *)base;
	int rc;

	if (!f->image)
		return f->real->pMethods->xWrite(f->real, p, len, at);
	pthread_mutex_lock(&lock);
	rc = must_fail(POWERCUT_WRITE) ? SQLITE_FULL : add_change(f, at, p, len);
	pthread_mutex_unlock(&lock);
	return rc;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	struct file *f = (struct file *)base;
	int rc;

	if (!f->image)
		return f->real->pMethods->xTruncate(f->real, size);
	pthread_mutex_lock(&lock);
	rc = add_change(f, size, NULL, 0);
	pthread_mutex_unlock(&lock);
	return rc;
}

static int file_sync(sqlite3_file *base, int flags)
{
	struct file *f = (struct file *)base;
	int rc = SQLITE_OK;

	if (f->image) {
		pthread_mutex_lock(&lock);
		rc = must_fail(POWERCUT_SYNC) ? SQLITE_FULL : apply_changes(f);
		pthread_mutex_unlock(&lock);
	}
	return rc == SQLITE_OK ? f->real->pMethods->xSync(f->real, flags) : rc;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret)
{
	struct file *f = (struct file *)base;
	int rc = f->real->pMethods->xFileSize(f->real, ret);

	if (!f->image || rc != SQLITE_OK)
		return rc;
	pthread_mutex_lock(&lock);
	if (f->image->first)
		*ret = f->image->size;
	pthread_mutex_unlock(&lock);
	return SQLITE_OK;
}

static int file_lock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int file_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int file_reserved(sqlite3_file *f, int *ret)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}

static int file_control(sqlite3_file *base, int op, void *arg)
{
	struct file *f = (struct file *)base;
	int rc = SQLITE_OK;

	if (op == SQLITE_FCNTL_SIZE_HINT)
		return SQLITE_OK; /* would grow the real file */
	if (op == SQLITE_FCNTL_CKPT_DONE && f->image) {
		pthread_mutex_lock(&lock);
		rc = apply_changes(f);
		pthread_mutex_unlock(&lock);
	}
	return rc == SQLITE_OK ? f->real->pMethods->xFileControl(f->real, op, arg) : rc;
}

static int file_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int file_device(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, ret);
}

/* The log of the database whose file this is. */
static struct image *log_of(const struct file *f)
{
	size_t len = strlen(f->image->path);

	for (struct image *i = images; i; i = i->next)
		if (strncmp(i->path, f->image->path, len) == 0 &&
			strcmp(i->path + len, "-wal") == 0)
			return i;
	return NULL;
}

static int file_shm_lock(sqlite3_file *base, int offset, int n, int flags)
{
	struct file *f = (struct file *)base;

	if (flags == (SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE) && offset <= WRITE_LOCK &&
		WRITE_LOCK < offset + n && f->image) {
		struct image *log;

		pthread_mutex_lock(&lock);
		log = log_of(f);
		if (log)
			drop_changes(log);
		pthread_mutex_unlock(&lock);
	}
	return f->real->pMethods->xShmLock(f->real, offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int file_shm_unmap(sqlite3_file *f, int remove)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static void leave_image(struct file *f)
{
	struct image *i = f->image;
	struct image **p = &images;

	/* A database file that nobody asked to sync (the copy of VACUUM INTO) is closed whole, as
	 * on a machine that lives on. */
	if (f->database)
		apply_changes(f);
	if (--i->users > 0)
		return;
	while (*p != i)
		p = &(*p)->next;
	*p = i->next;
	drop_changes(i);
	free(i->path);
	free(i);
}

static int file_close(sqlite3_file *base)
{
	struct file *f = (struct file *)base;

	if (f->image) {
		pthread_mutex_lock(&lock);
		leave_image(f);
		pthread_mutex_unlock(&lock);
	}
	return f->real->pMethods ? f->real->pMethods->xClose(f->real) : SQLITE_OK;
}

/* Version 2: shared memory, but no mapping of the file, which would pass by the image. */
static const sqlite3_io_methods METHODS = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_device,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
};

static struct image *enter_image(const char *path)
{
	struct stat st;
	struct image *i;

	if (stat(path, &st) < 0)
		return NULL;
	for (i = images; i; i = i->next) {
		if (i->device == st.st_dev && i->inode == st.st_ino) {
			i->users++;
			return i;
		}
	}
	i = calloc(1, sizeof(*i));
	if (!i)
		return NULL;
	*i = (struct image){.path = strdup(path),
		.device = st.st_dev,
		.inode = st.st_ino,
		.users = 1,
		.next = images};
	i->last = &i->first;
	images = i;
	return i;
}

static sqlite3_vfs *real_vfs(sqlite3_vfs *v)
{
	return v->pAppData;
}

static int vfs_open(sqlite3_vfs *v, const char *path, sqlite3_file *base, int flags, int *ret_flags)
{
	struct file *f = (struct file *)base;
	int rc;

	*f = (struct file){0};
	rc = real_vfs(v)->xOpen(real_vfs(v), path, f->real, flags, ret_flags);
	if (rc != SQLITE_OK)
		return rc;
	f->base.pMethods = &METHODS;
	f->database = flags & SQLITE_OPEN_MAIN_DB;
	if (path && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))) {
		pthread_mutex_lock(&lock);
		f->image = enter_image(path);
		pthread_mutex_unlock(&lock);
	}
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *v, const char *path, int sync_directory)
{
	if (!sync_directory && str_ends(path, "-wal"))
		return SQLITE_OK;
	return real_vfs(v)->xDelete(real_vfs(v), path, sync_directory);
}

static sqlite3_vfs powercut;
static bool enabled;

static void set_up(void)
{
	const char *on = getenv("CHORSU_POWERCUT");
	const char *full = getenv("CHORSU_DISK_FULL");
	sqlite3_vfs *real = sqlite3_vfs_find(NULL);

	assert(real);
	enabled = (on && strcmp(on, "1") == 0) || (full && *full);
	disk_full = full && *full ? full : NULL;
	powercut = *real;
	powercut.szOsFile = (int)sizeof(struct file) + real->szOsFile;
	powercut.pNext = NULL;
	powercut.zName = "powercut";
	powercut.pAppData = real;
	powercut.xOpen = vfs_open;
	powercut.xDelete = vfs_delete;
	sqlite3_vfs_register(&powercut, 0);
}

const char *powercut_vfs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_up);
	return enabled ? "powercut" : NULL;
}
