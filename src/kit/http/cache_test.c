/* The cache by itself: what is found again, for how long, and who waits for whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kit/http/accept.h"
#include "kit/http/cache.h"

#define SCOPE 7

/* One who asks; woken counts. */
struct asker {
	struct cache_ticket ticket; /* first */
	atomic_int suspended, woken;
};

static void suspend(struct cache_ticket *t)
{
	atomic_fetch_add(&((struct asker *)t)->suspended, 1);
}

static void wake(struct cache_ticket *t)
{
	atomic_fetch_add(&((struct asker *)t)->woken, 1);
}

static struct cache *make(size_t max)
{
	const struct cache_options options = {.max = max, .suspend = suspend, .wake = wake};
	struct cache *c = cache_new(&options);

	assert_non_null(c);
	return c;
}

static const int PLAIN[CODINGS] = {0, 0, 1000}, GZIP[CODINGS] = {0, 1000, 1},
		 BR[CODINGS] = {1000, 1000, 1};

static struct cache_query query(const char *key, const char *language, const int *weights)
{
	return (struct cache_query){key, strlen(key), language, weights};
}

static struct answer *answer(const char *text, int64_t version)
{
	const struct field fields[] = {{"Cache-Control", "no-cache"}, {"Vary", "Accept-Encoding"}};
	const struct answer model = {.status = 200,
		.type = "text/html",
		.etag = "\"x\"",
		.suits = true,
		.scope = SCOPE,
		.version = version,
		.fields = fields,
		.field_count = 2,
		.bodies = {[CODING_IDENTITY] = {text, strlen(text)}}};
	struct answer *a = answer_new(&model);

	assert_non_null(a);
	return a;
}

/* What the cache says to somebody who asks once and goes. */
static enum cache_says ask(struct cache *c, const struct cache_query *q, char *ret_text)
{
	struct asker one = {0};
	struct cache_found found = {0};
	enum cache_says says = cache_find(c, q, &one.ticket, &found);

	if (says == CACHE_HIT && ret_text)
		snprintf(ret_text, 32, "%.*s", (int)found.body.len, (const char *)found.body.bytes);
	answer_unref(found.answer);
	assert_int_not_equal(says, CACHE_WAIT);
	cache_end(c, &one.ticket);
	return says;
}

/* Render and store as one who leads does; was it kept? */
static bool put_in(struct cache *c, const struct cache_query *q, struct answer *a,
	const char *const *languages, int count, const char *language)
{
	struct asker one = {0};
	struct cache_found found = {0};
	bool stored;

	assert_int_equal(cache_find(c, q, &one.ticket, &found), CACHE_RENDER);
	stored = cache_store(c, q, &one.ticket, a, languages, count, language);
	cache_end(c, &one.ticket);
	answer_unref(a);
	return stored;
}

static bool put(struct cache *c, const char *key, const char *text, int64_t version)
{
	struct cache_query q = query(key, NULL, PLAIN);

	return put_in(c, &q, answer(text, version), NULL, 0, NULL);
}

static bool has(struct cache *c, const char *key)
{
	struct cache_query q = query(key, NULL, PLAIN);

	return ask(c, &q, NULL) == CACHE_HIT;
}

static void test_keys(void **state)
{
	struct cache *c = make(MIB);
	struct cache_query longer = {"a\0b", 3, NULL, PLAIN};
	char text[32];

	(void)state;
	assert_true(put(c, "a", "one", 1));
	assert_true(put(c, "b", "two", 1));
	assert_int_equal(ask(c, &(struct cache_query){"a", 1, NULL, PLAIN}, text), CACHE_HIT);
	assert_string_equal(text, "one");
	assert_int_equal(ask(c, &longer, NULL), CACHE_RENDER);
	assert_false(has(c, ""));
	assert_false(has(c, "c"));
	cache_free(c);
}

