/* Requests from other sites' pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/auto.h"
#include "kit/http/crosssite.h"

/* Rows leave out what does not matter to them. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define OURS "https://pages.gov.example"

static const struct {
	const char *ours, *site, *origin, *referer;
	const char *says; /* NULL: taken */
} ROWS[] = {
	{OURS, NULL, OURS, NULL, NULL},
	{OURS, "same-origin", OURS, NULL, NULL},
	{OURS, "same-origin", NULL, NULL, NULL},
	{OURS, "none", NULL, NULL, NULL},
	{OURS, NULL, "HTTPS://Pages.gov.example", NULL, NULL},
	{OURS "/", NULL, OURS, NULL, NULL},
	{OURS, NULL, NULL, OURS "/ru/@mehnat?x=1", NULL},
	{OURS, NULL, NULL, OURS, NULL},
	{"http://localhost:8080", NULL, "http://localhost:8080", NULL, NULL},
	{OURS, NULL, NULL, NULL, "send the header Origin: " OURS},
	{OURS, "cross-site", NULL, NULL, "another site"},
	{OURS, "same-site", OURS, NULL, "another site"},
	{OURS, "cross-site", OURS, NULL, "another site"},
	{OURS, "", OURS, NULL, "another site"},
	{OURS, "same-origin", "https://evil.example", NULL, "https://evil.example"},
	{OURS, NULL, "null", NULL, "\"null\""},
	{OURS, NULL, "", NULL, "not from " OURS},
	{OURS, NULL, "http://pages.gov.example", NULL, "not from"},
	{OURS, NULL, OURS ":8443", NULL, "not from"},
	{OURS, NULL, OURS "/", NULL, "not from"},
	{OURS, NULL, OURS ".evil.example", NULL, "not from"},
	{OURS, NULL, "https://evil.example", OURS "/", "not from"},
	{OURS, NULL, OURS ", https://evil.example", NULL, "not from"},
	{OURS, NULL, NULL, OURS ".evil.example/", "not from"},
	{OURS, NULL, NULL, "https://evil.example/" OURS, "not from"},
	{OURS, NULL, NULL, OURS "@evil.example/", "not from"},
	{OURS, NULL, NULL, "about:blank", "not from"},
	{NULL, NULL, OURS, NULL, "not from this site"},
	{"", NULL, "", NULL, "not from"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct err err = {0};
		int rc = crosssite_check(
			ROWS[i].ours, ROWS[i].site, ROWS[i].origin, ROWS[i].referer, &err);

		if (rc != (ROWS[i].says ? ERR_DENIED : 0))
			fail_msg("row %zu: %d", i, rc);
		if (ROWS[i].says && !strstr(err.text, ROWS[i].says))
			fail_msg("row %zu: %s", i, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
