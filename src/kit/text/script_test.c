/* The two scripts: words and sentences both ways, what stays, and the tables themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include <unicode/ustring.h>

#include "base/str.h"
#include "kit/text/pairs_testing.h"
#include "kit/text/script.h"
#include "kit/text/script_own.h"

static struct arena *arena;

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

static const char *convert(const char *text, enum script to)
{
	char *ret = NULL;

	assert_int_equal(script_convert(arena, text, to, &ret), 0);
	return ret;
}

static int faults;

static void check(const char *text, enum script to, const char *wanted)
{
	const char *got = convert(text, to);

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

static void cyrillic(void **state)
{
	const struct pair *pair;

	(void)state;
	for (size_t i = 0; (pair = pair_at(i)); i++)
		if (pair->way != PAIR_TO_LATIN)
			check(pair->latin, SCRIPT_CYRILLIC, pair->cyrillic);
	no_faults();
}

static void latin(void **state)
{
	const struct pair *pair;

	(void)state;
	for (size_t i = 0; (pair = pair_at(i)); i++)
		if (pair->way != PAIR_TO_CYRILLIC)
			check(pair->cyrillic, SCRIPT_LATIN, pair->latin);
	no_faults();
}

/* Latin → Cyrillic → Latin and back again, in a text of its own form; twice is once. */
static void properties(void **state)
{
	const struct pair *pair;

	(void)state;
	for (size_t i = 0; (pair = pair_at(i)); i++) {
		const char *c = convert(pair->latin, SCRIPT_CYRILLIC);
		const char *l = convert(pair->cyrillic, SCRIPT_LATIN);

		check(c, SCRIPT_CYRILLIC, c);
		check(l, SCRIPT_LATIN, l);
		if (pair->way != PAIR_BOTH)
			continue;
		check(c, SCRIPT_LATIN, pair->latin);
		check(l, SCRIPT_CYRILLIC, pair->cyrillic);
	}
	no_faults();
}

/* What stays as it is in a text that becomes Cyrillic, and what beside it does not. */
static void stays(void **state)
{
	static const char *const SAME[] = {"", " ", "https://lex.uz/docs/123?til=uz#a",
		"HTTP://GOV.UZ", "www.gov.uz/yangiliklar", "mailto:info@gov.uz", "info@gov.uz",
		"i.karimov@mehnat.gov.uz", "@mehnat", "@mehnat@pages.gov.example", "#mehnat",
		"#suvtaʼminoti", "#suv_taʼminoti", "gov.uz", "t.me/kanal", "hisobot.pdf",
		"Hisobot_2026.xlsx", "XXI", "IV", "MCMXCIX", "A4", "5G", "MP3", "M39", "COVID-19",
		"Wi-Fi", "e-mail", "E-mail", "Windows", "Word", "Coca-Cola", "Suwıń", "á",
		"Кыргызстан", "Қазақстан әлем", "iPhone", "YouTube", "QR", "ID", "50 MHz",
		"12,5 kW", "10 °C", "1 234 567,89", "—", "😀", "中文", "ﷺ", "\xC2\xA0",
		"tel:+998712000015", "C++", "Ўзбекистон", "o\u0301o", "ʼ ʻ ' ’"};
	static const struct {
		const char *latin, *cyrillic;
	} ROWS[] = {
		{"my.gov.uzda", "my.gov.uzда"},
		{"Keldi.Ketdi", "Келди.Кетди"},
		{"va h.k.", "ва ҳ.к."},
		{"XXIda", "XXIда"},
		{"V bob", "V боб"},
		{"V. Yakuniy qoidalar", "V. Якуний қоидалар"},
		{"rais V. Karimov", "раис В. Каримов"},
		{"rais I.A. Karimov", "раис И.А. Каримов"},
		{"1-bob\nI. UMUMIY QOIDALAR", "1-боб\nI. УМУМИЙ ҚОИДАЛАР"},
		{"220 V", "220 В"},
		{"10ta", "10та"},
		{"10-sinf", "10-синф"},
		{"Googleda", "Googleда"},
		{"Facebookʼda yozing", "Facebookъда ёзинг"},
		{"Toshkent@", "Тошкент@"},
		{"a#b", "а#б"},
		{"(https://gov.uz/a), keyin", "(https://gov.uz/a), кейин"},
		{"«https://gov.uz» sayti", "«https://gov.uz» сайти"},
		{"‘Buxoro’", "‘Бухоро’"},
		{"'Navoiy' kitobi", "'Навоий' китоби"},
		{"'tog''", "'тоғ'"},
		{"bog' va tog'", "боғ ва тоғ"},
		{"o' gʼ", "о' ғ"},
		{"oʻ", "ў"},
		{"Oʻ-oʻ", "Ў-ў"},
		/* mixed */
		{"Toshkent шаҳри", "Тошкент шаҳри"},
		{"AQSHда", "АҚШда"},
		{"тoшкeнт", "тошкент"},
		{"ХХI asr", "ХХI аср"},
		{"эn", "эн"},
		/* combining characters; U+0306 is a part of й and ў */
		{"maktab и\u0306", "мактаб и\u0306"},
		{"o\u0306z", "o\u0306z"},
		{"ye\u0301r", "ye\u0301r"},
		{"\u0301a", "\u0301а"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(SAME); i++)
		check(SAME[i], SCRIPT_CYRILLIC, SAME[i]);
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		check(ROWS[i].latin, SCRIPT_CYRILLIC, ROWS[i].cyrillic);
		check(ROWS[i].cyrillic, SCRIPT_CYRILLIC, ROWS[i].cyrillic);
	}
	no_faults();
}