static void test_answers_are_copies(void **state)
{
	struct cache *c = make(MIB);
	struct asker one = {0};
	struct cache_query q = query("a", NULL, PLAIN);
	struct cache_found found;
	char text[] = "bytes";

	(void)state;
	assert_true(put(c, "a", text, 1));
	memset(text, '!', sizeof(text));
	assert_int_equal(cache_find(c, &q, &one.ticket, &found), CACHE_HIT);
	cache_forget(c); /* the reference outlives the entry */
	assert_memory_equal(found.body.bytes, "bytes", 5);
	assert_string_equal(found.answer->type, "text/html");
	assert_string_equal(found.answer->fields[1].value, "Accept-Encoding");
	answer_unref(found.answer);
	assert_int_equal(cache_used(c), 0);
	cache_free(c);
}

static void test_versions(void **state)
{
	struct cache *c = make(MIB);

	(void)state;
	assert_true(put(c, "a", "old", 5));
	cache_raise(c, SCOPE + 1, 100); /* another's */
	cache_raise(c, SCOPE, 5);
	cache_raise(c, SCOPE, 3); /* versions do not fall */
	assert_true(has(c, "a"));
	cache_raise(c, SCOPE, 6);
	assert_false(has(c, "a"));
	assert_false(put(c, "a", "read before it rose", 5));
	assert_true(put(c, "a", "new", 6));
	assert_true(put(c, "b", "newer than what was heard", 8));
	assert_false(has(c, "a")); /* which tells that 6 is old */
	cache_raise(c, SCOPE, 8);
	assert_true(has(c, "b"));
	cache_free(c);
}

static void test_forgetting(void **state)
{
	struct cache *c = make(MIB);
	struct asker one = {0};
	struct cache_query q = query("a", NULL, PLAIN);
	struct cache_found found;
	struct answer *a = answer("read before", 1);

	(void)state;
	assert_true(put(c, "b", "text", 1));
	assert_int_equal(cache_find(c, &q, &one.ticket, &found), CACHE_RENDER);
	cache_forget(c);
	assert_false(has(c, "b"));
	assert_false(cache_store(c, &q, &one.ticket, a, NULL, 0, NULL));
	cache_end(c, &one.ticket);
	answer_unref(a);
	assert_false(has(c, "a"));
	cache_free(c);
}

/* More scopes than there is room for: what cannot be noted is forgotten, not taken for current. */
static void test_many_scopes(void **state)
{
	struct cache *c = make(MIB);

	(void)state;
	assert_true(put(c, "a", "text", 1));
	for (int64_t i = 1000; i < 70000; i++)
		cache_raise(c, i * 1000003, i);
	assert_false(has(c, "a"));
	assert_true(put(c, "a", "text", 1)); /* its scope is among those that are known */
	cache_raise(c, SCOPE, 2);
	assert_false(has(c, "a"));
	cache_free(c);
}

static void test_next_change(void **state)
{
	struct cache *c = make(MIB);
	struct cache_query q = query("a", NULL, PLAIN);
	struct answer *a = answer("today", 1);

	(void)state;
	clock_setup(0, 1);
	a->next_change_at = clock_now() + HOUR;
	assert_true(put_in(c, &q, a, NULL, 0, NULL));
	assert_true(has(c, "a"));
	clock_setup(HOUR - SECOND, 1);
	assert_true(has(c, "a"));
	clock_setup(HOUR, 1);
	assert_false(has(c, "a"));
	a = answer("yesterday's", 1);
	a->next_change_at = clock_now();
	assert_false(put_in(c, &q, a, NULL, 0, NULL));
	clock_setup(0, 1);
	cache_free(c);
}

static void test_languages(void **state)
{
	static const char *const TAGS[] = {"uz", "ru", "en"};
	static const struct {
		const char *header;
		const char *text; /* NULL: not there */
	} ROWS[] = {{NULL, "uz"}, {"ru", "ru"}, {"ru-RU, en;q=0.5", "ru"}, {"en", NULL},
		{"de", "none"}, {"en;q=0.1, ru;q=0.2", "ru"}};
	struct cache *c = make(MIB);
	char text[32];

	(void)state;
	for (int i = 0; i < 3; i++) {
		static const char *const CHOSEN[] = {"uz", "ru", NULL};
		static const char *const HEADERS[] = {NULL, "ru", "de"};
		struct cache_query q = query("page", HEADERS[i], PLAIN);

		assert_true(put_in(
			c, &q, answer(CHOSEN[i] ? CHOSEN[i] : "none", 1), TAGS, 3, CHOSEN[i]));
	}
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct cache_query q = query("page", ROWS[i].header, PLAIN);

		assert_int_equal(ask(c, &q, text), ROWS[i].text ? CACHE_HIT : CACHE_RENDER);
		if (ROWS[i].text)
			assert_string_equal(text, ROWS[i].text);
	}
	cache_free(c);
}

