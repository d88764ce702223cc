/* Memory of one request or job: allocated piece by piece, freed at once, with a hard cap.
 *
 * Past the cap, and when the system has no memory, allocators return NULL and arena_failed() stays
 * true: a handler may build its answer without looking, and the edge looks once. Not thread-safe.
 * Built with CHORSU_ARENA_DEBUG each item is its own malloc, so that AddressSanitizer sees an
 * overrun. */
#ifndef CHORSU_BASE_ARENA_H
#define CHORSU_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"

struct arena;

/* max: bytes that may be handed out in all. NULL when the system has no memory. */
struct arena *arena_new(size_t max);

/* Runs the deferred functions, last first, and frees everything. Takes NULL. */
void arena_free(struct arena *a);
void arena_freep(struct arena **a); /* for AUTO */

/* Zeroed, aligned for any type; NULL past the cap. */
void *arena_alloc(struct arena *a, size_t size);

/* Zeroed array of n × size with overflow checked. */
void *arena_array(struct arena *a, size_t n, size_t size);

/* Copies. NULL in, NULL out. arena_copy ends its copy with a NUL that is not counted. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_copy(struct arena *a, const void *p, size_t len);
char *arena_printf(struct arena *a, const char *format, ...) PRINTF(2, 3);

/* fn(p) runs when the arena is freed; at once when the arena has failed. */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);

bool arena_failed(const struct arena *a);
size_t arena_used(const struct arena *a);

#endif