static void stays_latin(void **state)
{
	static const struct {
		const char *cyrillic, *latin;
	} ROWS[] = {
		{"", ""},
		{"O'zbekiston, o’quv", "O'zbekiston, o’quv"},
		{"https://lex.uz/ҳужжат va", "https://lex.uz/ҳужжат va"},
		{"#мактаб куни", "#мактаб kuni"},
		{"ХХI аср", "XXI asr"},
		{"Oʻzbekiston — Ўзбекистон", "Oʻzbekiston — Oʻzbekiston"},
		{"Қазақстан әлем", "Qazaqstan әлем"},
		{"суўлар үлкен", "suoʻlar үлкен"},
		{"Facebookда", "Facebookda"},
		{"Тoшкент", "Toshkent"},
		{"АҚШда", "AQSHda"},
		{"50 МГц", "50 MHz"},
		{"5 кВт", "5 kVt"},
		{"и\u0306ўл", "yoʻl"},
		{"за\u0301мок", "за\u0301мок"},
		{"Ю. Я. Ш. Ё. Е.", "Yu. Ya. Sh. Yo. Ye."},
		{"ЮНЕСКО Юнусов ЕС", "YUNESKO Yunusov YES"},
		{"ОЁҚ БЎЮ", "OYOQ BOʻYU"},
		{"Щётка, ЩИ, Щука", "Shchyotka, SHCHI, Shchuka"},
		{"мэр, дуэль, поэт", "mer, duel, poet"},
		{"пицца ЦИРК КОНСТИТУЦИЯ", "pitsa SIRK KONSTITUTSIYA"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		check(ROWS[i].cyrillic, SCRIPT_LATIN, ROWS[i].latin);
		check(ROWS[i].latin, SCRIPT_LATIN, ROWS[i].latin);
	}
	no_faults();
}

static void html(void **state)
{
	static const struct {
		const char *latin, *cyrillic;
	} ROWS[] = {
		{"", ""},
		{"<p>Salom</p>", "<p>Салом</p>"},
		{"<p title=\"Salom > <\" lang=\"uz\">Yer</p>",
			"<p title=\"Salom > <\" lang=\"uz\">Ер</p>"},
		{"<a href=\"https://gov.uz/yer\">Yer</a>", "<a href=\"https://gov.uz/yer\">Ер</a>"},
		{"<a href=\"https://gov.uz\">https://gov.uz</a> da",
			"<a href=\"https://gov.uz\">https://gov.uz</a> да"},
		{"<code>salom <b>yer</b></code> yer", "<code>salom <b>yer</b></code> ер"},
		{"<code><span lang=\"uz\">yer</span></code>",
			"<code><span lang=\"uz\">yer</span></code>"},
		{"<span lang=\"en\">yes <i lang=\"uz\">yer</i> yes</span> yer",
			"<span lang=\"en\">yes <i lang=\"uz\">ер</i> yes</span> ер"},
		{"<p lang=\"uz-Latn\">yer</p><p lang=\"uzb\">yer</p><p lang='ru'>yer</p>",
			"<p lang=\"uz-Latn\">ер</p><p lang=\"uzb\">yer</p><p lang='ru'>yer</p>"},
		{"<a href=\"/x\" class=\"u-url mention\">@<span>mehnat</span></a> yer",
			"<a href=\"/x\" class=\"u-url mention\">@<span>mehnat</span></a> ер"},
		{"<span class=\"invisible\">https://</span><span class=\"ellipsis\">gov.uz/yer</span>",
			"<span class=\"invisible\">https://</span><span class=\"ellipsis\">gov.uz/yer</span>"},
		{"O&#39;zbek &amp; o&#x2019;zga &lt;b&gt;", "Ўзбек &amp; ўзга &lt;б&gt;"},
		{"&laquo;yer&raquo; &Aacute; &yer & yer;", "&laquo;ер&raquo; &Aacute; &ер & ер;"},
		{"&quot;https://gov.uz/yer?a&amp;yer&quot;da yer",
			"&quot;https://gov.uz/yer?a&amp;yer&quot;да ер"},
		{"a &nbsp;&copy; 5 &lt; 6", "а &nbsp;&copy; 5 &lt; 6"},
		{"Oʻz<b>bek</b>iston", "Ўз<b>бек</b>истон"},
		{"po<b>ema</b>", "по<b>эма</b>"},
		{"bir<br>er", "бир<br>эр"},
		{"<p>po</p><p>ema</p>", "<p>по</p><p>эма</p>"},
		{"<ul><li>I. Umumiy</li><li>a</li></ul>", "<ul><li>I. Умумий</li><li>а</li></ul>"},
		{"yer<!-- yer --><hr>yer<br />yer", "ер<!-- yer --><hr>ер<br />ер"},
		{"<pre>yer\n  yer</pre>", "<pre>ер\n  ер</pre>"},
		{"</p>yer", "</p>ер"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		char *got = NULL;

		assert_int_equal(
			script_convert_html(arena, ROWS[i].latin, SCRIPT_CYRILLIC, &got), 0);
		if (!str_eq(got, ROWS[i].cyrillic)) {
			print_error("%s is %s\n", ROWS[i].latin, got);
			faults++;
		}
	}
	no_faults();
}

static void html_refused(void **state)
{
	char *ret = NULL, *deep = arena_alloc(arena, 4 * 300 + 1);
	static const char *const BAD[] = {"<", "a<b", "<b title=\"", "<!-- a", "<p>yer</p"};

	(void)state;
	for (size_t i = 0; i < LENGTH(BAD); i++)
		assert_int_equal(
			script_convert_html(arena, BAD[i], SCRIPT_LATIN, &ret), ERR_INVALID);
	for (int i = 0; i < 300; i++)
		memcpy(deep + (size_t)3 * (size_t)i, "<b>", 3);
	assert_int_equal(script_convert_html(arena, deep, SCRIPT_LATIN, &ret), ERR_INVALID);
	assert_null(ret);
}

static void bad_input(void **state)
{
	(void)state;
	check("\xFFyer\xC3", SCRIPT_CYRILLIC, "\uFFFDер\uFFFD");
	check("ye\xE2\x80r", SCRIPT_CYRILLIC, "е\uFFFD\uFFFDр");
	check("\xED\xA0\x80", SCRIPT_LATIN, "\uFFFD\uFFFD\uFFFD");
	check("https://a.uz/\xFF", SCRIPT_CYRILLIC, "https://a.uz/\uFFFD");
	check("\uFFFD", SCRIPT_CYRILLIC, "\uFFFD");
	check("oʻʻʻ", SCRIPT_CYRILLIC, "ўʻʻ");
	faults = 0;
}

/* Long runs of one thing: what is no word stays, and time stays in proportion. */
static void long_input(void **state)
{
	static const char *const UNITS[] = {"a", "a.", "oʻ", "'", "yer ", "<", "&", "@", "#a ",
		"\u0301", "e\u0301", "http://", "XIX", "1 ", "a-", "Я", "сҳ "};
	char *text = arena_alloc(arena, MIB + 8), *ret = NULL;

	(void)state;
	for (size_t i = 0; i < LENGTH(UNITS); i++) {
		size_t len = strlen(UNITS[i]), n = 0;

		for (; n + len <= MIB; n += len)
			memcpy(text + n, UNITS[i], len);
		text[n] = '\0';
		for (int to = SCRIPT_LATIN; to <= SCRIPT_CYRILLIC; to++) {
			struct arena *own = arena_new(8 * MIB);

			assert_int_equal(script_convert(own, text, (enum script)to, &ret), 0);
			assert_true(str_utf8_valid(ret, strlen(ret)));
			arena_free(own);
		}
	}
	ret = arena_alloc(arena, SCRIPT_TEXT_MAX + 2);
	memset(ret, 'a', SCRIPT_TEXT_MAX + 1);
	text = NULL;
	assert_int_equal(script_convert(arena, ret, SCRIPT_LATIN, &text), ERR_TOO_LARGE);
	assert_null(text);
}

static void full_arena(void **state)
{
	struct arena *small = arena_new(8);
	char *ret = NULL;

	(void)state;
	assert_int_equal(script_convert(small, "Oʻzbekiston", SCRIPT_CYRILLIC, &ret), ERR_MEMORY);
	assert_null(ret);
	arena_free(small);
}

/* Do the rules alone write the row's Cyrillic, with this ending? */
static bool rules_write(const struct script_stem *row, const UChar *ending)
{
	UChar text[256] = {0}, wanted[256] = {0};
	int32_t len = u_strlen(row->latin) + u_strlen(ending);

	u_strcat(u_strcpy(text, row->latin), ending);
	u_strcpy(wanted, row->cyrillic);
	if (*ending == 'i')
		u_strcat(wanted, u"и");
	assert_int_equal(script_letters(SCRIPT_CYRILLIC, text, 255, &len), 0);
	text[len] = 0;
	return u_strcmp(text, wanted) == 0;
}

/* Rows stand in order, and each is needed: by the rules, or by a shorter row, it would be another.
 */
static void tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < script_stem_count; i++) {
		const struct script_stem *row = &script_stems[i];
		char name[64] = "";
		UErrorCode status = U_ZERO_ERROR;
		bool longer =
			i && u_strncmp(row[-1].latin, row->latin, u_strlen(row[-1].latin)) == 0;

		u_strToUTF8(name, sizeof name, NULL, row->latin, -1, &status);
		if (i && u_strcmp(row[-1].latin, row->latin) >= 0) {
			print_error("%s is out of order\n", name);
			faults++;
		}
		if (row->cyrillic && !longer && rules_write(row, u"") && rules_write(row, u"i")) {
			print_error("%s is not needed\n", name);
			faults++;
		}
	}
	no_faults();
}