/* The offers may change with the page: then who asked for Russian gets it. */
static void test_other_languages(void **state)
{
	static const char *const BEFORE[] = {"uz"}, *const AFTER[] = {"uz", "ru"};
	struct cache *c = make(MIB);
	struct cache_query russian = query("page", "ru, uz;q=0.5", PLAIN);
	char text[32];

	(void)state;
	assert_true(put_in(c, &russian, answer("uz", 1), BEFORE, 1, "uz"));
	assert_int_equal(ask(c, &russian, text), CACHE_HIT);
	cache_raise(c, SCOPE, 2);
	assert_true(put_in(c, &russian, answer("ru", 2), AFTER, 2, "ru"));
	assert_int_equal(ask(c, &russian, text), CACHE_HIT);
	assert_string_equal(text, "ru");
	cache_free(c);
}

static void test_codings(void **state)
{
	static const int NOTHING[CODINGS] = {0, 0, 0};
	struct cache *c = make(MIB);
	struct cache_query plain = query("a", NULL, PLAIN), gzip = query("a", NULL, GZIP);
	struct cache_query nothing = query("a", NULL, NOTHING);
	struct asker one = {0}, two = {0};
	struct cache_found found;
	struct body body;
	size_t before;

	(void)state;
	assert_true(put(c, "a", "plain", 1));
	before = cache_used(c);
	assert_int_equal(cache_find(c, &gzip, &one.ticket, &found), CACHE_COMPRESS);
	assert_int_equal(found.coding, CODING_GZIP);
	assert_int_equal(ask(c, &plain, NULL), CACHE_HIT); /* who takes that need not wait */
	assert_int_equal(cache_find(c, &gzip, &two.ticket, &found), CACHE_WAIT);
	body = cache_add_body(c, &one.ticket, found.answer, CODING_GZIP, strdup("gzip"), 4);
	assert_int_equal(body.len, 4);
	body = cache_add_body(c, &one.ticket, found.answer, CODING_GZIP, strdup("late"), 4);
	assert_memory_equal(body.bytes, "gzip", 4);
	answer_unref(found.answer);
	assert_int_equal(cache_used(c), before + 4);
	cache_end(c, &one.ticket);
	assert_int_equal(two.woken, 1);
	assert_false(two.ticket.alone);
	assert_int_equal(cache_find(c, &gzip, &two.ticket, &found), CACHE_HIT);
	assert_memory_equal(found.body.bytes, "gzip", 4);
	answer_unref(found.answer);
	assert_int_equal(ask(c, &nothing, NULL), CACHE_ALONE);
	cache_free(c);
}

static void test_least_recently_used(void **state)
{
	struct cache *c = make(64 * KIB);
	char *text = malloc(4 * KIB), key[16];
	int kept = 0;

	(void)state;
	memset(text, 'x', 4 * KIB - 1);
	text[4 * KIB - 1] = 0;
	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		assert_true(put(c, key, text, 1));
		assert_true(cache_used(c) <= 64 * KIB);
		assert_true(has(c, "key 0")); /* asked for again and again: stays */
	}
	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		if (!has(c, key))
			continue;
		kept++;
		assert_true(i == 0 || i >= 86);
	}
	assert_true(kept >= 12 && kept <= 15);
	free(text);
	cache_free(c);
}

