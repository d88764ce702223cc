/* The tree of segments: building and walking it. What a single row may say is checked in routes.c.
 */
#include "kit/http/router.h"

#include <string.h>

#include "base/str.h"

struct node;

/* A way from a node to the next: a literal segment, or literal text around a parameter. */
struct edge {
	const char *prefix; /* the whole segment when literal */
	const char *suffix;
	size_t prefix_len, suffix_len;
	struct node *to;
};

struct edges {
	struct edge *items;
	size_t count, cap;
};

struct node {
	struct edges literals; /* by text, for binary search */
	struct edges patterns; /* those with more literal text first */
	struct endpoint *endpoints[ROUTE_METHODS];
	unsigned methods;
	bool cors;
};

struct router {
	struct arena *arena;
	struct node *root;
};

#define ROUTER_MEMORY_MAX MIB

/* One segment of a row's path, taken apart. name is NULL for a literal one. */
struct pattern {
	char *prefix, *name, *suffix;
};

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool split_pattern(struct arena *a, const char *segment, size_t len, struct pattern *ret)
{
	const char *colon = memchr(segment, ':', len);
	size_t before = colon ? (size_t)(colon - segment) : len;
	size_t name = 0;

	ret->prefix = arena_copy(a, segment, before);
	ret->name = NULL;
	ret->suffix = NULL;
	if (!colon)
		return ret->prefix;
	while (before + 1 + name < len && name_char(colon[1 + name]))
		name++;
	ret->name = arena_copy(a, colon + 1, name);
	ret->suffix = arena_copy(a, colon + 1 + name, len - before - 1 - name);
	return ret->prefix && ret->name && ret->suffix;
}

/* Where does an edge stand among its kind? Below 0: before the other. */
static int edge_order(const struct edge *a, const struct edge *b)
{
	int order;

	if (a->suffix && a->prefix_len + a->suffix_len != b->prefix_len + b->suffix_len)
		return a->prefix_len + a->suffix_len > b->prefix_len + b->suffix_len ? -1 : 1;
	order = strcmp(a->prefix, b->prefix);
	if (order == 0 && a->suffix)
		order = strcmp(a->suffix, b->suffix);
	return order;
}

static struct edge *insert_edge(
	struct arena *a, struct edges *list, size_t at, const struct edge *edge)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 4;
		struct edge *items = arena_array(a, cap, sizeof *items);

		if (!items)
			return NULL;
		if (list->count)
			memcpy(items, list->items, list->count * sizeof *items);
		list->items = items;
		list->cap = cap;
	}
	memmove(list->items + at + 1, list->items + at, (list->count - at) * sizeof *list->items);
	list->items[at] = *edge;
	list->count++;
	return &list->items[at];
}

/* The node that a segment leads to, made when it is new; NULL without memory. */
static struct node *follow_or_add(struct arena *a, struct node *from, const struct pattern *p)
{
	struct edge wanted = {.prefix = p->prefix,
		.suffix = p->suffix,
		.prefix_len = strlen(p->prefix),
		.suffix_len = p->suffix ? strlen(p->suffix) : 0};
	struct edges *list = p->name ? &from->patterns : &from->literals;
	size_t at;

	for (at = 0; at < list->count; at++) {
		int order = edge_order(&wanted, &list->items[at]);

		if (order == 0)
			return list->items[at].to;
		if (order < 0)
			break;
	}
	wanted.to = arena_alloc(a, sizeof *wanted.to);
	if (!wanted.to || !insert_edge(a, list, at, &wanted))
		return NULL;
	return wanted.to;
}

static struct node *add_path(struct router *r, const char *path, struct endpoint *endpoint)
{
	struct node *node = r->root;

	while (node && *path == '/') {
		size_t len = strcspn(path + 1, "/");
		struct pattern p;

		if (!split_pattern(r->arena, path + 1, len, &p))
			return NULL;
		if (p.name)
			endpoint->names[endpoint->name_count++] = p.name;
		node = follow_or_add(r->arena, node, &p);
		path += 1 + len;
	}
	return node;
}

static int add_route(struct router *r, const struct route *route, struct err *err)
{
	struct endpoint *endpoint, **place;
	struct node *node;

	if (route_check(route, err) < 0)
		return err->code;
	endpoint = arena_alloc(r->arena, sizeof *endpoint);
	node = endpoint ? add_path(r, route->path, endpoint) : NULL;
	if (!node)
		return err_set(err, ERR_MEMORY, "There is no memory for the table of routes.");
	endpoint->route = route;
	if (!endpoint_types(r->arena, endpoint))
		return err_set(err, ERR_INVALID, "The route %s %s names too many media types.",
			route_method_name(route->method), route->path);
	place = &node->endpoints[route->method];
	if (*place)
		return endpoint_join(*place, endpoint, err);
	*place = endpoint;
	node->methods |= 1U << route->method;
	node->cors = node->cors || route->cors;
	return 0;
}

