/* Versions by scope: open addressing, at most two thirds full. */
#include "kit/http/cache_versions.h"

#include <stdlib.h>

#define ROOM_FIRST 64

/* Where the scope stands, or would. */
static struct cache_version *find(const struct cache_versions *v, int64_t scope)
{
	/* Ids are ordered by time: spread them (Fibonacci hashing). */
	size_t at = (size_t)((uint64_t)scope * UINT64_C(11400714819323198485) >> 32);

	for (;; at++) {
		struct cache_version *row = &v->rows[at & (v->room - 1)];

		if (row->version == 0 || row->scope == scope)
			return row;
	}
}

static bool grow(struct cache_versions *v)
{
	struct cache_versions more = {.room = v->room ? 2 * v->room : ROOM_FIRST};

	more.rows = calloc(more.room, sizeof(*more.rows));
	if (!more.rows)
		return false;
	for (size_t i = 0; i < v->room; i++)
		if (v->rows[i].version > 0)
			*find(&more, v->rows[i].scope) = v->rows[i];
	more.count = v->count;
	free(v->rows);
	*v = more;
	return true;
}

int64_t cache_versions_get(const struct cache_versions *v, int64_t scope)
{
	const struct cache_version *row = v->room ? find(v, scope) : NULL;

	return row ? row->version : 0;
}

bool cache_versions_raise(struct cache_versions *v, int64_t scope, int64_t version)
{
	struct cache_version *row = v->room ? find(v, scope) : NULL;

	if (version <= 0)
		return true;
	if (!row || row->version == 0) {
		if (v->count >= CACHE_SCOPES_MAX)
			return false;
		if (3 * (v->count + 1) > 2 * v->room && !grow(v))
			return false;
		row = find(v, scope);
		*row = (struct cache_version){scope, version};
		v->count++;
	}
	if (row->version < version)
		row->version = version;
	return true;
}

void cache_versions_done(struct cache_versions *v)
{
	free(v->rows);
	*v = (struct cache_versions){0};
}
