/* The command restore: a backup into a new store. Nothing counts until all of the archive was read
 * and found whole: rows come in one transaction, and chorsu.conf, which makes a folder a store, is
 * named last. */
#include "app/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "base/clock.h"
#include "base/crash.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"

static int read_manifest(struct restore *r)
{
	AUTO(buf_done) struct buf text = BUF(MANIFEST_MAX);
	struct member m;
	int rc = unpack_next(r->archive, &r->cx->err, &m);

	if (rc < 0)
		return rc;
	if (rc == 0 || !str_eq(m.name, "manifest.json"))
		return ctx_fail(r->cx, ERR_INVALID,
			"this is no backup of chorsu: it does not begin with manifest.json");
	rc = unpack_take(r->archive, &text, &r->cx->err);
	return rc < 0 ? rc : manifest_parse(r->cx, buf_text(&text), text.len, &r->manifest);
}

/* The operator's own file, checked as the one of a store is. */
static int take_secret(struct restore *r, const char *path)
{
	char bytes[SECRET_MAX];
	AUTO(auto_close) int fd = -1;
	int rc;

	if (!path)
		return r->manifest.secret
			       ? 0
			       : ctx_fail(r->cx, ERR_INVALID,
					 "the backup does not hold secret.key: say --secret FILE, the copy of it that you kept");
	rc = secret_load(path, &r->cx->err, &r->secret);
	if (rc < 0)
		return rc;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
		return ctx_fail(r->cx, ERR_IO, "%.300s cannot be read", path);
	rc = restore_write_secret(r, bytes, sizeof(bytes));
	explicit_bzero(bytes, sizeof(bytes));
	return rc;
}

/* A database that holds what this very restore put there, when it died before its last step. */
static int is_ours(struct tx *tx, void *arg)
{
	struct restore *r = arg;
	const struct table *tables;
	int count, rc = db_tables(tx, &tables, &count);

	for (int i = 0; rc == 0 && i < count; i++)
		if (str_eq(tables[i].name, "server"))
			return server_was_restored(tx, r->token);
	return rc;
}

static int finish(struct tx *tx, void *arg)
{
	struct restore *r = arg;

	return server_restored(tx, r->secret, r->who, r->token);
}

static int load(struct restore *r)
{
	struct db_options options = {.dir = r->dir, .url = r->database, .create = true};
	struct loading l = {.rooms = store_migrations(),
		.steps = r->manifest.steps,
		.step_count = r->manifest.step_count,
		.ours = is_ours,
		.fill = restore_fill,
		.finish = finish,
		.arg = r};
	struct db *db = NULL;
	int rc = db_open(&options, &r->cx->err, &db);

	r->cx->db = db;
	if (rc == 0)
		rc = db_load(r->cx, &l);
	db_close(db);
	r->cx->db = NULL;
	return rc;
}

static int restore(struct restore *r, const char *secret)
{
	int rc = read_manifest(r);

	if (rc == 0 && !secret && !r->manifest.secret)
		rc = take_secret(r, NULL);
	if (rc == 0)
		rc = restore_take_folder(r);
	if (rc == 0)
		rc = take_secret(r, secret);
	if (rc == 0)
		rc = load(r);
	CRASH_POINT("restore.after_commit");
	if (rc == 0)
		rc = restore_name_config(r);
	return rc;
}

static void answer(struct invocation *in, const struct restore *r)
{
	char at[32];

	clock_rfc3339(r->manifest.at, at);
	invocation_answer(in,
		json_pack("{s:s, s:s, s:s, s:I, s:I}", "dir", r->dir, "url", r->manifest.url, "at",
			at, "rows", (json_int_t)r->progress.rows, "files",
			(json_int_t)r->progress.files),
		"The store is in %s as it was at %s: %lld rows, %lld files.\n"
		"What was published after that is not in it. Never serve it beside the store that it was made from.\n"
		"Next:  chorsu check %s\n"
		"       chorsu serve %s\n",
		r->dir, at, (long long)r->progress.rows, (long long)r->progress.files, r->dir,
		r->dir);
}

static int check_arguments(struct invocation *in, const char *database)
{
	if (!*in->arguments[1])
		return ctx_fail(&in->cx, ERR_INVALID, "the folder has no name");
	if (!database)
		return 0;
	return store_check_database(&in->cx, database);
}

int restore_run(struct invocation *in)
{
	const char *database = invocation_text(in, "database");
	struct restore r = {.cx = &in->cx,
		.dir = in->arguments[1],
		.who = invocation_who(in),
		.database = database ? database : "",
		.dir_fd = -1,
		.mark_fd = -1,
		.config = BUF(CONFIG_MAX)};
	int rc = check_arguments(in, database);

	id_random_text(r.token);
	progress_start(&r.progress, in);
	if (rc == 0)
		rc = unpack_open(in->arguments[0], &in->cx.err, &r.archive);
	if (rc == 0)
		rc = restore(&r, invocation_text(in, "secret"));
	progress_end(&r.progress);
	if (rc == 0)
		answer(in, &r);
	else
		restore_undo(&r);
	unpack_free(r.archive);
	secret_free(r.secret);
	buf_done(&r.config);
	auto_close(&r.mark_fd);
	auto_close(&r.dir_fd);
	return rc;
}
