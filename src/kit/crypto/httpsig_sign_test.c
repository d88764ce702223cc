/* The Signature header of what is sent: its exact form, and the openssl command line's opinion of
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/str.h"
#include "kit/crypto/crypto_testing.h"

#define KEY_ID "https://pages.example/actor/1#main-key"
#define DATE   "Tue, 24 Nov 2026 03:15:45 GMT"
#define DIGEST "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="

static struct key *rsa, *ed25519;
static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(8 * MIB);
	rsa = testing_key(KEY_RSA);
	ed25519 = testing_key(KEY_ED25519);
	testing_directory();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	testing_directory_remove();
	key_free(rsa);
	key_free(ed25519);
	arena_free(arena);
	return 0;
}

/* What stands between signature=" and the last quote, decoded into the file "sig". */
static void write_signature(const char *line)
{
	const char *begin = strstr(line, "signature=\"") + strlen("signature=\"");
	char *base64 = arena_copy(arena, begin, strlen(begin) - 1);
	size_t len;
	unsigned char *sig = str_unbase64(arena, base64, &len);

	assert_non_null(sig);
	testing_write("sig", sig, len);
}

static void writes_what_peers_verify(void **state)
{
	static const char RSA_VERIFY[] = "openssl dgst -sha256 -verify pub -signature sig text";
	static const char ED_VERIFY[] =
		"openssl pkeyutl -verify -pubin -inkey pub -rawin -in text -sigfile sig";
	const struct {
		struct key *key;
		struct httpsig_message m;
		const char *begin, *text;
	} rows[] = {
		{rsa,
			{"POST", "/inbox?a=1&b=2", "other.example", DATE, DIGEST,
				"application/activity+json"},
			"Signature: keyId=\"" KEY_ID "\",algorithm=\"rsa-sha256\","
			"headers=\"(request-target) host date digest content-type\",signature=\"",
			"(request-target): post /inbox?a=1&b=2\nhost: other.example\ndate: " DATE
			"\ndigest: " DIGEST "\ncontent-type: application/activity+json"},
		{rsa, {"get", "/actor/Я", "other.example:8443", DATE, NULL, NULL},
			"Signature: keyId=\"" KEY_ID "\",algorithm=\"rsa-sha256\","
			"headers=\"(request-target) host date\",signature=\"",
			"(request-target): get /actor/Я\nhost: other.example:8443\ndate: " DATE},
		{ed25519, {"pOsT", "/", "other.example", DATE, DIGEST, NULL},
			"Signature: keyId=\"" KEY_ID "\",algorithm=\"hs2019\","
			"headers=\"(request-target) host date digest\",signature=\"",
			"(request-target): post /\nhost: other.example\ndate: " DATE
			"\ndigest: " DIGEST},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *pub = key_public_pem(arena, rows[i].key);
		const char *verify = rows[i].key == rsa ? RSA_VERIFY : ED_VERIFY;
		char out[2048], changed[1024];

		assert_int_equal(
			httpsig_sign(rows[i].key, KEY_ID, &rows[i].m, out, sizeof(out)), 0);
		assert_memory_equal(out, rows[i].begin, strlen(rows[i].begin));
		write_signature(out);
		testing_write("pub", pub, strlen(pub));
		testing_write("text", rows[i].text, strlen(rows[i].text));
		assert_int_equal(testing_run(verify), 0);
		strcpy(changed, rows[i].text);
		changed[strlen(changed) - 1] ^= 1;
		testing_write("text", changed, strlen(changed));
		assert_int_not_equal(testing_run(verify), 0);
	}
}

