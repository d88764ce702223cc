/* Helpers around jansson: safe parsing of what peers send, reading fields, tying values to an
 * arena. */
#ifndef CHORSU_BASE_JSON_H
#define CHORSU_BASE_JSON_H

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"

static inline void json_unref(json_t **j)
{
	json_decref(*j);
}

/* Parse hostile bytes: depth at most 32, duplicate keys and NUL refused, top level an object. New
 * reference. ERR_INVALID with one sentence. */
MUST_USE int json_parse(const char *p, size_t len, struct err *err, json_t **ret);

/* Tie a new reference to the arena; returns it borrowed (NULL in, NULL out). */
json_t *json_keep(struct arena *a, json_t *j);

/* A string member or NULL. */
const char *json_str(const json_t *object, const char *key);

/* The member's string, or, when it is an object, that object's "id"; NULL otherwise.
 * (ActivityStreams: a link or what it links to.) */
const char *json_id(const json_t *object, const char *key);

/* True when member key is the string or an array that contains it (ActivityStreams: one or many).
 */
bool json_has(const json_t *object, const char *key, const char *value);

/* Compact text on the heap, free(3); NULL without memory. */
char *json_text(const json_t *j);

#endif
