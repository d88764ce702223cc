/* Commands that speak in an institution's name: post, revise, withdraw. */
#include "app/app.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "core/limits.h"
#include "core/post.h"

/* A variant's file may begin with "# Title" and an empty line. */
static void split_title(struct arena *a, struct variant_input *v)
{
	size_t len = strcspn(v->text, "\n");

	if (!str_starts(v->text, "# ") || len < 3)
		return;
	v->title = arena_copy(a, v->text + 2, len - 2);
	v->text += len;
}

static int collect_variants(
	struct invocation *in, const char *text, bool titled, const struct variant_input **ret)
{
	struct variant_input *v =
		arena_array(in->cx.arena, (size_t)in->option_count + 2, sizeof(*v));
	const struct option_value *lang = invocation_option(in, "lang", 0), *file;
	int n = 0, rc;

	if (!v)
		return ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
	v[n].lang = lang ? lang->lang : "";
	v[n].title = invocation_text(in, "title");
	rc = invocation_input(in, text, TEXT_MAX, &v[n++].text);
	for (int i = 0; rc == 0 && (file = invocation_option(in, "variant", i)); i++) {
		v[n].lang = file->lang;
		rc = invocation_file(in, file->text, TEXT_MAX, &v[n].text);
		if (rc == 0 && titled)
			split_title(in->cx.arena, &v[n]);
		n++;
	}
	*ret = v;
	return rc;
}

static int run_post(struct invocation *in)
{
	struct publication p = {.handle = in->arguments[0],
		.visibility = invocation_text(in, "visibility"),
		.who = invocation_who(in)};
	const char *url;
	int rc;

	if (p.visibility && !str_eq(p.visibility, "public") && !str_eq(p.visibility, "unlisted"))
		return ctx_fail(&in->cx, ERR_INVALID,
			"--visibility: \"%.40s\" is neither public nor unlisted", p.visibility);
	rc = collect_variants(
		in, in->arguments[1], invocation_text(in, "title") != NULL, &p.variants);
	if (rc == 0)
		rc = pictures_collect(in, &p.media);
	if (rc == 0)
		rc = post_publish(&in->cx, &p);
	if (rc < 0) {
		pictures_discard(in, p.media);
		return rc;
	}
	url = post_url(in->cx.arena, in->cx.server, p.id);
	invocation_answer(in,
		json_pack("{s:s, s:s}", "id", arena_printf(in->cx.arena, "%lld", (long long)p.id),
			"url", url),
		"%s\n", url);
	return 0;
}

static int run_revise(struct invocation *in)
{
	struct correction c = {.note = invocation_text(in, "note"), .who = invocation_who(in)};
	const char *url;
	int rc = post_parse(&in->cx, in->arguments[0], &c.id);

	if (rc == 0)
		rc = collect_variants(in, in->arguments[1], false, &c.variants);
	if (rc == 0)
		rc = pictures_collect(in, &c.media);
	if (rc == 0)
		rc = post_revise(&in->cx, &c);
	if (rc < 0) {
		pictures_discard(in, c.media);
		return rc;
	}
	url = post_url(in->cx.arena, in->cx.server, c.id);
	invocation_answer(in,
		json_pack("{s:s, s:s}", "id", arena_printf(in->cx.arena, "%lld", (long long)c.id),
			"url", url),
		"%s\n", url);
	return 0;
}

static int run_withdraw(struct invocation *in)
{
	struct withdrawal w = {.reason = invocation_text(in, "reason"), .who = invocation_who(in)};
	const char *url;
	int rc = post_parse(&in->cx, in->arguments[0], &w.id);

	if (rc == 0)
		rc = post_withdraw(&in->cx, &w);
	if (rc < 0)
		return rc;
	url = post_url(in->cx.arena, in->cx.server, w.id);
	invocation_answer(in,
		json_pack("{s:s, s:s}", "id", arena_printf(in->cx.arena, "%lld", (long long)w.id),
			"url", url),
		"%s is withdrawn; the address says so and why.\n", url);
	return 0;
}

