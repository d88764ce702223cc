/* Commands about institutions. */
#include "app/app.h"

#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "core/institution.h"
#include "core/limits.h"
#include "core/media.h"

static const char **text_field(struct institution_text *t, const char *option)
{
	if (str_eq(option, "name"))
		return &t->name;
	if (str_eq(option, "bio"))
		return &t->bio;
	if (str_eq(option, "services"))
		return &t->services;
	return str_eq(option, "hours") ? &t->hours : &t->address;
}

/* The texts of --name, --bio and the like, one row a language. */
static const struct institution_text *collect_texts(struct invocation *in)
{
	struct institution_text *texts = arena_array(in->cx.arena, 129, sizeof(*texts));

	for (int i = 0; texts && i < in->option_count; i++) {
		const struct option_value *v = &in->options[i];
		struct institution_text *t = texts;

		if (v->option->kind != OPTION_LANG_TEXT)
			continue;
		while (t->lang && !str_eq(t->lang, v->lang))
			t++;
		t->lang = v->lang;
		*text_field(t, v->option->name) = v->text;
	}
	return texts;
}

/* The contacts and pictures of a change. */
static int collect_rest(struct invocation *in, struct institution_change *c)
{
	static const struct media_text NO_TEXTS[] = {{0}};
	int rc;

	c->phone = invocation_text(in, "phone");
	c->email = invocation_text(in, "email");
	c->website = invocation_text(in, "website");
	rc = picture_option(in, "avatar", MEDIA_AVATAR, NO_TEXTS, &c->avatar);
	return rc < 0 ? rc : picture_option(in, "header", MEDIA_HEADER, NO_TEXTS, &c->header);
}

static void discard(struct invocation *in, const struct institution_change *c)
{
	media_discard(&in->cx, c->avatar);
	media_discard(&in->cx, c->header);
}

static json_t *describe(struct invocation *in, const struct institution *i)
{
	json_t *names = json_object();

	for (const struct institution_text *t = i->texts; t->lang; t++)
		json_object_set_new(names, t->lang, json_string(t->name));
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o}", "id",
		arena_printf(in->cx.arena, "%lld", (long long)i->id), "handle", i->handle, "page",
		institution_page(in->cx.arena, in->cx.server, i->handle), "actor",
		institution_actor(in->cx.arena, in->cx.server, i->id), "closed", i->closed, "names",
		names);
}

static int run_add(struct invocation *in)
{
	struct institution_change c = {
		.handle = in->arguments[0], .texts = collect_texts(in), .who = invocation_who(in)};
	int rc;

	if (!c.texts)
		return ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
	rc = collect_rest(in, &c);
	if (rc == 0)
		rc = institution_add(&in->cx, &c);
	if (rc < 0) {
		discard(in, &c);
		return rc;
	}
	invocation_answer(in, describe(in, c.institution), "%s\n",
		institution_page(in->cx.arena, in->cx.server, c.institution->handle));
	return 0;
}

static int run_set(struct invocation *in)
{
	struct institution_change c = {.handle = in->arguments[0],
		.new_handle = invocation_text(in, "handle"),
		.texts = collect_texts(in),
		.who = invocation_who(in)};
	int rc;

	if (!c.texts)
		return ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
	rc = collect_rest(in, &c);
	if (rc == 0)
		rc = institution_set(&in->cx, &c);
	if (rc < 0) {
		discard(in, &c);
		return rc;
	}
	invocation_answer(in, describe(in, c.institution), "%s\n",
		institution_page(in->cx.arena, in->cx.server, c.institution->handle));
	return 0;
}

static int run_close(struct invocation *in)
{
	struct institution_change c = {.handle = in->arguments[0], .who = invocation_who(in)};
	int rc = institution_close(&in->cx, &c);

	if (rc < 0)
		return rc;
	invocation_answer(in, describe(in, c.institution),
		"%s is closed: its pages stay, nothing new is published.\n", c.institution->handle);
	return 0;
}

struct listing {
	const char *after;
	const struct institution *list;
	int count;
};

#define PAGE 100

static int list(struct tx *tx, void *arg)
{
	struct listing *l = arg;

	return institution_list(tx, l->after, PAGE, &l->list, &l->count);
}

static int run_list(struct invocation *in)
{
	struct listing l = {.after = ""};
	json_t *all = json_array();
	int rc;

	do {
		rc = db_read(&in->cx, list, &l);
		for (int i = 0; rc == 0 && i < l.count; i++) {
			const struct institution *x = &l.list[i];

			if (in->json)
				json_array_append_new(all, describe(in, x));
			else
				printf("%-30s  %s%s\n", x->handle,
					x->texts->lang ? x->texts->name : "",
					x->closed ? "  (closed)" : "");
			l.after = x->handle;
		}
	} while (rc == 0 && l.count == PAGE);
	if (rc == 0 && in->json)
		invocation_answer(in, json_incref(all), "%s", "");
	json_decref(all);
	return rc;
}

#define TEXT_OPTION(what, explained)                                                               \
	{                                                                                          \
		.name = what, .kind = OPTION_LANG_TEXT, .value = "LANG=TEXT", .repeated = true,    \
		.says = explained                                                                  \
	}
#define VALUE_OPTION(what, shown, explained)                                                       \
	{                                                                                          \
		.name = what, .kind = OPTION_TEXT, .value = shown, .says = explained               \
	}
#define PROFILE                                                                                    \
	TEXT_OPTION(                                                                               \
		"name", "the name in a language; the first is the institution's own language"),    \
		TEXT_OPTION("bio", "what it does, in a few sentences"),                            \
		TEXT_OPTION("services", "what one can get here, one a line"),                      \
		TEXT_OPTION("hours", "opening hours"), TEXT_OPTION("address", "postal address"),   \
		VALUE_OPTION("phone", "NUMBER", "shown on its page, and called from there"),       \
		VALUE_OPTION("email", "ADDRESS", "shown on its page"),                             \
		VALUE_OPTION("website", "URL",                                                     \
			"the official site; the page says whether that site links back to it"),    \
		VALUE_OPTION("avatar", "FILE", "the emblem: JPEG, PNG, WebP or GIF"),              \
		VALUE_OPTION("header", "FILE", "the wide picture at the top of its page")

static const struct option ADD[] = {PROFILE, {0}};
static const struct option SET[] = {
	PROFILE,
	{.name = "handle",
		.kind = OPTION_TEXT,
		.value = "HANDLE",
		.says = "a new handle; the old address leads there for ever"},
	{0},
};

const struct command institution_commands[] = {
	{.name = "institution add",
		.arguments = "HANDLE",
		.least = 1,
		.most = 1,
		.needs = NEEDS_STORE,
		.options = ADD,
		.run = run_add,
		.says = "add an institution and print its page's address"},
	{.name = "institution list",
		.arguments = "",
		.needs = NEEDS_STORE,
		.run = run_list,
		.says = "all institutions by handle"},
	{.name = "institution set",
		.arguments = "HANDLE",
		.least = 1,
		.most = 1,
		.needs = NEEDS_STORE,
		.options = SET,
		.run = run_set,
		.says = "change what stands on its page, or the handle; followers are told. An empty TEXT takes one away"},
	{.name = "institution close",
		.arguments = "HANDLE",
		.least = 1,
		.most = 1,
		.needs = NEEDS_STORE,
		.run = run_close,
		.says = "no more posts and followers; what was said stays readable"},
	{0},
};
