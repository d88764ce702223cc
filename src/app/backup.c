/* The command backup: a store into one file, while it is served. What a backup is made of is told
 * in backup.h. */
#include "app/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/app.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "kit/pack/pack.h"

#define DEPTH_MAX 4

const char *const backup_folders[] = {"media", "templates", "assets", NULL};

struct backup {
	struct ctx *cx;
	struct pack *pack;
	bool secret;
	struct progress progress;
	json_t *counts; /* rows of each table */
};

static int fail(struct backup *b, struct tx *tx, const struct err *err)
{
	return tx ? tx_fail(tx, err->code, "%s", err->text) : err_copy(&b->cx->err, err);
}

static int add_manifest(struct backup *b, struct tx *tx, struct manifest *m)
{
	AUTO(buf_done) struct buf text = BUF(MANIFEST_MAX);
	struct err err = {0};
	int rc = db_steps(tx, &m->steps, &m->step_count);

	if (rc == 0)
		rc = db_tables(tx, &m->tables, &m->table_count);
	if (rc < 0)
		return rc;
	if (manifest_write(m, &text) < 0)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	rc = pack_add(b->pack, "manifest.json", text.data, text.len, &err);
	return rc < 0 ? fail(b, tx, &err) : 0;
}

/* A piece of a table's rows; the next one begins empty. */
static int add_piece(
	struct backup *b, const struct table *t, int number, struct buf *lines, struct err *err)
{
	char name[PACK_NAME_MAX + 1];
	int rc;

	snprintf(name, sizeof(name), "rows/%s/%06d.jsonl", t->name, number);
	if (!pack_name_valid(name))
		return err_set(
			err, ERR_INTERNAL, "the table %.100s cannot be named in a backup", t->name);
	rc = pack_add(b->pack, name, lines->data, lines->len, err);
	buf_clear(lines);
	progress_tell(&b->progress, pack_size(b->pack), 0);
	return rc;
}

static int add_rows(struct backup *b, struct tx *tx, const struct table *t)
{
	AUTO(stmt_done) struct stmt *q = table_select(tx, t);
	AUTO(buf_done) struct buf lines = BUF(ROWS_MAX);
	struct err err = {0};
	int64_t count = 0;
	int number = 0, rc, written = 0;

	while (written == 0 && (rc = stmt_step(q)) > 0) {
		written = table_row_write(q, t, &err, &lines);
		if (written == 0 && lines.len >= ROWS_PIECE)
			written = add_piece(b, t, ++number, &lines, &err);
		count++;
		b->progress.rows++;
	}
	if (written == 0 && rc == 0 && lines.len > 0)
		written = add_piece(b, t, ++number, &lines, &err);
	if (written < 0)
		return fail(b, tx, &err);
	json_object_set_new(b->counts, t->name, json_integer(count));
	return rc;
}

static int add_counts(struct backup *b, struct tx *tx)
{
	AUTO(auto_free) char *text = json_dumps(b->counts, JSON_INDENT(1));
	struct err err = {0};

	if (!text)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	return pack_add(b->pack, "rows.json", text, strlen(text), &err) < 0 ? fail(b, tx, &err) : 0;
}

static int add_database(struct tx *tx, void *arg)
{
	struct backup *b = arg;
	struct manifest m = {.url = b->cx->server->origin, .at = clock_now(), .secret = b->secret};
	int rc = add_manifest(b, tx, &m);

	for (int i = 0; rc == 0 && i < m.table_count; i++)
		rc = add_rows(b, tx, &m.tables[i]);
	return rc < 0 ? rc : add_counts(b, tx);
}

static int read_small(struct backup *b, const char *name, size_t max, struct buf *out)
{
	const char *path = arena_printf(b->cx->arena, "%s/%s", b->cx->server->dir, name);
	AUTO(auto_close) int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char piece[4096];
	ssize_t n = -1;

	*out = (struct buf)BUF(max);
	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)n);
	if (n < 0 || out->failed)
		return ctx_fail(b->cx, ERR_IO, "%s cannot be read: %s", name,
			out->failed ? "it is too large" : strerror(errno));
	return 0;
}

