/* Declared parameters: read from the path, the query and a form body, decoded and checked before a
 * handler runs. */
#ifndef CHORSU_KIT_HTTP_PARAMS_H
#define CHORSU_KIT_HTTP_PARAMS_H

#include "kit/http/router.h"

#define PARAM_TEXT_MAX 256 /* bytes, for rows that state no limit */
#define PARAMS_MAX     32  /* of one row, those of its path included */

struct value {
	const char *name;
	const char *text; /* NULL: absent */
	int64_t number;   /* PARAM_ID, PARAM_INT; PARAM_BOOL as 0 or 1 */
};

struct values {
	struct value items[PARAMS_MAX];
	int count;
};

/* Read all that the matched row declares. query: what stands behind "?", or NULL; form: a body of
 * the type application/x-www-form-urlencoded, or NULL. Texts lie in a. ERR_INVALID names the
 * parameter; ERR_MEMORY. */
MUST_USE int params_read(struct arena *a, const struct route_match *match, const char *query,
	const char *form, size_t form_len, struct err *err, struct values *ret);

/* The value by its name; NULL when it is not declared. */
const struct value *params_find(const struct values *values, const char *name);

/* Is this Content-Type that of a form? NULL: no. */
bool params_is_form(const char *content_type);

#endif
