/* Making a store: folder, secret, database, and chorsu.conf last, which marks it as whole. */
#include "app/app.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crash.h"
#include "base/str.h"

static char *in_dir(struct arena *a, const char *dir, const char *name)
{
	return arena_printf(a, "%s/%s", dir, name);
}

static int sync_dir(struct ctx *cx, const char *dir)
{
	AUTO(auto_close) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0)
		return ctx_fail(cx, ERR_IO, "%.300s cannot be written: %s", dir, strerror(errno));
	return 0;
}

static int write_config(struct ctx *cx, const struct store_creation *c)
{
	const char *values[] = {"server.url", c->url, "database.url", c->database, "server.listen",
		c->listen ? c->listen : "127.0.0.1:8080", NULL};
	const char *temporary = in_dir(cx->arena, c->dir, "chorsu.conf.new"),
		   *path = in_dir(cx->arena, c->dir, "chorsu.conf");
	AUTO(buf_done) struct buf text = BUF(64 * KIB);
	AUTO(auto_close) int fd = -1;

	settings_write(store_settings(), values, &text);
	if (!temporary || !path || text.failed)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text.data, text.len) != (ssize_t)text.len || fsync(fd) != 0 ||
		rename(temporary, path) != 0)
		return ctx_fail(cx, errno == ENOSPC ? ERR_FULL : ERR_IO,
			"%.300s cannot be written: %s", path, strerror(errno));
	CRASH_POINT("init.after_config");
	return sync_dir(cx, c->dir);
}

/* What an interrupted init leaves behind, and nothing else. */
static bool is_ours(const char *name)
{
	return name[0] == '.' || str_starts(name, "secret.key") || str_starts(name, "chorsu.db") ||
	       str_eq(name, "media") || str_eq(name, "lock") || str_eq(name, "chorsu.conf.new") ||
	       str_starts(name, "nudge") || str_eq(name, "migrate.lock") ||
	       str_starts(name, "before-migration");
}

static int check_folder(struct ctx *cx, const char *dir)
{
	DIR *d;
	const struct dirent *e;
	int rc = 0;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return ctx_fail(cx, ERR_INVALID, "the folder %.300s cannot be made: %s", dir,
			strerror(errno));
	d = opendir(dir);
	if (!d)
		return ctx_fail(
			cx, ERR_INVALID, "%.300s cannot be opened: %s", dir, strerror(errno));
	while (rc == 0 && (e = readdir(d))) {
		if (str_eq(e->d_name, "chorsu.conf"))
			rc = ctx_fail(cx, ERR_CONFLICT, "%.300s is a store already", dir);
		else if (!is_ours(e->d_name))
			rc = ctx_fail(cx, ERR_CONFLICT, "%.300s is not empty: it holds %.100s", dir,
				e->d_name);
	}
	closedir(d);
	return rc;
}

static int make_secret(struct ctx *cx, const char *dir)
{
	const char *path = in_dir(cx->arena, dir, "secret.key"),
		   *media = in_dir(cx->arena, dir, "media");
	int rc = secret_create(path, &cx->err);

	if (rc == ERR_CONFLICT)
		rc = 0; /* of an interrupted init */
	if (rc == 0 && mkdir(media, 0700) != 0 && errno != EEXIST)
		rc = ctx_fail(cx, ERR_IO, "%.300s cannot be made: %s", media, strerror(errno));
	CRASH_POINT("init.after_secret");
	return rc;
}

static int make_database(struct ctx *cx, const struct store_creation *c, struct server *s)
{
	struct db_options options = {.dir = c->dir, .url = c->database, .create = true};
	struct key *key = NULL;
	int rc = db_open(&options, &cx->err, &s->db);

	cx->db = s->db;
	CRASH_POINT("init.before_migrate");
	if (rc == 0)
		rc = db_migrate(cx, store_migrations());
	if (rc == 0)
		rc = secret_load(in_dir(cx->arena, c->dir, "secret.key"), &cx->err, &s->secret);
	if (rc == 0)
		rc = server_key_load(cx, &key);
	key_free(key);
	return rc;
}

int store_check_database(struct ctx *cx, const char *url)
{
	if (!str_starts(url, "postgresql://") && !str_starts(url, "postgres://"))
		return ctx_fail(cx, ERR_INVALID,
			"the database \"%.100s\" must be postgresql://USER@HOST/NAME", url);
	return settings_check(store_settings(), "database.url", url, &cx->err);
}

int store_create(struct ctx *cx, const struct store_creation *c)
{
	struct server s = {.dir = c->dir, .features = features};
	int rc = store_parse_url(cx, c->url, &s.origin, &s.host);

	if (rc == 0 && c->listen)
		rc = settings_check(store_settings(), "server.listen", c->listen, &cx->err);
	if (rc == 0 && c->listen)
		rc = http_listen_check(c->listen, &cx->err);
	if (rc == 0)
		rc = settings_check(store_settings(), "database.url", c->database, &cx->err);
	if (rc == 0)
		rc = check_folder(cx, c->dir);
	if (rc == 0)
		rc = make_secret(cx, c->dir);
	cx->server = &s;
	if (rc == 0)
		rc = make_database(cx, c, &s);
	if (rc == 0)
		rc = write_config(cx, c);
	store_close(&s);
	cx->server = NULL;
	cx->db = NULL;
	return rc;
}
