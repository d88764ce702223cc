/* How staff name a post on the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/post.h"

#define ORIGIN "https://pages.example"

static const struct {
	const char *text;
	int64_t id; /* 0: refused */
} ROWS[] = {
	{"12", 12},
	{"9223372036854775807", INT64_MAX},
	{ORIGIN "/post/12", 12},
	{"", 0},
	{"abc", 0},
	{"012", 0},
	{"+12", 0},
	{"-12", 0},
	{" 12", 0},
	{"12 ", 0},
	{"1.0", 0},
	{"9223372036854775808", 0},
	{ORIGIN "/post/", 0},
	{ORIGIN "/post/12/", 0},
	{ORIGIN "/post/12#a", 0},
	{ORIGIN "/ru/post/12", 0},
	{ORIGIN "/actor/12", 0},
	{ORIGIN ".evil.example/post/12", 0},
	{"http://pages.example/post/12", 0},
	{"https://elsewhere.example/post/12", 0},
	{"/post/12", 0},
};

static void names_of_posts(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new(MIB);
	struct server server = {.origin = ORIGIN};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct ctx cx = {.arena = a, .server = &server};
		int64_t id = 0;
		int rc = post_parse(&cx, ROWS[i].text, &id);

		if (rc != (ROWS[i].id ? 0 : ERR_INVALID) || id != ROWS[i].id)
			fail_msg("\"%s\": %d, %lld", ROWS[i].text, rc, (long long)id);
		if (rc < 0)
			assert_non_null(strstr(cx.err.text, "neither a post's URL (" ORIGIN));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names_of_posts)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
