/* Writing the files, each synced before the next begins. A file that stands already is never
 * touched. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kit/media/media.h"

#define FILE_MODE 0640
#define NAME_SIZE (MEDIA_STEM_MAX + 16)

static int failed(struct err *err, const char *name)
{
	int code = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;

	if (errno == EEXIST)
		return err_set(err, ERR_CONFLICT, "The file %s exists already.", name);
	return err_set(
		err, code, "The file %s could not be written: %s.", name, strerrordesc_np(errno));
}

static int write_all(int fd, const unsigned char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Nothing is left of a file that could not be written whole. */
static int write_file(const struct media_file *f, int dir, const char *name, struct err *err)
{
	AUTO(auto_close)
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);

	if (fd < 0)
		return failed(err, name);
	if (write_all(fd, f->bytes, f->size) < 0 || fsync(fd) < 0) {
		int rc = failed(err, name);

		unlinkat(dir, name, 0);
		return rc;
	}
	return 0;
}

static bool stem_valid(const char *stem)
{
	size_t len = strlen(stem);

	return len > 0 && len <= MEDIA_STEM_MAX &&
	       strspn(stem, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
		       len;
}

void media_file_name(const struct media_file *f, const char *stem, char *out)
{
	snprintf(
		out, NAME_SIZE, "%s-%d.%s", stem, f->width, f->form == MEDIA_JPEG ? "jpg" : "webp");
}

int media_store(const struct media_result *r, int dir, const char *stem, struct err *err)
{
	char name[NAME_SIZE];
	int rc = 0, made = 0;

	assert(stem_valid(stem) && r->count > 0);
	while (rc == 0 && made < r->count) {
		media_file_name(&r->files[made], stem, name);
		rc = write_file(&r->files[made], dir, name, err);
		if (rc == 0)
			made++;
	}
	if (rc == 0 && fsync(dir) < 0)
		rc = failed(err, name);
	while (rc < 0 && made > 0) {
		media_file_name(&r->files[--made], stem, name);
		unlinkat(dir, name, 0);
	}
	return rc;
}
