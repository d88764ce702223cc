/* Fuzz target: resources of WebFinger. One is refused, or names either a handle or an id. */
#include "fuzz.h"

#include "core/server.h"
#include "feature/fediverse/discovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new(MIB);
	static struct server server = {.origin = "https://pages.example",
		.host = "pages.example",
		.account_domain = "gov.example"};
	struct ctx cx = {.arena = a, .server = &server};
	char *text = strndup((const char *)data, size);
	const char *handle = NULL;
	int64_t id = 0;
	int rc = webfinger_parse(&cx, text, &handle, &id);

	check_answer(rc, &cx.err);
	assert(rc < 0 ? !handle && id == 0 : !handle == (id > 0));
	if (handle && str_starts(text, "acct:")) {
		assert(*handle && !strchr(handle, '@'));
		for (const char *c = handle; *c; c++)
			assert(*c < 'A' || *c > 'Z');
	}
	free(text);
	return 0;
}
