/* The command templates: which templates and assets an operator has put in the place of ours, what
 * both sides changed, copies to begin with. It touches files of the folder alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/differ.h"
#include "app/overrides.h"
#include "base/json.h"
#include "base/str.h"

#define DIFF_MAX (16 * MIB)

/* What a command is about: a name, in one of the folders. */
struct subject {
	const char *folder, *name;
	const struct embedded *original; /* NULL: none */
	struct override *override;       /* NULL: none */
};

static struct override *find_override(struct overrides *o, const char *folder, const char *name)
{
	for (int i = 0; i < o->count; i++)
		if (str_eq(o->list[i].folder, folder) && str_eq(o->list[i].name, name))
			return &o->list[i];
	return NULL;
}

/* "post.html", or with its folder "assets/site.css". */
static int find_subject(struct ctx *cx, struct overrides *o, const char *given, struct subject *ret)
{
	static const char *const FOLDERS[] = {"templates", "assets"};

	for (size_t i = 0; i < LENGTH(FOLDERS); i++) {
		size_t n = strlen(FOLDERS[i]);
		bool named = !strncmp(given, FOLDERS[i], n) && given[n] == '/';
		const char *name = named ? given + n + 1 : given;
		struct subject s = {FOLDERS[i], name, original_find(FOLDERS[i], name),
			find_override(o, FOLDERS[i], name)};

		if (s.original || s.override) {
			*ret = s;
			return 0;
		}
	}
	return ctx_fail(cx, ERR_NOT_FOUND,
		"there is no template and no asset \"%.100s\": see chorsu templates DIR list",
		given);
}

static const char *standing_name(const struct override *o)
{
	static const char *const NAMES[] = {
		[STANDING_OWN] = "own",
		[STANDING_SAME] = "same",
		[STANDING_CHANGED] = "changed",
		[STANDING_OUTDATED] = "outdated",
		[STANDING_UNKNOWN] = "unknown",
	};

	return !o ? "ours" : o->refused ? "refused" : NAMES[override_standing(o)];
}

static const char *standing_says(const struct override *o)
{
	static const char *const SAYS[] = {
		[STANDING_OWN] = "yours alone",
		[STANDING_SAME] = "yours is the same as ours and may be removed",
		[STANDING_CHANGED] = "yours stands in its place",
		[STANDING_OUTDATED] =
			"yours stands in its place, but ours has changed since: see diff, merge",
		[STANDING_UNKNOWN] =
			"yours stands in its place; which of ours it came from is not known",
	};

	return !o ? "" : o->refused ? err_text(&o->err) : SAYS[override_standing(o)];
}

static void list_one(json_t *files, struct buf *text, const struct subject *s)
{
	const char *standing = standing_name(s->override), *says = standing_says(s->override);

	json_array_append_new(files, json_pack("{s:s++, s:s, s:s}", "name", s->folder, "/", s->name,
					     "standing", standing, "text", says));
	buf_addf(text, "%-9s %s/%s%s%s\n", standing, s->folder, s->name, *says ? ": " : "", says);
}

static int run_list(struct invocation *in, struct overrides *o)
{
	AUTO(buf_done) struct buf text = BUF(1 * MIB);
	json_t *files = json_array();

	for (const struct embedded *e = embedded; e->name; e++) {
		const char *slash = strchr(e->name, '/');
		struct subject s = {.original = e, .name = slash + 1};

		s.folder = arena_copy(in->cx.arena, e->name, (size_t)(slash - e->name));
		if (!s.folder || str_eq(s.folder, "demo"))
			continue;
		s.override = find_override(o, s.folder, s.name);
		list_one(files, &text, &s);
	}
	for (int i = 0; i < o->count; i++) {
		struct subject s = {
			o->list[i].folder, o->list[i].name, o->list[i].original, &o->list[i]};

		if (!original_find(s.folder, s.name))
			list_one(files, &text, &s);
	}
	invocation_answer(in, json_pack("{s:o}", "files", files), "%s", buf_text(&text));
	return 0;
}

/* Our own, as it is compiled in. */
static int run_show(struct invocation *in, const struct subject *s)
{
	const char *bytes = s->original ? (const char *)s->original->start : NULL;
	size_t len = bytes ? original_len(s->original) : 0;

	if (!bytes)
		return ctx_fail(&in->cx, ERR_NOT_FOUND, "%s/%s is yours alone", s->folder, s->name);
	if (!in->json) {
		fwrite(bytes, 1, len, stdout);
		return 0;
	}
	if (!str_utf8_valid(bytes, len) || memchr(bytes, '\0', len))
		return ctx_fail(&in->cx, ERR_INVALID, "%s/%s is no text: leave --json out",
			s->folder, s->name);
	invocation_answer(in,
		json_pack("{s:s++, s:s%}", "name", s->folder, "/", s->name, "text", bytes, len),
		"%s", "");
	return 0;
}

