/* Content negotiation, as tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/auto.h"
#include "kit/http/accept.h"

#define PROFILE "; profile=\"https://www.w3.org/ns/activitystreams\""

static const char *const PAGE[] = {
	"text/html", "application/activity+json", ("application/ld+json" PROFILE)};
static const char *const JSON_FIRST[] = {"application/json", "text/html"};
static const char *const LEVELS[] = {"text/html;level=1", "text/html"};

static const struct {
	const char *header;
	const char *const *types;
	int count, best;
} TYPES[] = {
	{NULL, PAGE, 3, 0},
	{"", PAGE, 3, 0},
	{"  ", PAGE, 3, 0},
	{"*/*", PAGE, 3, 0},
	{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", PAGE, 3, 0},
	{"application/activity+json", PAGE, 3, 1},
	{"APPLICATION/ACTIVITY+JSON", PAGE, 3, 1},
	{"application/ld+json" PROFILE, PAGE, 3, 2},
	{"application/ld+json" PROFILE ", application/activity+json", PAGE, 3, 1},
	{"application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\";q=0.9, text/html;q=0.8",
		PAGE, 3, 2},
	{"application/ld+json", PAGE, 3, -1},
	{"application/ld+json; profile=\"http://other\"", PAGE, 3, -1},
	{"application/activity+json" PROFILE, PAGE, 3, 1},
	{"application/*", PAGE, 3, 1},
	{"application/*;q=0.5, text/*;q=0.4", PAGE, 3, 1},
	{"image/png", PAGE, 3, -1},
	{"text/html;q=0", PAGE, 3, -1},
	{"text/html;q=0, */*", PAGE, 3, 1},
	{"*/*;q=0", PAGE, 3, -1},
	{"text/html; charset=utf-8", PAGE, 3, 0},
	{"text/html;q=0.5, application/activity+json;q=0.50", PAGE, 3, 0},
	{"text/html;q=0.5, application/activity+json;q=0.501", PAGE, 3, 1},
	{"text/html;q=1.001, application/activity+json;q=0.1", PAGE, 3, 1},
	{"text/html;q=x, application/activity+json;q=0.1", PAGE, 3, 1},
	{"text/html;q=-1", PAGE, 3, -1},
	{"text/html;q=0.1234", PAGE, 3, -1},
	{"text/html;q=2", PAGE, 3, -1},
	{"text/html;Q=0.3, application/activity+json;q=0.2", PAGE, 3, 0},
	{",,, ,text/html,,", PAGE, 3, 0},
	{"text", PAGE, 3, -1},
	{"/", PAGE, 3, -1},
	{"*", PAGE, 3, -1},
	{"text/", PAGE, 3, -1},
	{";;;", PAGE, 3, -1},
	{"\"text/html", PAGE, 3, -1},
	{"text/html;a=\"x,application/json\", application/activity+json;q=0.9", PAGE, 3, 0},
	{"text/html;a=\"\\\"", PAGE, 3, 0},
	{"application/json, text/html", JSON_FIRST, 2, 0},
	{"text/html, application/json;q=0.9", JSON_FIRST, 2, 1},
	{"text/html;level=1;q=0.2, text/html;q=0.9", LEVELS, 2, 1},
	{"text/html;level=1, text/html;q=0.9", LEVELS, 2, 0},
	{"text/html;level=2;q=1, text/html;q=0.3", LEVELS, 2, 1},
	{"a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,"
	 "a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,a/b,text/html",
		PAGE, 3, -1},
	{"text/html", NULL, 0, -1},
	{NULL, NULL, 0, -1},
};

static const char *const TAGS[] = {"uz", "uz-Cyrl", "ru", "kaa", "en"};