static int add_table(struct router *r, const struct route *row, struct err *err)
{
	int rc = 0;

	for (; rc == 0 && row->path; row++)
		rc = add_route(r, row, err);
	if (rc == 0 && row->method != METHOD_NONE)
		rc = err_set(err, ERR_INVALID,
			"A route with the method %s has no path: give it one, or end the table with a zero row.",
			route_method_name(row->method));
	return rc;
}

int router_new(const struct route *const *routes, struct err *err, struct router **ret)
{
	struct arena *a = arena_new(ROUTER_MEMORY_MAX);
	struct router *r = a ? arena_alloc(a, sizeof *r) : NULL;
	struct err local = {0};
	int rc = 0;

	if (r) {
		r->arena = a;
		r->root = arena_alloc(a, sizeof *r->root);
	}
	if (!r || !r->root)
		rc = err_set(&local, ERR_MEMORY, "There is no memory for the table of routes.");
	for (; rc == 0 && *routes; routes++)
		rc = add_table(r, *routes, &local);
	if (rc < 0) {
		err_copy(err, &local);
		arena_free(a);
		return rc;
	}
	*ret = r;
	return 0;
}

void router_free(struct router *r)
{
	if (r)
		arena_free(r->arena);
}

/* The state of one match. */
struct walk {
	struct capture segments[ROUTE_SEGMENTS_MAX];
	int count;
	enum method method;
	struct capture captures[ROUTE_CAPTURES_MAX];
	struct arena *arena;
	struct route_match *out;
};

/* Take the path apart; false when it has more segments than any row. */
static bool split_path(struct walk *w, const char *path)
{
	while (*path == '/') {
		size_t len = strcspn(path + 1, "/");
		char *text = arena_copy(w->arena, path + 1, len);
		struct capture *segment;

		if (w->count == ROUTE_SEGMENTS_MAX || !text)
			return false;
		segment = &w->segments[w->count++];
		segment->broken =
			!str_url_decode(text, false) || !str_utf8_valid(text, strlen(text));
		if (segment->broken)
			text = arena_copy(w->arena, path + 1, len);
		segment->text = text;
		path += 1 + len;
	}
	return *path == '\0' && w->count > 0;
}

static const struct edge *find_literal(const struct edges *list, const char *text)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(text, list->items[middle].prefix);

		if (order == 0)
			return &list->items[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Does the segment fit? The parameter's text, which is never empty, goes to ret. */
static bool fits(const struct edge *edge, const struct capture *segment, struct arena *a,
	struct capture *ret)
{
	size_t len = strlen(segment->text);
	const char *text = segment->text;

	if (len <= edge->prefix_len + edge->suffix_len)
		return false;
	if (memcmp(text, edge->prefix, edge->prefix_len) != 0)
		return false;
	if (memcmp(text + len - edge->suffix_len, edge->suffix, edge->suffix_len) != 0)
		return false;
	ret->text =
		arena_copy(a, text + edge->prefix_len, len - edge->prefix_len - edge->suffix_len);
	ret->broken = segment->broken;
	return ret->text;
}

/* Arrived at a node with the whole path: true when a row takes the method. */
static bool arrive(struct walk *w, const struct node *node)
{
	struct route_match *out = w->out;

	out->methods |= node->methods;
	out->known = out->known || node->methods;
	out->cors = out->cors || node->cors;
	out->endpoint = node->endpoints[w->method];
	if (!out->endpoint)
		return false;
	memcpy(out->captures, w->captures, sizeof out->captures);
	out->cors = out->endpoint->route->cors;
	return true;
}

/* Depth first, the most literal way first; goes back where a way ends. */
static bool walk(struct walk *w, const struct node *node, int depth, int captured)
{
	const struct capture *segment = &w->segments[depth];
	const struct edge *literal;

	if (depth == w->count)
		return arrive(w, node);
	literal = segment->broken ? NULL : find_literal(&node->literals, segment->text);
	if (literal && walk(w, literal->to, depth + 1, captured))
		return true;
	for (size_t i = 0; i < node->patterns.count; i++) {
		const struct edge *edge = &node->patterns.items[i];

		if (fits(edge, segment, w->arena, &w->captures[captured]) &&
			walk(w, edge->to, depth + 1, captured + 1))
			return true;
	}
	return false;
}

bool router_match(const struct router *r, struct arena *a, enum method method, const char *path,
	struct route_match *ret)
{
	struct walk w = {.method = method, .arena = a, .out = ret};

	memset(ret, 0, sizeof *ret);
	if (split_path(&w, path))
		walk(&w, r->root, 0, 0);
	return !arena_failed(a);
}
