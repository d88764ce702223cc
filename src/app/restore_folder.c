/* The folder of a restore: taking it, what is written there, and leaving nothing when it fails. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "app/app.h"
#include "app/restore.h"
#include "base/crash.h"
#include "base/str.h"

#define LINE_START "; Restored by chorsu restore, "
#define DEPTH_MAX  8

static int fail(struct restore *r, const char *path)
{
	return ctx_fail(r->cx,
		errno == ENOSPC || errno == EDQUOT  ? ERR_FULL
		: errno == EACCES || errno == EPERM ? ERR_DENIED
						    : ERR_IO,
		"%.300s/%.200s cannot be written: %s", r->dir, path, strerror(errno));
}

static int write_all(int fd, const void *p, size_t len)
{
	const char *bytes = p;

	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Everything below the open folder but the mark; hidden files at its top are the operator's. Links
 * are removed, never followed. */
static void empty(int fd, int depth)
{
	int copy = dup(fd);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *e;

	if (!d) {
		auto_close(&copy);
		return;
	}
	rewinddir(d);
	while ((e = readdir(d))) {
		AUTO(auto_close) int below = -1;

		if (str_eq(e->d_name, ".") || str_eq(e->d_name, "..") ||
			(depth == 0 && (e->d_name[0] == '.' || str_eq(e->d_name, RESTORE_MARK))))
			continue;
		if (unlinkat(fd, e->d_name, 0) == 0 || depth == DEPTH_MAX)
			continue;
		below = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (below < 0)
			continue;
		empty(below, depth + 1);
		unlinkat(fd, e->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

static int look(struct restore *r, bool *ret_marked)
{
	int copy = dup(r->dir_fd);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *e;
	char other[256] = "";
	bool store = false;

	if (!d) {
		auto_close(&copy);
		return fail(r, "");
	}
	*ret_marked = false;
	while ((e = readdir(d))) {
		if (str_eq(e->d_name, RESTORE_MARK))
			*ret_marked = true;
		else if (str_eq(e->d_name, "chorsu.conf"))
			store = true;
		else if (e->d_name[0] != '.')
			snprintf(other, sizeof(other), "%s", e->d_name);
	}
	closedir(d);
	if (store)
		return ctx_fail(r->cx, ERR_CONFLICT,
			"%.300s is a store already, and a backup is restored into a new one only",
			r->dir);
	if (*other && !*ret_marked)
		return ctx_fail(
			r->cx, ERR_CONFLICT, "%.300s is not empty: it holds %.100s", r->dir, other);
	return 0;
}

/* Two at once would write the same files. */
static int open_mark(struct restore *r)
{
	r->mark_fd = openat(r->dir_fd, RESTORE_MARK,
		O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (r->mark_fd < 0)
		return fail(r, RESTORE_MARK);
	if (flock(r->mark_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	auto_close(&r->mark_fd);
	r->mark_fd = -1;
	return ctx_fail(
		r->cx, ERR_BUSY, "another process restores into %.300s at this time", r->dir);
}

/* The name of the restore that was interrupted, so that its database is known again; else ours. */
static int write_mark(struct restore *r)
{
	char line[128], *token = line + strlen(LINE_START);
	ssize_t n = pread(r->mark_fd, line, sizeof(line) - 1, 0);
	size_t len = sizeof(r->token) - 1;
	int size;

	if (n > (ssize_t)(strlen(LINE_START) + len) && str_starts(line, LINE_START) &&
		token[len] == '\n')
		memcpy(r->token, token, len);
	size = snprintf(line, sizeof(line), LINE_START "%s\n", r->token);
	if (ftruncate(r->mark_fd, 0) < 0 || lseek(r->mark_fd, 0, SEEK_SET) < 0 ||
		write_all(r->mark_fd, line, (size_t)size) < 0 || fsync(r->mark_fd) < 0 ||
		fsync(r->dir_fd) < 0)
		return fail(r, RESTORE_MARK);
	return 0;
}

int restore_take_folder(struct restore *r)
{
	bool marked = false;
	int rc;

	r->made = mkdir(r->dir, 0700) == 0;
	if (!r->made && errno != EEXIST)
		return ctx_fail(r->cx, ERR_INVALID, "the folder %.300s cannot be made: %s", r->dir,
			strerror(errno));
	r->dir_fd = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dir_fd < 0)
		return ctx_fail(
			r->cx, ERR_INVALID, "%.300s cannot be opened: %s", r->dir, strerror(errno));
	rc = look(r, &marked);
	if (rc == 0)
		rc = open_mark(r);
	if (rc < 0)
		return rc;
	r->made = r->made || marked;
	empty(r->dir_fd, 0);
	rc = write_mark(r);
	CRASH_POINT("restore.after_mark");
	if (rc == 0 && mkdirat(r->dir_fd, "media", 0700) < 0)
		rc = fail(r, "media");
	return rc;
}

/* The mark goes last: until then the next restore may go on with this. */
void restore_undo(struct restore *r)
{
	if (r->mark_fd >= 0) {
		empty(r->dir_fd, 0);
		unlinkat(r->dir_fd, RESTORE_MARK, 0);
	}
	if (r->made && r->dir_fd >= 0)
		rmdir(r->dir);
}

static int make_folders(struct restore *r, const char *name)
{
	char path[PACK_NAME_MAX + 1];

	for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/')) {
		memcpy(path, name, (size_t)(p - name));
		path[p - name] = '\0';
		if (mkdirat(r->dir_fd, path, 0700) < 0 && errno != EEXIST)
			return fail(r, path);
	}
	return 0;
}

int restore_write_file(struct restore *r, const struct member *m)
{
	AUTO(auto_close) int fd = -1;
	char piece[64 * KIB];
	int rc, n;

	if (m->size > FILE_SIZE_MAX)
		return ctx_fail(r->cx, ERR_TOO_LARGE, "%s has %lld bytes; at most %lld are taken",
			m->name, (long long)m->size, (long long)FILE_SIZE_MAX);
	rc = make_folders(r, m->name);
	if (rc < 0)
		return rc;
	fd = openat(r->dir_fd, m->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && (errno == EEXIST || errno == ENOTDIR || errno == EISDIR))
		return ctx_fail(r->cx, ERR_INVALID,
			"the archive holds %s twice, or as a file and as a folder", m->name);
	if (fd < 0)
		return fail(r, m->name);
	while ((n = unpack_read(r->archive, piece, sizeof(piece), &r->cx->err)) > 0)
		if (write_all(fd, piece, (size_t)n) < 0)
			return fail(r, m->name);
	r->progress.files++;
	return n;
}

int restore_write_secret(struct restore *r, const void *bytes, size_t len)
{
	AUTO(auto_close)
	int fd = openat(r->dir_fd, "secret.key",
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || write_all(fd, bytes, len) < 0 || fsync(fd) < 0)
		return fail(r, "secret.key");
	return 0;
}

/* Would the program take them, and are they of the store that the manifest speaks of? */
static int check_config(struct restore *r)
{
	const char *path = arena_printf(r->cx->arena, "%s/" RESTORE_MARK, r->dir), *url;
	struct settings *s = NULL;
	int rc;

	if (!path)
		return ctx_fail(r->cx, ERR_MEMORY, "not enough memory");
	rc = settings_load(path, store_settings(), &r->cx->err, &s);
	if (rc < 0)
		return rc;
	url = settings_text(s, "server", "url");
	if (!str_starts(url, r->manifest.url) ||
		(url[strlen(r->manifest.url)] && !str_eq(url + strlen(r->manifest.url), "/")))
		rc = ctx_fail(r->cx, ERR_INVALID,
			"chorsu.conf is of %.200s and manifest.json of %.200s: the archive is not whole",
			url, r->manifest.url);
	settings_free(s);
	return rc;
}

/* syncfs: the files of media, which may be many, are durable before the store counts as made. */
int restore_prepare_config(struct restore *r)
{
	AUTO(buf_done) struct buf text = BUF(CONFIG_MAX + 2 * KIB);

	settings_replace(buf_text(&r->config), "database", "url", r->database, &text);
	if (text.failed)
		return ctx_fail(r->cx, ERR_MEMORY, "not enough memory");
	if (write_all(r->mark_fd, buf_text(&text), text.len) < 0 || syncfs(r->dir_fd) < 0)
		return fail(r, RESTORE_MARK);
	return check_config(r);
}

int restore_name_config(struct restore *r)
{
	if (renameat(r->dir_fd, RESTORE_MARK, r->dir_fd, "chorsu.conf") < 0)
		return fail(r, "chorsu.conf");
	CRASH_POINT("restore.after_config");
	/* From here on it is a store, which no failure may take away again. */
	auto_close(&r->mark_fd);
	r->mark_fd = -1;
	r->made = false;
	return fsync(r->dir_fd) < 0 ? fail(r, "") : 0;
}
