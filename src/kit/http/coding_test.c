/* Which answers are compressed, in which coding, and that gzip's bytes come out again. (That
 * brotli's do is seen by scenarios, with Node's decoder.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/auto.h"
#include "kit/http/coding.h"

static void test_types(void **state)
{
	static const struct {
		const char *type;
		bool suits;
	} ROWS[] = {
		{"text/html", true},
		{"text/html; charset=utf-8", true},
		{"TEXT/CSS", true},
		{"text/javascript;charset=utf-8", true},
		{"application/json", true},
		{"application/activity+json", true},
		{"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", true},
		{"application/atom+xml; charset=utf-8", true},
		{"image/svg+xml", true},
		{"application/xml", true},
		{"application/javascript", true},
		{"image/png", false},
		{"font/woff2", false},
		{"application/octet-stream", false},
		{"application/jsonx", false},
		{"application/zip; name=a+json", false},
		{"+xml", false},
		{"text/", false},
		{"", false},
		{NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (coding_suits(ROWS[i].type, 2000) != ROWS[i].suits)
			fail_msg("%zu: %s", i, ROWS[i].type ? ROWS[i].type : "(none)");
	assert_false(coding_suits("text/html", CODING_LENGTH_MIN));
	assert_true(coding_suits("text/html", CODING_LENGTH_MIN + 1));
}

static void test_choice(void **state)
{
	static const struct {
		int weights[CODINGS]; /* br, gzip, identity */
		bool suits;
		enum coding best;
	} ROWS[] = {
		{{1000, 1000, 1}, true, CODING_BR},
		{{999, 1000, 1}, true, CODING_GZIP},
		{{0, 1000, 1}, true, CODING_GZIP},
		{{0, 0, 1}, true, CODING_IDENTITY},
		{{0, 500, 1000}, true, CODING_IDENTITY},
		{{0, 1000, 1000}, true, CODING_GZIP},
		{{1000, 1000, 1}, false, CODING_IDENTITY},
		{{0, 1000, 0}, false, CODING_GZIP}, /* bytes as they are were refused */
		{{0, 0, 0}, true, CODINGS},
		{{0, 0, 0}, false, CODINGS},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (coding_choose(ROWS[i].weights, ROWS[i].suits) != ROWS[i].best)
			fail_msg("%zu", i);
}

static void check_gzip(const void *packed, size_t packed_len, const char *text, size_t len)
{
	unsigned char *out = malloc(len + 1);
	z_stream z = {.next_in = (Bytef *)packed,
		.avail_in = (uInt)packed_len,
		.next_out = out,
		.avail_out = (uInt)len + 1};

	assert_int_equal(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, len);
	assert_memory_equal(out, text, len);
	assert_int_equal(z.avail_in, 0);
	inflateEnd(&z);
	free(out);
}

static void test_compressing(void **state)
{
	static const size_t LENGTHS[] = {0, 1, 2000, 100000, 5000000};

	(void)state;
	for (size_t i = 0; i < LENGTH(LENGTHS); i++) {
		char *text = malloc(LENGTHS[i] + 1);

		for (size_t k = 0; k < LENGTHS[i]; k++)
			text[k] = (char)('a' + k * k % 23);
		for (int n = 0; n < 4; n++) {
			enum coding coding = n / 2 ? CODING_GZIP : CODING_BR;
			size_t len = SIZE_MAX;
			void *packed = coding_apply(coding, n % 2, text, LENGTHS[i], &len);

			assert_non_null(packed);
			assert_true(len > 0 && (LENGTHS[i] < 100 || len < LENGTHS[i] / 4));
			if (coding == CODING_GZIP)
				check_gzip(packed, len, text, LENGTHS[i]);
			free(packed);
		}
		free(text);
	}
	assert_string_equal(coding_name(CODING_BR), "br");
	assert_null(coding_name(CODING_IDENTITY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_compressing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
