/* Hostile actor documents: each row spoils one member of a good one, and the sentence must say what
 * is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "core/core.h"
#include "core/server.h"
#include "feature/fediverse/remote.h"
#include "kit/crypto/key.h"

#define HOST  "https://a.example"
#define ANNA  HOST "/users/anna"
#define INBOX ANNA "/inbox"

static struct arena *arena;
static struct server server;
static char *pem, *short_pem;

static int load_settings(void)
{
	static const struct setting *tables[] = {NULL, NULL};
	char path[] = "/tmp/chorsu-remote-XXXXXX";
	int fd = mkstemp(path), rc;
	struct err e = {0};

	if (fd < 0)
		return -1;
	close(fd);
	tables[0] = core_feature.settings;
	rc = settings_load(path, tables, &e, &server.settings);
	unlink(path);
	return rc;
}

static int setup(void **state)
{
	AUTO(key_freep) struct key *key = NULL;
	struct err e = {0};

	(void)state;
	arena = arena_new(16 * MIB);
	if (!arena || load_settings() < 0 || key_generate(KEY_RSA, &e, &key) < 0)
		return -1;
	pem = key_public_pem(arena, key);
	short_pem = arena_copy(arena, pem, strlen(pem) / 2);
	return pem && short_pem ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	settings_free(server.settings);
	arena_free(arena);
	return 0;
}

static json_t *good(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:s}, s:{s:s, s:s, s:s}}", "id", ANNA,
		"type", "Person", "preferredUsername", "anna", "inbox", INBOX, "outbox",
		ANNA "/outbox", "endpoints", "sharedInbox", HOST "/inbox", "publicKey", "id",
		ANNA "#main-key", "owner", ANNA, "publicKeyPem", pem);
}

/* "PEM" stands for the good key, "HALF" for its first half. */
static void fill_in_key(json_t *value)
{
	const char *text;

	if (json_is_array(value))
		value = json_array_get(value, 0);
	text = json_str(value, "publicKeyPem");
	if (str_eq(text, "PEM"))
		json_object_set_new(value, "publicKeyPem", json_string(pem));
	else if (str_eq(text, "HALF"))
		json_object_set_new(value, "publicKeyPem", json_string(short_pem));
}

/* Lays the members of change over the document; null removes one. */
static json_t *spoiled(const char *change)
{
	json_t *document = good(), *changes = json_loads(change, 0, NULL), *value;
	const char *name;
	void *next;

	assert_non_null(changes);
	json_object_foreach_safe(changes, next, name, value)
	{
		fill_in_key(value);
		if (json_is_null(value))
			json_object_del(document, name);
		else
			json_object_set(document, name, value);
	}
	json_decref(changes);
	return document;
}

static int parse(const char *change, const char *url, struct ctx *cx, struct remote_actor *ret)
{
	*cx = (struct ctx){.arena = arena, .server = &server};
	return remote_parse(cx, json_keep(arena, spoiled(change)), url, ret);
}

static void a_good_one(void **state)
{
	struct remote_actor a;
	struct ctx cx;

	(void)state;
	assert_int_equal(parse("{}", ANNA, &cx, &a), 0);
	assert_string_equal(a.uri, ANNA);
	assert_string_equal(a.host, "a.example");
	assert_string_equal(a.name, "anna");
	assert_string_equal(a.inbox, INBOX);
	assert_string_equal(a.shared_inbox, HOST "/inbox");
	assert_string_equal(a.key_id, ANNA "#main-key");
	assert_string_equal(a.key_pem, pem);
	assert_false(a.gone);
	assert_true(a.fetched_at > 0);
}