/* One answer takes a fourth of the memory at most; coded bodies count, and what goes gives back. */
static void test_limits(void **state)
{
	struct cache *c = make(64 * KIB);
	struct cache_query br = query("small", NULL, BR);
	struct asker one = {0};
	struct cache_found found;
	char *text = calloc(1, 32 * KIB);

	(void)state;
	memset(text, 'x', 17 * KIB);
	assert_false(put(c, "large", text, 1));
	text[8 * KIB] = 0;
	assert_true(put(c, "first", text, 1));
	assert_true(put(c, "small", "text", 1));
	assert_int_equal(cache_find(c, &br, &one.ticket, &found), CACHE_COMPRESS);
	cache_add_body(c, &one.ticket, found.answer, CODING_BR, calloc(1, 60 * KIB), 60 * KIB);
	cache_end(c, &one.ticket);
	answer_unref(found.answer);
	assert_false(has(c, "first"));
	assert_true(cache_used(c) <= 64 * KIB);
	cache_forget(c);
	assert_int_equal(cache_used(c), 0);
	free(text);
	cache_free(c);
}

static void test_waiting(void **state)
{
	struct cache *c = make(MIB);
	struct cache_query q = query("a", NULL, PLAIN), other = query("b", NULL, PLAIN);
	struct asker lead = {0}, wait = {0}, late = {0};
	struct answer *a = answer("text", 1);
	struct cache_found found;

	(void)state;
	assert_int_equal(cache_find(c, &q, &lead.ticket, &found), CACHE_RENDER);
	assert_int_equal(cache_find(c, &q, &wait.ticket, &found), CACHE_WAIT);
	assert_int_equal(cache_find(c, &q, &late.ticket, &found), CACHE_WAIT);
	assert_int_equal(wait.suspended, 1);
	assert_int_equal(ask(c, &other, NULL), CACHE_RENDER);
	assert_true(cache_store(c, &q, &lead.ticket, a, NULL, 0, NULL));
	assert_int_equal(wait.woken + late.woken, 0);
	cache_end(c, &lead.ticket);
	cache_end(c, &lead.ticket); /* once is enough */
	assert_int_equal(wait.woken, 1);
	assert_int_equal(late.woken, 1);
	assert_int_equal(cache_find(c, &q, &wait.ticket, &found), CACHE_HIT);
	answer_unref(found.answer);
	answer_unref(a);
	cache_free(c);
}

/* Who renders fails: each tries by itself, and nobody waits for those. */
static void test_failing(void **state)
{
	struct cache *c = make(MIB);
	struct cache_query q = query("a", NULL, PLAIN);
	struct asker lead = {0}, wait[2] = {0};
	struct cache_found found;

	(void)state;
	assert_int_equal(cache_find(c, &q, &lead.ticket, &found), CACHE_RENDER);
	for (int i = 0; i < 2; i++)
		assert_int_equal(cache_find(c, &q, &wait[i].ticket, &found), CACHE_WAIT);
	cache_end(c, &lead.ticket);
	for (int i = 0; i < 2; i++)
		assert_int_equal(cache_find(c, &q, &wait[i].ticket, &found), CACHE_ALONE);
	assert_int_equal(cache_used(c), 0);
	cache_free(c);
}

/* What was rendered is outdated at once: those who waited ask again, a few times. */
static void test_outdated_while_waiting(void **state)
{
	struct cache *c = make(MIB);
	struct cache_query q = query("a", NULL, PLAIN);
	struct asker wait = {0};
	struct cache_found found;
	enum cache_says says = CACHE_WAIT;
	int rounds = 0;

	(void)state;
	for (int64_t v = 1; says == CACHE_WAIT; v++) {
		struct asker lead = {0};
		struct answer *a = answer("old", v);

		assert_int_equal(cache_find(c, &q, &lead.ticket, &found), CACHE_RENDER);
		says = cache_find(c, &q, &wait.ticket, &found);
		rounds += says == CACHE_WAIT;
		cache_raise(c, SCOPE, v + 1);
		assert_false(cache_store(c, &q, &lead.ticket, a, NULL, 0, NULL));
		cache_end(c, &lead.ticket);
		assert_false(wait.ticket.alone);
		answer_unref(a);
	}
	assert_int_equal(says, CACHE_ALONE);
	assert_int_equal(rounds, 3);
	cache_free(c);
}