static const struct {
	const char *header;
	int best;
} LANGUAGES[] = {
	{NULL, 0},
	{"", 0},
	{"ru", 2},
	{"RU-ru", 2},
	{"ru-RU,ru;q=0.9,en-US;q=0.8", 2},
	{"uz", 0},
	{"uz-Latn", 0},
	{"uz-Latn-UZ", 0},
	{"uz-UZ", 0},
	{"uz-Cyrl-UZ", 1},
	{"uz-cyrl", 1},
	{"uz-Arab", 0},
	{"kaa, uz;q=0.9", 3},
	{"de, fr", -1},
	{"de, fr, *;q=0.1", 0},
	{"*", 0},
	{"*, uz;q=0", 2},
	{"*, uz;q=0, uz-Cyrl;q=0.1", 1},
	{"en, ru", 4},
	{"en;q=0.5, ru;q=0.5", 4},
	{"en;q=0.5, ru;q=0.6", 2},
	{"en;q=0", -1},
	{"en;q=bad, ru;q=0.1", 2},
	{"en-x-private", 4},
	{"en-a-b-c", 4},
	{"e", -1},
	{"-", -1},
	{"en-", 4},
	{",,,", -1},
	{";q=1", -1},
};

static const struct {
	const char *header;
	int br, gzip, identity;
} CODING_ROWS[] = {
	{NULL, 0, 0, 1},
	{"", 0, 0, 1},
	{" ", 0, 0, 1},
	{"gzip", 0, 1000, 1},
	{"GZip", 0, 1000, 1},
	{"x-gzip", 0, 1000, 1},
	{"gzip, deflate, br", 1000, 1000, 1},
	{"gzip;q=1.0, br;q=0.8", 800, 1000, 1},
	{"br;q=0.001", 1, 0, 1},
	{"identity", 0, 0, 1000},
	{"gzip;q=0.5, identity", 0, 500, 1000},
	{"identity;q=0", 0, 0, 0},
	{"gzip, identity;q=0", 0, 1000, 0},
	{"*", 1000, 1000, 1000},
	{"*;q=0", 0, 0, 0},
	{"gzip, *;q=0", 0, 1000, 0},
	{"br, *;q=0.5", 1000, 500, 500},
	{"gzip;q=0, *", 1000, 0, 1000},
	{"identity;q=0, *;q=0.3", 300, 300, 0},
	{"gzip;q=0, gzip", 0, 0, 1}, /* the first one counts */
	{"gzip;q=1.001, br", 1000, 0, 1},
	{"gzip;q=x", 0, 0, 1},
	{"gzip;q=", 0, 0, 1},
	{"gzip ; q=0.5 , br ;q=0.25", 250, 500, 1},
	{"gzip;a=b;q=0.5", 0, 500, 1},
	{"gzip;Q=0.5", 0, 500, 1},
	{"gzipp, brx, zstd, deflate", 0, 0, 1},
	{",, ,gzip,,", 0, 1000, 1},
	{";q=1, =, \"gzip\"", 0, 0, 1},
	{"\"gzip, br", 0, 0, 1},
	{"a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,gzip", 0, 0, 1},
};

static void test_codings(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(CODING_ROWS); i++) {
		int got[CODINGS];

		accept_coding(CODING_ROWS[i].header, got);
		if (got[CODING_BR] != CODING_ROWS[i].br ||
			got[CODING_GZIP] != CODING_ROWS[i].gzip ||
			got[CODING_IDENTITY] != CODING_ROWS[i].identity)
			fail_msg("%zu: \"%s\": %d %d %d", i,
				CODING_ROWS[i].header ? CODING_ROWS[i].header : "(none)",
				got[CODING_BR], got[CODING_GZIP], got[CODING_IDENTITY]);
	}
}

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(TYPES); i++)
		if (accept_type(TYPES[i].header, TYPES[i].types, TYPES[i].count) != TYPES[i].best)
			fail_msg("%zu: \"%s\"", i, TYPES[i].header ? TYPES[i].header : "(none)");
}

static void test_languages(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(LANGUAGES); i++)
		if (accept_language(LANGUAGES[i].header, TAGS, LENGTH(TAGS)) != LANGUAGES[i].best)
			fail_msg("%zu: \"%s\"", i,
				LANGUAGES[i].header ? LANGUAGES[i].header : "(none)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_codings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
