/* Finding the row that answers a path. Tables of routes are compiled once, at start, into a tree of
 * segments; a match walks it without locks, from any thread.
 *
 * A segment of a row is literal, or has one parameter with literal text before or behind it
 * ("@:handle.atom"). Where several rows fit, literal segments win, then those with more literal
 * text. A request's path is split at "/" first and each segment is then percent-decoded, so that
 * "/%40mehnat" is "/@mehnat" and "%2F" never divides. */
#ifndef CHORSU_KIT_HTTP_ROUTER_H
#define CHORSU_KIT_HTTP_ROUTER_H

#include "kit/http/http.h"

#define ROUTE_CAPTURES_MAX 8
#define ROUTE_SEGMENTS_MAX 16
#define ROUTE_METHODS      (DELETE + 1)

struct router;

#define ROUTE_TYPES_MAX 16 /* media types of all rows that share method and path */

/* A row of a table with the names of its path's parameters, in order. */
struct endpoint {
	const struct route *route;
	struct endpoint *next; /* another with the same method and path, for other media types */
	const char *types[ROUTE_TYPES_MAX]; /* of route->accept */
	int type_count;
	const char *names[ROUTE_CAPTURES_MAX];
	int name_count;
};

struct capture {
	const char *text; /* decoded, or as received when broken */
	bool broken;      /* a broken escape, a NUL or invalid UTF-8 */
};

struct route_match {
	const struct endpoint *endpoint; /* NULL: no row of this path takes the method */
	struct capture captures[ROUTE_CAPTURES_MAX];
	bool known;       /* some row has this path */
	bool cors;        /* one of them answers scripts of other sites */
	unsigned methods; /* 1 << method of every row with this path */
};

/* Compile the tables (ended by NULL). ERR_INVALID names the row that cannot work: duplicates, rows
 * that nobody may call, a body on GET, a malformed path; ERR_MEMORY. */
MUST_USE int router_new(const struct route *const *routes, struct err *err, struct router **ret);
void router_free(struct router *r);

/* path: as received, without the query. The texts of ret lie in a; false when a is full. */
bool router_match(const struct router *r, struct arena *a, enum method method, const char *path,
	struct route_match *ret);

/* Of endpoints that share method and path the one that suits the header Accept (NULL: none was
 * sent) best; the first when none does. */
const struct endpoint *endpoint_choose(const struct endpoint *first, const char *accept);

/* Take a row's media types apart; false without memory or when they are too many. */
bool endpoint_types(struct arena *a, struct endpoint *e);

/* Put e behind first. ERR_INVALID when both would answer the same request. */
MUST_USE int endpoint_join(struct endpoint *first, struct endpoint *e, struct err *err);

/* "GET, HEAD, OPTIONS" for a set of methods; out holds ROUTE_ALLOW_SIZE. */
#define ROUTE_ALLOW_SIZE 64
void route_allow(unsigned methods, char *out);

const char *route_method_name(enum method method);

/* Check what a row says of itself, without regard to the others. */
int route_check(const struct route *route, struct err *err);

#endif
