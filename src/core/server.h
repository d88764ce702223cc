/* What one process knows of its store: settings, addresses, keys, services. Made once, then read by
 * every thread. */
#ifndef CHORSU_CORE_SERVER_H
#define CHORSU_CORE_SERVER_H

#include "base/ctx.h"
#include "base/setting.h"
#include "core/asset.h"
#include "core/feature.h"
#include "kit/crypto/key.h"
#include "kit/fetch/fetch.h"
#include "kit/html/template.h"

struct delivery;
struct versions;
struct key_cache;
struct media_worker;

struct server {
	const char *dir;
	struct settings *settings;
	const char *origin; /* "https://pages.gov.example" without a final slash: every id begins
			       with it */
	const char *host;   /* "pages.gov.example", with ":port" unless default */
	const char *account_domain; /* after the @ of an address; the host unless set */
	struct db *db;
	struct secret *secret;
	const struct feature *const *features; /* ended by NULL */
	struct template_set *templates;
	struct asset_set *assets;
	struct media_worker *media; /* makes pictures; starts its processes when they are needed */

	/* Of the serving process; NULL in commands. */
	struct fetch_loop *fetch; /* for documents that a handler waits for */
	struct delivery *delivery;
	struct versions *versions;
	struct key *key;        /* the instance actor's, for signed GETs */
	struct key_cache *keys; /* institutions' private keys, opened */
	int64_t started_at;
};

/* What every outbound request of this store obeys; texts in the arena. */
void server_fetch_options(struct ctx *cx, struct fetch_options *ret);

/* A loop for documents that somebody waits for, unless there is one (s->fetch). store_close ends
 * it. */
MUST_USE int server_fetch_start(struct ctx *cx);

/* A kind by its name, from the features' lists; NULL for an unknown one. */
const struct reader_kind *server_reader_kind(const struct server *s, const char *name);

/* A value of the table `server` (bytes in tx_arena(); NULL when absent) and its change. */
int server_value_load(struct tx *tx, const char *name, const char **ret, size_t *ret_len);
int server_value_save(struct tx *tx, const char *name, const void *p, size_t len);

/* Make or load the instance actor's key (sealed in the table `server`). */
MUST_USE int server_key_load(struct ctx *cx, struct key **ret);

/* The last act of a restore, in its transaction: the secret must open the keys that came, and what
 * was under way when the backup was made may have arrived since, as after an unclean stop. token:
 * which restore it was, for server_was_restored. */
MUST_USE int server_restored(
	struct tx *tx, const struct secret *secret, const char *who, const char *token);

/* 1: the last restore was that one; 0: it was not; ERR_*. */
MUST_USE int server_was_restored(struct tx *tx, const char *token);

#endif