static void refuses_what_no_header_carries(void **state)
{
	static const struct {
		const char *key_id;
		struct httpsig_message m;
	} rows[] = {
		{NULL, {"GET", "/", "h", DATE, NULL, NULL}},
		{"", {"GET", "/", "h", DATE, NULL, NULL}},
		{"a\"b", {"GET", "/", "h", DATE, NULL, NULL}},
		{"a\\", {"GET", "/", "h", DATE, NULL, NULL}},
		{"a\r\nX: y", {"GET", "/", "h", DATE, NULL, NULL}},
		{"k", {NULL, "/", "h", DATE, NULL, NULL}},
		{"k", {"", "/", "h", DATE, NULL, NULL}},
		{"k", {"GET /", "/", "h", DATE, NULL, NULL}},
		{"k", {"GET\n", "/", "h", DATE, NULL, NULL}},
		{"k", {"GET", NULL, "h", DATE, NULL, NULL}},
		{"k", {"GET", "", "h", DATE, NULL, NULL}},
		{"k", {"GET", "/a b", "h", DATE, NULL, NULL}},
		{"k", {"GET", "/a\nhost: evil", "h", DATE, NULL, NULL}},
		{"k", {"GET", "/\x7f", "h", DATE, NULL, NULL}},
		{"k", {"GET", "/", NULL, DATE, NULL, NULL}},
		{"k", {"GET", "/", "", DATE, NULL, NULL}},
		{"k", {"GET", "/", " h", DATE, NULL, NULL}},
		{"k", {"GET", "/", "h ", DATE, NULL, NULL}},
		{"k", {"GET", "/", "h\r\nx: y", DATE, NULL, NULL}},
		{"k", {"GET", "/", "h", NULL, NULL, NULL}},
		{"k", {"GET", "/", "h", "", NULL, NULL}},
		{"k", {"GET", "/", "h", "now\n", NULL, NULL}},
		{"k", {"POST", "/", "h", DATE, NULL, "text/plain"}},
		{"k", {"post", "/", "h", DATE, NULL, NULL}},
		{"k", {"PUT", "/", "h", DATE, NULL, NULL}},
		{"k", {"Patch", "/", "h", DATE, NULL, NULL}},
		{"k", {"POST", "/", "h", DATE, "", NULL}},
		{"k", {"POST", "/", "h", DATE, DIGEST "\n", NULL}},
		{"k", {"POST", "/", "h", DATE, DIGEST, ""}},
		{"k", {"POST", "/", "h", DATE, DIGEST, "text/plain\tx"}},
	};
	char out[2048];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (httpsig_sign(rsa, rows[i].key_id, &rows[i].m, out, sizeof(out)) != ERR_INVALID)
			fail_msg("row %zu", i);
}

static void keeps_to_its_sizes(void **state)
{
	struct httpsig_message m = {"GET", "/", "h", DATE, NULL, NULL};
	char out[2048], small[2048], target[4096 + 1] = "/";
	size_t need, most;
	struct key *public = NULL;
	struct err err = {0};
	const char *pem = key_public_pem(arena, rsa);

	(void)state;
	assert_int_equal(httpsig_sign(rsa, "k", &m, out, sizeof(out)), 0);
	need = strlen(out) + 1;
	assert_int_equal(httpsig_sign(rsa, "k", &m, small, need), 0);
	assert_string_equal(small, out); /* PKCS#1 v1.5 has no randomness */
	assert_int_equal(httpsig_sign(rsa, "k", &m, small, need - 1), ERR_TOO_LARGE);
	assert_int_equal(httpsig_sign(rsa, "k", &m, small, 1), ERR_TOO_LARGE);
	m.target = target;
	most = 4 * KIB - 1 - strlen("(request-target): get \nhost: h\ndate: " DATE);
	memset(target, 'a', most);
	target[0] = '/';
	assert_int_equal(httpsig_sign(rsa, "k", &m, out, sizeof(out)), 0);
	target[most] = 'a';
	assert_int_equal(httpsig_sign(rsa, "k", &m, out, sizeof(out)), ERR_TOO_LARGE);
	m.target = "/";
	assert_int_equal(key_from_public_pem(pem, strlen(pem), &err, &public), 0);
	assert_int_equal(httpsig_sign(public, "k", &m, out, sizeof(out)), ERR_INTERNAL);
	key_free(public);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_peers_verify),
		cmocka_unit_test(refuses_what_no_header_carries),
		cmocka_unit_test(keeps_to_its_sizes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
