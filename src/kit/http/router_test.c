/* Finding rows, and tables that cannot work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "kit/http/router.h"

/* Rows leave out what does not matter to them. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static int handler(struct request *rq)
{
	(void)rq;
	return 0;
}

static const struct route SITE[] = {
	{GET, "/", handler, ANYONE},
	{GET, "/@:handle", handler, ANYONE},
	{GET, "/@:handle.atom", handler, ANYONE},
	{GET, "/@:handle/tag/:tag", handler, ANYONE},
	{GET, "/post/:id", handler, ANYONE},
	{POST, "/post/:id", handler, ANYONE, .body_max = 10},
	{POST, "/post/new", handler, ANYONE, .body_max = 10},
	{GET, "/a/b/d", handler, ANYONE},
	{GET, "/a/:x/c", handler, ANYONE, .cors = true},
	{GET, "/:lang/@:handle", handler, ANYONE},
	{GET, "/feed.:format", handler, ANYONE},
	{GET, "/dir/", handler, ANYONE},
	{0},
};
static const struct route INBOX[] = {
	{POST, "/actor/:id/inbox", handler, SIGNED, .body_max = 10, .cross_site = true},
	{GET, "/actor/:id/outbox", handler, ANYONE},
	{DELETE, "/actor/:id/outbox", handler, ANYONE},
	{0},
};
static const struct route *const TABLES[] = {SITE, INBOX, NULL};

struct match_row {
	enum method method;
	const char *path;
	const char *row;      /* path of the row that answers; NULL: none */
	const char *captures; /* joined by "|" */
	const char *allow;    /* when no row takes the method; NULL: unknown path */
	bool broken;
};

