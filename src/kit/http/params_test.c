/* Declared parameters: what reaches a handler and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kit/http/params.h"

/* Rows leave out what does not matter to them. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static int handler(struct request *rq)
{
	(void)rq;
	return 0;
}

static const struct param DECLARED[] = {
	{"text", .max = 10},
	{"id", PARAM_ID},
	{"n", PARAM_INT, .max = 40},
	{"any", PARAM_INT},
	{"handle", PARAM_HANDLE},
	{"lang", PARAM_LANG},
	{"yes", PARAM_BOOL},
	{"long"},
	{0},
};
static const struct param NEEDED[] = {{"text", .required = true}, {0}};

static const struct route OPEN[] = {{POST, "/:seg", handler, ANYONE, .params = DECLARED}, {0}};
static const struct route STRICT[] = {{POST, "/:seg", handler, ANYONE, .params = NEEDED}, {0}};
static const struct route SHARED[] = {{POST, "/:handle", handler, ANYONE, .params = DECLARED}, {0}};

struct row {
	const struct route *route;
	const char *path, *query, *form;
	const char *name, *text; /* expected; text NULL: absent */
	int64_t number;
	const char *says; /* or: a fragment of the error */
};

#define A11  "aaaaaaaaaaa"
#define A32  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A64  A32 A32
#define A256 A64 A64 A64 A64

static const struct row ROWS[] = {
	{OPEN, "/x", NULL, NULL, "seg", "x"},
	{OPEN, "/a%20b", NULL, NULL, "seg", "a b"},
	{OPEN, "/a+b", NULL, NULL, "seg", "a+b"},
	{OPEN, "/x", "text=a+b", NULL, "text", "a b"},
	{OPEN, "/x", "text=a%2Bb%26c%3Dd", NULL, "text", "a+b&c=d"},
	{OPEN, "/x", "text=%D1%8F", NULL, "text", "я"},
	{OPEN, "/x", "t%65xt=a", NULL, "text", "a"},
	{OPEN, "/x", "text", NULL, "text", ""},
	{OPEN, "/x", "text=", NULL, "text", ""},
	{OPEN, "/x", "text=a=b", NULL, "text", "a=b"},
	{OPEN, "/x", "&&text=a&", NULL, "text", "a"},
	{OPEN, "/x", "", NULL, "text", NULL},
	{OPEN, "/x", NULL, "text=a%0D%0Ab%0Dc", "text", "a\nb\nc"},
	{OPEN, "/x", NULL, "text=a%09b", "text", "a\tb"},
	{OPEN, "/x", "other=%zz&other=1&text=a", NULL, "text", "a"},
	{OPEN, "/x", "other=1", NULL, "other", NULL},
	{OPEN, "/x", "%zz=1&%00=2&text=b", NULL, "text", "b"},
	{OPEN, "/x", "seg=other", NULL, "seg", "x"},
	{OPEN, "/x", "id=123", NULL, "id", "123", 123},
	{OPEN, "/x", "id=", NULL, "id", NULL},
	{OPEN, "/x", "n=0", NULL, "n", "0", 0},
	{OPEN, "/x", "n=40", NULL, "n", "40", 40},
	{OPEN, "/x", "any=9223372036854775807", NULL, "any", "9223372036854775807", INT64_MAX},
	{OPEN, "/x", "handle=Mehnat_1", NULL, "handle", "mehnat_1"},
	{OPEN, "/x", "lang=uz-latn", NULL, "lang", "uz"},
	{OPEN, "/x", "lang=UZ-CYRL", NULL, "lang", "uz-Cyrl"},
	{OPEN, "/x", "yes=on", NULL, "yes", "true", 1},
	{OPEN, "/x", "yes=0", NULL, "yes", "false", 0},
	{OPEN, "/x", "long=" A256, NULL, "long", A256},
	{STRICT, "/x", "text=1", NULL, "text", "1"},
	{STRICT, "/x", NULL, "text=1", "text", "1"},

	{OPEN, "/%zz", NULL, NULL, .says = "\"seg\" is not UTF-8"},
	{OPEN, "/%00", NULL, NULL, .says = "\"seg\" is not UTF-8"},
	{OPEN, "/%C0%80", NULL, NULL, .says = "\"seg\" is not UTF-8"},
	{OPEN, "/%07", NULL, NULL, .says = "\"seg\" has control"},
	{OPEN, "/x", "text=%", NULL, .says = "\"text\" is not UTF-8"},
	{OPEN, "/x", "text=%4", NULL, .says = "\"text\" is not UTF-8"},
	{OPEN, "/x", "text=%gg", NULL, .says = "\"text\" is not UTF-8"},
	{OPEN, "/x", "text=a%00b", NULL, .says = "\"text\" is not UTF-8"},
	{OPEN, "/x", "text=%FF", NULL, .says = "\"text\" is not UTF-8"},
	{OPEN, "/x", "text=%ED%A0%80", NULL, .says = "\"text\" is not UTF-8"},
	{OPEN, "/x", NULL, "text=%E0%80", .says = "\"text\" is not UTF-8"},
	{OPEN, "/x", "text=%1B[0m", NULL, .says = "\"text\" has control"},
	{OPEN, "/x", "text=" A11, NULL, .says = "\"text\" is longer than 10"},
	{OPEN, "/x", "long=" A256 "a", NULL, .says = "\"long\" is longer than 256"},
	{OPEN, "/" A256 "a", NULL, NULL, .says = "\"seg\" is longer than 256"},
	{OPEN, "/x", "text=a&text=b", NULL, .says = "\"text\" is given more than once"},
	{OPEN, "/x", "text=&text=", NULL, .says = "\"text\" is given more than once"},
	{OPEN, "/x", "text=a", "text=b", .says = "\"text\" is given more than once"},
	{SHARED, "/x", "handle=y", NULL, .says = "\"handle\" is given more than once"},
	{OPEN, "/x", "id=abc", NULL, .says = "\"id\" must be an id, a whole number, not \"abc\""},
	{OPEN, "/x", "id=-1", NULL, .says = "\"id\" must be"},
	{OPEN, "/x", "id=9223372036854775808", NULL, .says = "\"id\" must be"},
	{OPEN, "/x", "n=41", NULL, .says = "\"n\" must be at most 40, not \"41\""},
	{OPEN, "/x", "n=1e1", NULL, .says = "\"n\" must be a whole number"},
	{OPEN, "/x", "n=+1", NULL, .says = "\"n\" must be a whole number"},
	{OPEN, "/x", "n=%2B1", NULL, .says = "\"n\" must be a whole number"},
	{OPEN, "/x", "handle=a-b", NULL, .says = "\"handle\" must be a handle"},
	{OPEN, "/x", "handle=" A32, NULL, .says = "\"handle\" must be a handle"},
	{OPEN, "/x", "lang=klingon", NULL, .says = "\"lang\" must be a language"},
	{OPEN, "/x", "yes=perhaps", NULL, .says = "\"yes\" must be \"true\" or \"false\""},
	{STRICT, "/x", NULL, NULL, .says = "\"text\" is missing"},
	{STRICT, "/x", "text=", NULL, .says = "\"text\" is missing"},
	{STRICT, "/x", "other=1", "other=2", .says = "\"text\" is missing"},
};

