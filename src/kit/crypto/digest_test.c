/* SHA-256 against published vectors, Digest headers well-formed, listed, hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "kit/crypto/key.h"

static void hashes_published_vectors(void **state)
{
	static const struct {
		const char *text, *hex;
	} rows[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};

	(void)state;
	for (int round = 0; round < 2; round++) /* the thread's context is used again */
		for (size_t i = 0; i < LENGTH(rows); i++) {
			unsigned char hash[32];
			char hex[65];

			digest_sha256(rows[i].text, strlen(rows[i].text), hash);
			str_hex(hash, sizeof(hash), hex);
			assert_string_equal(hex, rows[i].hex);
		}
}

static void writes_the_header(void **state)
{
	char out[64];

	(void)state;
	digest_header("{\"hello\": \"world\"}", 18, out);
	assert_string_equal(out, "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=");
	digest_header(NULL, 0, out);
	assert_string_equal(out, "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

#define GOOD "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
#define BAD  "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void matches_or_not(void **state)
{
	static const struct {
		const char *header;
		bool matches;
	} rows[] = {
		{GOOD, true},
		{"sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", true},
		{"  " GOOD "\t", true},
		{"MD5=Sd/dVLAcvNLSq16eXua5uQ==," GOOD, true},
		{GOOD " , unixsum=30637", true},
		{GOOD "," GOOD, true},
		{BAD, false},
		{GOOD "," BAD, false},
		{BAD "," GOOD, false},
		{"MD5=Sd/dVLAcvNLSq16eXua5uQ==", false},
		{"SHA-512=WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==",
			false},
		{"SHA=thvDyvhfIqlvFe+A9MYgxAfm1q5=", false},
		{NULL, false},
		{"", false},
		{" ", false},
		{",", false},
		{GOOD ",", false},
		{"," GOOD, false},
		{"SHA-256", false},
		{"SHA-256=", false},
		{"=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", false},
		{"SHA-256 =X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", false},
		{"SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE", false},
		{"SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE==", false},
		{"SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPF=", false},
		{"SHA-256=x48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", false},
		{"SHA-256=5f8f04f6a3a892aaabbddb6cf273894493773960d4a325b105fee46eef4304f1", false},
		{"SHA-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", false},
		{"XSHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (digest_matches(rows[i].header, "{\"hello\": \"world\"}", 18) != rows[i].matches)
			fail_msg("row %zu: %s", i, rows[i].header ? rows[i].header : "NULL");
	assert_false(digest_matches(GOOD, "{\"hello\": \"World\"}", 18));
	assert_false(digest_matches(GOOD, "{\"hello\": \"world\"}", 17));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_published_vectors),
		cmocka_unit_test(writes_the_header),
		cmocka_unit_test(matches_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
