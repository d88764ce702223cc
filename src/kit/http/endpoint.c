/* Rows that share method and path: which of them answers is chosen by media type. */
#include <string.h>

#include "base/str.h"
#include "kit/http/accept.h"
#include "kit/http/router.h"

bool endpoint_types(struct arena *a, struct endpoint *e)
{
	const char *rest = e->route->accept;

	while (rest && *rest) {
		size_t len = strcspn(rest, "|");

		if (e->type_count == ROUTE_TYPES_MAX)
			return false;
		e->types[e->type_count] = arena_copy(a, rest, len);
		if (!e->types[e->type_count++])
			return false;
		rest += len + (rest[len] == '|');
	}
	return true;
}

static bool shares_type(const struct endpoint *a, const struct endpoint *b)
{
	for (int i = 0; i < a->type_count; i++)
		for (int k = 0; k < b->type_count; k++)
			if (str_eq_nocase(a->types[i], b->types[k]))
				return true;
	return false;
}

int endpoint_join(struct endpoint *first, struct endpoint *e, struct err *err)
{
	struct endpoint *other = first;
	int types = e->type_count;

	for (;; other = other->next) {
		types += other->type_count;
		if (!other->type_count || !e->type_count || shares_type(other, e))
			return err_set(err, ERR_INVALID,
				"The route %s %s answers the same requests as %s: remove one of them, or let each name media types of its own.",
				route_method_name(e->route->method), e->route->path,
				other->route->path);
		if (!other->next)
			break;
	}
	if (types > ROUTE_TYPES_MAX)
		return err_set(err, ERR_INVALID, "The routes %s %s name more than %d media types.",
			route_method_name(e->route->method), e->route->path, ROUTE_TYPES_MAX);
	other->next = e;
	return 0;
}

const struct endpoint *endpoint_choose(const struct endpoint *first, const char *accept)
{
	const char *types[ROUTE_TYPES_MAX];
	const struct endpoint *owners[ROUTE_TYPES_MAX];
	int count = 0, best;

	for (const struct endpoint *e = first; e; e = e->next)
		for (int i = 0; i < e->type_count; i++) {
			types[count] = e->types[i];
			owners[count++] = e;
		}
	best = accept_type(accept, types, count);
	return best < 0 ? first : owners[best];
}
