/* Fetching and checking remote actors. Authority comes from the id of a document, which must be the
 * address that it was fetched from; nothing is believed of another host. */
#include "feature/fediverse/remote.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "core/server.h"
#include "feature/fediverse/key_gate.h"
#include "feature/fediverse/vocabulary.h"
#include "kit/crypto/httpsig.h"

#define ACCEPT                                                                                     \
	"application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""
#define DOCUMENT_MAX (256 * KIB)
#define URL_MAX      2048

static char *without_fragment(struct arena *a, const char *url)
{
	return arena_copy(a, url, strcspn(url, "#"));
}

/* Signs a GET as the instance actor (servers that demand authorized fetch get their due). */
static int sign_get(struct transfer *t)
{
	const struct server *s = t->owner;
	AUTO(arena_freep) struct arena *a = arena_new(16 * KIB);
	char line[1000], date[40];
	struct httpsig_message m = {.method = "get", .date = date};
	const char *key_id = a ? arena_printf(a, "%s#main-key", instance_actor_url(a, s)) : NULL;
	int rc;

	if (!key_id)
		return ERR_MEMORY;
	m.host = fetch_url_host(a, t->url);
	m.target = fetch_url_target(a, t->url);
	clock_http_date(clock_now(), date);
	rc = httpsig_sign(s->key, key_id, &m, line, sizeof(line));
	if (rc < 0)
		return rc;
	transfer_header(t, line);
	transfer_header(t, arena_printf(a, "Date: %s", date));
	return 0;
}

static bool is_activity_type(const char *type)
{
	return str_starts(type, ACTIVITY_TYPE) ||
	       (str_starts(type, "application/ld+json") &&
		       strstr(type, "https://www.w3.org/ns/activitystreams"));
}

static int fetch_document(struct ctx *cx, const char *url, json_t **ret, const char **ret_url)
{
	bool allow = settings_bool(cx->server->settings, "fetch", "allow_private");
	struct fetched f;
	json_t *document;
	int rc = fetch_url_check(url, allow, &cx->err);

	if (rc == 0)
		rc = fetch_get(
			cx, cx->server->fetch, url, ACCEPT, DOCUMENT_MAX, sign_get, cx->server, &f);
	if (rc < 0)
		return rc;
	if (!is_activity_type(f.type))
		return ctx_fail(cx, ERR_INVALID,
			"%.200s is of the type \"%.100s\", not an ActivityPub document", url,
			f.type);
	rc = json_parse(f.body, f.len, &cx->err, &document);
	if (rc < 0)
		return rc;
	*ret = json_keep(cx->arena, document);
	*ret_url = f.url;
	return 0;
}

/* The host of a URL that may end in a fragment, as key ids do; NULL when it has none. */
static char *host_of(struct arena *a, const char *url)
{
	char *plain = without_fragment(a, url);

	return plain ? fetch_url_host(a, plain) : NULL;
}

static bool same_host(struct arena *a, const char *x, const char *y)
{
	const char *host = host_of(a, x);

	return host && str_eq(host, host_of(a, y));
}

static bool is_actor_type(const char *type)
{
	static const char *const TYPES[] = {
		"Person", "Service", "Group", "Organization", "Application"};

	for (size_t i = 0; type && i < LENGTH(TYPES); i++)
		if (str_eq(type, TYPES[i]))
			return true;
	return false;
}

static int parse_key(struct ctx *cx, const json_t *document, struct remote_actor *ret)
{
	const json_t *key = json_object_get(document, "publicKey");
	AUTO(key_freep) struct key *parsed = NULL;
	int rc;

	if (json_is_array(key))
		key = json_array_get(key, 0);
	ret->key_id = json_str(key, "id");
	ret->key_pem = json_str(key, "publicKeyPem");
	if (!ret->key_id || !ret->key_pem || strlen(ret->key_id) > URL_MAX)
		return ctx_fail(cx, ERR_INVALID, "the actor %.200s has no public key", ret->uri);
	if (!str_eq(json_str(key, "owner"), ret->uri) ||
		!same_host(cx->arena, ret->key_id, ret->uri))
		return ctx_fail(
			cx, ERR_INVALID, "the key %.200s is not the actor's own", ret->key_id);
	rc = key_from_public_pem(ret->key_pem, strlen(ret->key_pem), &cx->err, &parsed);
	return rc;
}

int remote_parse(struct ctx *cx, const json_t *document, const char *url, struct remote_actor *ret)
{
	bool allow = settings_bool(cx->server->settings, "fetch", "allow_private");
	const char *shared, *name;
	int rc;

	*ret = (struct remote_actor){
		.uri = json_str(document, "id"), .inbox = json_str(document, "inbox")};
	if (!ret->uri || !str_eq(ret->uri, url))
		return ctx_fail(cx, ERR_INVALID,
			"the document at %.200s says that its id is another one", url);
	if (!is_actor_type(json_str(document, "type")))
		return ctx_fail(cx, ERR_INVALID, "%.200s is not an actor", url);
	if (!ret->inbox || fetch_url_check(ret->inbox, allow, &cx->err) < 0 ||
		!same_host(cx->arena, ret->inbox, ret->uri))
		return ctx_fail(
			cx, ERR_INVALID, "the actor %.200s has no inbox at its own host", url);
	rc = parse_key(cx, document, ret);
	if (rc < 0)
		return rc;
	shared = json_str(json_object_get(document, "endpoints"), "sharedInbox");
	if (shared && (fetch_url_check(shared, allow, &cx->err) < 0 ||
			      !same_host(cx->arena, shared, ret->uri)))
		shared = NULL;
	name = json_str(document, "preferredUsername");
	ret->shared_inbox = shared ? shared : "";
	ret->name = name && strlen(name) <= 256 ? name : "";
	ret->host = host_of(cx->arena, ret->uri);
	ret->fetched_at = clock_now();
	cx->err.code = 0;
	return 0;
}