static const struct match_row MATCHES[] = {
	{GET, "/", "/", ""},
	{GET, "/@mehnat", "/@:handle", "mehnat"},
	{GET, "/%40mehnat", "/@:handle", "mehnat"},
	{GET, "/@mehnat.atom", "/@:handle.atom", "mehnat"},
	{GET, "/@mehnat.rss", "/@:handle", "mehnat.rss"},
	{GET, "/@.atom", "/@:handle", ".atom"},
	{GET, "/@mehnat/tag/ish%20haqi", "/@:handle/tag/:tag", "mehnat|ish haqi"},
	{GET, "/@mehnat/tag/a%2Fb", "/@:handle/tag/:tag", "mehnat|a/b"},
	{GET, "/@mehnat/tag/%D1%8F", "/@:handle/tag/:tag", "mehnat|я"},
	{GET, "/@mehnat/tag/a+b", "/@:handle/tag/:tag", "mehnat|a+b"},
	{GET, "/@mehnat/tag/%zz", "/@:handle/tag/:tag", "mehnat|%zz", .broken = true},
	{GET, "/@mehnat/tag/%00", "/@:handle/tag/:tag", "mehnat|%00", .broken = true},
	{GET, "/@mehnat/tag/%ff", "/@:handle/tag/:tag", "mehnat|%ff", .broken = true},
	{GET, "/@mehnat/tag/%e", "/@:handle/tag/:tag", "mehnat|%e", .broken = true},
	{GET, "/post/5", "/post/:id", "5"},
	{POST, "/post/5", "/post/:id", "5"},
	{POST, "/post/new", "/post/new", ""},
	{GET, "/post/new", "/post/:id", "new"},
	{GET, "/po%73t/5", "/post/:id", "5"},
	{GET, "/a/b/d", "/a/b/d", ""},
	{GET, "/a/b/c", "/a/:x/c", "b"},
	{GET, "/ru/@mehnat", "/:lang/@:handle", "ru|mehnat"},
	{GET, "/feed.json", "/feed.:format", "json"},
	{GET, "/dir/", "/dir/", ""},
	{POST, "/actor/7/inbox", "/actor/:id/inbox", "7"},
	{DELETE, "/actor/7/outbox", "/actor/:id/outbox", "7"},
	{GET, "/actor/7/inbox", NULL, NULL, "POST, OPTIONS"},
	{POST, "/actor/7/outbox", NULL, NULL, "GET, HEAD, DELETE, OPTIONS"},
	{PUT, "/post/5", NULL, NULL, "GET, HEAD, POST, OPTIONS"},
	{DELETE, "/post/new", NULL, NULL, "GET, HEAD, POST, OPTIONS"},
	{METHOD_NONE, "/", NULL, NULL, "GET, HEAD, OPTIONS"},
	{GET, "", NULL},
	{GET, "x", NULL},
	{GET, "*", NULL},
	{GET, "//", NULL},
	{GET, "/@", NULL},
	{GET, "/@mehnat/", NULL},
	{GET, "/post/", NULL},
	{GET, "/post/5/", NULL},
	{GET, "/dir", NULL},
	{GET, "/Post/5", NULL},
	{GET, "/post%2F5", NULL},
	{GET, "/feed.", NULL},
	{GET, "/%00", NULL},
	{GET, "/@%ZZ/tag", NULL},
	{GET, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", NULL},
	{GET, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21", NULL},
};

static void join(const struct route_match *m, char *out)
{
	*out = '\0';
	for (int i = 0; i < m->endpoint->name_count; i++) {
		strcat(out, i ? "|" : "");
		strcat(out, m->captures[i].text);
	}
}

static void check_match(const struct router *r, const struct match_row *row)
{
	struct arena *a = arena_new(64 * KIB);
	struct route_match m;
	char text[256];
	bool broken = false;

	assert_true(router_match(r, a, row->method, row->path, &m));
	if (row->row) {
		assert_non_null(m.endpoint);
		assert_string_equal(m.endpoint->route->path, row->row);
		assert_int_equal(m.endpoint->route->method, row->method);
		join(&m, text);
		assert_string_equal(text, row->captures);
		for (int i = 0; i < m.endpoint->name_count; i++)
			broken = broken || m.captures[i].broken;
		assert_int_equal(broken, row->broken);
	} else {
		assert_null(m.endpoint);
		assert_int_equal(m.known, row->allow != NULL);
		route_allow(m.methods, text);
		if (row->allow)
			assert_string_equal(text, row->allow);
	}
	arena_free(a);
}

static void test_matches(void **state)
{
	struct err err = {0};
	struct router *r = NULL;

	(void)state;
	assert_int_equal(router_new(TABLES, &err, &r), 0);
	for (size_t i = 0; i < LENGTH(MATCHES); i++)
		check_match(r, &MATCHES[i]);
	router_free(r);
}

static void test_names_and_cors(void **state)
{
	struct arena *a = arena_new(64 * KIB);
	struct router *r = NULL;
	struct route_match m;

	(void)state;
	assert_int_equal(router_new(TABLES, NULL, &r), 0);
	assert_true(router_match(r, a, GET, "/@mehnat/tag/x", &m));
	assert_string_equal(m.endpoint->names[0], "handle");
	assert_string_equal(m.endpoint->names[1], "tag");
	assert_false(m.cors);
	assert_true(router_match(r, a, METHOD_NONE, "/a/z/c", &m));
	assert_true(m.cors);
	router_free(r);
	arena_free(a);
}

#define AS_TYPES                                                                                   \
	"application/activity+json|application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""

static const struct {
	const char *accept;
	bool page;
} CHOICES[] = {
	{NULL, true},
	{"", true},
	{"*/*", true},
	{"text/html,application/xhtml+xml,*/*;q=0.8", true},
	{"image/png", true}, /* takes none: the first */
	{"application/json", true},
	{"application/activity+json", false},
	{"application/activity+json, text/html;q=0.1", false},
	{"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", false},
	{"text/html;q=0.5, application/*;q=0.6", false},
	{"text/html;q=0, */*;q=0.1", false},
};

static void test_choices(void **state)
{
	static const struct route PAGE[] = {
		{GET, "/post/:id", handler, ANYONE, .accept = "text/html"}, {0}};
	static const struct route OBJECT[] = {
		{GET, "/post/:number", handler, SIGNED, .accept = AS_TYPES}, {0}};
	static const struct route *const BOTH[] = {PAGE, OBJECT, NULL};
	struct arena *a = arena_new(64 * KIB);
	struct router *r = NULL;
	struct route_match m;

	(void)state;
	assert_int_equal(router_new(BOTH, NULL, &r), 0);
	assert_true(router_match(r, a, GET, "/post/5", &m));
	for (size_t i = 0; i < LENGTH(CHOICES); i++) {
		const struct endpoint *e = endpoint_choose(m.endpoint, CHOICES[i].accept);

		if (e->route != (CHOICES[i].page ? PAGE : OBJECT))
			fail_msg("row %zu", i);
		assert_string_equal(e->names[0], CHOICES[i].page ? "id" : "number");
	}
	router_free(r);
	arena_free(a);
}

static void test_full_arena(void **state)
{
	struct arena *a = arena_new(8);
	struct router *r = NULL;
	struct route_match m;

	(void)state;
	assert_int_equal(router_new(TABLES, NULL, &r), 0);
	assert_false(router_match(r, a, GET, "/@mehnat/tag/a-long-one", &m));
	router_free(r);
	arena_free(a);
}

struct table_row {
	struct route rows[3];
	const char *says; /* a fragment of the error; NULL: none */
};

static const struct param TWICE[] = {{"a"}, {"b"}, {"a"}, {0}};
static const struct param ODD_KIND[] = {{"a", .kind = (enum param_kind)77}, {0}};

static const struct table_row TABLE_ROWS[] = {
	{{{GET, "/x", handler, ANYONE}, {POST, "/x", handler, ANYONE}}, NULL},
	{{{GET, "/x", handler, ANYONE}, {GET, "/x", handler, ANYONE}},
		"GET /x answers the same requests as /x"},
	{{{GET, "/:a", handler, ANYONE}, {GET, "/:b", handler, ANYONE}}, "same requests as /:a"},
	{{{GET, "/@:a.x", handler, ANYONE}, {GET, "/@:b.x", handler, ANYONE}}, "same requests"},
	{{{GET, "/:a", handler, ANYONE, .accept = "text/html"},
		 {GET, "/:b", handler, ANYONE, .accept = "a/b|c/d"}},
		NULL},
	{{{GET, "/x", handler, ANYONE, .accept = "text/html"}, {GET, "/x", handler, ANYONE}},
		"media types of its own"},
	{{{GET, "/x", handler, ANYONE}, {GET, "/x", handler, ANYONE, .accept = "text/html"}},
		"media types of its own"},
	{{{GET, "/x", handler, ANYONE, .accept = "a/b|c/d"},
		 {GET, "/x", handler, ANYONE, .accept = "C/D"}},
		"media types of its own"},
	{{{GET, "/x", handler, ANYONE, .accept = "a/1|a/2|a/3|a/4|a/5|a/6|a/7|a/8|a/9"},
		 {GET, "/x", handler, ANYONE, .accept = "b/1|b/2|b/3|b/4|b/5|b/6|b/7|b/8"}},
		"more than 16 media types"},
	{{{GET, "/x", handler, ANYONE, .accept = "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q"}},
		"too many media types"},
	{{{GET, "/x", handler, NOBODY}}, "by nobody"},
	{{{GET, "/x", NULL, ANYONE}}, "no handler"},
	{{{METHOD_NONE, "/x", handler, ANYONE}}, "no method"},
	{{{GET, "/x", handler, ANYONE, .body_max = 1}}, "takes a body"},
	{{{POST, "/x", handler, ANYONE, .body_max = 1}}, NULL},
	{{{GET, "x", handler, ANYONE}}, "does not begin with \"/\""},
	{{{GET, "", handler, ANYONE}}, "does not begin with \"/\""},
	{{{GET, "/x?y", handler, ANYONE}}, "a character"},
	{{{GET, "/%40x", handler, ANYONE}}, "a character"},
	{{{GET, "/x y", handler, ANYONE}}, "a character"},
	{{{GET, "/a//b", handler, ANYONE}}, "empty segment"},
	{{{GET, "/a/../b", handler, ANYONE}}, "\"..\""},
	{{{GET, "/:", handler, ANYONE}}, "name does not begin"},
	{{{GET, "/:9a", handler, ANYONE}}, "name does not begin"},
	{{{GET, "/:a:b", handler, ANYONE}}, "two parameters"},
	{{{GET, "/:a/:a", handler, ANYONE}}, "twice"},
	{{{GET, "/:a/:ab", handler, ANYONE}}, NULL},
	{{{GET, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", handler, ANYONE}}, "too many"},
	{{{GET, "/:a/:b/:c/:d/:e/:f/:g/:h/:i", handler, ANYONE}}, "too many"},
	{{{GET, "/x", handler, ANYONE, .params = TWICE}}, "declares a parameter twice"},
	{{{GET, "/x", handler, ANYONE, .params = ODD_KIND}}, "unknown kind"},
	{{{GET, "/x", handler, ANYONE}, {GET, NULL, handler, ANYONE}}, "has no path"},
};

static void test_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(TABLE_ROWS); i++) {
		const struct route *const tables[] = {TABLE_ROWS[i].rows, NULL};
		struct err err = {0};
		int rc = http_routes_check(tables, &err);

		assert_int_equal(rc, TABLE_ROWS[i].says ? ERR_INVALID : 0);
		if (TABLE_ROWS[i].says)
			assert_non_null(strstr(err.text, TABLE_ROWS[i].says));
	}
}

static void test_print(void **state)
{
	struct buf out = BUF(64 * KIB);

	(void)state;
	http_routes_print(TABLES, false, &out);
	assert_non_null(strstr(buf_text(&out), "POST   /actor/:id/inbox"));
	buf_clear(&out);
	http_routes_print(TABLES, true, &out);
	assert_int_equal(buf_text(&out)[0], '[');
	assert_non_null(strstr(buf_text(&out), "\"path\":\"/@:handle.atom\""));
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_names_and_cors),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_full_arena),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