/* While nobody knows the languages of a page all wait for the first; then each for its own. */
static void test_waiting_for_languages(void **state)
{
	static const char *const TAGS[] = {"uz", "ru"};
	struct cache *c = make(MIB);
	struct cache_query uz = query("a", "uz", PLAIN), ru = query("a", "ru", PLAIN);
	struct asker lead = {0}, one = {0}, two = {0};
	struct answer *a = answer("uz", 1);
	struct cache_found found;

	(void)state;
	assert_int_equal(cache_find(c, &uz, &lead.ticket, &found), CACHE_RENDER);
	assert_int_equal(cache_find(c, &ru, &one.ticket, &found), CACHE_WAIT);
	assert_true(cache_store(c, &uz, &lead.ticket, a, TAGS, 2, "uz"));
	cache_end(c, &lead.ticket);
	assert_int_equal(cache_find(c, &ru, &one.ticket, &found), CACHE_RENDER);
	assert_int_equal(ask(c, &uz, NULL), CACHE_HIT);
	assert_int_equal(cache_find(c, &ru, &two.ticket, &found), CACHE_WAIT);
	cache_end(c, &one.ticket);
	answer_unref(a);
	cache_free(c);
}

/* Threads that read and one that raises: nobody is given what is older than what was raised before
 * he asked, and at any time one renders. */
struct race {
	struct cache *cache;
	atomic_llong version; /* as a database has it */
	atomic_llong raised;  /* … and as it was told */
	atomic_int rendering, together, renderings, hits;
	atomic_bool over;
};

static void render(struct race *r, const struct cache_query *q, struct asker *me)
{
	int64_t version = atomic_load(&r->version);
	char text[32];
	struct answer *a;

	if (me->ticket.flight && atomic_fetch_add(&r->rendering, 1) > 0)
		atomic_fetch_add(&r->together, 1);
	snprintf(text, sizeof(text), "%lld", (long long)version);
	a = answer(text, version);
	atomic_fetch_add(&r->renderings, 1);
	if (me->ticket.flight)
		atomic_fetch_sub(&r->rendering, 1);
	cache_store(r->cache, q, &me->ticket, a, NULL, 0, NULL);
	cache_end(r->cache, &me->ticket);
	answer_unref(a);
}

static void read_once(struct race *r, const struct cache_query *q)
{
	long long known = atomic_load(&r->raised);
	struct asker me = {0};
	struct cache_found found;

	for (int waits = 0;; waits++) {
		enum cache_says says = cache_find(r->cache, q, &me.ticket, &found);

		if (says == CACHE_HIT) {
			char text[32];

			snprintf(text, sizeof(text), "%.*s", (int)found.body.len,
				(const char *)found.body.bytes);
			assert_true(atoll(text) >= known);
			atomic_fetch_add(&r->hits, 1);
			answer_unref(found.answer);
			return;
		}
		if (says != CACHE_WAIT) {
			render(r, q, &me);
			return;
		}
		while (atomic_load(&me.woken) <= waits)
			sched_yield();
	}
}

static void *read_on(void *arg)
{
	struct race *r = arg;
	struct cache_query q = query("a", NULL, PLAIN);

	while (!atomic_load(&r->over))
		read_once(r, &q);
	return NULL;
}

static void test_race(void **state)
{
	struct race r = {.cache = make(MIB), .version = 1, .raised = 1};
	pthread_t threads[6];

	(void)state;
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, &r), 0);
	for (long long v = 2; v < 300; v++) {
		atomic_store(&r.version, v);
		cache_raise(r.cache, SCOPE, v);
		atomic_store(&r.raised, v);
		clock_sleep(1);
	}
	atomic_store(&r.over, true);
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(r.together, 0);
	assert_true(r.hits > r.renderings);
	cache_free(r.cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_answers_are_copies),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_forgetting),
		cmocka_unit_test(test_many_scopes),
		cmocka_unit_test(test_next_change),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_other_languages),
		cmocka_unit_test(test_codings),
		cmocka_unit_test(test_least_recently_used),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_outdated_while_waiting),
		cmocka_unit_test(test_waiting_for_languages),
		cmocka_unit_test(test_race),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
