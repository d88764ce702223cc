/* The documents that other servers read: which members they have, in which order languages stand,
 * to whom they go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "feature/fediverse/vocabulary.h"
#include "kit/crypto/key.h"

#define AT 1700000000000 /* 2023-11-14T22:13:20Z */

static const struct institution_text TEXTS[] = {
	{"uz", "Mehnat vazirligi", "Ish & haq.\n<b>Ikkinchi</b> satr\n\nIkkinchi xatboshi", "", "",
		""},
	{"ru", "Министерство труда", "", "", "", ""},
	{0},
};
static const struct institution MEHNAT = {.id = 77,
	.handle = "mehnat",
	.languages = "uz ru",
	.head = 3,
	.created_at = AT,
	.updated_at = AT + 1000,
	.rsa_public = "PEM",
	.texts = TEXTS};
static const struct variant VARIANTS[] = {
	{"uz", "Sarlavha", "t", "<p>Matn</p>", 1, false},
	{"ru", "Заголовок", "t", "<p>Текст</p>", 1, false},
	{"en", "Title", "t", "<p>Text</p>", 1, false},
	{0},
};
static const struct variant NO_VARIANTS[] = {{0}};
static const struct post_tag TAGS[] = {
	{"Ish_haqi", "ish_haqi"}, {"Меҳнат", "меҳнат"}, {NULL, NULL}};
static const struct post STANDING = {.id = 88,
	.institution = 77,
	.visibility = "public",
	.lang = "uz",
	.revision = 1,
	.created = 3,
	.published_at = AT,
	.updated_at = AT,
	.variants = VARIANTS};

static struct server server = {.origin = "https://pages.gov.example",
	.host = "pages.gov.example",
	.account_domain = "gov.example"};
static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(4 * MIB);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* The value at "object.to.0" as compact JSON, "" where there is none. */
static const char *at(const json_t *document, const char *path)
{
	char *copy = arena_strdup(arena, path), *rest = copy, *word;
	char *text, *kept;

	while (document && (word = strtok_r(rest, ".", &rest))) {
		int64_t n;

		document = json_is_array(document) && str_to_int64(word, &n)
				   ? json_array_get(document, (size_t)n)
				   : json_object_get(document, word);
	}
	if (!document)
		return "";
	text = json_dumps(document, JSON_ENCODE_ANY | JSON_COMPACT);
	kept = arena_strdup(arena, text);
	free(text);
	return kept;
}

struct row {
	const char *path, *value;
};

static void check(const json_t *document, const struct row *rows, size_t count)
{
	assert_non_null(document);
	for (size_t i = 0; i < count; i++) {
		const char *value = at(document, rows[i].path);

		if (strcmp(value, rows[i].value))
			fail_msg("%s is %s, not %s", rows[i].path, value, rows[i].value);
	}
}

#define HOME "https://pages.gov.example"

static void actor(void **state)
{
	static const struct row ROWS[] = {
		{"@context.0", "\"https://www.w3.org/ns/activitystreams\""},
		{"@context.1", "\"https://w3id.org/security/v1\""},
		{"id", "\"" HOME "/actor/77\""},
		{"type", "\"Organization\""},
		{"preferredUsername", "\"mehnat\""},
		{"name", "\"Mehnat vazirligi\""},
		{"nameMap", "{\"uz\":\"Mehnat vazirligi\",\"ru\":\"Министерство труда\"}"},
		{"summary",
			"\"<p>Ish &amp; haq.<br>&lt;b&gt;Ikkinchi&lt;/b&gt; satr</p><p>Ikkinchi xatboshi</p>\""},
		{"summaryMap.ru", ""}, /* no description in Russian: no empty one either */
		{"url", "\"" HOME "/@mehnat\""},
		{"inbox", "\"" HOME "/actor/77/inbox\""},
		{"outbox", "\"" HOME "/actor/77/outbox\""},
		{"followers", "\"" HOME "/actor/77/followers\""},
		{"following", "\"" HOME "/actor/77/following\""},
		{"endpoints.sharedInbox", "\"" HOME "/inbox\""},
		{"publicKey.id", "\"" HOME "/actor/77#main-key\""},
		{"publicKey.owner", "\"" HOME "/actor/77\""},
		{"publicKey.publicKeyPem", "\"PEM\""},
		{"published", "\"2023-11-14T22:13:20Z\""},
		{"updated", "\"2023-11-14T22:13:21Z\""},
		{"discoverable", "true"},
		{"indexable", "true"},
		{"manuallyApprovesFollowers", "false"},
	};

	(void)state;
	check(json_keep(arena, vocabulary_actor(arena, &server, &MEHNAT)), ROWS, LENGTH(ROWS));
}