static int save(struct tx *tx, void *arg)
{
	return actor_save(tx, arg);
}

/* A key id leads to its actor, or to a document of the key that names its owner, which must list
 * the key. */
static int fetch_owner(struct ctx *cx, const char *key_id, struct remote_actor *ret)
{
	const char *url = without_fragment(cx->arena, key_id), *owner, *final;
	json_t *document;
	int rc = fetch_document(cx, url, &document, &final);

	if (rc < 0)
		return rc;
	if (!json_object_get(document, "inbox")) {
		owner = json_str(document, "owner");
		if (!owner)
			owner = json_str(json_object_get(document, "publicKey"), "owner");
		if (!owner || !same_host(cx->arena, owner, url))
			return ctx_fail(cx, ERR_INVALID,
				"the key %.200s names no owner at its host", key_id);
		rc = fetch_document(cx, owner, &document, &final);
	}
	if (rc == 0)
		rc = remote_parse(cx, document, final, ret);
	if (rc == 0 && !str_eq(ret->key_id, key_id))
		rc = ctx_fail(cx, ERR_INVALID, "the actor %.200s does not list the key %.200s",
			ret->uri, key_id);
	return rc;
}

struct lookup {
	const char *what;
	struct remote_actor *actor;
};

static int by_key(struct tx *tx, void *arg)
{
	struct lookup *l = arg;

	return actor_by_key(tx, l->what, l->actor);
}

static int unverifiable(struct ctx *cx, int rc)
{
	char why[ERR_TEXT_MAX];

	if (rc == ERR_GONE || rc == ERR_NOT_FOUND)
		return ctx_fail(cx, ERR_GONE, "the sender's server says that the sender is gone");
	if (rc == ERR_BUSY || rc == ERR_IO || rc == ERR_FULL || rc == ERR_MEMORY ||
		rc == ERR_INTERNAL)
		return rc;
	snprintf(why, sizeof(why), "%s", err_text(&cx->err));
	return ctx_fail(cx, ERR_UNAUTHENTICATED, "the sender's key could not be had: %.400s", why);
}

/* ERR_NOT_FOUND: not in the store, or not since then. */
static int stored_by_key(
	struct ctx *cx, const char *key_id, int64_t after, struct remote_actor *ret)
{
	struct lookup l = {key_id, ret};
	int rc = db_read(cx, by_key, &l);

	return rc == 0 && (ret->gone || ret->fetched_at <= after) ? ERR_NOT_FOUND : rc;
}

/* One at a time: who comes meanwhile finds what the first one brought. */
static int fetch_by_key(struct ctx *cx, const char *key_id, const char *host, int64_t after,
	struct remote_actor *ret)
{
	int rc;

	key_gate_enter(key_id);
	rc = stored_by_key(cx, key_id, after, ret);
	if (rc == ERR_NOT_FOUND && key_gate_pass(key_id, host, clock_now())) {
		rc = fetch_owner(cx, key_id, ret);
		if (rc == 0)
			rc = db_write(cx, save, ret);
	} else if (rc == ERR_NOT_FOUND) {
		rc = ctx_fail(cx, ERR_UNAUTHENTICATED, "it was asked for a moment ago");
	}
	key_gate_leave(key_id);
	return rc < 0 ? unverifiable(cx, rc) : 0;
}

int remote_by_key(struct ctx *cx, const char *key_id, int64_t after, struct remote_actor *ret)
{
	const char *host;
	int rc = stored_by_key(cx, key_id, after, ret);

	if (rc != ERR_NOT_FOUND)
		return rc;
	host = strlen(key_id) > URL_MAX ? NULL : host_of(cx->arena, key_id);
	if (!host)
		return ctx_fail(cx, ERR_UNAUTHENTICATED, "keyId is not a URL");
	rc = ctx_may_wait(cx, host);
	return rc < 0 ? rc : fetch_by_key(cx, key_id, host, after, ret);
}

int remote_fetch(struct ctx *cx, const char *uri, struct remote_actor *ret)
{
	const char *final, *host = host_of(cx->arena, uri);
	json_t *document;
	int rc = host ? ctx_may_wait(cx, host) : 0;

	if (rc < 0)
		return rc;
	if (!host || !key_gate_pass(uri, host, clock_now()))
		return ctx_fail(cx, ERR_RATE, "that actor was asked for a moment ago");
	rc = fetch_document(cx, uri, &document, &final);
	if (rc == 0)
		rc = remote_parse(cx, document, final, ret);
	return rc < 0 ? rc : db_write(cx, save, ret);
}