static struct text named(
	struct ctx *cx, const struct subject *s, const char *whose, const char *bytes, size_t len)
{
	return (struct text){
		arena_printf(cx->arena, "%s/%s (%s)", s->folder, s->name, whose), bytes, len};
}

/* What the operator changed and, where the original is another one by now, what we changed. */
static int diff_one(struct invocation *in, const struct subject *s, json_t *files)
{
	AUTO(buf_done) struct buf yours = BUF(DIFF_MAX), ours = BUF(DIFF_MAX);
	const struct override *o = s->override;
	struct ctx *cx = &in->cx;
	struct text mine = named(cx, s, "yours", o->text, o->len);
	struct text now =
		named(cx, s, "ours", (const char *)s->original->start, original_len(s->original));
	struct text base = named(cx, s, "ours when you copied it", o->base, o->base_len);
	bool outdated = override_standing(o) == STANDING_OUTDATED;
	int rc = differ_compare(cx, outdated ? &base : &now, &mine, &yours);

	if (rc == 0 && outdated)
		rc = differ_compare(cx, &base, &now, &ours);
	if (rc < 0)
		return rc;
	json_array_append_new(files, json_pack("{s:s++, s:s, s:s}", "name", s->folder, "/", s->name,
					     "yours", buf_text(&yours), "ours", buf_text(&ours)));
	if (!in->json && outdated)
		printf("What you changed:\n%sWhat we changed since you copied it:\n%s",
			buf_text(&yours), buf_text(&ours));
	else if (!in->json)
		printf("%s", buf_text(&yours));
	return 0;
}

static int run_diff(struct invocation *in, struct overrides *o, const struct subject *only)
{
	json_t *files = json_array();
	int rc = 0;

	if (only && (!only->override || !only->original))
		rc = ctx_fail(&in->cx, ERR_NOT_FOUND, "there is nothing to compare %s/%s with",
			only->folder, only->name);
	for (int i = 0; rc == 0 && i < o->count; i++) {
		struct subject s = {
			o->list[i].folder, o->list[i].name, o->list[i].original, &o->list[i]};

		if (s.original && (!only || only->override == s.override))
			rc = diff_one(in, &s, files);
	}
	if (rc < 0)
		json_decref(files);
	else
		invocation_answer(in, json_pack("{s:o}", "files", files), "%s", "");
	return rc;
}

static int make_folder(struct ctx *cx, const char *path)
{
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return ctx_fail(cx, ERR_IO, "%.300s cannot be made: %s", path, strerror(errno));
	return 0;
}

/* Whole or not at all. */
static int write_whole(struct ctx *cx, const char *path, const void *bytes, size_t len)
{
	const char *fresh = arena_printf(cx->arena, "%s~", path);
	AUTO(auto_close)
	int fd = fresh ? open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644)
		       : -1;

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || fsync(fd) != 0 ||
		rename(fresh, path) != 0)
		return ctx_fail(cx, errno == ENOSPC ? ERR_FULL : ERR_IO,
			"%.300s cannot be written: %s", path, strerror(errno));
	return 0;
}

/* The operator's file and, before it, our original as it is now: what later differs is known to
 * have changed since. */
static int write_pair(struct invocation *in, const struct subject *s, const char *bytes, size_t len)
{
	struct ctx *cx = &in->cx;
	const char *folder = arena_printf(cx->arena, "%s/%s", in->dir, s->folder),
		   *bases = arena_printf(cx->arena, "%s/original", folder),
		   *path = arena_printf(cx->arena, "%s/%s", folder, s->name),
		   *base = arena_printf(cx->arena, "%s/%s", bases, s->name);
	int rc;

	if (!folder || !bases || !path || !base)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	rc = make_folder(cx, folder);
	if (rc == 0)
		rc = make_folder(cx, bases);
	if (rc == 0)
		rc = write_whole(cx, base, s->original->start, original_len(s->original));
	return rc < 0 ? rc : write_whole(cx, path, bytes, len);
}

static void say_written(struct invocation *in, const struct subject *s, const char *what)
{
	invocation_answer(in,
		json_pack("{s:s+++}", "file", in->dir, "/", s->folder,
			arena_printf(in->cx.arena, "/%s", s->name)),
		"%s/%s/%s %s\n", in->dir, s->folder, s->name, what);
}

