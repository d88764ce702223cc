/* Whom a WebFinger resource names, and what names nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "core/server.h"
#include "feature/fediverse/discovery.h"

#define ORIGIN "https://pages.example"

static struct server server = {
	.origin = ORIGIN, .host = "pages.example", .account_domain = "gov.example"};

#define FORM    "is not of the form acct:HANDLE@DOMAIN"
#define NEITHER "is neither acct:HANDLE@DOMAIN nor a URL"

static const struct {
	const char *resource, *handle;
	int64_t id;
	int code;
	const char *says;
} ROWS[] = {
	{"acct:mehnat@pages.example", "mehnat", 0, 0, ""},
	{"acct:mehnat@gov.example", "mehnat", 0, 0, ""},
	{"acct:@mehnat@pages.example", "mehnat", 0, 0, ""},
	{"acct:MEHNAT@Pages.Example", "mehnat", 0, 0, ""},
	{ORIGIN "/@mehnat", "mehnat", 0, 0, ""},
	{ORIGIN "/@", "", 0, 0, ""},
	{ORIGIN "/actor/12", NULL, 12, 0, ""},
	{"", NULL, 0, ERR_INVALID, NEITHER},
	{"mehnat", NULL, 0, ERR_INVALID, NEITHER},
	{"mehnat@pages.example", NULL, 0, ERR_INVALID, NEITHER},
	{"ACCT:mehnat@pages.example", NULL, 0, ERR_INVALID, NEITHER},
	{"ftp://pages.example/@mehnat", NULL, 0, ERR_INVALID, NEITHER},
	{"acct:", NULL, 0, ERR_INVALID, FORM},
	{"acct:@", NULL, 0, ERR_INVALID, FORM},
	{"acct:@@", NULL, 0, ERR_INVALID, FORM},
	{"acct:mehnat", NULL, 0, ERR_INVALID, FORM},
	{"acct:@pages.example", NULL, 0, ERR_INVALID, FORM},
	{"acct:mehnat@", NULL, 0, ERR_NOT_FOUND, "no accounts of"},
	{"acct:mehnat@elsewhere.example", NULL, 0, ERR_NOT_FOUND, "no accounts of elsewhere"},
	{"acct:mehnat@pages.example@pages.example", NULL, 0, ERR_NOT_FOUND, "no accounts of"},
	{"acct:mehnat@pages.example.evil.example", NULL, 0, ERR_NOT_FOUND, "no accounts of"},
	{"https://elsewhere.example/@mehnat", NULL, 0, ERR_NOT_FOUND, "nobody is at"},
	{ORIGIN ".evil.example/@mehnat", NULL, 0, ERR_NOT_FOUND, "nobody is at"},
	{"http://pages.example/@mehnat", NULL, 0, ERR_NOT_FOUND, "nobody is at"},
	{ORIGIN "/actor/", NULL, 0, ERR_NOT_FOUND, "nobody is at"},
	{"https://pagez.example/actor/12", NULL, 0, ERR_NOT_FOUND, "nobody is at"},
	{ORIGIN "/actor/-1", NULL, 0, ERR_NOT_FOUND, "nobody is at"},
	{ORIGIN "/actor/12x", NULL, 0, ERR_NOT_FOUND, "nobody is at"},
	{ORIGIN "/actor/99999999999999999999", NULL, 0, ERR_NOT_FOUND, "nobody is at"},
};

static void resources(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new(MIB);

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct ctx cx = {.arena = a, .server = &server};
		const char *handle = NULL;
		int64_t id = 0;
		int rc = webfinger_parse(&cx, ROWS[i].resource, &handle, &id);

		if (rc != ROWS[i].code || !strstr(cx.err.text, ROWS[i].says))
			fail_msg("\"%s\": %d %s", ROWS[i].resource, rc, cx.err.text);
		if (id != ROWS[i].id || !handle != !ROWS[i].handle ||
			(handle && !str_eq(handle, ROWS[i].handle)))
			fail_msg("\"%s\": \"%s\", %lld", ROWS[i].resource, handle ? handle : "",
				(long long)id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(resources)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