static void instance_actor(void **state)
{
	static const struct row ROWS[] = {
		{"id", "\"" HOME "/actor/server\""},
		{"type", "\"Application\""},
		{"preferredUsername", "\"pages.gov.example\""},
		{"inbox", "\"" HOME "/inbox\""},
		{"publicKey.id", "\"" HOME "/actor/server#main-key\""},
		{"publicKey.owner", "\"" HOME "/actor/server\""},
	};
	struct err e = {0};
	json_t *document;

	(void)state;
	assert_int_equal(key_generate(KEY_RSA, &e, &server.key), 0);
	document = json_keep(arena, vocabulary_instance(arena, &server));
	check(document, ROWS, LENGTH(ROWS));
	assert_non_null(strstr(at(document, "publicKey.publicKeyPem"), "BEGIN PUBLIC KEY"));
	key_free(server.key);
	server.key = NULL;
}

static void note(void **state)
{
	static const struct row ROWS[] = {
		{"id", "\"" HOME "/post/88\""},
		{"type", "\"Note\""},
		{"attributedTo", "\"" HOME "/actor/77\""},
		{"content", "\"<p>Matn</p>\""},
		/* Mastodon takes the first language of the map: it must be the post's own. */
		{"contentMap",
			"{\"uz\":\"<p>Matn</p>\",\"ru\":\"<p>Текст</p>\",\"en\":\"<p>Text</p>\"}"},
		{"name", ""},
		{"nameMap", ""},
		{"url", "\"" HOME "/post/88\""},
		{"published", "\"2023-11-14T22:13:20Z\""},
		{"updated", ""},
		{"sensitive", "false"},
		{"to", "[\"https://www.w3.org/ns/activitystreams#Public\"]"},
		{"cc", "[\"" HOME "/actor/77/followers\"]"},
		{"tag.0", "{\"type\":\"Hashtag\",\"name\":\"#Ish_haqi\",\"href\":\"" HOME
			  "/@mehnat/tag/ish_haqi\"}"},
		{"tag.1.name", "\"#Меҳнат\""},
		{"tag.1.href", "\"" HOME "/@mehnat/tag/%D0%BC%D0%B5%D2%B3%D0%BD%D0%B0%D1%82\""},
		{"tag.2", ""},
		{"@context.0", "\"https://www.w3.org/ns/activitystreams\""},
	};

	(void)state;
	check(json_keep(arena, vocabulary_post(arena, &server, &MEHNAT, &STANDING, TAGS, true)),
		ROWS, LENGTH(ROWS));
	assert_string_equal(at(json_keep(arena, vocabulary_post(arena, &server, &MEHNAT, &STANDING,
							NULL, true)),
				    "tag"),
		"[]");
	assert_string_equal(at(json_keep(arena, vocabulary_post(arena, &server, &MEHNAT, &STANDING,
							TAGS, false)),
				    "@context"),
		"");
}

static void article(void **state)
{
	static const struct row ROWS[] = {
		{"type", "\"Article\""},
		{"name", "\"Sarlavha\""},
		{"nameMap", "{\"uz\":\"Sarlavha\",\"ru\":\"Заголовок\",\"en\":\"Title\"}"},
		{"updated", "\"2023-11-14T22:13:25Z\""},
	};
	struct post p = STANDING;

	(void)state;
	p.article = true;
	p.revision = 2;
	p.updated_at = AT + 5000;
	check(json_keep(arena, vocabulary_post(arena, &server, &MEHNAT, &p, TAGS, true)), ROWS,
		LENGTH(ROWS));
}

/* A withdrawn post says when, and nothing of what it said. */
static void withdrawn(void **state)
{
	static const struct row ROWS[] = {
		{"id", "\"" HOME "/post/88\""},
		{"type", "\"Tombstone\""},
		{"formerType", "\"Note\""},
		{"published", "\"2023-11-14T22:13:20Z\""},
		{"deleted", "\"2023-11-14T22:13:29Z\""},
		{"content", ""},
		{"contentMap", ""},
		{"tag", ""},
		{"name", ""},
	};
	struct post p = STANDING;

	(void)state;
	p.withdrawn = true;
	p.withdrawn_at = AT + 9000;
	check(json_keep(arena, vocabulary_post(arena, &server, &MEHNAT, &p, TAGS, true)), ROWS,
		LENGTH(ROWS));
	p.variants = NO_VARIANTS; /* as it is loaded */
	check(json_keep(arena, vocabulary_post(arena, &server, &MEHNAT, &p, TAGS, true)), ROWS,
		LENGTH(ROWS));
	p.article = true;
	assert_string_equal(
		at(json_keep(arena, vocabulary_post(arena, &server, &MEHNAT, &p, NULL, true)),
			"formerType"),
		"\"Article\"");
}

