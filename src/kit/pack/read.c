/* Reading an archive, and comparing what was read with its sums. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "kit/pack/pack.h"
#include "kit/pack/sums.h"

#define BLOCK     (64 * KIB)
#define LINE_SIZE (2 * crypto_hash_sha256_BYTES + 2 + PACK_NAME_MAX + 2)

struct unpack {
	int fd;
	int64_t size;
	struct archive *archive;
	struct sums sums;
	struct member member; /* "" before the first */
	int64_t left;         /* bytes of it that are to come */
	bool open;            /* a member was begun and not yet ended */
};

/* What the library says, in one line. */
static int fail(struct unpack *u, struct err *err)
{
	const char *why = archive_error_string(u->archive);

	if (archive_errno(u->archive) == ENOMEM)
		return err_set(err, ERR_MEMORY, "there is not enough memory for the archive");
	return err_set(err, ERR_INVALID, "the archive is damaged or cut short%s%s: %s",
		*u->member.name ? " after " : "", u->member.name, why ? why : "unknown error");
}

static int open_archive(struct unpack *u, struct err *err)
{
	u->archive = archive_read_new();
	if (!u->archive)
		return err_set(err, ERR_MEMORY, "there is not enough memory for an archive");
	/* These and no others: less for a stranger's file to reach. */
	if (archive_read_support_filter_gzip(u->archive) != ARCHIVE_OK ||
		archive_read_support_format_tar(u->archive) != ARCHIVE_OK ||
		archive_read_open_fd(u->archive, u->fd, BLOCK) != ARCHIVE_OK)
		return fail(u, err);
	return sums_init(&u->sums, err);
}

int unpack_open(const char *path, struct err *err, struct unpack **ret)
{
	struct unpack *u = calloc(1, sizeof(*u));
	struct stat st;
	int rc;

	if (!u)
		return err_set(err, ERR_MEMORY, "there is not enough memory for an archive");
	u->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (u->fd < 0)
		rc = err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_DENIED,
			"%s cannot be read: %s", path, strerror(errno));
	else if (fstat(u->fd, &st) < 0 || !S_ISREG(st.st_mode))
		rc = err_set(err, ERR_INVALID, "%s is not a file", path);
	else
		rc = open_archive(u, err);
	if (rc < 0) {
		unpack_free(u);
		return rc;
	}
	u->size = st.st_size;
	*ret = u;
	return 0;
}

int unpack_read(struct unpack *u, void *p, int max, struct err *err)
{
	la_ssize_t n = archive_read_data(u->archive, p, (size_t)max);

	if (n < 0)
		return fail(u, err);
	if (n > u->left)
		return err_set(
			err, ERR_INVALID, "%s is longer than the archive says", u->member.name);
	if (n == 0 && u->left > 0)
		return err_set(
			err, ERR_INVALID, "%s is shorter than the archive says", u->member.name);
	sums_add(&u->sums, p, (size_t)n);
	u->left -= n;
	return (int)n;
}

/* The member's end, read through where nobody did. */
static int end_member(struct unpack *u, struct err *err)
{
	char piece[8192];
	int n;

	if (!u->open)
		return 0;
	while ((n = unpack_read(u, piece, sizeof(piece), err)) > 0)
		;
	u->open = false;
	return n < 0 ? n : sums_end(&u->sums, u->member.name, err);
}

static int check_entry(struct unpack *u, struct archive_entry *e, struct err *err)
{
	const char *name = archive_entry_pathname(e);

	if (!name || !pack_name_valid(name))
		return err_set(err, ERR_INVALID,
			"the archive holds a member with the name \"%.200s\", which is none that we would write",
			name ? name : "?");
	if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e) ||
		archive_entry_symlink(e) || archive_entry_sparse_count(e) > 0 ||
		!archive_entry_size_is_set(e) || archive_entry_size(e) < 0)
		return err_set(
			err, ERR_INVALID, "the archive's member %s is not a plain file", name);
	u->member.size = u->left = archive_entry_size(e);
	u->open = true;
	memcpy(u->member.name, name, strlen(name) + 1);
	sums_begin(&u->sums);
	return 0;
}

