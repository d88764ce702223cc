/* Fuzz target: documents of remote actors. What is taken is of one host altogether, and nothing of
 * it is missing. */
#include "fuzz.h"

#include <unistd.h>

#include "base/json.h"
#include "core/core.h"
#include "core/server.h"
#include "feature/fediverse/remote.h"

static struct settings *defaults(void)
{
	static const struct setting *tables[2];
	char path[] = "/tmp/chorsu-fuzz-actor-XXXXXX";
	struct settings *s = NULL;
	struct err err = {0};
	int fd = mkstemp(path);

	tables[0] = core_feature.settings;
	if (fd < 0 || settings_load(path, tables, &err, &s) < 0)
		abort();
	close(fd);
	unlink(path);
	return s;
}

static void check_actor(struct arena *a, const struct remote_actor *actor)
{
	AUTO(key_freep) struct key *key = NULL;
	char *key_url = arena_copy(a, actor->key_id, strcspn(actor->key_id, "#"));
	struct err err = {0};

	assert(*actor->host && str_eq(fetch_url_host(a, actor->inbox), actor->host));
	assert(fetch_url_check(actor->inbox, false, &err) == 0);
	assert(str_eq(fetch_url_host(a, key_url), actor->host));
	assert(!*actor->shared_inbox ||
		str_eq(fetch_url_host(a, actor->shared_inbox), actor->host));
	assert(strlen(actor->name) <= 256);
	assert(key_from_public_pem(actor->key_pem, strlen(actor->key_pem), &err, &key) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new(4 * MIB);
	static struct server server;
	struct ctx cx = {.arena = a, .server = &server};
	struct remote_actor actor;
	json_t *document;
	int rc;

	if (!server.settings)
		server.settings = defaults();
	if (json_parse((const char *)data, size, &cx.err, &document) < 0)
		return 0;
	json_keep(a, document);
	rc = remote_parse(&cx, document, "https://a.example/users/anna", &actor);
	check_answer(rc, &cx.err);
	if (rc == 0)
		check_actor(a, &actor);
	return 0;
}
