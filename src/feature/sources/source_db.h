/* Sources and what came from them. */
#ifndef CHORSU_SOURCES_SOURCE_DB_H
#define CHORSU_SOURCES_SOURCE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/db/db.h"

#define SOURCE_HASH 32 /* bytes of SHA-256 */

struct source {
	int64_t id;
	int64_t institution;
	const char *handle; /* the institution's */
	const char *url;    /* of the feed; of a file its absolute path */
	const char *lang;   /* of items that do not say theirs; "" : found out */
	bool send_all;
	int64_t every;    /* ms; 0: by hand only */
	int64_t next_at;  /* when it is read next */
	int64_t read_at;  /* when it was read last without failing; 0: never */
	int64_t attempts; /* failures in a row */
	const char *why;  /* of the last one; "" : none */
	const char *etag, *modified;
};

/* The source of an institution with this url, made when it is new. every, lang and send_all replace
 * what stands; every negative keeps it. */
MUST_USE int source_keep(struct tx *tx, const struct source *wanted, const struct source **ret);
MUST_USE int source_load(struct tx *tx, int64_t id, const struct source **ret); /* ERR_NOT_FOUND */
MUST_USE int source_list(struct tx *tx, const struct source **ret, int *ret_count);
/* The one that is due for longest; ERR_NOT_FOUND. */
MUST_USE int source_due(struct tx *tx, int64_t now, const struct source **ret);
/* What became of a reading: next_at, read_at, attempts, why, etag, modified. */
MUST_USE int source_save(struct tx *tx, const struct source *s);
MUST_USE int source_stop(struct tx *tx, int64_t id);

/* What an institution has from its sources, by the hash of the item's id. */
struct source_item {
	unsigned char key[SOURCE_HASH];
	unsigned char hash[SOURCE_HASH]; /* of what it said */
	int64_t post;
	bool quiet; /* it was not sent */
};
/* 1: it was imported before; 0: it is new. */
MUST_USE int source_item_load(struct tx *tx, int64_t institution,
	const unsigned char key[SOURCE_HASH], struct source_item *ret);
MUST_USE int source_item_add(
	struct tx *tx, int64_t institution, int64_t source, const struct source_item *item);
MUST_USE int source_item_changed(
	struct tx *tx, int64_t institution, const struct source_item *item);

extern const struct migrations sources_migrations;

#endif
