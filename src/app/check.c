/* The command check: what is looked at inside, and how findings are told. The look from outside is
 * check_outside.c. */
#include "app/check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/overrides.h"
#include "base/json.h"
#include "base/str.h"

#define NAMES_MAX 1000

static const char *const GRADES[] = {"ok", "warning", "wrong"};

struct look {
	int64_t institutions, posts, readers, behind, parcels, parked;
	const struct institution *first; /* that is open; NULL: none */
};

void finding_add(struct findings *f, const char *name, enum grade grade, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (f->count < FINDINGS_MAX)
		f->list[f->count++] = (struct finding){name, grade, arena_strdup(f->arena, text)};
}

/* Any one that is open will do, so the first hundred are enough to look at. */
static int load(struct tx *tx, void *arg)
{
	struct look *l = arg;
	const struct institution *list = NULL;
	int count = 0, rc = institution_counts(tx, &l->institutions, &l->posts);

	if (rc == 0)
		rc = reader_db_counts(tx, &l->readers, &l->behind, &l->parcels, &l->parked);
	if (rc == 0)
		rc = institution_list(tx, "", 100, &list, &count);
	l->first = NULL;
	for (int i = 0; rc == 0 && i < count && !l->first; i++)
		if (!list[i].closed)
			l->first = &list[i];
	return rc;
}

static void check_database(struct findings *f, struct ctx *cx, struct look *l)
{
	int rc = db_check(cx);

	if (rc == 0)
		rc = db_read(cx, load, l);
	if (rc < 0)
		finding_add(f, "database", GRADE_WRONG, "%s", err_text(&cx->err));
	else
		finding_add(f, "database", GRADE_OK, "whole: %lld institutions, %lld posts",
			(long long)l->institutions, (long long)l->posts);
}

/* A key that others may read would have been refused when the store was opened. */
static void check_keys(struct findings *f, struct ctx *cx)
{
	const char *path = arena_printf(f->arena, "%s/secret.key", cx->server->dir);
	struct key *key = NULL;
	struct stat st;
	int rc = server_key_load(cx, &key);

	key_free(key);
	if (rc < 0 || !path || stat(path, &st) != 0)
		finding_add(f, "keys", GRADE_WRONG, "%s", err_text(&cx->err));
	else
		finding_add(f, "keys", GRADE_OK,
			"secret.key opens the server's key and is for its owner alone (mode %04o)",
			(unsigned)st.st_mode & 07777);
}

static void check_readers(struct findings *f, const struct look *l)
{
	finding_add(f, "readers", GRADE_OK, "%lld, %lld behind, %lld parked", (long long)l->readers,
		(long long)l->behind, (long long)l->parked);
}

void check_disk(struct findings *f, const char *dir, const struct statvfs *fs)
{
	uint64_t free = (uint64_t)fs->f_bavail * fs->f_frsize;
	uint64_t all = (uint64_t)fs->f_blocks * fs->f_frsize;
	long long mib = (long long)(free / MIB), inodes = (long long)fs->f_favail;

	if (free < 100 * MIB)
		finding_add(f, "disk", GRADE_WRONG,
			"%lld MiB are free: make room on the disk of %.300s at once", mib, dir);
	else if (free < 1024 * MIB || free < all / 20)
		finding_add(f, "disk", GRADE_WARNING,
			"%lld MiB are free: make room on the disk of %.300s", mib, dir);
	else if (fs->f_files && fs->f_favail < 1000)
		finding_add(f, "disk", GRADE_WRONG,
			"only %lld more files can be made: remove small files on the disk of %.300s",
			inodes, dir);
	else if (fs->f_files && fs->f_favail < fs->f_files / 20)
		finding_add(f, "disk", GRADE_WARNING,
			"only %lld more files can be made: find out what fills the disk of %.300s",
			inodes, dir);
	else
		finding_add(f, "disk", GRADE_OK, "%lld MiB are free", mib);
}

/* What the operator put in the place of ours, and whether it can be used and is up to date. */
static void check_overrides(struct findings *f, struct ctx *cx)
{
	struct overrides o = {0};
	bool outdated = false;

	if (overrides_read(cx, cx->server->dir, &o) < 0) {
		finding_add(f, "templates", GRADE_WRONG, "%s", err_text(&cx->err));
		return;
	}
	for (int i = 0; i < o.count; i++) {
		if (o.list[i].refused) {
			finding_add(f, "templates", GRADE_WRONG, "%s", err_text(&o.list[i].err));
			return;
		}
		outdated = outdated || override_standing(&o.list[i]) == STANDING_OUTDATED;
	}
	if (outdated)
		finding_add(f, "templates", GRADE_WARNING,
			"some of yours come from older ones of ours: see chorsu templates %.300s list",
			cx->server->dir);
	else
		finding_add(f, "templates", GRADE_OK, "%d of your own", o.count);
}

static void check_inside(struct findings *f, struct ctx *cx, struct look *l, int64_t *ret_free_mib)
{
	struct statvfs fs;

	check_database(f, cx, l);
	check_keys(f, cx);
	check_readers(f, l);
	check_overrides(f, cx);
	*ret_free_mib = -1;
	if (statvfs(cx->server->dir, &fs) != 0)
		return;
	*ret_free_mib = (int64_t)((uint64_t)fs.f_bavail * fs.f_frsize / MIB);
	check_disk(f, cx->server->dir, &fs);
}

static json_t *as_json(const struct findings *f)
{
	json_t *list = json_array();

	for (int i = 0; i < f->count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "name", f->list[i].name, "state",
				      GRADES[f->list[i].grade], "text", f->list[i].says));
	return list;
}

/* The names of what is wrong, separated by ", "; "" for none. */
static const char *wrong_names(const struct findings *f, char out[NAMES_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (int i = 0; i < f->count; i++)
		if (f->list[i].grade == GRADE_WRONG && len < NAMES_MAX)
			len += (size_t)snprintf(out + len, NAMES_MAX - len, "%s%s", len ? ", " : "",
				f->list[i].name);
	return out;
}

static void answer(struct invocation *in, const struct findings *f, const struct look *l,
	int64_t free_mib, bool ok)
{
	AUTO(buf_done) struct buf text = BUF(64 * KIB);

	for (int i = 0; i < f->count; i++)
		buf_addf(&text, "%-8s %-10s %s\n", GRADES[f->list[i].grade], f->list[i].name,
			f->list[i].says);
	invocation_answer(in,
		json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "ok", ok, "url",
			in->cx.server->origin, "institutions", (json_int_t)l->institutions, "posts",
			(json_int_t)l->posts, "readers", (json_int_t)l->readers, "behind",
			(json_int_t)l->behind, "free_mib", (json_int_t)free_mib, "findings",
			as_json(f)),
		"%s", buf_text(&text));
}

int check_run(struct invocation *in)
{
	struct ctx *cx = &in->cx;
	struct findings f = {.arena = cx->arena};
	struct look l = {0};
	char names[NAMES_MAX];
	int64_t free_mib;

	check_inside(&f, cx, &l, &free_mib);
	if (!db_is_served(cx->db))
		finding_add(&f, "serving", GRADE_WARNING,
			"nobody serves this store now, so its address was not asked: start chorsu serve");
	else if (!invocation_flag(in, "inside"))
		check_outside(&f, cx, l.first ? l.first->handle : NULL,
			l.first ? institution_actor(cx->arena, cx->server, l.first->id) : NULL);
	wrong_names(&f, names);
	answer(in, &f, &l, free_mib, !*names);
	return *names ? ctx_fail(cx, ERR_IO, "something is wrong: %s", names) : 0;
}
