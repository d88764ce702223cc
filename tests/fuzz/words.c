/* Fuzz target: what is written in one word or line: ids, language tags, levels of the log, posts'
 * names, cursors of pages. What is taken is written again as it was. */
#include "fuzz.h"

#include "base/id.h"
#include "base/log.h"
#include "core/post.h"
#include "feature/site/paging.h"

static void read_numbers(struct arena *a, const char *text)
{
	static struct server server = {.origin = "https://pages.example"};
	struct ctx cx = {.arena = a, .server = &server};
	struct cursor c;
	int64_t id, post;
	bool named = id_parse(text, &id);
	int rc = post_parse(&cx, text, &post);

	assert(!named || (id >= 0 && str_eq(text, arena_printf(a, "%lld", (long long)id))));
	check_answer(rc, &cx.err);
	assert(rc == 0 ? str_eq(text, post_url(a, &server, post)) || (named && post == id)
		       : !named);
	assert(!cursor_parse(text, &c) || (c.at > 0 && str_eq(text, cursor_text(a, &c))));
}

static void read_words(const char *text)
{
	static const char *const LEVELS[] = {"debug", "info", "warn", "error"};
	char tag[16], again[16];
	enum log_level level;

	if (str_lang(text, tag))
		assert(str_lang(tag, again) && str_eq(tag, again) && strlen(tag) >= 2);
	if (log_level_parse(text, &level))
		assert(str_eq_nocase(text, LEVELS[level]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new(MIB);
	char *text = strndup((const char *)data, size);

	read_numbers(a, text);
	read_words(text);
	free(text);
	return 0;
}
