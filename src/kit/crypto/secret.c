/* The store's secret: a file of 32 random bytes, and what is sealed under it with libsodium's
 * secretbox. Not the keys of institutions, which are rows sealed by it. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit/crypto/key.h"
#include "kit/crypto/wipe.h"

#define SECRET_SIZE   crypto_secretbox_KEYBYTES
#define SEAL_OVERHEAD (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)

struct secret {
	unsigned char key[SECRET_SIZE];
};

static int write_all(int fd, const unsigned char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The name is durable only when its directory is. */
static int sync_directory_of(const char *path)
{
	AUTO(auto_close) int fd = -1;
	char *copy = strdup(path);

	if (!copy)
		return -1;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	return fd < 0 ? -1 : fsync(fd);
}

/* What an errno of a file means to whoever asked for it. */
static int file_error(struct err *err, const char *verb, const char *path)
{
	int saved = errno;
	int code = ERR_IO;

	if (saved == ENOENT || saved == ENOTDIR)
		code = ERR_NOT_FOUND;
	else if (saved == EACCES || saved == EPERM || saved == EROFS)
		code = ERR_DENIED;
	else if (saved == ENOSPC || saved == EDQUOT)
		code = ERR_FULL;
	return err_set(err, code, "%s cannot be %s: %s", path, verb, strerror(saved));
}

/* A whole file of random bytes at path, which must not be there yet. */
static int write_new(const char *path, struct err *err)
{
	AUTO(auto_close) int fd = -1;
	unsigned char key[SECRET_SIZE];
	int rc;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return file_error(err, "created", path);
	randombytes_buf(key, sizeof(key));
	rc = fchmod(fd, 0600) < 0 || write_all(fd, key, sizeof(key)) < 0 || fsync(fd) < 0
		     ? file_error(err, "written", path)
		     : 0;
	sodium_memzero(key, sizeof(key));
	return rc;
}

/* Written beside and then linked, so that no crash leaves half a secret under its name. */
int secret_create(const char *path, struct err *err)
{
	AUTO(auto_free) char *fresh = NULL;
	int rc;

	if (sodium_init() < 0)
		return err_set(err, ERR_INTERNAL, "libsodium cannot start");
	if (asprintf(&fresh, "%s.new", path) < 0)
		return err_set(err, ERR_MEMORY, "not enough memory");
	rc = write_new(fresh, err);
	if (rc == 0 && link(fresh, path) < 0)
		rc = errno == EEXIST
			     ? err_set(err, ERR_CONFLICT,
				       "%s exists already: what is sealed under it could not be "
				       "opened with a new one",
				       path)
			     : file_error(err, "created", path);
	unlink(fresh);
	if (rc == 0 && sync_directory_of(path) < 0)
		rc = file_error(err, "written", path);
	return rc;
}

/* Is this open file one that only its owner can have read, of the right size? */
static int check_file(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return file_error(err, "read", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INVALID,
			"%s is not a plain file: put the store's secret there", path);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(err, ERR_DENIED,
			"%s may be used by others (mode %04o): run chmod 600 %s", path,
			(unsigned)(st.st_mode & 07777), path);
	if (st.st_size != (off_t)SECRET_SIZE)
		return err_set(err, ERR_INVALID,
			"%s holds %lld bytes, not %zu: put the right file back from where its "
			"copy is kept",
			path, (long long)st.st_size, (size_t)SECRET_SIZE);
	return 0;
}

static int read_all(int fd, unsigned char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int secret_load(const char *path, struct err *err, struct secret **ret)
{
	AUTO(auto_close) int fd = -1;
	struct secret *s;
	int rc;

	if (sodium_init() < 0)
		return err_set(err, ERR_INTERNAL, "libsodium cannot start");
	fd = open(
		path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe there must not hang the start */
	if (fd < 0)
		return file_error(err, "read", path);
	rc = check_file(fd, path, err);
	if (rc < 0)
		return rc;
	s = sodium_malloc(sizeof(*s)); /* guarded pages, kept out of swap and core files */
	if (!s)
		return err_set(err, ERR_MEMORY, "no memory for the store's secret");
	if (read_all(fd, s->key, sizeof(s->key)) < 0) {
		rc = file_error(err, "read", path);
		secret_free(s);
		return rc;
	}
	sodium_mprotect_readonly(s);
	*ret = s;
	return 0;
}

void secret_free(struct secret *s)
{
	sodium_free(s); /* wipes it */
}

unsigned char *secret_seal(
	struct arena *a, const struct secret *s, const void *p, size_t len, size_t *ret_len)
{
	unsigned char *out;

	if (len > SIZE_MAX - SEAL_OVERHEAD)
		return NULL;
	out = arena_alloc(a, len + SEAL_OVERHEAD);
	if (!out)
		return NULL;
	randombytes_buf(out, crypto_secretbox_NONCEBYTES);
	if (crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, p, len, out, s->key) != 0)
		return NULL;
	*ret_len = len + SEAL_OVERHEAD;
	return out;
}

char *secret_open(
	struct arena *a, const struct secret *s, const void *p, size_t len, size_t *ret_len)
{
	const unsigned char *sealed = p;
	char *out;

	if (!sealed || len < SEAL_OVERHEAD)
		return NULL;
	out = arena_alloc(a, len - SEAL_OVERHEAD + 1); /* zeroed: text ends with a NUL */
	if (!out || crypto_secretbox_open_easy((unsigned char *)out,
			    sealed + crypto_secretbox_NONCEBYTES, len - crypto_secretbox_NONCEBYTES,
			    sealed, s->key) != 0)
		return NULL;
	if (!wipe_later(a, out, len - SEAL_OVERHEAD))
		return NULL;
	*ret_len = len - SEAL_OVERHEAD;
	return out;
}