/* Without the address of the database: it may hold a password, and a restore names its own. */
static int add_config(struct backup *b)
{
	AUTO(buf_done) struct buf text = {0};
	AUTO(buf_done) struct buf bare = BUF(CONFIG_MAX);
	int rc = read_small(b, "chorsu.conf", CONFIG_MAX - 1 * KIB, &text);

	if (rc < 0)
		return rc;
	settings_replace(buf_text(&text), "database", "url", "", &bare);
	return pack_add(b->pack, "chorsu.conf", bare.data, bare.len, &b->cx->err);
}

static int add_secret(struct backup *b)
{
	AUTO(buf_done) struct buf text = {0};
	int rc = read_small(b, "secret.key", SECRET_MAX, &text);

	if (rc == 0)
		rc = pack_add(b->pack, "secret.key", text.data, text.len, &b->cx->err);
	if (text.data)
		explicit_bzero(text.data, text.len);
	return rc;
}

/* What a program leaves beside a file that it writes. */
static bool is_temporary(const char *name)
{
	return name[0] == '.' || str_ends(name, "~");
}

static int add_folder(struct backup *b, int at, const char *folder, const char *path, int depth);

/* A file that has gone since its name was read is passed over: what is deleted need not be kept. */
static int add_entry(struct backup *b, int dir_fd, const char *name, const char *path, int depth)
{
	AUTO(auto_close) int fd = -1;
	struct stat st;
	int rc;

	if (!pack_name_valid(path))
		return ctx_fail(b->cx, ERR_INVALID,
			"%.300s/%.200s has a name that no file of a store has: move it away",
			b->cx->server->dir, path);
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return 0;
	if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
		return add_folder(b, dir_fd, name, path, depth + 1);
	if (!S_ISREG(st.st_mode))
		return ctx_fail(b->cx, ERR_INVALID,
			"%.300s/%.200s is not a plain file: move it away", b->cx->server->dir,
			path);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return ctx_fail(b->cx, ERR_IO, "%.200s cannot be read: %s", path, strerror(errno));
	rc = pack_add_file(b->pack, path, fd, st.st_size, &b->cx->err);
	b->progress.files++;
	progress_tell(&b->progress, pack_size(b->pack), 0);
	return rc;
}

static int add_entries(struct backup *b, DIR *d, const char *path, int depth)
{
	const struct dirent *e;
	char below[PACK_NAME_MAX + 300];
	int rc = 0;

	while (rc == 0 && (e = readdir(d))) {
		if (is_temporary(e->d_name))
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		rc = add_entry(b, dirfd(d), e->d_name, below, depth);
	}
	return rc;
}

/* The folders of the first level may be elsewhere (links); those inside them may not. */
static int add_folder(struct backup *b, int at, const char *folder, const char *path, int depth)
{
	int fd = openat(
		at, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth > 0 ? O_NOFOLLOW : 0));
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	int rc;

	if (!d) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return error == ENOENT ? 0
				       : ctx_fail(b->cx, ERR_IO, "%.200s cannot be read: %s", path,
						 strerror(error));
	}
	rc = add_entries(b, d, path, depth);
	closedir(d);
	return rc;
}

