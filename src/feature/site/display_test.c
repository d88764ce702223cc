/* Letters for a seal, frames for tables. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/auto.h"
#include "base/str.h"
#include "feature/site/display.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(4 * MIB);
	return a ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static void initials(void **state)
{
	static const struct {
		const char *name, *letters;
		int count;
	} ROWS[] = {
		{"Ички ишлар вазирлиги", "ИИВ", 3},
		{"Соғлиқни сақлаш вазирлиги", "ССВ", 3},
		{"Министерство внутренних дел", "МВД", 3},
		{"Министерство труда и социальной защиты", "МТСЗ", 4},
		{"Mehnat va ijtimoiy himoya vazirligi", "MIHV", 4},
		{"Ministry of Labour and Social Protection", "MLSP", 4},
		{"Oʻzbekiston milliy arxivi", "OʻMA", 3},
		{"oʻrmon xoʻjaligi", "OʻX", 2},
		{"Suv-yashil rivojlantirish jamgʻarmasi", "SYRJ", 4},
		{"Департамент по делам семьи при Кабинете министров", "ДДСК", 4},
		{"«Oʻztemiryoʻl» aksiyadorlik jamiyati", "OʻAJ", 3},
		{"The National Bank", "NB", 2},
		{"ғазна", "Ғ", 1},
		{"", "", 0},
		{"A b 12 – ???", "", 0},
		{"\xff\xfe", "", 0},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		int count = -1;

		assert_string_equal(display_initials(a, ROWS[i].name, &count), ROWS[i].letters);
		assert_int_equal(count, ROWS[i].count);
	}
}

#define FRAME "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"T &amp; J\">"

static void tables(void **state)
{
	static const char *const ROWS[][2] = {
		{"", ""},
		{"<p>matn</p>", "<p>matn</p>"},
		{"<p>&lt;table&gt;</p>", "<p>&lt;table&gt;</p>"},
		{"<p>a</p><table>1</table><p>b</p><table>2</table>c",
			"<p>a</p>" FRAME "<table>1</table></div><p>b</p>" FRAME
			"<table>2</table></div>c"},
		{"<table><td>1<table>2</table>3</td></table>4",
			FRAME "<table><td>1<table>2</table>3</td></table></div>4"},
		{"<table>open", FRAME "<table>open</div>"},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_string_equal(display_tables(a, ROWS[i][0], "T & J"), ROWS[i][1]);
	assert_ptr_equal(display_tables(a, ROWS[1][0], ""), ROWS[1][0]);
}

/* What grows past any page stays as it came. */
static void too_many_tables(void **state)
{
	static char html[256 * KIB];
	(void)state;

	for (size_t n = 0; n + 16 < sizeof(html); n += 15)
		memcpy(html + n, "<table></table>", 15);
	assert_ptr_equal(display_tables(a, html, "Jadval"), html);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(initials),
		cmocka_unit_test(tables),
		cmocka_unit_test(too_many_tables),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
