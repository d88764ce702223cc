/* The newest version that is known of each scope. Not locked: the cache's lock holds it. */
#ifndef CHORSU_KIT_HTTP_CACHE_VERSIONS_H
#define CHORSU_KIT_HTTP_CACHE_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_SCOPES_MAX 65536 /* institutions */

struct cache_versions {
	struct cache_version {
		int64_t scope, version; /* version 0: a free row */
	} * rows;
	size_t count, room; /* room: a power of two; 0 before the first */
};

/* 0 for a scope that nothing is known of. */
int64_t cache_versions_get(const struct cache_versions *v, int64_t scope);

/* Versions only rise: a lower one, or none (0), changes nothing. False when there is no room for
 * the scope: from then on nothing is known of it. */
bool cache_versions_raise(struct cache_versions *v, int64_t scope, int64_t version);

void cache_versions_done(struct cache_versions *v);

#endif