static void check_row(const struct row *row)
{
	const struct route *const tables[] = {row->route, NULL};
	struct arena *a = arena_new(64 * KIB);
	struct router *r = NULL;
	struct route_match m;
	struct values values;
	struct err err = {0};
	int rc;

	assert_int_equal(router_new(tables, &err, &r), 0);
	assert_true(router_match(r, a, POST, row->path, &m));
	rc = params_read(
		a, &m, row->query, row->form, row->form ? strlen(row->form) : 0, &err, &values);
	if (row->says) {
		assert_int_equal(rc, ERR_INVALID);
		if (!strstr(err.text, row->says))
			fail_msg("wanted \"%s\" in \"%s\"", row->says, err.text);
	} else {
		const struct value *v = params_find(&values, row->name);

		assert_int_equal(rc, 0);
		assert_int_equal(v && v->text, row->text != NULL);
		if (row->text) {
			assert_string_equal(v->text, row->text);
			assert_true(v->number == row->number);
		}
	}
	router_free(r);
	arena_free(a);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check_row(&ROWS[i]);
}

static void test_nul_in_form(void **state)
{
	static const char FORM[] = "text=a\0b";
	const struct route *const tables[] = {OPEN, NULL};
	struct arena *a = arena_new(64 * KIB);
	struct router *r = NULL;
	struct route_match m;
	struct values values;
	struct err err = {0};

	(void)state;
	assert_int_equal(router_new(tables, &err, &r), 0);
	assert_true(router_match(r, a, POST, "/x", &m));
	assert_int_equal(
		params_read(a, &m, NULL, FORM, sizeof FORM - 1, &err, &values), ERR_INVALID);
	assert_non_null(strstr(err.text, "\"text\""));
	router_free(r);
	arena_free(a);
}

static void test_full_arena(void **state)
{
	const struct route *const tables[] = {OPEN, NULL};
	struct arena *a = arena_new(64 * KIB), *small = arena_new(4);
	struct router *r = NULL;
	struct route_match m;
	struct values values;
	struct err err = {0};

	(void)state;
	assert_int_equal(router_new(tables, &err, &r), 0);
	assert_true(router_match(r, a, POST, "/x", &m));
	assert_int_equal(params_read(small, &m, "long=" A64, NULL, 0, &err, &values), ERR_MEMORY);
	router_free(r);
	arena_free(small);
	arena_free(a);
}

static void test_form_types(void **state)
{
	static const struct {
		const char *type;
		bool form;
	} TYPES[] = {
		{"application/x-www-form-urlencoded", true},
		{"Application/X-WWW-Form-Urlencoded; charset=utf-8", true},
		{"application/x-www-form-urlencoded ;charset=utf-8", true},
		{"application/x-www-form-urlencodedx", false},
		{"application/json", false},
		{"multipart/form-data; boundary=x", false},
		{"", false},
		{NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(TYPES); i++)
		assert_int_equal(params_is_form(TYPES[i].type), TYPES[i].form);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nul_in_form),
		cmocka_unit_test(test_full_arena),
		cmocka_unit_test(test_form_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
