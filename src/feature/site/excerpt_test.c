/* Beginnings of texts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "feature/site/excerpt.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(MIB);
	return a ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

struct row {
	const char *text;
	size_t max;
	const char *out;
};

static void plain(void **state)
{
	static const struct row ROWS[] = {
		{"", 10, ""},
		{"   \n ", 10, ""},
		{"bir ikki", 8, "bir ikki"},
		{"bir ikki uch", 8, "bir ikki…"},
		{"bir ikki uch", 7, "bir…"},
		{"  bir \n\t ikki  ", 20, "bir ikki"},
		{"қўшиқ айтди", 5, "қўшиқ…"},
		{"қўшиқ", 5, "қўшиқ"},
		{"endsiz_bir_soʻz", 6, "endsiz…"},
		{"қўшиқлар", 3, "қўш…"},
		{"bir ikki", 1, "b…"},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_string_equal(excerpt_plain(a, ROWS[i].text, ROWS[i].max), ROWS[i].out);
}

static void of_html(void **state)
{
	static const struct row ROWS[] = {
		{"<p>Bir <b>ikki</b></p>", 20, "Bir ikki"},
		{"<p>Bir</p><p>ikki</p>", 20, "Bir ikki"},
		{"<p>A &lt;b&gt; &amp; c</p>", 20, "A <b> & c"},
		{"<p>Bir ikki uch</p>", 8, "Bir ikki…"},
		{"", 20, ""},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_string_equal(excerpt_text(a, ROWS[i].text, ROWS[i].max), ROWS[i].out);
}

/* A long text is read up to a limit, which does not cut a character. */
static void long_html(void **state)
{
	char *text = malloc(400001);
	(void)state;

	for (size_t shift = 0; shift < 2; shift++) {
		memset(text, 'a', shift);
		for (size_t i = 0; i < 200000 - 1; i++)
			memcpy(text + shift + 2 * i, i % 9 ? "ў" : " a", 2);
		text[shift + 399998] = 0;
		assert_true(str_utf8_valid(text, strlen(text)));
		assert_int_equal(str_utf8_count(excerpt_text(a, text, 100)) <= 101, 1);
	}
	free(text);
}

static void sentences(void **state)
{
	static const struct row ROWS[] = {
		{"Bir. Ikki.", 100, "Bir."},
		{"Bir? Ikki.", 100, "Bir?"},
		{"Bir", 100, "Bir"},
		{"Bir\nikki.", 100, "Bir"},
		{"mehnat.uz saytida. Yana.", 100, "mehnat.uz saytida."},
		{"Juda uzun bir gap. Ha.", 10, "Juda uzun…"},
		{".", 10, "."},
		{"", 10, ""},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_string_equal(excerpt_sentence(a, ROWS[i].text, ROWS[i].max), ROWS[i].out);
}

static void paragraphs(void **state)
{
	static const struct row ROWS[] = {
		{"<p>Bir</p><p>Ikki</p>", 100, "<p>Bir</p>"},
		{"<h2>Bosh</h2><p>Bir <em>x</em></p>", 100, "<p>Bir <em>x</em></p>"},
		{"<ul><li>Bir &amp; ikki</li></ul>", 100, "<p>Bir &amp; ikki</p>"},
		{"<p></p>", 100, "<p></p>"},
		{"<p>Bir ikki uch toʻrt</p>", 20, "<p>Bir…</p>"},
		{"", 100, "<p></p>"},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_string_equal(excerpt_paragraph(a, ROWS[i].text, ROWS[i].max), ROWS[i].out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain, setup, teardown),
		cmocka_unit_test_setup_teardown(of_html, setup, teardown),
		cmocka_unit_test_setup_teardown(long_html, setup, teardown),
		cmocka_unit_test_setup_teardown(sentences, setup, teardown),
		cmocka_unit_test_setup_teardown(paragraphs, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
