/* Commands about institutions. */
#include "app/app.h"

#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "core/institution.h"
#include "core/limits.h"

/* The texts of --name and --bio, one row a language. */
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
		if (str_eq(v->option->name, "name"))
			t->name = v->text;
		else
			t->bio = v->text;
	}
	return texts;
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
	rc = institution_add(&in->cx, &c);
	if (rc < 0)
		return rc;
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
	rc = institution_set(&in->cx, &c);
	if (rc < 0)
		return rc;
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

#define NAMES                                                                                      \
	{.name = "name",                                                                           \
		.kind = OPTION_LANG_TEXT,                                                          \
		.value = "LANG=TEXT",                                                              \
		.repeated = true,                                                                  \
		.says = "the name in a language; the first is the institution's own language"},    \
	{                                                                                          \
		.name = "bio", .kind = OPTION_LANG_TEXT, .value = "LANG=TEXT", .repeated = true,   \
		.says = "what it does and what a resident gets on its page"                        \
	}

static const struct option ADD[] = {NAMES, {0}};
static const struct option SET[] = {
	NAMES,
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
		.says = "change names, descriptions or the handle; followers are told"},
	{.name = "institution close",
		.arguments = "HANDLE",
		.least = 1,
		.most = 1,
		.needs = NEEDS_STORE,
		.run = run_close,
		.says = "no more posts and followers; what was said stays readable"},
	{0},
};
