/* What a process knows of its store: lookups in the features' lists, the instance actor's key. */
#include "core/server.h"

#include <string.h>

#include "base/str.h"
#include "core/audit.h"
#include "core/institution.h"
#include "core/reader.h"

const struct reader_kind *server_reader_kind(const struct server *s, const char *name)
{
	for (const struct feature *const *f = s->features; *f; f++)
		for (const struct reader_kind *const *k = (*f)->kinds; k && *k; k++)
			if (str_eq((*k)->name, name))
				return *k;
	return NULL;
}

#define INSTANCE_KEY "instance.rsa"
#define RESTORED     "restored"

struct stored_key {
	const char *sealed;
	size_t len;
	const unsigned char *fresh;
	size_t fresh_len;
};

static int load_or_save(struct tx *tx, void *arg)
{
	struct stored_key *k = arg;
	int rc = server_value_load(tx, INSTANCE_KEY, &k->sealed, &k->len);

	if (rc < 0 || k->sealed || !k->fresh)
		return rc;
	return server_value_save(tx, INSTANCE_KEY, k->fresh, k->fresh_len);
}

static int make_key(struct ctx *cx, struct stored_key *k)
{
	AUTO(key_freep) struct key *key = NULL;
	int rc = key_generate(KEY_RSA, &cx->err, &key);
	char *pem;

	if (rc < 0)
		return rc;
	pem = key_private_pem(cx->arena, key);
	k->fresh = pem ? secret_seal(cx->arena, cx->server->secret, pem, strlen(pem), &k->fresh_len)
		       : NULL;
	if (!k->fresh)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	rc = db_write(cx, load_or_save, k);
	return rc < 0 ? rc : db_read(cx, load_or_save, k);
}

int server_key_load(struct ctx *cx, struct key **ret)
{
	struct stored_key k = {0};
	int rc = db_read(cx, load_or_save, &k);
	size_t len;
	char *pem;

	if (rc == 0 && !k.sealed)
		rc = make_key(cx, &k);
	if (rc < 0)
		return rc;
	pem = secret_open(cx->arena, cx->server->secret, k.sealed, k.len, &len);
	if (!pem)
		return ctx_fail(cx, ERR_INTERNAL,
			"the server's key cannot be opened: secret.key is not the one that sealed it");
	rc = key_from_private_pem(pem, len, &cx->err, ret);
	explicit_bzero(pem, len);
	return rc;
}

void server_fetch_options(struct ctx *cx, struct fetch_options *ret)
{
	const struct settings *st = cx->server->settings;

	*ret = (struct fetch_options){.allow_private = settings_bool(st, "fetch", "allow_private"),
		.ca_file = settings_text(st, "fetch", "ca_file"),
		.resolve = settings_text(st, "fetch", "resolve"),
		.user_agent = arena_printf(
			cx->arena, "chorsu/%s (+%s/)", CHORSU_VERSION, cx->server->origin),
		.connections = 64};
}

int server_fetch_start(struct ctx *cx)
{
	struct fetch_options options;

	if (cx->server->fetch)
		return 0;
	server_fetch_options(cx, &options);
	return fetch_loop_new(&options, &cx->err, &cx->server->fetch);
}

static int check_instance_key(struct tx *tx, const struct secret *secret)
{
	const char *sealed;
	size_t len, opened;
	int rc = server_value_load(tx, INSTANCE_KEY, &sealed, &len);

	if (rc < 0 || !sealed)
		return rc;
	return secret_open(tx_arena(tx), secret, sealed, len, &opened)
		       ? 0
		       : tx_fail(tx, ERR_INVALID,
				 "the server's key cannot be opened: secret.key is not the one that sealed it");
}

int server_restored(struct tx *tx, const struct secret *secret, const char *who, const char *token)
{
	int rc = check_instance_key(tx, secret);

	if (rc == 0)
		rc = institution_db_check_keys(tx, secret);
	if (rc == 0)
		rc = reader_db_mark_unsure(tx);
	if (rc == 0)
		rc = audit_append(tx, who, "store.restore", 0, 0, token);
	return rc < 0 ? rc : server_value_save(tx, RESTORED, token, strlen(token));
}

int server_was_restored(struct tx *tx, const char *token)
{
	const char *last;
	size_t len;
	int rc = server_value_load(tx, RESTORED, &last, &len);

	if (rc < 0 || !last)
		return rc;
	return len == strlen(token) && memcmp(last, token, len) == 0;
}
