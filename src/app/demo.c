/* The command demo: a store with nine institutions and what they have said lately, from the files
 * of demo/ (demo/README.md tells their notation). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/demo_pictures.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "core/institution.h"
#include "core/limits.h"
#include "core/post.h"
#include "kit/html/dates.h"

#define DEMO_URL         "http://localhost:8080"
#define DEMO_ZONE        "Asia/Tashkent"
#define ZONE_OFFSET      (5 * HOUR)
#define INSTITUTIONS_MAX 32

struct statement {
	const json_t *json;
	const char *handle;
	const struct demo_pictures *pictures;
	int64_t at;
};

/* "{date+5}" → the day five days after `at`, in the language of the text. */
static const char *fill_dates(struct arena *a, const char *text, const char *lang, int64_t at)
{
	AUTO(buf_done) struct buf out = BUF(TEXT_MAX);
	const char *mark;

	while ((mark = strstr(text, "{date"))) {
		char *end;
		long days = strtol(mark + 5, &end, 10);

		buf_add(&out, text, (size_t)(mark - text));
		buf_adds(&out, date_text(a, lang, DEMO_ZONE, at + days * DAY, DATE_DAY));
		text = *end == '}' ? end + 1 : end;
	}
	buf_adds(&out, text);
	return arena_strdup(a, buf_text(&out));
}

static const struct variant_input *read_variants(
	struct arena *a, const json_t *variants, int64_t at)
{
	struct variant_input *in = arena_array(a, json_object_size(variants) + 1, sizeof(*in));
	const char *lang;
	json_t *v;
	int n = 0;

	json_object_foreach((json_t *)variants, lang, v)
	{
		if (!in)
			return NULL;
		in[n++] = (struct variant_input){.lang = lang,
			.title = json_str(v, "title"),
			.text = fill_dates(a, json_str(v, "text"), lang, at)};
	}
	return in;
}

static int64_t hours(const json_t *j)
{
	return json_integer_value(json_object_get(j, "hours_later")) * HOUR;
}

/* What is said of a revision or withdrawal, in the institution's own language. */
static const char *first_text(const json_t *by_language)
{
	return json_string_value(json_object_iter_value(json_object_iter((json_t *)by_language)));
}

static int revise(struct ctx *cx, const struct statement *s, int64_t id)
{
	size_t i;
	json_t *r;
	int rc = 0;

	json_array_foreach(json_object_get(s->json, "revisions"), i, r)
	{
		struct correction c = {.id = id,
			.note = first_text(json_object_get(r, "note")),
			.at = s->at + hours(r),
			.quiet = true,
			.who = "command:demo"};

		c.variants = read_variants(cx->arena, json_object_get(r, "variants"), s->at);
		rc = c.variants ? post_revise(cx, &c)
				: ctx_fail(cx, ERR_MEMORY, "not enough memory");
		if (rc < 0)
			break;
	}
	return rc;
}

static int withdraw(struct ctx *cx, const struct statement *s, int64_t id)
{
	const json_t *gone = json_object_get(s->json, "withdrawn");
	struct withdrawal w = {.id = id,
		.reason = first_text(json_object_get(gone, "reason")),
		.at = s->at + hours(gone),
		.quiet = true,
		.who = "command:demo"};

	return gone ? post_withdraw(cx, &w) : 0;
}

static int say(struct ctx *cx, const struct statement *s)
{
	struct publication p = {.handle = s->handle,
		.visibility = json_str(s->json, "visibility"),
		.media = demo_pictures_of(cx->arena, s->pictures, s->json),
		.published_at = s->at,
		.quiet = true,
		.who = "command:demo"};
	int rc;

	p.variants = read_variants(cx->arena, json_object_get(s->json, "variants"), s->at);
	rc = p.variants ? post_publish(cx, &p) : ctx_fail(cx, ERR_MEMORY, "not enough memory");
	if (rc == 0)
		rc = revise(cx, s, p.id);
	if (rc == 0)
		rc = withdraw(cx, s, p.id);
	if (rc == 0 && json_is_true(json_object_get(s->json, "pinned")))
		rc = post_pin(cx, p.id, true, "command:demo");
	return rc;
}

static const char *in_language(const json_t *institution, const char *field, const json_t *lang)
{
	return json_str(json_object_get(institution, field), json_string_value(lang));
}

static const struct institution_text *read_texts(struct arena *a, const json_t *j)
{
	const json_t *languages = json_object_get(j, "languages");
	struct institution_text *texts =
		arena_array(a, json_array_size(languages) + 1, sizeof(*texts));
	size_t i;
	json_t *lang;

	json_array_foreach((json_t *)languages, i, lang)
	{
		if (!texts)
			return NULL;
		texts[i] = (struct institution_text){.lang = json_string_value(lang),
			.name = in_language(j, "names", lang),
			.bio = in_language(j, "bios", lang),
			.services = in_language(j, "services", lang),
			.hours = in_language(j, "hours", lang),
			.address = in_language(j, "addresses", lang)};
	}
	return texts;
}