#define TO_PUBLIC    "[\"https://www.w3.org/ns/activitystreams#Public\"]"
#define TO_FOLLOWERS "[\"" HOME "/actor/77/followers\"]"

/* Activity and object go to the same people, for every audience and kind. */
static void audiences(void **state)
{
	static const struct {
		const char *audience, *to, *cc;
	} ROWS[] = {
		{"public", TO_PUBLIC, TO_FOLLOWERS},
		{"unlisted", TO_FOLLOWERS, TO_PUBLIC},
		{"followers", TO_FOLLOWERS, "[]"},
	};
	static const char *const KINDS[][2] = {
		{"create", "\"Create\""}, {"update", "\"Update\""}, {"delete", "\"Delete\""}};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS) * LENGTH(KINDS); i++) {
		const char *const *kind = KINDS[i / LENGTH(ROWS)];
		struct post p = STANDING;
		struct entry e = {.institution = 77,
			.id = 99,
			.audience = ROWS[i % LENGTH(ROWS)].audience,
			.kind = kind[0],
			.post = 88,
			.at = AT + 2000};
		const struct row expected[] = {
			{"id", "\"" HOME "/activity/99\""},
			{"type", kind[1]},
			{"actor", "\"" HOME "/actor/77\""},
			{"published", "\"2023-11-14T22:13:22Z\""},
			{"to", ROWS[i % LENGTH(ROWS)].to},
			{"cc", ROWS[i % LENGTH(ROWS)].cc},
			{"object.id", "\"" HOME "/post/88\""},
			{"object.to", ROWS[i % LENGTH(ROWS)].to},
			{"object.cc", ROWS[i % LENGTH(ROWS)].cc},
			{"object.@context", ""},
			{"@context.0", "\"https://www.w3.org/ns/activitystreams\""},
		};

		p.visibility = e.audience;
		check(json_keep(arena,
			      vocabulary_activity(arena, &server, &MEHNAT, &e, &p, TAGS, true)),
			expected, LENGTH(expected));
	}
}

static void changed_profile(void **state)
{
	static const struct row ROWS[] = {
		{"type", "\"Update\""},
		{"object.id", "\"" HOME "/actor/77\""},
		{"object.type", "\"Organization\""},
		{"object.@context", ""},
		{"@context.1", "\"https://w3id.org/security/v1\""},
	};
	struct entry e = {
		.institution = 77, .id = 99, .audience = "public", .kind = "profile", .at = AT};

	(void)state;
	check(json_keep(arena, vocabulary_activity(arena, &server, &MEHNAT, &e, NULL, NULL, true)),
		ROWS, LENGTH(ROWS));
}

static void accept_of_a_follow(void **state)
{
	static const struct row ROWS[] = {
		{"id", "\"" HOME "/actor/77#accept-55\""},
		{"type", "\"Accept\""},
		{"actor", "\"" HOME "/actor/77\""},
		{"object",
			"{\"id\":\"https://a.example/f/1\",\"type\":\"Follow\",\"actor\":\"https://a.example/u/1\",\"object\":\"" HOME
			"/actor/77\"}"},
	};

	(void)state;
	check(json_keep(arena, vocabulary_accept(arena, &server, 77, 55, "https://a.example/f/1",
				       "https://a.example/u/1")),
		ROWS, LENGTH(ROWS));
}

static void actor_urls(void **state)
{
	static const struct {
		const char *url;
		bool ours;
	} ROWS[] = {
		{HOME "/actor/77", true},
		{HOME "/actor/9223372036854775807", true},
		{NULL, false},
		{"", false},
		{HOME, false},
		{HOME "/actor/", false},
		{HOME "/actor/server", false},
		{HOME "/actor/077", false},
		{HOME "/actor/-77", false},
		{HOME "/actor/77/", false},
		{HOME "/actor/77#main-key", false},
		{HOME "/actor/77?x", false},
		{HOME "/actor/9223372036854775808", false},
		{HOME "/post/77", false},
		{HOME ".evil.example/actor/77", false},
		{"http://pages.gov.example/actor/77", false},
		{"https://pages.gov.exampl/actor/77", false},
		{"https://other.example/" HOME "/actor/77", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		int64_t id = -1;

		if (actor_url_parse(&server, ROWS[i].url, &id) != ROWS[i].ours)
			fail_msg("%s", ROWS[i].url);
		if (!ROWS[i].ours)
			assert_int_equal(id, -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actor),
		cmocka_unit_test(instance_actor),
		cmocka_unit_test(note),
		cmocka_unit_test(article),
		cmocka_unit_test(withdrawn),
		cmocka_unit_test(audiences),
		cmocka_unit_test(changed_profile),
		cmocka_unit_test(accept_of_a_follow),
		cmocka_unit_test(actor_urls),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
