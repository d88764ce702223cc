/* Base64, hex and percent-encoding. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"

static int setup(void **state)
{
	*state = arena_new(4 * MIB);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* RFC 4648 section 10, and bytes of every length both ways. */
static void base64(void **state)
{
	static const char *const ROWS[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
		{"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"}, {"\xfb\xff", "+/8="}};
	unsigned char bytes[256];
	size_t len = 77;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		assert_string_equal(str_base64(*state, ROWS[i][0], strlen(ROWS[i][0])), ROWS[i][1]);
		assert_string_equal(str_unbase64(*state, ROWS[i][1], &len), ROWS[i][0]);
		assert_int_equal(len, strlen(ROWS[i][0]));
	}
	for (size_t i = 0; i < sizeof bytes; i++) {
		bytes[i] = (unsigned char)(i * 37);
		assert_memory_equal(
			str_unbase64(*state, str_base64(*state, bytes, i), &len), bytes, i);
		assert_int_equal(len, i);
	}
}

static void broken_base64(void **state)
{
	static const char *const ROWS[] = {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=",
		"Zm9v=", "Zh==", "Zm9=", "Zm+=", "Zk==", "Zm9vZg==Zm9v", "Zg==\n", "Zm 9v", " Zm9v",
		"Zm9v\n", "Zm9\n", "-_8=", "Zm9*", "Zm9\xd0", "=Zm9", NULL};

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		size_t len = 77;

		if (str_unbase64(*state, ROWS[i], &len) || len != 77)
			fail_msg("row %zu: %s", i, ROWS[i]);
	}
	assert_false(arena_failed(*state));
}

static void base64_past_the_cap(void **state)
{
	struct arena *a = arena_new(4);
	size_t len;
	(void)state;

	assert_null(str_unbase64(a, "Zm9vYmFy", &len));
	assert_true(arena_failed(a));
	arena_free(a);
	a = arena_new(SIZE_MAX);
	assert_null(str_base64(a, "", SIZE_MAX));
	assert_true(arena_failed(a));
	arena_free(a);
}

static void hex(void **state)
{
	char out[9];
	(void)state;

	str_hex("\x00\x7f\xab\xff", 4, out);
	assert_string_equal(out, "007fabff");
	str_hex("", 0, out);
	assert_string_equal(out, "");
}

static void url_encoding(void **state)
{
	static const struct {
		const char *text, *keep, *encoded;
	} ROWS[] = {
		{"", NULL, ""},
		{"aZ09-._~", NULL, "aZ09-._~"},
		{"a b&c=d/e?f#g%h+i", NULL, "a%20b%26c%3Dd%2Fe%3Ff%23g%25h%2Bi"},
		{"a/b:c d", "/:", "a/b:c%20d"},
		{"ў\n\x7f\xff", NULL, "%D1%9E%0A%7F%FF"},
		{"@'\"<>", "", "%40%27%22%3C%3E"},
	};

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		char *encoded = str_url_encode(*state, ROWS[i].text, ROWS[i].keep);

		assert_string_equal(encoded, ROWS[i].encoded);
		assert_true(str_url_decode(encoded, false));
		assert_string_equal(encoded, ROWS[i].text);
	}
	for (int c = 1; c < 256; c++) {
		char text[2] = {(char)c, '\0'}, *encoded = str_url_encode(*state, text, NULL);

		assert_true(str_url_decode(encoded, true));
		assert_string_equal(encoded, text);
	}
}

static void url_decoding(void **state)
{
	static const struct {
		const char *text;
		bool plus;
		const char *decoded; /* NULL: refused */
	} ROWS[] = {
		{"", false, ""},
		{"a+b", false, "a+b"},
		{"a+b%2Bc", true, "a b+c"},
		{"%41%4a%4A", false, "AJJ"},
		{"%2541", false, "%41"}, /* once, not twice */
		{"%ff", false, "\xff"},
		{"%", false, NULL},
		{"%4", false, NULL},
		{"a%", false, NULL},
		{"%%41", false, NULL},
		{"%4g", false, NULL},
		{"%g4", false, NULL},
		{"% 4", false, NULL},
		{"%-1", false, NULL},
		{"%u0041", false, NULL},
		{"%00", false, NULL},
		{"a%00b", true, NULL},
		{"%4\xd0", false, NULL},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		char *text = strdup(ROWS[i].text);

		if (str_url_decode(text, ROWS[i].plus) != (ROWS[i].decoded != NULL))
			fail_msg("row %zu: %s", i, ROWS[i].text);
		if (ROWS[i].decoded)
			assert_string_equal(text, ROWS[i].decoded);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(base64, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_base64, setup, teardown),
		cmocka_unit_test(base64_past_the_cap),
		cmocka_unit_test(hex),
		cmocka_unit_test_setup_teardown(url_encoding, setup, teardown),
		cmocka_unit_test(url_decoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