static int add_institution(struct ctx *cx, const json_t *j, const struct demo_pictures *pictures)
{
	struct institution_change c = {.handle = json_str(j, "handle"),
		.texts = read_texts(cx->arena, j),
		.phone = json_str(j, "phone"),
		.email = json_str(j, "email"),
		.website = json_str(j, "website"),
		.avatar = demo_pictures_find(pictures, json_str(j, "avatar")),
		.header = demo_pictures_find(pictures, json_str(j, "header")),
		.who = "command:demo"};

	return c.texts ? institution_add(cx, &c) : ctx_fail(cx, ERR_MEMORY, "not enough memory");
}

/* "HH:MM", of our own files. */
static int64_t time_of_day(const char *s)
{
	return ((s[0] - '0') * 10 + s[1] - '0') * HOUR + ((s[3] - '0') * 10 + s[4] - '0') * MINUTE;
}

static int64_t said_at(const json_t *s, int64_t now)
{
	int64_t midnight = (now + ZONE_OFFSET) / DAY * DAY - ZONE_OFFSET;

	return midnight - json_integer_value(json_object_get(s, "days_ago")) * DAY +
	       time_of_day(json_str(s, "time"));
}

/* Oldest first, as it was said. */
static int say_all(
	struct ctx *cx, const json_t *j, const struct demo_pictures *pictures, int64_t now)
{
	const json_t *statements = json_object_get(j, "statements");
	int rc = 0;

	for (size_t i = json_array_size(statements); rc == 0 && i-- > 0;) {
		struct statement s = {.json = json_array_get(statements, i),
			.handle = json_str(j, "handle"),
			.pictures = pictures};

		s.at = said_at(s.json, now);
		rc = say(cx, &s);
	}
	return rc;
}

/* The institutions' files, ended by NULL. */
static int read_files(struct ctx *cx, const json_t **ret)
{
	int n = 0;

	for (const struct embedded *e = embedded; e->name; e++) {
		if (!str_starts(e->name, "demo/") || !str_ends(e->name, ".json"))
			continue;
		ret[n] = json_keep(cx->arena,
			json_loadb((const char *)e->start, (size_t)(e->end - e->start), 0, NULL));
		if (!ret[n] || ++n == INSTITUTIONS_MAX)
			return ctx_fail(
				cx, ERR_INTERNAL, "%s is not JSON, or one too many", e->name);
	}
	ret[n] = NULL;
	return 0;
}

static int add_all(struct ctx *cx)
{
	const json_t *files[INSTITUTIONS_MAX];
	struct demo_pictures *pictures;
	int64_t now = clock_now();
	int rc = read_files(cx, files);

	if (rc == 0)
		rc = demo_pictures_make(cx, files, &pictures);
	for (const json_t **j = files; rc == 0 && *j; j++) {
		rc = add_institution(cx, *j, pictures);
		if (rc == 0)
			rc = say_all(cx, *j, pictures, now);
	}
	return rc;
}

static int fill(struct invocation *in, const char *dir)
{
	struct server *s = NULL;
	int rc = store_open(&in->cx, dir, false, &s);

	if (rc == 0)
		rc = add_all(&in->cx);
	store_close(s);
	return rc;
}

/* Made beside its place and moved there when it is whole: whoever finds it finds all of it. */
static int make_demo(struct invocation *in, const char *dir)
{
	struct store_creation c = {.url = DEMO_URL, .database = ""};
	int rc;

	if (access(dir, F_OK) == 0)
		return ctx_fail(
			&in->cx, ERR_CONFLICT, "%.300s exists already: choose another folder", dir);
	c.dir = arena_printf(in->cx.arena, "%s.new", dir);
	if (!c.dir)
		return ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
	rc = store_create(&in->cx, &c);
	if (rc == 0)
		rc = fill(in, c.dir);
	if (rc == 0 && rename(c.dir, dir) != 0)
		rc = ctx_fail(&in->cx, ERR_IO, "%.300s cannot be made: %s", dir, strerror(errno));
	return rc;
}

static int run_demo(struct invocation *in)
{
	size_t len = strlen(in->dir);
	char *dir = arena_strdup(in->cx.arena, in->dir);
	const char *program = program_invocation_name;
	int rc;

	if (!dir)
		return ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
	while (len > 1 && dir[len - 1] == '/')
		dir[--len] = '\0';
	rc = make_demo(in, dir);
	if (rc < 0)
		return rc;
	invocation_answer(in, json_pack("{s:s, s:s}", "dir", dir, "url", DEMO_URL),
		"A demo store is in %s: nine institutions and what they have said lately.\n"
		"Serve it:  %s serve %s\n"
		"Open:      " DEMO_URL "/            the directory\n"
		"           " DEMO_URL "/ru/@mehnat  an institution, in Russian\n"
		"           " DEMO_URL "/@mehnat/feed.atom\n"
		"Try:       %s post %s mehnat --lang en \"Hello from the ministry #test\"\n"
		"           %s readers %s\n",
		dir, program, dir, program, dir, program, dir);
	return 0;
}

const struct command demo_commands[] = {
	{.name = "demo",
		.arguments = "",
		.needs = NEEDS_DIR,
		.run = run_demo,
		.says = "make a store with nine institutions to look at, served at " DEMO_URL},
	{0},
};
