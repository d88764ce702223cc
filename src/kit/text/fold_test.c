/* Folding: what finds what, what does not, and where it stands in the text. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "kit/text/fold.h"
#include "kit/text/pairs_testing.h"

static struct arena *arena;
static int faults;

static int make_arena(void **state)
{
	(void)state;
	arena = arena_new(64 * MIB);
	return arena ? 0 : -1;
}

static int free_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char *fold(const char *text)
{
	char *ret = NULL;

	assert_int_equal(text_fold(arena, text, &ret), 0);
	return ret;
}

static void check(const char *text, const char *got, const char *wanted)
{
	if (str_eq(got, wanted))
		return;
	print_error("%s is \"%s\", not \"%s\"\n", text, got, wanted);
	faults++;
}

static void no_faults(void)
{
	int n = faults;

	faults = 0;
	assert_int_equal(n, 0);
}

/* Do the two differ by their letters, so that search does not join them either? */
static bool is_spelt_apart(const struct pair *pair)
{
	static const char *const APART[] = {"YTT", "Tsoy", "tsirk", "pitssa", "marganes", "Krilov"};

	for (size_t i = 0; i < LENGTH(APART); i++)
		if (str_eq(APART[i], pair->latin))
			return true;
	return false;
}

static void scripts_meet(void **state)
{
	const struct pair *pair;

	(void)state;
	for (size_t i = 0; (pair = pair_at(i)); i++)
		if (is_spelt_apart(pair))
			assert_string_not_equal(fold(pair->cyrillic), fold(pair->latin));
		else
			check(pair->cyrillic, fold(pair->cyrillic), fold(pair->latin));
	no_faults();
}

static void gives(void **state)
{
	static const struct {
		const char *text, *fold;
	} ROWS[] = {
		{"", ""},
		{" ,.!—'ʻ’ ", ""},
		{"Oʻzbekiston Respublikasi", "ozbekiston respublikasi"},
		{"дунё, dunyo", "dune dune"},
		{"объект obyekt", "obekt obekt"},
		{"поэма поема poema poyema", "poyema poyema poyema poyema"},
		{"проект proekt proyekt", "proyekt proyekt proyekt"},
		{"тайёр тайер tayyor", "tayer tayer tayer"},
		{"ёлка елка", "yelka yelka"},
		{"мёд мед", "med med"},
		{"цемент милиция пицца", "sement militsiya pitsa"},
		{"Щука борщ", "shchuka borshch"},
		{"батальон", "batalen"},
		{"ish- иш исҳоқ Is'hoq", "ish ish ishoq ishoq"},
		{"2026-yil 5G COVID-19", "2026 yil 5g covid 19"},
		{"٣ ３", "3 3"},
		{"ﬁlm Ｆｉｌｍ", "film film"},
		{"ŀl", "ll"},
		{"ægir aegir", "ayegir ayegir"},
		{"é ü ğ ş ß ø ł ñ", "e u g s ss o l n"},
		{"E\u0301 и\u0306 У\u0306 е\u0308", "e y o ye"},
		{"so\u00ADz", "soz"},
		{"中文 ﷺ", "中文 صلىاللهعليهوسلم"},
		{"a\xFF\x62 \xC3", "a b"},
		/* Karakalpak: both scripts, and its letters apart from a o u n i */
		{"Нөкис Nókis", "nókis nókis"},
		{"әлем álem ÁLEM", "álem álem álem"},
		{"жаңа jańa JAŃA", "jańa jańa jańa"},
		{"қыз qız QÍZ", "qız qız qız"},
		{"үлкен úlken", "úlken úlken"},
		{"суў suw дәўлет dáwlet", "suw suw dáwlet dáwlet"},
		{"ғалаба ǵalaba gʻalaba", "galaba galaba galaba"},
		{"Әмиўдәрья Ámiwdárya", "ámiwdára ámiwdára"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].text, fold(ROWS[i].text), ROWS[i].fold);
	no_faults();
}

/* Every sign that is typed for ʻ and ʼ, and none. */
static void marks_are_alike(void **state)
{
	static const char *const MARKS[] = {
		"", "ʻ", "ʼ", "'", "`", "’", "‘", "‛", "´", "ʹ", "ʽ", "ˈ", "′", "‵", "＇", "&"};
	static const char *const WORDS[][3] = {{"O", "zbek", "ozbek"}, {"g", "alaba", "galaba"},
		{"ma", "no", "mano"}, {"e", "lon", "elon"}, {"is", "hoq", "ishoq"},
		{"tog", "", "tog"}};

	(void)state;
	for (size_t i = 0; i + 1 < LENGTH(MARKS); i++) {
		for (size_t n = 0; n < LENGTH(WORDS); n++) {
			const char *text =
				arena_printf(arena, "%s%s%s", WORDS[n][0], MARKS[i], WORDS[n][1]);

			check(text, fold(text), WORDS[n][2]);
		}
	}
	no_faults();
	assert_string_equal(fold("ma&no"), "ma no");
}