static int add_files(struct backup *b)
{
	AUTO(auto_close)
	int dir = open(b->cx->server->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (dir < 0)
		return ctx_fail(b->cx, ERR_IO, "%.300s cannot be read: %s", b->cx->server->dir,
			strerror(errno));
	for (const char *const *f = backup_folders; rc == 0 && *f; f++)
		rc = add_folder(b, dir, *f, *f, 0);
	return rc;
}

/* Rows before files: whatever a row names is there already, and files are only ever added. */
static int write_all(struct backup *b, const char *path)
{
	const char *copy = arena_printf(b->cx->arena, "%s.part.db", path);
	int rc = copy ? db_snapshot(b->cx, copy, add_database, b)
		      : ctx_fail(b->cx, ERR_MEMORY, "not enough memory");

	if (rc == 0)
		rc = add_config(b);
	if (rc == 0 && b->secret)
		rc = add_secret(b);
	if (rc == 0)
		rc = add_files(b);
	return rc < 0 ? rc : pack_finish(b->pack, &b->cx->err);
}

static void answer(struct invocation *in, const struct backup *b, const char *path)
{
	int64_t size = pack_size(b->pack);

	invocation_answer(in,
		json_pack("{s:s, s:I, s:I, s:I, s:b}", "file", path, "rows",
			(json_int_t)b->progress.rows, "files", (json_int_t)b->progress.files,
			"bytes", (json_int_t)size, "secret", b->secret),
		"The backup is in %s: %lld rows, %lld files, %lld.%lld MB.\n%s%s%s", path,
		(long long)b->progress.rows, (long long)b->progress.files,
		(long long)(size / 1000000), (long long)(size / 100000 % 10),
		b->secret
			? "secret.key is in it: who has this file can speak as the institutions. Keep it as you keep keys.\n"
			: "",
		b->secret
			? ""
			: "secret.key is not in it, and without it the backup cannot be restored: keep a copy of ",
		b->secret
			? ""
			: arena_printf(in->cx.arena, "%s/secret.key in another place.\n", in->dir));
}

int backup_run(struct invocation *in)
{
	struct backup b = {.cx = &in->cx, .secret = invocation_flag(in, "with-secret")};
	const char *path = in->arguments[0];
	int rc;

	b.counts = json_object();
	if (!b.counts)
		return ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
	rc = *path ? pack_create(path, &in->cx.err, &b.pack)
		   : ctx_fail(&in->cx, ERR_INVALID, "the file has no name");
	progress_start(&b.progress, in);
	if (rc == 0)
		rc = write_all(&b, path);
	progress_end(&b.progress);
	if (rc == 0)
		answer(in, &b, path);
	pack_free(b.pack);
	json_decref(b.counts);
	return rc;
}

static const struct option BACKUP[] = {
	{.name = "with-secret",
		.kind = OPTION_FLAG,
		.says = "put secret.key in it too; then the file is as precious as the key"},
	{0},
};

static const struct option RESTORE[] = {
	{.name = "database",
		.kind = OPTION_TEXT,
		.value = "postgresql://USER@HOST/NAME",
		.says = "PostgreSQL, an empty database or schema, instead of SQLite in DIR"},
	{.name = "secret",
		.kind = OPTION_TEXT,
		.value = "FILE",
		.says = "the store's secret.key, for a backup that does not hold it"},
	{0},
};

const struct command backup_commands[] = {
	{.name = "backup",
		.arguments = "FILE",
		.least = 1,
		.most = 1,
		.needs = NEEDS_STORE,
		.options = BACKUP,
		.run = backup_run,
		.says = "all of the store into one file, also while it is served",
		.more = "Rows, settings, media, templates and assets as they were at one moment; FILE may not be there yet.\n"
			"It restores on SQLite and on PostgreSQL. secret.key is not in it unless you say so: without it a\n"
			"backup cannot be restored, so keep a copy of it in another place."},
	{.name = "restore",
		.arguments = "FILE DIR",
		.least = 2,
		.most = 2,
		.needs = NEEDS_NOTHING,
		.options = RESTORE,
		.run = restore_run,
		.says = "make a store from a backup, of this version or an older one",
		.more = "DIR and the database must be new. All of the backup is checked before the store counts as made. Never\n"
			"serve it while the old one is still served: nothing that was sent is sent again, and two that speak\n"
			"with one voice confuse every reader."},
	{0},
};
