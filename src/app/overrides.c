/* Reading the operator's templates and assets, and judging them. The commands for them are
 * cmd_templates.c. */
#include "app/overrides.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/str.h"

#define FILE_MAX  (2 * MIB)
#define FILES_MAX 200

const struct embedded *original_find(const char *folder, const char *name)
{
	size_t n = strlen(folder);

	for (const struct embedded *e = embedded; e->name; e++)
		if (!strncmp(e->name, folder, n) && e->name[n] == '/' &&
			str_eq(e->name + n + 1, name))
			return e;
	return NULL;
}

int override_name_check(const char *folder, const char *name, struct err *err)
{
	static const char SIGNS[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(name);

	if (len == 0 || len > 60 || strspn(name, SIGNS) != len || strchr("._-", *name))
		return err_set(err, ERR_INVALID,
			"\"%.100s\" cannot be the name of a file here: take letters, digits, \".\", \"_\" and \"-\"",
			name);
	if (str_eq(folder, "templates") && !str_ends(name, ".html") && !str_ends(name, ".xml"))
		return err_set(err, ERR_INVALID,
			"\"%.100s\" is no template: its name must end in .html or .xml", name);
	return 0;
}

enum standing override_standing(const struct override *o)
{
	size_t len = o->original ? original_len(o->original) : 0;

	if (!o->original)
		return STANDING_OWN;
	if (o->len == len && !memcmp(o->text, o->original->start, len))
		return STANDING_SAME;
	if (!o->base)
		return STANDING_UNKNOWN;
	return o->base_len == len && !memcmp(o->base, o->original->start, len) ? STANDING_CHANGED
									       : STANDING_OUTDATED;
}

/* A file of a folder, whole, in the arena. ERR_NOT_FOUND. */
static int read_file(struct arena *a, int folder, const char *name, struct err *err,
	const char **ret, size_t *ret_len)
{
	AUTO(auto_close)
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	AUTO(buf_done) struct buf text = BUF(FILE_MAX);
	char chunk[16384];
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return err_set(
			err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s", strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_INVALID, "this is not a file");
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		buf_add(&text, chunk, (size_t)n);
	if (n < 0)
		return err_set(err, ERR_IO, "%s", strerror(errno));
	if (text.failed)
		return err_set(err, ERR_TOO_LARGE, "this is larger than %zu bytes", FILE_MAX);
	*ret = arena_copy(a, buf_text(&text), text.len);
	*ret_len = text.len;
	return *ret ? 0 : err_set(err, ERR_MEMORY, "not enough memory");
}

/* Refuse with the file's place before the sentence. */
static void refuse(struct override *o, const char *dir, const struct err *why)
{
	o->refused = true;
	err_set(&o->err, ERR_INVALID, "%.200s/%s/%.60s: %s", dir, o->folder, o->name,
		err_text(why));
}

static void read_one(struct ctx *cx, const char *dir, int folder, struct override *o)
{
	AUTO(auto_close) int bases = openat(folder, "original", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct err err = {0};
	int rc = override_name_check(o->folder, o->name, &err);

	o->text = "";
	if (rc == 0)
		rc = read_file(cx->arena, folder, o->name, &err, &o->text, &o->len);
	if (rc < 0) {
		refuse(o, dir, &err);
		return;
	}
	o->original = original_find(o->folder, o->name);
	if (bases < 0 || read_file(cx->arena, bases, o->name, NULL, &o->base, &o->base_len) < 0)
		o->base = NULL;
}

/* What editors leave beside a file is not meant. */
static bool is_meant(const struct dirent *e)
{
	return e->d_name[0] != '.' && !str_ends(e->d_name, "~") && !str_eq(e->d_name, "original");
}

static int read_folder(struct ctx *cx, const char *dir, const char *folder, struct overrides *o)
{
	const char *path = arena_printf(cx->arena, "%s/%s", dir, folder);
	DIR *d = path ? opendir(path) : NULL;
	const struct dirent *e;
	int rc = 0;

	if (!d && path && errno == ENOENT)
		return 0;
	if (!d)
		return ctx_fail(cx, ERR_IO, "%.300s cannot be read: %s", path, strerror(errno));
	while (rc == 0 && (e = readdir(d))) {
		struct override *one = &o->list[o->count];

		if (!is_meant(e))
			continue;
		*one = (struct override){
			.folder = folder, .name = arena_strdup(cx->arena, e->d_name)};
		if (o->count == FILES_MAX || !one->name)
			rc = ctx_fail(cx, ERR_TOO_LARGE, "%.300s holds more than %d files", path,
				FILES_MAX);
		else
			read_one(cx, dir, dirfd(d), one);
		o->count += rc == 0;
	}
	closedir(d);
	return rc;
}

static enum template_kind kind_of(const char *name)
{
	return str_ends(name, ".xml") ? TEMPLATE_XML : TEMPLATE_HTML;
}

static struct override *find(const struct overrides *o, const char *folder, const char *name)
{
	for (int i = 0; i < o->count; i++)
		if (!o->list[i].refused && str_eq(o->list[i].folder, folder) &&
			str_eq(o->list[i].name, name))
			return &o->list[i];
	return NULL;
}

/* The operator's, and what is compiled in where there is none of the operator's. */
static int fill_templates(struct overrides *o, struct template_set *set, struct err *err)
{
	int rc = 0;

	for (int i = 0; i < o->count; i++) {
		struct override *one = &o->list[i];
		struct err why = {0};

		if (one->refused || !str_eq(one->folder, "templates"))
			continue;
		if (template_set_add(
			    set, kind_of(one->name), one->name, one->text, one->len, &why) < 0)
			refuse(one, o->dir, &why);
	}
	for (const struct embedded *e = embedded; rc == 0 && e->name; e++) {
		const char *name = e->name + strlen("templates/");

		if (str_starts(e->name, "templates/") && !find(o, "templates", name))
			rc = template_set_add(set, kind_of(name), name, (const char *)e->start,
				original_len(e), err);
	}
	return rc;
}

/* Refuses those that ask for what is not there; true: none was. */
static bool partials_stand(struct overrides *o, const struct template_set *set)
{
	bool all = true;

	for (int i = 0; i < o->count; i++) {
		struct override *one = &o->list[i];
		struct err why = {0};

		if (one->refused || !str_eq(one->folder, "templates") ||
			template_set_check(set, one->name, &why) == 0)
			continue;
		refuse(one, o->dir, &why);
		all = false;
	}
	return all;
}

/* Once more without those that were refused, until none is: what one asks for may have been another
 * one. */
static int load_templates(struct ctx *cx, struct overrides *o, struct template_set **ret)
{
	for (;;) {
		struct template_set *set = template_set_new();
		int rc = set ? fill_templates(o, set, &cx->err)
			     : ctx_fail(cx, ERR_MEMORY, "not enough memory");

		if (rc == 0 && partials_stand(o, set)) {
			*ret = set;
			return 0;
		}
		template_set_free(set);
		if (rc < 0)
			return rc;
	}
}

static int load_assets(struct ctx *cx, const struct overrides *o, struct asset_set **ret)
{
	struct asset_set *set = asset_set_new();
	int rc = set ? 0 : ctx_fail(cx, ERR_MEMORY, "not enough memory");

	for (const struct embedded *e = embedded; rc == 0 && e->name; e++)
		if (str_starts(e->name, "assets/"))
			rc = asset_set_add(set, e->name + strlen("assets/"), e->start,
				original_len(e), false, &cx->err);
	for (int i = 0; rc == 0 && i < o->count; i++)
		if (!o->list[i].refused && str_eq(o->list[i].folder, "assets"))
			rc = asset_set_add(set, o->list[i].name, o->list[i].text, o->list[i].len,
				true, &cx->err);
	if (rc < 0)
		asset_set_free(set);
	else
		*ret = set;
	return rc;
}

int overrides_load(struct ctx *cx, struct overrides *o, struct template_set **ret_templates,
	struct asset_set **ret_assets)
{
	int rc = load_templates(cx, o, ret_templates);

	if (rc < 0)
		return rc;
	rc = load_assets(cx, o, ret_assets);
	if (rc < 0) {
		template_set_free(*ret_templates);
		*ret_templates = NULL;
	}
	return rc;
}

int overrides_read(struct ctx *cx, const char *dir, struct overrides *ret)
{
	struct overrides o = {.dir = dir};
	struct template_set *templates = NULL;
	int rc;

	o.list = arena_array(cx->arena, FILES_MAX + 1, sizeof *o.list);
	if (!o.list)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	rc = read_folder(cx, dir, "templates", &o);
	if (rc == 0)
		rc = read_folder(cx, dir, "assets", &o);
	if (rc == 0)
		rc = load_templates(cx, &o, &templates);
	template_set_free(templates);
	if (rc == 0)
		*ret = o;
	return rc;
}

int overrides_log(const struct overrides *o)
{
	int refused = 0;

	for (int i = 0; i < o->count; i++) {
		if (!o->list[i].refused)
			continue;
		log_event(LOG_ERROR, "override_refused", "error", err_text(&o->list[i].err), NULL);
		refused++;
	}
	return refused;
}
