/* Assets: types, one in the place of another, and whole sets replaced under those who use them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/str.h"
#include "core/asset.h"

static void test_set(void **state)
{
	struct asset_set *set = asset_set_new();
	struct arena *a = arena_new(64 * KIB);
	const struct asset *f;
	char name[] = "site.css";

	(void)state;
	assert_int_equal(asset_set_add(set, "site.css", "ours", 4, false, NULL), 0);
	assert_int_equal(asset_set_add(set, "mark.svg", "<svg/>", 6, false, NULL), 0);
	assert_int_equal(asset_set_add(set, name, "theirs", 6, true, NULL), 0);
	assert_int_equal(asset_set_add(set, "x.unknown", "", 0, true, NULL), 0);
	name[0] = 'X';
	f = asset_find(set, a, "site.css");
	assert_non_null(f);
	assert_string_equal(f->type, "text/css; charset=utf-8");
	assert_int_equal(f->len, 6);
	assert_memory_equal(f->bytes, "theirs", 6);
	assert_string_equal(asset_find(set, a, "mark.svg")->type, "image/svg+xml");
	assert_string_equal(asset_find(set, a, "x.unknown")->type, "application/octet-stream");
	assert_null(asset_find(set, a, "none"));
	asset_set_free(set);
	assert_memory_equal(f->bytes, "theirs", 6); /* until the arena goes */
	arena_free(a);
	asset_set_free(NULL);
}

static struct asset_set *set_of(const char *text)
{
	struct asset_set *set = asset_set_new();

	assert_int_equal(asset_set_add(set, "a", text, strlen(text), true, NULL), 0);
	return set;
}

static atomic_bool over;

static void *use(void *set)
{
	while (!over) {
		struct arena *a = arena_new(64 * KIB);
		const struct asset *f = asset_find(set, a, "a");

		assert_true(!memcmp(f->bytes, "old", 3) || !memcmp(f->bytes, "new", 3));
		arena_free(a);
	}
	return NULL;
}

static void test_replaced(void **state)
{
	struct asset_set *set = set_of("old");
	pthread_t threads[3];

	(void)state;
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_create(&threads[i], NULL, use, set);
	for (int i = 0; i < 500; i++)
		asset_set_replace(set, set_of(i % 2 ? "old" : "new"));
	over = true;
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
	asset_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
