/* Fuzz target: URLs that may be asked. What is taken has a host in one spelling, and the URL put
 * together from its parts is taken as the same. rooms: fetch base */
#include "fuzz.h"

#include <ctype.h>

#include "kit/fetch/fetch.h"
#include "kit/fetch/url.h"

static void check_parts(const char *text, const struct url *u, bool allow)
{
	AUTO(arena_freep) struct arena *a = arena_new(64 * KIB);
	char authority[URL_HOST_MAX], *again, *target = fetch_url_target(a, text);
	struct err err = {0};
	struct url v;

	assert(*u->host && u->port > 0 && u->port < 65536);
	assert(allow || (u->tls && u->port == 443));
	for (const char *c = u->host; *c; c++)
		assert(isalnum((unsigned char)*c) ? !isupper((unsigned char)*c)
						  : strchr("-._:[]", *c) != NULL);
	url_authority(u, authority);
	assert(str_eq(authority, fetch_url_host(a, text)));
	assert(*target == '/');
	again = arena_printf(a, "http%s://%s%s", u->tls ? "s" : "", authority, target);
	if (strlen(again) > URL_MAX)
		return;
	assert(url_parse(again, allow, &err, &v) == 0);
	assert(str_eq(v.host, u->host) && v.port == u->port && v.tls == u->tls);
	assert(str_eq(fetch_url_target(a, again), target));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	for (int allow = 0; allow < 2; allow++) {
		struct err err = {0};
		struct url u;
		int rc = url_parse(text, allow, &err, &u);

		check_answer(rc, &err);
		assert(fetch_url_check(text, allow, NULL) == rc);
		if (rc == 0)
			check_parts(text, &u, allow);
	}
	free(text);
	return 0;
}
