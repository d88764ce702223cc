/* Catalogues as msgfmt writes them, and bytes that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kit/text/catalogue.h"

#define ROOM 512

/* A catalogue of pairs, ended by NULL; in the other order of bytes when swapped. */
static size_t make(const char *const (*pairs)[2], unsigned char *out, bool swapped)
{
	uint32_t n = 0, at, head[7] = {0x950412de};

	while (pairs[n][0])
		n++;
	head[2] = n;
	head[3] = 28;
	head[4] = 28 + n * 8;
	at = 28 + n * 16;
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < n; i++) {
			uint32_t entry[2] = {(uint32_t)strlen(pairs[i][side]), at};

			memcpy(out + at, pairs[i][side], entry[0] + 1);
			at += entry[0] + 1;
			if (swapped)
				entry[0] = __builtin_bswap32(entry[0]),
				entry[1] = __builtin_bswap32(entry[1]);
			memcpy(out + head[3 + side] + i * 8, entry, 8);
		}
	for (int i = 0; swapped && i < 7; i++)
		head[i] = __builtin_bswap32(head[i]);
	memcpy(out, head, sizeof(head));
	return at;
}

static const char *const PAIRS[][2] = {{"", "Language: ru\n"}, {"closed", "Закрыто"}, {"none", ""},
	{"open", "Открыто"}, {NULL, NULL}};

static void found(void **state)
{
	(void)state;

	for (int swapped = 0; swapped < 2; swapped++) {
		unsigned char bytes[ROOM];
		struct catalogue c;
		const char *id, *text;
		size_t len = make(PAIRS, bytes, swapped);

		assert_int_equal(catalogue_open(bytes, len, NULL, &c), 0);
		assert_string_equal(catalogue_find(&c, "open"), "Открыто");
		assert_string_equal(catalogue_find(&c, "closed"), "Закрыто");
		assert_null(catalogue_find(&c, "none"));
		assert_null(catalogue_find(&c, "ope"));
		assert_null(catalogue_find(&c, "zzz"));
		assert_int_equal(c.count, 4);
		catalogue_at(&c, 1, &id, &text);
		assert_string_equal(id, "closed");
		assert_string_equal(text, "Закрыто");
	}
}

static void refused(void **state)
{
	static const char *const DISORDER[][2] = {{"b", "1"}, {"a", "2"}, {NULL, NULL}};
	static const char *const TWICE[][2] = {{"a", "1"}, {"a", "2"}, {NULL, NULL}};
	unsigned char bytes[ROOM], bad[ROOM];
	struct err err = {0};
	struct catalogue c;
	size_t len = make(PAIRS, bytes, false);

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(catalogue_open(bytes, cut, &err, &c), ERR_INVALID);
	/* Every number of the head and the tables wrong in turn: an error, or a catalogue that can
	 * be read. */
	for (size_t at = 0; at < 28 + 4 * 16; at += 4)
		for (int k = 0; k < 3; k++) {
			static const uint32_t WRONG[] = {0xffffffff, 0x7fffffff, ROOM};

			memcpy(bad, bytes, len);
			memcpy(bad + at, &WRONG[k], 4);
			if (catalogue_open(bad, len, &err, &c) == 0)
				catalogue_find(&c, "open");
		}
	len = make(DISORDER, bytes, false);
	assert_int_equal(catalogue_open(bytes, len, &err, &c), ERR_INVALID);
	len = make(TWICE, bytes, false);
	assert_int_equal(catalogue_open(bytes, len, &err, &c), ERR_INVALID);
	assert_int_equal(catalogue_open("not a catalogue of any kind…", 30, &err, &c), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