static int run_copy(struct invocation *in, const struct subject *s)
{
	int rc;

	if (s->override || !s->original)
		return ctx_fail(&in->cx, ERR_CONFLICT, "%s/%s/%s is there already", in->dir,
			s->folder, s->name);
	rc = write_pair(in, s, (const char *)s->original->start, original_len(s->original));
	if (rc == 0)
		say_written(in, s, "is yours to change. The server takes it at SIGHUP.");
	return rc;
}

/* Would the server take it? */
static int check_merged(struct ctx *cx, const struct subject *s, const struct buf *merged)
{
	struct template *t = NULL;
	int rc;

	if (!str_eq(s->folder, "templates"))
		return 0;
	rc = template_parse(str_ends(s->name, ".xml") ? TEMPLATE_XML : TEMPLATE_HTML, s->name,
		buf_text(merged), merged->len, &cx->err, &t);
	template_free(t);
	return rc;
}

/* What we changed goes into the operator's file, unless both changed the same lines. */
static int run_merge(struct invocation *in, const struct subject *s)
{
	AUTO(buf_done) struct buf merged = BUF(DIFF_MAX);
	const struct override *o = s->override;
	struct ctx *cx = &in->cx;
	struct text mine, base, now;
	bool clean = false;
	int rc;

	if (!o || !s->original || override_standing(o) != STANDING_OUTDATED)
		return ctx_fail(cx, ERR_CONFLICT,
			"%s/%s has nothing to take over: see chorsu templates %.200s list",
			s->folder, s->name, in->dir);
	mine = named(cx, s, "yours", o->text, o->len);
	base = named(cx, s, "ours when you copied it", o->base, o->base_len);
	now = named(cx, s, "ours", (const char *)s->original->start, original_len(s->original));
	rc = differ_merge(cx, &mine, &base, &now, &merged, &clean);
	if (rc == 0 && !clean)
		return ctx_fail(cx, ERR_CONFLICT,
			"you and we changed the same lines of %s/%s: change by hand what diff shows, then chorsu "
			"templates DIR show %s >DIR/%s/original/%s",
			s->folder, s->name, s->name, s->folder, s->name);
	if (rc == 0)
		rc = check_merged(cx, s, &merged);
	if (rc == 0)
		rc = write_pair(in, s, buf_text(&merged), merged.len);
	if (rc == 0)
		say_written(in, s, "has our changes too now. The server takes it at SIGHUP.");
	return rc;
}

static int usage(struct invocation *in)
{
	return ctx_fail(
		&in->cx, ERR_INVALID, "usage: chorsu templates DIR %s", in->command->arguments);
}

static int run_one(struct invocation *in, struct overrides *o, const char *verb)
{
	struct subject s = {0};
	int rc = find_subject(&in->cx, o, in->arguments[1], &s);

	if (rc < 0)
		return rc;
	if (str_eq(verb, "show"))
		return run_show(in, &s);
	if (str_eq(verb, "diff"))
		return run_diff(in, o, &s);
	if (str_eq(verb, "copy"))
		return run_copy(in, &s);
	return str_eq(verb, "merge") ? run_merge(in, &s) : usage(in);
}

static int run_templates(struct invocation *in)
{
	const char *verb = in->argument_count ? in->arguments[0] : "list";
	struct overrides o = {0};
	int rc = store_find(&in->cx, in->dir);

	if (rc == 0)
		rc = overrides_read(&in->cx, in->dir, &o);
	if (rc < 0)
		return rc;
	if (in->argument_count == 2)
		return run_one(in, &o, verb);
	if (str_eq(verb, "list"))
		return run_list(in, &o);
	return str_eq(verb, "diff") ? run_diff(in, &o, NULL) : usage(in);
}

const struct command template_commands[] = {
	{.name = "templates",
		.arguments = "[list | show NAME | diff [NAME] | copy NAME | merge NAME]",
		.most = 2,
		.needs = NEEDS_DIR,
		.run = run_templates,
		.says = "templates and assets of your own in the place of ours, and what both sides changed",
		.more = "copy puts ours into DIR/templates or DIR/assets, yours to change, and beside it an original to\n"
			"compare with; after an upgrade list says where ours has changed since, diff what you and we\n"
			"changed, merge takes our changes over. For colours and sizes a file DIR/assets/local.css is enough:\n"
			"pages load it after our own. The server takes changes at SIGHUP, and refuses what has a mistake."},
	{0},
};