/* Where the archive's line says something else than ours. */
static int differ(const char *ours, struct err *err)
{
	const char *name = ours ? strstr(ours, "  ") : NULL;

	return name ? err_set(err, ERR_INVALID,
			      "%.*s is not what " PACK_SUMS " says: the archive is damaged",
			      (int)strcspn(name + 2, "\n"), name + 2)
		    : err_set(err, ERR_INVALID,
			      PACK_SUMS " speaks of more than the archive holds: it is damaged");
}

/* The archive's lines, against ours; in the order of the members both. */
static int compare_sums(struct unpack *u, struct err *err)
{
	char ours[LINE_SIZE], theirs[LINE_SIZE];
	int rc = sums_rewind(&u->sums, err);

	while (rc == 0 && fgets(ours, sizeof(ours), u->sums.lines)) {
		size_t len = strlen(ours), have = 0;

		while (have < len) {
			int n = unpack_read(u, theirs + have, (int)(len - have), err);

			if (n < 0)
				return n;
			if (n == 0)
				return differ(ours, err);
			have += (size_t)n;
		}
		if (memcmp(ours, theirs, len) != 0)
			rc = differ(ours, err);
	}
	if (rc == 0 && ferror(u->sums.lines))
		rc = err_set(err, ERR_IO, "a temporary file cannot be read");
	return rc == 0 && u->left > 0 ? differ(NULL, err) : rc;
}

static int end_archive(struct unpack *u, struct err *err)
{
	struct archive_entry *e;
	int rc = compare_sums(u, err);

	u->open = false;
	if (rc < 0)
		return rc;
	rc = archive_read_next_header(u->archive, &e);
	if (rc == ARCHIVE_EOF)
		return 0;
	return rc == ARCHIVE_OK ? err_set(err, ERR_INVALID,
					  "the archive goes on after " PACK_SUMS ": it is damaged")
				: fail(u, err);
}

int unpack_next(struct unpack *u, struct err *err, struct member *ret)
{
	struct archive_entry *e;
	int rc = end_member(u, err);

	if (rc < 0)
		return rc;
	rc = archive_read_next_header(u->archive, &e);
	if (rc == ARCHIVE_EOF)
		return err_set(err, ERR_INVALID,
			"the archive is cut short%s%s: its last member, " PACK_SUMS
			", is not there",
			*u->member.name ? " after " : "", u->member.name);
	if (rc != ARCHIVE_OK)
		return fail(u, err);
	rc = check_entry(u, e, err);
	if (rc < 0)
		return rc;
	if (str_eq(u->member.name, PACK_SUMS))
		return end_archive(u, err);
	*ret = u->member;
	return 1;
}

int unpack_take(struct unpack *u, struct buf *out, struct err *err)
{
	char piece[8192];
	int n;

	buf_clear(out);
	if (u->left > (int64_t)out->max)
		return err_set(err, ERR_TOO_LARGE, "%s has %lld bytes; at most %zu are taken",
			u->member.name, (long long)u->left, out->max);
	while ((n = unpack_read(u, piece, sizeof(piece), err)) > 0)
		buf_add(out, piece, (size_t)n);
	if (n == 0 && out->failed)
		return err_set(
			err, ERR_MEMORY, "there is not enough memory for %s", u->member.name);
	return n;
}

int64_t unpack_done(const struct unpack *u)
{
	return archive_filter_bytes(u->archive, -1);
}

int64_t unpack_size(const struct unpack *u)
{
	return u->size;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	if (u->archive)
		archive_read_free(u->archive);
	sums_done(&u->sums);
	if (u->fd >= 0)
		close(u->fd);
	free(u);
}
