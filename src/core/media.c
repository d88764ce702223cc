/* Pictures: from the bytes that were given to files and rows. The files come first, so a row never
 * stands without them; what a crash leaves between is swept. */
#include "core/media.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/id.h"
#include "base/str.h"

#define SHARDS       256
#define SWEEP_AFTER  DAY
#define NAME_MAX_LEN (MEDIA_STEM_MAX + 16)

/* "media/3f": folders by the id's last bits, so that none grows without end. */
static char *shard_path(struct arena *a, const struct server *s, int64_t id)
{
	return arena_printf(a, "%s/media/%02x", s->dir, (unsigned)(id % SHARDS));
}

char *media_path(struct arena *a, const struct server *s, int64_t id, const char *name)
{
	const char *dir = shard_path(a, s, id);

	return dir ? arena_printf(a, "%s/%s", dir, name) : NULL;
}

static const char *extension(const char *type)
{
	return str_eq(type, "image/webp") ? "webp" : "jpg";
}

char *media_url(
	struct arena *a, const struct server *s, const struct media *m, const struct rendition *f)
{
	return arena_printf(a, "%s/media/%lld-%d.%s", s->origin, (long long)m->id, f->width,
		extension(f->type));
}

const char *media_description(const struct media *m, const char *lang)
{
	size_t n = strcspn(lang, "-");

	for (const struct media_text *t = m->texts; t->lang; t++)
		if (str_eq(t->lang, lang))
			return t->description;
	for (const struct media_text *t = m->texts; t->lang; t++)
		if (strcspn(t->lang, "-") == n && !strncmp(t->lang, lang, n))
			return t->description;
	return m->texts->lang ? m->texts->description : "";
}

const struct rendition *media_rendition(const struct media *m, const char *type, int width)
{
	const struct rendition *found = NULL;

	for (const struct rendition *f = m->files; f->width; f++) {
		if (!str_eq(f->type, type))
			continue;
		found = f;
		if (f->width >= width)
			break;
	}
	return found;
}

static int open_shard(struct ctx *cx, int64_t id, int *ret)
{
	const char *dir = shard_path(cx->arena, cx->server, id);

	if (!dir)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return ctx_fail(cx, errno == ENOSPC ? ERR_FULL : ERR_IO,
			"the folder %.300s cannot be made: %s", dir, strerror(errno));
	*ret = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret < 0)
		return ctx_fail(
			cx, ERR_IO, "the folder %.300s cannot be opened: %s", dir, strerror(errno));
	return 0;
}

static const struct rendition *describe_files(struct arena *a, const struct media_result *r)
{
	struct rendition *list = arena_array(a, MEDIA_FILES_MAX + 1, sizeof(*list));

	for (int i = 0; list && i < r->count; i++)
		list[i] = (struct rendition){media_type(r->files[i].form), r->files[i].width,
			r->files[i].height, (int64_t)r->files[i].size};
	return list;
}

static int check_texts(struct ctx *cx, enum media_use use, const struct media_text *texts)
{
	int rc = 0;

	if (use == MEDIA_PICTURE && !texts->lang)
		return ctx_fail(cx, ERR_INVALID,
			"it needs a description for those who do not see it (--alt TEXT)");
	for (; rc == 0 && texts->lang; texts++)
		rc = media_check_description(texts->description, &cx->err);
	return rc;
}

static int store_files(struct ctx *cx, const struct media_result *r, int64_t id)
{
	AUTO(auto_close) int dir = -1;
	const char *stem = arena_printf(cx->arena, "%lld", (long long)id);
	int rc = open_shard(cx, id, &dir);

	if (rc == 0 && !stem)
		rc = ctx_fail(cx, ERR_MEMORY, "not enough memory");
	if (rc == 0)
		rc = media_store(r, dir, stem, &cx->err);
	CRASH_POINT("media.after_files");
	return rc;
}

static int make(struct ctx *cx, const void *bytes, size_t len, enum media_use use,
	const struct media_text *texts, struct media *m)
{
	AUTO(media_result_done) struct media_result r = {0};
	int rc = check_texts(cx, use, texts);

	if (rc == 0)
		rc = media_make(cx, cx->server->media, bytes, len, use, &r);
	if (rc < 0)
		return rc;
	*m = (struct media){.id = id_new(),
		.type = media_type(r.form),
		.width = r.width,
		.height = r.height,
		.blurhash = arena_strdup(cx->arena, r.blurhash),
		.at = clock_now(),
		.files = describe_files(cx->arena, &r),
		.texts = texts};
	if (!m->blurhash || !m->files)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	return store_files(cx, &r, m->id);
}

int media_prepare(struct ctx *cx, const char *what, const void *bytes, size_t len,
	enum media_use use, const struct media_text *texts, const struct media **ret)
{
	struct media *m = arena_alloc(cx->arena, sizeof(*m));
	const char *why;
	int rc;

	if (!m)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	rc = make(cx, bytes, len, use, texts, m);
	if (rc == 0) {
		*ret = m;
		return 0;
	}
	why = arena_strdup(cx->arena, err_text(&cx->err));
	return ctx_fail(cx, rc, "the picture %.200s: %s", what, why ? why : "");
}

void media_discard(struct ctx *cx, const struct media *m)
{
	for (const struct rendition *f = m ? m->files : NULL; f && f->width; f++) {
		const char *name = arena_printf(
			cx->arena, "%lld-%d.%s", (long long)m->id, f->width, extension(f->type));
		const char *path = name ? media_path(cx->arena, cx->server, m->id, name) : NULL;

		if (path)
			unlink(path);
	}
}

struct sweep {
	int64_t id;
	int found;
};

static int has_row(struct tx *tx, void *arg)
{
	struct sweep *s = arg;
	const struct media *m;
	int rc = media_load(tx, s->id, &m);

	s->found = rc == 0;
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int sweep_file(struct ctx *cx, int dir, const char *name)
{
	struct sweep s = {0};
	char id[24];
	size_t len = strspn(name, "0123456789");
	struct stat st;
	int rc;

	if (len == 0 || len >= sizeof(id) || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		!S_ISREG(st.st_mode) || clock_now() - st.st_mtim.tv_sec * SECOND < SWEEP_AFTER)
		return 0;
	snprintf(id, sizeof(id), "%.*s", (int)len, name);
	if (!id_parse(id, &s.id))
		return 0;
	rc = db_read(cx, has_row, &s);
	if (rc == 0 && !s.found)
		unlinkat(dir, name, 0);
	return rc;
}

int media_sweep(struct ctx *cx)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < SHARDS; i++) {
		const char *path = shard_path(cx->arena, cx->server, i);
		DIR *d = path ? opendir(path) : NULL;
		const struct dirent *e;

		while (rc == 0 && d && (e = readdir(d)))
			rc = sweep_file(cx, dirfd(d), e->d_name);
		if (d)
			closedir(d);
	}
	return rc;
}
