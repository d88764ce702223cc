/* The encoder against hashes by the reference implementation in JavaScript (npm blurhash 2.0.5).
 * The pictures' largest component is positive: of negative ones that implementation, unlike the one
 * in C, does not look at the size. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "kit/media/blurhash.h"

static void black(int x, int y, uint8_t *rgb)
{
	(void)x;
	(void)y;
	memset(rgb, 0, 3);
}

static void white(int x, int y, uint8_t *rgb)
{
	(void)x;
	(void)y;
	memset(rgb, 255, 3);
}

static void red(int x, int y, uint8_t *rgb)
{
	black(x, y, rgb);
	rgb[0] = 255;
}

static void gradient(int x, int y, uint8_t *rgb)
{
	rgb[0] = (uint8_t)(248 - x * 8);
	rgb[1] = (uint8_t)(240 - y * 10);
	rgb[2] = 128;
}

static void stripes(int x, int y, uint8_t *rgb)
{
	static const uint8_t LIGHT[] = {240, 180, 200}, DARK[] = {20, 40, 60};

	(void)y;
	memcpy(rgb, x % 16 < 8 ? LIGHT : DARK, 3);
}

static void noise(int x, int y, uint8_t *rgb)
{
	rgb[0] = (uint8_t)(x * x * 3 + y * 5);
	rgb[1] = (uint8_t)(x * 11 + y * y * 7);
	rgb[2] = (uint8_t)(255 - x * y * 5);
}

static void tall(int x, int y, uint8_t *rgb)
{
	rgb[0] = (uint8_t)(255 - y * 4);
	rgb[1] = (uint8_t)(255 - y * 3);
	rgb[2] = (uint8_t)(200 - x * 100);
}

static void as_the_reference(void **state)
{
	static const struct row {
		int width, height;
		void (*paint)(int x, int y, uint8_t *rgb);
		const char *hash;
	} ROWS[] = {
		{32, 32, black, "L00000fQfQfQfQfQfQfQfQfQfQfQ"},
		{100, 100, white, "L2TSUA~qfQ~q~qj[fQj[fQfQfQfQ"},
		{1, 1, red, "L~TI:j|c|c|c|c|c|c|c|c|c|c|c"},
		{32, 24, gradient, "L*H2ZQ|_$5xGq8odjtkAgcfjfQfj"},
		{64, 20, stripes, "LMKS-p^lfQ}]%2oMfQoMfQfQfQfQ"},
		{31, 17, noise, "LMG+d+BGD^KSp3NhnCS%RIaRq*Sw"},
		{3, 64, tall, "L:Ho]a.AfY.9~i%IfR%I$}s-fQs-"},
	};
	static uint8_t rgb[BLURHASH_SIDE_MAX * BLURHASH_SIDE_MAX * 3];

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		const struct row *r = &ROWS[i];
		char hash[MEDIA_BLURHASH_LEN + 1];

		for (int y = 0; y < r->height; y++)
			for (int x = 0; x < r->width; x++)
				r->paint(
					x, y, rgb + ((size_t)y * (size_t)r->width + (size_t)x) * 3);
		blurhash_encode(rgb, r->width, r->height, hash);
		assert_string_equal(hash, r->hash);
		assert_true(blurhash_valid(hash));
	}
}

static void judged(void **state)
{
	static const char *const BAD[] = {
		"",
		"L",
		"LEHV6nWB2yk8pyo0adR*.7kCMdn",  /* short */
		"KEHV6nWB2yk8pyo0adR*.7kCMdnj", /* other components */
		"L\"HV6nWB2yk8pyo0adR*.7kCMdnj",
		"LE HV6WB2yk8pyo0adR*.7kCMdnj",
		"LE~~~~WB2yk8pyo0adR*.7kCMdnj", /* no colour */
		"LEHV6nWB2yk8pyo0adR*.7kCMd~~", /* past the largest component */
		"LEHV6nWB2yk8pyo0adR*.7k\xD0\xB0xj",
		"LEHV6nWB2yk8<yo0adR*.7kCMdnj",
	};

	(void)state;
	assert_true(blurhash_valid("LEHV6nWB2yk8pyo0adR*.7kCMdnj"));
	for (size_t i = 0; i < LENGTH(BAD); i++)
		if (blurhash_valid(BAD[i]))
			fail_msg("taken: %s", BAD[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_reference),
		cmocka_unit_test(judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
