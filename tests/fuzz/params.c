/* Fuzz target: a path, a query and a form (one line each), matched with a route and read as its
 * parameters. What reaches a handler keeps to what the route declares. rooms: http base */
#include "fuzz.h"

#include "kit/http/params.h"

static int handler(struct request *rq)
{
	(void)rq;
	return 0;
}

static const struct param DECLARED[] = {{"text", PARAM_TEXT, 10, true}, {"id", PARAM_ID, 0, false},
	{"n", PARAM_INT, 40, false}, {"handle", PARAM_HANDLE, 0, false},
	{"lang", PARAM_LANG, 0, false}, {"yes", PARAM_BOOL, 0, false},
	{"long", PARAM_TEXT, 0, false}, {0}};
static const struct route ROUTES[] = {
	{.method = POST, .path = "/:text", .handler = handler, .who = ANYONE, .params = DECLARED},
	{.method = POST,
		.path = "/:lang/@:handle.atom",
		.handler = handler,
		.who = ANYONE,
		.params = DECLARED},
	{.method = POST,
		.path = "/post/:id/:other",
		.handler = handler,
		.who = ANYONE,
		.params = DECLARED},
	{0}};
static const struct route *const TABLES[] = {ROUTES, NULL};

static void check_values(const struct values *values)
{
	static const size_t MAX[] = {10, 20, 20, 30, 16, 5, PARAM_TEXT_MAX};

	for (const struct param *p = DECLARED; p->name; p++) {
		const struct value *v = params_find(values, p->name);

		assert(v && (!p->required || (v->text && *v->text)));
		if (!v->text)
			continue;
		assert(str_is_text(v->text, strlen(v->text)));
		assert(strlen(v->text) <= MAX[p - DECLARED]);
		assert(p->kind != PARAM_ID || v->number >= 0);
		assert(p->kind != PARAM_INT || v->number <= 40);
		assert(p->kind != PARAM_BOOL || (v->number | 1) == 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new(MIB);
	static struct router *router;
	char *rest = arena_copy(a, data, size), *end = rest ? rest + size : NULL, *path, *query;
	struct route_match match;
	struct values values;
	struct err err = {0};
	int rc;

	if (!router && router_new(TABLES, &err, &router) < 0)
		abort();
	if (!rest)
		return 0;
	path = next_line(&rest);
	query = next_line(&rest);
	if (!router_match(router, a, POST, path, &match) || !match.endpoint)
		return 0;
	rc = params_read(a, &match, query, rest, (size_t)(end - rest), &err, &values);
	check_answer(rc, &err);
	if (rc == 0)
		check_values(&values);
	return 0;
}