static void *convert_often(void *arg)
{
	struct arena *own = arena_new(16 * MIB);
	bool *same = arg;

	*same = true;
	for (int n = 0; n < 20; n++) {
		for (size_t i = 0; i < 100; i++) {
			char *ret = NULL;

			if (script_convert(own, pairs_words[i].latin, SCRIPT_CYRILLIC, &ret) < 0 ||
				!str_eq(ret, pairs_words[i].cyrillic))
				*same = false;
		}
	}
	arena_free(own);
	return NULL;
}

static void threads(void **state)
{
	pthread_t thread[4];
	bool same[4];

	(void)state;
	for (size_t i = 0; i < LENGTH(thread); i++)
		assert_int_equal(pthread_create(&thread[i], NULL, convert_often, &same[i]), 0);
	for (size_t i = 0; i < LENGTH(thread); i++) {
		pthread_join(thread[i], NULL);
		assert_true(same[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cyrillic),
		cmocka_unit_test(latin),
		cmocka_unit_test(properties),
		cmocka_unit_test(stays),
		cmocka_unit_test(stays_latin),
		cmocka_unit_test(html),
		cmocka_unit_test(html_refused),
		cmocka_unit_test(bad_input),
		cmocka_unit_test(long_input),
		cmocka_unit_test(full_arena),
		cmocka_unit_test(tables),
		cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
