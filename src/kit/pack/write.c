/* Writing an archive beside its place, and moving it there when it is whole. */
#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/str.h"
#include "kit/pack/pack.h"
#include "kit/pack/sums.h"

#define PIECE (64 * KIB)

struct pack {
	char *path, *part;
	int fd;
	struct archive *archive;
	struct archive_entry *entry;
	struct sums sums;
	time_t at; /* of every member */
	char piece[PIECE];
};

static int fail(struct pack *p, int error, struct err *err)
{
	return err_set(err,
		error == ENOSPC || error == EDQUOT ? ERR_FULL
		: error == EACCES || error == EPERM || error == EROFS || error == ENOENT
			? ERR_DENIED
			: ERR_IO,
		"%s cannot be written: %s", p->part, error ? strerror(error) : "unknown error");
}

/* Nobody else may hold it, and it must still have its name once the lock is ours: who held it
 * before may have moved or removed it. */
static int open_part(struct pack *p, struct err *err)
{
	struct stat ours, named;

	if (access(p->path, F_OK) == 0)
		return err_set(
			err, ERR_CONFLICT, "%s is there already: choose another name", p->path);
	p->fd = open(p->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (p->fd < 0)
		return fail(p, errno, err);
	if (flock(p->fd, LOCK_EX | LOCK_NB) < 0 || fstat(p->fd, &ours) < 0 ||
		lstat(p->part, &named) < 0 || ours.st_ino != named.st_ino) {
		close(p->fd);
		p->fd = -1;
		return err_set(err, ERR_BUSY, "another process writes %s", p->part);
	}
	if (!S_ISREG(ours.st_mode) || fchmod(p->fd, 0600) < 0 || ftruncate(p->fd, 0) < 0)
		return fail(p, S_ISREG(ours.st_mode) ? errno : EEXIST, err);
	return 0;
}

/* Level 6 of gzip takes twice the time of level 3 for a tenth less of such text, and whoever backs
 * up waits. */
static int open_archive(struct pack *p, struct err *err)
{
	p->archive = archive_write_new();
	p->entry = archive_entry_new();
	if (!p->archive || !p->entry)
		return err_set(err, ERR_MEMORY, "there is not enough memory for an archive");
	if (archive_write_set_format_pax_restricted(p->archive) != ARCHIVE_OK ||
		archive_write_add_filter_gzip(p->archive) != ARCHIVE_OK ||
		archive_write_set_filter_option(p->archive, "gzip", "compression-level", "3") !=
			ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(p->archive, 1) != ARCHIVE_OK ||
		archive_write_open_fd(p->archive, p->fd) != ARCHIVE_OK)
		return fail(p, archive_errno(p->archive), err);
	return 0;
}

int pack_create(const char *path, struct err *err, struct pack **ret)
{
	struct pack *p = calloc(1, sizeof(*p));
	int rc;

	if (!p)
		return err_set(err, ERR_MEMORY, "there is not enough memory for an archive");
	p->fd = -1;
	p->at = (time_t)(clock_now() / SECOND);
	p->path = strdup(path);
	if (asprintf(&p->part, "%s.part", path) < 0)
		p->part = NULL;
	rc = p->path && p->part
		     ? open_part(p, err)
		     : err_set(err, ERR_MEMORY, "there is not enough memory for an archive");
	if (rc == 0)
		rc = sums_init(&p->sums, err);
	if (rc == 0)
		rc = open_archive(p, err);
	if (rc < 0) {
		pack_free(p);
		return rc;
	}
	*ret = p;
	return 0;
}

static int begin(struct pack *p, const char *name, int64_t size, struct err *err)
{
	struct archive_entry *e = archive_entry_clear(p->entry);

	assert(pack_name_valid(name));
	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_size(e, size);
	archive_entry_set_mtime(e, p->at, 0);
	sums_begin(&p->sums);
	return archive_write_header(p->archive, e) == ARCHIVE_OK
		       ? 0
		       : fail(p, archive_errno(p->archive), err);
}

static int add_bytes(struct pack *p, const void *bytes, size_t len, struct err *err)
{
	sums_add(&p->sums, bytes, len);
	return archive_write_data(p->archive, bytes, len) == (la_ssize_t)len
		       ? 0
		       : fail(p, archive_errno(p->archive), err);
}

int pack_add(struct pack *p, const char *name, const void *bytes, size_t len, struct err *err)
{
	int rc = begin(p, name, (int64_t)len, err);

	if (rc == 0 && len > 0)
		rc = add_bytes(p, bytes, len, err);
	return rc < 0 ? rc : sums_end(&p->sums, name, err);
}

int pack_add_file(struct pack *p, const char *name, int fd, int64_t size, struct err *err)
{
	int rc = begin(p, name, size, err);

	while (rc == 0 && size > 0) {
		size_t most = size < (int64_t)PIECE ? (size_t)size : PIECE;
		ssize_t n = read(fd, p->piece, most);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, ERR_IO, "%s cannot be read: %s", name,
				n < 0 ? strerror(errno) : "it was cut while it was read");
		rc = add_bytes(p, p->piece, (size_t)n, err);
		size -= n;
	}
	return rc < 0 ? rc : sums_end(&p->sums, name, err);
}

/* The name is durable only when its directory is. */
static int sync_folder(struct pack *p)
{
	AUTO(auto_free) char *copy = strdup(p->path);
	AUTO(auto_close)
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return fd < 0 ? -1 : fsync(fd);
}

/* Some file systems cannot say "unless it is there"; then the look at the beginning must do. */
static int take_name(struct pack *p)
{
	int rc = renameat2(AT_FDCWD, p->part, AT_FDCWD, p->path, RENAME_NOREPLACE);

	return rc < 0 && (errno == EINVAL || errno == ENOSYS) ? rename(p->part, p->path) : rc;
}

static int add_sums(struct pack *p, struct err *err)
{
	int64_t size = p->sums.size;
	int rc = sums_rewind(&p->sums, err);

	return rc < 0 ? rc : pack_add_file(p, PACK_SUMS, fileno(p->sums.lines), size, err);
}

int pack_finish(struct pack *p, struct err *err)
{
	int rc = add_sums(p, err);

	if (rc < 0)
		return rc;
	if (archive_write_close(p->archive) != ARCHIVE_OK)
		return fail(p, archive_errno(p->archive), err);
	if (fsync(p->fd) < 0)
		return fail(p, errno, err);
	CRASH_POINT("backup.before_name");
	if (take_name(p) < 0)
		return errno == EEXIST
			       ? err_set(err, ERR_CONFLICT,
					 "%s is there already: choose another name", p->path)
			       : fail(p, errno, err);
	close(p->fd);
	p->fd = -1;
	return sync_folder(p) < 0 ? fail(p, errno, err) : 0;
}

int64_t pack_size(const struct pack *p)
{
	return archive_filter_bytes(p->archive, -1);
}

void pack_free(struct pack *p)
{
	if (!p)
		return;
	if (p->archive)
		archive_write_free(p->archive);
	archive_entry_free(p->entry);
	sums_done(&p->sums);
	if (p->fd >= 0) {
		unlink(p->part);
		close(p->fd);
	}
	free(p->path);
	free(p->part);
	free(p);
}
