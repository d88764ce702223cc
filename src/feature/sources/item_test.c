/* Items as statements: their language, their text, their hashtags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "core/limits.h"
#include "feature/sources/item.h"

static void languages(void **state)
{
	static const struct {
		const char *text, *told, *fallback, *is;
	} ROWS[] = {
		{"Yangi dastur boshlandi", "uz", "uz", "uz"},
		{"Yangi dastur boshlandi", "ru", "uz", "uz"},
		{"Yangi dastur boshlandi", NULL, "ru", "uz"},
		{"Янги дастур бошланди, қўшимча маълумот", "uz", "uz", "uz-Cyrl"},
		{"Янги дастур бошланди ва бир кун давом этади", "uz", "uz", "uz-Cyrl"},
		{"Янги дастур", "ru", "uz", "uz-Cyrl"},
		{"Новости министерства для граждан", "uz", "uz", "ru"},
		{"Объявлен набор", "uz", "uz", "uz-Cyrl"}, /* no word tells: a price */
		{"Объявлен набор на работу", "uz", "uz", "ru"},
		{"Новый порядок выплат", "ru", "uz", "ru"},
		{"The new programme", "en", "uz", "en"},
		{"The new programme", "en-GB", "uz", "en-GB"},
		{"Жаңа бағдарлама", "kk", "uz", "kk"},
		{"", "ru", "uz", "uz"},
		{"", NULL, "", "uz"},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		const char *is = item_language(ROWS[i].text, ROWS[i].told, ROWS[i].fallback);

		if (!str_eq(is, ROWS[i].is))
			fail_msg("\"%s\" is %s, not %s", ROWS[i].text, is, ROWS[i].is);
	}
}

static struct server server = {.origin = "https://h.example"};
static const struct institution MEHNAT = {.id = 7, .handle = "mehnat", .languages = "uz ru"};

static int make_item(struct ctx *cx, const struct feed_item *from, struct item *ret)
{
	*cx = (struct ctx){.arena = arena_new(16 * MIB), .server = &server};
	return item_make(cx, &MEHNAT, "", from, ret);
}

static void text_and_tags(void **state)
{
	static const char *const CATEGORIES[] = {
		"Ижтимоий ҳимоя", "ижтимоий ҳимоя", "2026", "C++ & C", "yangilik", ""};
	struct feed_item from = {.id = "1",
		.title = "Sarlavha",
		.link = "https://m.example/?a=1&b=2",
		.html = "<p onclick=x>Matn</p><script>y</script>",
		.categories = CATEGORIES,
		.category_count = LENGTH(CATEGORIES)};
	struct item item;
	struct ctx cx;
	(void)state;

	assert_int_equal(make_item(&cx, &from, &item), 0);
	assert_string_equal(item.variant.title, "Sarlavha");
	assert_non_null(strstr(item.variant.html, "<p>Matn</p>"));
	assert_null(strstr(item.variant.html, "onclick"));
	assert_null(strstr(item.variant.html, "<script"));
	assert_non_null(strstr(item.variant.html, "href=\"https://m.example/?a=1&amp;b=2\""));
	assert_string_equal(item.variant.tags[0].name, "Ижтимоий_ҳимоя");
	assert_string_equal(item.variant.tags[1].name, "yangilik");
	assert_null(item.variant.tags[2].name);
	assert_non_null(strstr(item.variant.html, "#<span>yangilik</span>"));
	arena_free(cx.arena);
}

/* What it says decides whether it has changed; its id, whether it is the same. */
static void hashes(void **state)
{
	struct feed_item a = {.id = "1", .title = "T", .html = "<p>x</p>"}, b = a;
	struct item one, two;
	struct ctx cx, other;
	(void)state;

	assert_int_equal(make_item(&cx, &a, &one), 0);
	b.updated_ms = 5;
	assert_int_equal(make_item(&other, &b, &two), 0);
	assert_memory_equal(&one.key.key, &two.key.key, SOURCE_HASH);
	assert_memory_equal(&one.key.hash, &two.key.hash, SOURCE_HASH);
	arena_free(other.arena);
	b.html = "<p>y</p>";
	assert_int_equal(make_item(&other, &b, &two), 0);
	assert_memory_equal(&one.key.key, &two.key.key, SOURCE_HASH);
	assert_memory_not_equal(&one.key.hash, &two.key.hash, SOURCE_HASH);
	arena_free(other.arena);
	b.id = "2";
	assert_int_equal(make_item(&other, &b, &two), 0);
	assert_memory_not_equal(&one.key.key, &two.key.key, SOURCE_HASH);
	arena_free(other.arena);
	arena_free(cx.arena);
}

static void refused(void **state)
{
	size_t len = HTML_MAX + 10;
	char *long_html = malloc(len + 1);
	struct feed_item empty = {.id = "1"}, large = {.id = "2", .html = long_html};
	struct item item;
	struct ctx cx;
	(void)state;

	memset(long_html, 'a', len);
	long_html[len] = 0;
	assert_int_equal(make_item(&cx, &empty, &item), ERR_INVALID);
	arena_free(cx.arena);
	assert_int_equal(make_item(&cx, &large, &item), ERR_TOO_LARGE);
	arena_free(cx.arena);
	free(long_html);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(languages),
		cmocka_unit_test(text_and_tags),
		cmocka_unit_test(hashes),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