static void stay_apart(void **state)
{
	static const char *const PAIRS[][2] = {{"bar", "bár"}, {"on", "ón"}, {"un", "ún"},
		{"tan", "tań"}, {"qiz", "qız"}, {"xona", "hona"}, {"kul", "qul"}, {"er", "yer"},
		{"ertak", "yertak"}, {"suv", "suw"}, {"bir", "bor"}, {"tish", "tis"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(PAIRS); i++)
		assert_string_not_equal(fold(PAIRS[i][0]), fold(PAIRS[i][1]));
}

/* The fold of a beginning is the beginning of the fold. */
static void beginnings(void **state)
{
	const struct pair *pair;

	(void)state;
	for (size_t i = 0; (pair = pair_at(i)); i++) {
		const char *texts[] = {pair->latin, pair->cyrillic};

		for (size_t t = 0; t < LENGTH(texts); t++) {
			const char *whole = fold(texts[t]), *p = texts[t];

			while (*p) {
				const char *begin;

				str_utf8_next(&p);
				begin = fold(arena_copy(arena, texts[t], (size_t)(p - texts[t])));
				if (!str_starts(whole, begin)) {
					print_error("%s: %s\n", texts[t], begin);
					faults++;
				}
			}
		}
		if (i % 100 == 0) {
			arena_free(arena);
			arena = arena_new(64 * MIB);
		}
	}
	no_faults();
}

/* The hits as they are written, with a bar between. */
static const char *hits(const char *text, const char *query, bool prefix, size_t max)
{
	const struct fold_hit *hit = NULL;
	const char *out = "";
	size_t count = 0;

	assert_int_equal(text_hits(arena, text, query, prefix, max, &hit, &count), 0);
	assert_true(count <= max);
	for (size_t i = 0; i < count; i++)
		out = arena_printf(arena, "%s%s%.*s", out, i ? "|" : "",
			(int)(hit[i].end - hit[i].begin), text + hit[i].begin);
	return out;
}

static void hits_as_written(void **state)
{
	static const char TEXT[] = "«Oʻzbekiston» — Ўзбекистонда, O'zbek 'tog'' va тоғ; \xFF Ёлка";
	static const struct {
		const char *query;
		bool prefix;
		const char *hits;
	} ROWS[] = {
		{"ozbekiston", false, "Oʻzbekiston"},
		{"ўзбек", false, "O'zbek"},
		{"o`zbek", true, "Oʻzbekiston|Ўзбекистонда|O'zbek"},
		{"TOGʻ", false, "tog'|тоғ"},
		{"елка тоғ", false, "tog'|тоғ|Ёлка"},
		{"yelk", true, "Ёлка"},
		{"yelk", false, ""},
		{"zbek", true, ""},
		{"", true, ""},
		{"«»", true, ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		check(ROWS[i].query, hits(TEXT, ROWS[i].query, ROWS[i].prefix, 10), ROWS[i].hits);
	check("two", hits(TEXT, "o'zbek", true, 2), "Oʻzbekiston|Ўзбекистонда");
	check("none", hits(TEXT, "o'zbek", true, 0), "");
	no_faults();
}

static void words_and_offsets(void **state)
{
	static const char TEXT[] = "- Gʻafur e\u0301l, тоғ’";
	static const struct {
		size_t begin, end;
		const char *fold;
	} ROWS[] = {{2, 9, "gafur"}, {10, 14, "el"}, {16, 22, "tog"}};
	struct fold_word word;
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		assert_true(fold_next(TEXT, &at, &word));
		assert_int_equal(word.begin, ROWS[i].begin);
		assert_int_equal(word.end, ROWS[i].end);
		assert_int_equal(at, word.end);
		assert_string_equal(word.fold, ROWS[i].fold);
		assert_int_equal(word.len, strlen(word.fold));
	}
	assert_false(fold_next(TEXT, &at, &word));
	assert_int_equal(at, strlen(TEXT));
	assert_false(fold_next(TEXT, &at, &word));
}

static void limits(void **state)
{
	char *text = arena_alloc(arena, FOLD_TEXT_MAX + 2), *ret = NULL;
	struct arena *small = arena_new(16);
	const struct fold_hit *hit = NULL;
	struct fold_word word;
	size_t at = 0, count = 0;

	(void)state;
	memset(text, 'a', FOLD_TEXT_MAX + 1);
	assert_int_equal(text_fold(arena, text, &ret), ERR_TOO_LARGE);
	assert_int_equal(text_hits(arena, text, "a", true, 1, &hit, &count), ERR_TOO_LARGE);
	assert_int_equal(text_hits(arena, "a", text, true, 1, &hit, &count), ERR_TOO_LARGE);
	text[FOLD_TEXT_MAX] = '\0';
	assert_true(fold_next(text, &at, &word));
	assert_int_equal(word.len, FOLD_WORD_MAX);
	assert_int_equal(word.end, FOLD_TEXT_MAX);
	assert_int_equal(text_fold(small, "Oʻzbekiston Respublikasi", &ret), ERR_MEMORY);
	assert_int_equal(text_hits(small, "a", "a", true, 1, &hit, &count), ERR_MEMORY);
	assert_null(ret);
	assert_null(hit);
	arena_free(small);
}

/* Long runs of one thing take time in proportion. */
static void long_input(void **state)
{
	static const char *const UNITS[] = {"a ", "'", "a'", "\u0301", "e\u0301", "ﷺ ", "щ",
		"\u00AD", "\xFF", "я ", "각", "\u0958"};
	struct arena *own = arena_new(64 * MIB);
	char *text = arena_alloc(own, MIB + 8), *ret = NULL;

	(void)state;
	for (size_t i = 0; i < LENGTH(UNITS); i++) {
		size_t len = strlen(UNITS[i]), n = 0;

		for (; n + len <= MIB; n += len)
			memcpy(text + n, UNITS[i], len);
		text[n] = '\0';
		assert_int_equal(text_fold(own, text, &ret), 0);
		assert_true(str_utf8_valid(ret, strlen(ret)));
	}
	arena_free(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts_meet),
		cmocka_unit_test(gives),
		cmocka_unit_test(marks_are_alike),
		cmocka_unit_test(stay_apart),
		cmocka_unit_test(beginnings),
		cmocka_unit_test(hits_as_written),
		cmocka_unit_test(words_and_offsets),
		cmocka_unit_test(limits),
		cmocka_unit_test(long_input),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