static const struct option POSTING[] = {
	{.name = "lang",
		.kind = OPTION_LANG,
		.value = "LANG",
		.says = "of the text; default: the institution's first language"},
	{.name = "title",
		.kind = OPTION_TEXT,
		.value = "TEXT",
		.says = "makes it an article; without one it is a note"},
	{.name = "variant",
		.kind = OPTION_LANG_TEXT,
		.value = "LANG=FILE",
		.repeated = true,
		.says = "the text in a further language; with --title a first line \"# Title\" of the file is its title"},
	{.name = "media",
		.kind = OPTION_TEXT,
		.value = "FILE",
		.repeated = true,
		.says = "a picture: JPEG, PNG, WebP or GIF; up to four"},
	{.name = "alt",
		.kind = OPTION_TEXT,
		.value = "TEXT",
		.repeated = true,
		.says = "what the picture before it shows, in the text's language; required"},
	{.name = "alt-in",
		.kind = OPTION_LANG_TEXT,
		.value = "LANG=TEXT",
		.repeated = true,
		.says = "the same in a further language"},
	{.name = "visibility",
		.kind = OPTION_TEXT,
		.value = "public|unlisted",
		.says = "unlisted: readable by its address, in no list; default public"},
	{0},
};
static const struct option REVISING[] = {
	{.name = "lang",
		.kind = OPTION_LANG,
		.value = "LANG",
		.says = "which variant; default: the institution's first language"},
	{.name = "title",
		.kind = OPTION_TEXT,
		.value = "TEXT",
		.says = "a new title; default: as it was"},
	{.name = "variant",
		.kind = OPTION_LANG_TEXT,
		.value = "LANG=FILE",
		.repeated = true,
		.says = "further variants"},
	{.name = "media",
		.kind = OPTION_TEXT,
		.value = "FILE",
		.repeated = true,
		.says = "pictures: JPEG, PNG, WebP or GIF; they replace those that stand"},
	{.name = "alt",
		.kind = OPTION_TEXT,
		.value = "TEXT",
		.repeated = true,
		.says = "what the picture before it shows, in the text's language; required"},
	{.name = "alt-in",
		.kind = OPTION_LANG_TEXT,
		.value = "LANG=TEXT",
		.repeated = true,
		.says = "the same in a further language"},
	{.name = "note", .kind = OPTION_TEXT, .value = "TEXT", .says = "what changed, for readers"},
	{0},
};
static const struct option WITHDRAWING[] = {
	{.name = "reason",
		.kind = OPTION_TEXT,
		.value = "TEXT",
		.required = true,
		.says = "why; readers are told"},
	{0},
};

static int set_pin(struct invocation *in, bool pinned)
{
	int64_t id;
	int rc = post_parse(&in->cx, in->arguments[0], &id);
	const char *url;

	if (rc == 0)
		rc = post_pin(&in->cx, id, pinned, invocation_who(in));
	if (rc < 0)
		return rc;
	url = post_url(in->cx.arena, in->cx.server, id);
	invocation_answer(in, json_pack("{s:s, s:b}", "url", url, "pinned", pinned),
		pinned ? "%s stands first on its institution's page now.\n"
		       : "%s stands among the others now.\n",
		url);
	return 0;
}

static int run_pin(struct invocation *in)
{
	return set_pin(in, true);
}

static int run_unpin(struct invocation *in)
{
	return set_pin(in, false);
}

#define MARKDOWN                                                                                   \
	"TEXT is Markdown: empty lines between paragraphs, lists, tables, *emphasis*, links, #hashtags. - reads standard input."

const struct command post_commands[] = {
	{.name = "post",
		.arguments = "HANDLE (TEXT | -)",
		.least = 2,
		.most = 2,
		.needs = NEEDS_STORE,
		.options = POSTING,
		.run = run_post,
		.says = "publish, and print the post's URL",
		.more = MARKDOWN},
	{.name = "revise",
		.arguments = "POST (TEXT | -)",
		.least = 2,
		.most = 2,
		.needs = NEEDS_STORE,
		.options = REVISING,
		.run = run_revise,
		.says = "a new text for a published post; POST is its URL or id",
		.more = MARKDOWN},
	{.name = "withdraw",
		.arguments = "POST",
		.least = 1,
		.most = 1,
		.needs = NEEDS_STORE,
		.options = WITHDRAWING,
		.run = run_withdraw,
		.says = "take a post back: its address tells when and why, followers are told to remove it"},
	{.name = "pin",
		.arguments = "POST",
		.least = 1,
		.most = 1,
		.needs = NEEDS_STORE,
		.run = run_pin,
		.says = "let a post stand first on its institution's page"},
	{.name = "unpin",
		.arguments = "POST",
		.least = 1,
		.most = 1,
		.needs = NEEDS_STORE,
		.run = run_unpin,
		.says = "let it stand among the others again"},
	{0},
};