/* Odd, but harmless: what is missing is left out, what is not to be believed is not. */
static void taken(void **state)
{
	static const struct {
		const char *change, *name, *shared_inbox;
	} ROWS[] = {
		{"{\"type\": \"Service\"}", "anna", HOST "/inbox"},
		{"{\"type\": \"Group\"}", "anna", HOST "/inbox"},
		{"{\"type\": \"Organization\"}", "anna", HOST "/inbox"},
		{"{\"type\": \"Application\"}", "anna", HOST "/inbox"},
		{"{\"preferredUsername\": null}", "", HOST "/inbox"},
		{"{\"preferredUsername\": 5}", "", HOST "/inbox"},
		{"{\"endpoints\": null}", "anna", ""},
		{"{\"endpoints\": []}", "anna", ""},
		{"{\"endpoints\": {\"sharedInbox\": 7}}", "anna", ""},
		{"{\"endpoints\": {\"sharedInbox\": \"https://b.example/inbox\"}}", "anna", ""},
		{"{\"endpoints\": {\"sharedInbox\": \"http://a.example/inbox\"}}", "anna", ""},
		{"{\"endpoints\": {\"sharedInbox\": \"https://a.example:8443/inbox\"}}", "anna",
			""},
		{"{\"endpoints\": {\"sharedInbox\": \"https://a.example@b.example/inbox\"}}",
			"anna", ""},
		{"{\"publicKey\": [{\"id\": \"" ANNA "#k\", \"owner\": \"" ANNA
		 "\", \"publicKeyPem\": \"PEM\"}]}",
			"anna", HOST "/inbox"},
		{"{\"publicKey\": {\"id\": \"" HOST "/keys/1\", \"owner\": \"" ANNA
		 "\", \"publicKeyPem\": \"PEM\"}}",
			"anna", HOST "/inbox"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct remote_actor a;
		struct ctx cx;
		int rc = parse(ROWS[i].change, ANNA, &cx, &a);

		if (rc < 0)
			fail_msg("%s: %s", ROWS[i].change, err_text(&cx.err));
		assert_string_equal(a.name, ROWS[i].name);
		assert_string_equal(a.shared_inbox, ROWS[i].shared_inbox);
		assert_int_equal(cx.err.code, 0);
	}
}

#define ID      "says that its id is another one"
#define TYPE    "is not an actor"
#define NOINBOX "has no inbox at its own host"
#define NOKEY   "has no public key"
#define FOREIGN "is not the actor's own"
#define KEY(id, owner, text)                                                                       \
	"{\"publicKey\": {\"id\": \"" id "\", \"owner\": \"" owner "\", \"publicKeyPem\": \"" text \
	"\"}}"

static void refused(void **state)
{
	static const struct {
		const char *change, *says;
	} ROWS[] = {
		/* The document's id is the address that was asked, byte for byte. */
		{"{\"id\": null}", ID},
		{"{\"id\": \"\"}", ID},
		{"{\"id\": 7}", ID},
		{"{\"id\": [\"" ANNA "\"]}", ID},
		{"{\"id\": {\"id\": \"" ANNA "\"}}", ID},
		{"{\"id\": \"" ANNA "/\"}", ID},
		{"{\"id\": \"" ANNA "#me\"}", ID},
		{"{\"id\": \"" HOST "/users/Anna\"}", ID},
		{"{\"id\": \"" HOST "/users/bob\"}", ID},
		{"{\"id\": \"https://b.example/users/anna\"}", ID},
		{"{\"id\": \"https://A.example/users/anna\"}", ID},
		{"{\"id\": \"http://a.example/users/anna\"}", ID},
		{"{\"type\": null}", TYPE},
		{"{\"type\": \"\"}", TYPE},
		{"{\"type\": \"Note\"}", TYPE},
		{"{\"type\": \"person\"}", TYPE},
		{"{\"type\": \"Tombstone\"}", TYPE},
		{"{\"type\": 1}", TYPE},
		{"{\"inbox\": null}", NOINBOX},
		{"{\"inbox\": \"\"}", NOINBOX},
		{"{\"inbox\": 7}", NOINBOX},
		{"{\"inbox\": {\"id\": \"" INBOX "\"}}", NOINBOX},
		{"{\"inbox\": \"/users/anna/inbox\"}", NOINBOX},
		{"{\"inbox\": \"https://b.example/inbox\"}", NOINBOX},
		{"{\"inbox\": \"https://a.example.b.example/inbox\"}", NOINBOX},
		{"{\"inbox\": \"https://a.example@b.example/inbox\"}", NOINBOX},
		{"{\"inbox\": \"https://user@a.example/inbox\"}", NOINBOX},
		{"{\"inbox\": \"http://a.example/inbox\"}", NOINBOX},
		{"{\"inbox\": \"https://a.example:22/inbox\"}", NOINBOX},
		{"{\"inbox\": \"https://127.0.0.1/inbox\"}", NOINBOX},
		{"{\"inbox\": \"https://[::1]/inbox\"}", NOINBOX},
		{"{\"inbox\": \"file:///etc/passwd\"}", NOINBOX},
		{"{\"inbox\": \"javascript:alert(1)\"}", NOINBOX},
		{"{\"inbox\": \"https://a.example/in box\"}", NOINBOX},
		{"{\"inbox\": \"https://a.example/\\r\\nX: y\"}", NOINBOX},
		{"{\"publicKey\": null}", NOKEY},
		{"{\"publicKey\": []}", NOKEY},
		{"{\"publicKey\": \"" ANNA "#main-key\"}", NOKEY},
		{"{\"publicKey\": {}}", NOKEY},
		{"{\"publicKey\": {\"id\": \"" ANNA "#main-key\", \"owner\": \"" ANNA "\"}}",
			NOKEY},
		{"{\"publicKey\": {\"owner\": \"" ANNA "\", \"publicKeyPem\": \"PEM\"}}", NOKEY},
		{"{\"publicKey\": {\"id\": 7, \"owner\": \"" ANNA "\", \"publicKeyPem\": \"PEM\"}}",
			NOKEY},
		{"{\"publicKey\": {\"id\": \"" ANNA "#main-key\", \"publicKeyPem\": \"PEM\"}}",
			FOREIGN},
		{KEY(ANNA "#main-key", HOST "/users/bob", "PEM"), FOREIGN},
		{KEY(ANNA "#main-key", "https://b.example/users/anna", "PEM"), FOREIGN},
		{KEY("https://b.example/users/anna#main-key", ANNA, "PEM"), FOREIGN},
		{KEY("https://a.example:8443/users/anna#main-key", ANNA, "PEM"), FOREIGN},
		{KEY("", ANNA, "PEM"), FOREIGN},
		{KEY("#main-key", ANNA, "PEM"), FOREIGN},
		{KEY(ANNA "#main-key", ANNA, ""), "key"},
		{KEY(ANNA "#main-key", ANNA, "none"), "key"},
		{KEY(ANNA "#main-key", ANNA, "HALF"), "key"},
		{KEY(ANNA "#main-key", ANNA,
			 "-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----\\n"),
			"key"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct remote_actor a;
		struct ctx cx;
		int rc = parse(ROWS[i].change, ANNA, &cx, &a);

		if (rc != ERR_INVALID || cx.err.code != ERR_INVALID ||
			!strstr(err_text(&cx.err), ROWS[i].says))
			fail_msg("%s: %d \"%s\"", ROWS[i].change, rc, err_text(&cx.err));
	}
}

/* A name that fills a page is dropped, a key id of that length is refused. */
static void very_long(void **state)
{
	struct ctx cx = {.arena = arena, .server = &server};
	char *name = arena_alloc(arena, 4000);
	json_t *document = json_keep(arena, good());
	struct remote_actor a;

	(void)state;
	memset(name, 'a', 3000);
	json_object_set_new(document, "preferredUsername", json_string(name));
	assert_int_equal(remote_parse(&cx, document, ANNA, &a), 0);
	assert_string_equal(a.name, "");
	json_object_set_new(json_object_get(document, "publicKey"), "id",
		json_string(arena_printf(arena, ANNA "#%s", name)));
	assert_int_equal(remote_parse(&cx, document, ANNA, &a), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one),
		cmocka_unit_test(taken),
		cmocka_unit_test(refused),
		cmocka_unit_test(very_long),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
