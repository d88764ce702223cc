/* Keys: what is taken, what is refused and with which sentence, signatures, threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <string.h>

#include "kit/crypto/crypto_testing.h"

static const char dsa_public[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIIBwDCCATQGByqGSM44BAEwggEnAoGBAODHcDSZDXzT7opST15t/glZDIuRvYVf\n"
	"tQuKUkIl6VtzwWRTI4HQI6CeIwdHCBVOTgVImF/JgCddOC/2vm4tSyb6EeSWVIcW\n"
	"tn6EO/g7vmdJNll6xOOo+m9vTaKgcGok6aaj0v3FqZcL05xn7awYhARgykJ4DPW1\n"
	"3xxoxUOPS4mNAh0AgkbhWGTZBCPg4qn61Vu2JyjKtNQjMJknYXC4DQKBgQCfO7MK\n"
	"rKneINVlFGoKfYYmYcMEOMZK9W0evzYTDMYi+icn6g65dUsfZjzhNLmGXPvRtkjP\n"
	"g+B4L0PLbTYQ5MSC5cGL0DhE6aMMd7sreeRsYxL0o3oSgcerTAImC6YtKd/Bi2se\n"
	"PS6jvdnmwMCoWC6mrqpvQkxawiTraL3SQh4pegOBhQACgYEAzboZJi3OuPDGTqbA\n"
	"KvnipQFv/M3+vUCus7B64HBvbtjXyemGWsrozWwj6e7rEuHDUVQWRY+IeWwkPR4k\n"
	"4aaGONhztgKBKTZTqv9/NQUqPm4d3Tbr9QP/qQ1d/QmUO1vzCq92HPxyJFpxG9H1\n"
	"ffqZK+sOKHMXqaVrxI3ph7zjTr4=\n"
	"-----END PUBLIC KEY-----\n";

static struct key *rsa, *ed25519;
static char *rsa_public, *rsa_private, *ed25519_public, *ed25519_private;
static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(64 * MIB);
	rsa = testing_key(KEY_RSA);
	ed25519 = testing_key(KEY_ED25519);
	rsa_public = key_public_pem(arena, rsa);
	rsa_private = key_private_pem(arena, rsa);
	ed25519_public = key_public_pem(arena, ed25519);
	ed25519_private = key_private_pem(arena, ed25519);
	testing_directory();
	return rsa_public && rsa_private && ed25519_public && ed25519_private ? 0 : -1;
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

typedef int reader(const char *pem, size_t len, struct err *err, struct key **ret);

/* Frees pem, which must be refused by ERR_INVALID with this in the sentence. */
static void refused(reader *from_pem, const char *title, char *pem, const char *fragment)
{
	struct key *k = NULL;
	struct err err = {0};
	int rc = from_pem(pem, strlen(pem), &err, &k);

	if (rc != ERR_INVALID || err.code != rc || k || !strstr(err.text, fragment))
		fail_msg("%s: %d %s", title, rc, err.text);
	if (ERR_peek_error())
		fail_msg("%s: an error is left on the thread's queue", title);
	free(pem);
}

static char *public_of(EVP_PKEY *pkey)
{
	char *pem = testing_public_pem(pkey);

	EVP_PKEY_free(pkey);
	return pem;
}

static char *private_of(EVP_PKEY *pkey, const EVP_CIPHER *cipher)
{
	char *pem = testing_private_pem(pkey, cipher);

	EVP_PKEY_free(pkey);
	return pem;
}

/* The first n bytes, then the rest of another text. */
static char *spliced(const char *text, size_t n, const char *rest)
{
	char *out = calloc(1, n + strlen(rest) + 1);

	memcpy(out, text, n);
	strcpy(out + n, rest);
	return out;
}

static void makes_and_reads_back(void **state)
{
	struct key *all[] = {rsa, ed25519};

	(void)state;
	for (size_t i = 0; i < LENGTH(all); i++) {
		char *public = key_public_pem(arena, all[i]),
		     *private = key_private_pem(arena, all[i]);
		struct key *verifier = NULL, *signer = NULL;
		unsigned char sig[KEY_SIGNATURE_MAX];
		struct err err = {0};
		size_t len;

		assert_int_equal(key_from_public_pem(public, strlen(public), &err, &verifier), 0);
		assert_int_equal(key_from_private_pem(private, strlen(private), &err, &signer), 0);
		assert_int_equal(key_kind(verifier), key_kind(all[i]));
		assert_int_equal(key_kind(signer), key_kind(all[i]));
		assert_string_equal(key_public_pem(arena, verifier), public);
		assert_string_equal(key_public_pem(arena, signer), public);
		assert_string_equal(key_private_pem(arena, signer), private);
		assert_null(key_private_pem(arena, verifier));
		assert_int_equal(key_sign(verifier, "x", 1, sig, &len), ERR_INTERNAL);
		assert_int_equal(key_sign(signer, "x", 1, sig, &len), 0);
		assert_int_equal(len, i == 0 ? 256 : 64);
		assert_true(key_verify(verifier, "x", 1, sig, len));
		assert_true(key_verify(all[i], "x", 1, sig, len));
		key_free(verifier);
		key_free(signer);
	}
}

static void takes_every_good_form(void **state)
{
	unsigned char der[2048], *p = NULL;
	EVP_PKEY *largest = testing_rsa(4096, "10001", false),
		 *small = testing_rsa(2048, "3", false);
	size_t len = testing_dearmour(rsa_public, der, sizeof(der));
	int n = i2d_PublicKey(small, &p);
	char *forms[] = {
		strdup(rsa_public),
		strdup(ed25519_public),
		spliced("\n \t\r\n", 5, rsa_public),
		spliced(rsa_public, strlen(rsa_public) - 1, ""),
		spliced(rsa_public, strlen(rsa_public), "\r\n\n  "),
		testing_public_pem(largest),
		public_of(testing_rsa(4096, "ffffffff", false)),
		testing_armour("RSA PUBLIC KEY", p, (size_t)n),
		testing_armour("PUBLIC KEY", der, len),
		NULL,
	};
	char *crlf = calloc(2, strlen(rsa_public) + 1), *to = crlf;

	(void)state;
	for (const char *from = rsa_public; *from; from++) {
		if (*from == '\n')
			*to++ = '\r';
		*to++ = *from;
	}
	forms[LENGTH(forms) - 1] = crlf;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		struct key *k = NULL;
		struct err err = {0};

		if (key_from_public_pem(forms[i], strlen(forms[i]), &err, &k) != 0)
			fail_msg("form %zu: %s", i, err.text);
		key_free(k);
		free(forms[i]);
	}
	OPENSSL_free(p);
	EVP_PKEY_free(largest);
	EVP_PKEY_free(small);
}

static EVP_PKEY *rsa_pss(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *pkey = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &pkey), 1);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static void refuses_public_keys_of_other_types(void **state)
{
	reader *r = key_from_public_pem;

	(void)state;
	refused(r, "EC", public_of(EVP_EC_gen("P-256")), "this is an elliptic curve (EC) key");
	refused(r, "EC 384", public_of(EVP_EC_gen("P-384")),
		"only RSA (2048 to 4096 bits) and Ed25519");
	refused(r, "DSA", strdup(dsa_public), "this is a DSA key");
	refused(r, "X25519", public_of(EVP_PKEY_Q_keygen(NULL, NULL, "X25519")), "an X25519 key");
	refused(r, "X448", public_of(EVP_PKEY_Q_keygen(NULL, NULL, "X448")), "an X448 key");
	refused(r, "Ed448", public_of(EVP_PKEY_Q_keygen(NULL, NULL, "ED448")), "an Ed448 key");
	refused(r, "PSS", public_of(rsa_pss()), "RSA-PSS alone");
	refused(r, "private", strdup(rsa_private), "this is a private key");
	refused(r, "private Ed25519", strdup(ed25519_private), "this is a private key");
	refused(r, "certificate", testing_armour("CERTIFICATE", "0", 1),
		"the PEM holds a \"CERTIFICATE\"");
	refused(r, "EC private", testing_armour("EC PRIVATE KEY", "0", 1), "this is a private key");
	refused(r, "encrypted", testing_armour("ENCRYPTED PRIVATE KEY", "0", 1),
		"this is a private key");
	refused(r, "OpenSSH", strdup("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB"), "the key is not PEM");
}

static void refuses_rsa_numbers_out_of_range(void **state)
{
	static const struct {
		int bits;
		const char *exponent;
		bool even;
		const char *fragment;
	} rows[] = {
		{512, "10001", false, "has 512 bits: only 2048 to 4096"},
		{1024, "10001", false, "has 1024 bits"},
		{2040, "10001", false, "has 2040 bits"},
		{2047, "10001", false, "has 2047 bits"},
		{4097, "10001", false, "has 4097 bits"},
		{8192, "10001", false, "has 8192 bits"},
		{16384, "10001", false, "has 16384 bits"},
		{2048, "10001", true, "modulus is even"},
		{2048, "1", false, "exponent is even or below 3"},
		{2048, "2", false, "exponent is even or below 3"},
		{2048, "0", false, "exponent is even or below 3"},
		{2048, "10000", false, "exponent is even or below 3"},
		{2048, "100000001", false, "exponent has 33 bits: at most 32"},
		{2048, "8000000000000000000000000000000000000000000000000000000000000001", false,
			"has 256 bits"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		EVP_PKEY *pkey = testing_rsa(rows[i].bits, rows[i].exponent, rows[i].even);
		unsigned char *der = NULL;
		int len = i2d_PublicKey(pkey, &der);

		refused(key_from_public_pem, rows[i].fragment, testing_public_pem(pkey),
			rows[i].fragment);
		refused(key_from_public_pem, rows[i].fragment,
			testing_armour("RSA PUBLIC KEY", der, (size_t)len), rows[i].fragment);
		OPENSSL_free(der);
		EVP_PKEY_free(pkey);
	}
}

static void refuses_damaged_armour(void **state)
{
	size_t whole = strlen(rsa_public), half = whole / 2;
	const struct {
		const char *title;
		char *pem;
		const char *fragment;
	} rows[] = {
		{"empty", strdup(""), "the key is not PEM"},
		{"spaces", strdup(" \n\t"), "the key is not PEM"},
		{"words", strdup("no key at all"), "the key is not PEM"},
		{"bare base64", spliced("", 0, "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"),
			"the key is not PEM"},
		{"garbage before", spliced("x", 1, rsa_public), "nothing may stand before it"},
		{"garbage line before", spliced("hello\n", 6, rsa_public),
			"nothing may stand before it"},
		{"garbage after", spliced(rsa_public, whole, "x"), "nothing may stand after it"},
		{"garbage line after", spliced(rsa_public, whole, "hello\n"),
			"nothing may stand after it"},
		{"two keys", spliced(rsa_public, whole, rsa_public), "only base64 may stand"},
		{"cut off", spliced(rsa_public, half, ""), "the key is cut off"},
		{"first line alone", strdup("-----BEGIN PUBLIC KEY-----"), "the key is cut off"},
		{"half a line", strdup("-----BEGIN PUBLIC"), "the key is not PEM"},
		{"other end",
			strdup("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----"),
			"cut off"},
		{"lines overlap", strdup("-----BEGIN PUBLIC KEY-----END PUBLIC KEY-----"),
			"the key is cut off"},
		{"no content", strdup("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"),
			"its DER is not"},
		{"not base64", strdup("-----BEGIN PUBLIC KEY-----\nA!AA\n-----END PUBLIC KEY-----"),
			"only base64"},
		{"no padding", strdup("-----BEGIN PUBLIC KEY-----\nAAA\n-----END PUBLIC KEY-----"),
			"only base64"},
		{"URL-safe", strdup("-----BEGIN PUBLIC KEY-----\nA_A-\n-----END PUBLIC KEY-----"),
			"only base64"},
		{"headers",
			strdup("-----BEGIN PUBLIC KEY-----\nProc-Type: 4\n\nAAAA\n-----END PUBLIC KEY-----"),
			"only base64"},
		{"lower case label",
			strdup("-----BEGIN public key-----\nAAAA\n-----END public key-----"),
			"not PEM"},
		{"no label", strdup("-----BEGIN -----\nAAAA\n-----END -----"), "not PEM"},
		{"endless label",
			strdup("-----BEGIN AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-----\n"),
			"not PEM"},
		{"inner garbage", spliced(rsa_public, half, "\xff\xfe\n-----END PUBLIC KEY-----\n"),
			"only base64"},
		{"less content", spliced(rsa_public, 27 + 64, "\n-----END PUBLIC KEY-----\n"),
			"its DER is not"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		refused(key_from_public_pem, rows[i].title, rows[i].pem, rows[i].fragment);
}

static void refuses_what_is_too_long(void **state)
{
	char *pem = calloc(1, 8 * KIB + 2);
	struct key *k = NULL;
	struct err err = {0};

	(void)state;
	memset(pem, ' ', 8 * KIB + 1);
	memcpy(pem, rsa_public, strlen(rsa_public));
	assert_int_equal(key_from_public_pem(pem, 8 * KIB, &err, &k), 0);
	key_free(k);
	assert_int_equal(key_from_public_pem(pem, 8 * KIB + 1, &err, &k), ERR_TOO_LARGE);
	assert_non_null(strstr(err.text, "at most 8192 are taken"));
	free(pem);
}

/* NUL bytes and lengths that do not end in one. */
static void reads_within_the_length(void **state)
{
	size_t whole = strlen(rsa_public);

	(void)state;
	for (size_t n = 0; n < whole; n++) {
		char *cut = malloc(n + 1); /* exactly so long that a sanitizer sees one byte more */
		struct key *k = NULL;
		struct err err = {0};

		memcpy(cut, rsa_public, n);
		if (n < whole - 1) /* all but the last line feed is whole */
			assert_int_equal(key_from_public_pem(cut, n, &err, &k), ERR_INVALID);
		cut[n] = '\0';
		assert_int_equal(key_from_public_pem(cut, n + 1, &err, &k), ERR_INVALID);
		free(cut);
	}
}

/* Every byte of the DER changed in some ways: refused or another key, never the same one and never
 * a crash. */
static void survives_changed_der(void **state)
{
	char *all[] = {rsa_public, ed25519_public, rsa_private, ed25519_private};

	(void)state;
	for (size_t i = 0; i < LENGTH(all); i++) {
		unsigned char der[2048];
		size_t len = testing_dearmour(all[i], der, sizeof(der));
		size_t step = i == 2 ? 7 : 1; /* private RSA keys are tried out: 1 ms each */

		for (size_t at = 0; at < len; at += at < 40 ? 1 : step) {
			unsigned char old = der[at];

			der[at] ^= (unsigned char)(1 << at % 8);
			for (int cut = 0; cut < 2; cut++) {
				const char *label = i < 2 ? "PUBLIC KEY" : "PRIVATE KEY";
				char *pem = testing_armour(label, der, cut ? at + 1 : len);
				struct key *k = NULL;
				struct err err = {0};
				int rc = i < 2 ? key_from_public_pem(pem, strlen(pem), &err, &k)
					       : key_from_private_pem(pem, strlen(pem), &err, &k);

				if (rc == 0 && i < 2)
					assert_string_not_equal(key_public_pem(arena, k), all[i]);
				if (cut && at + 1 < len)
					assert_int_equal(rc, ERR_INVALID);
				assert_true(rc == 0 || (*err.text && err.code == rc));
				assert_int_equal(ERR_peek_error(), 0);
				key_free(k);
				free(pem);
			}
			der[at] = old;
		}
	}
}

static void refuses_loose_der(void **state)
{
	static const struct {
		const char *title, *label, *der;
		size_t len;
	} rows[] = {
		{"indefinite length", "PUBLIC KEY", "\x30\x80\x00\x00", 4},
		{"length of length", "PUBLIC KEY", "\x30\x83\x00\x00\x01\x00", 6},
		{"long form of a short length", "PUBLIC KEY", "\x30\x81\x02\x30\x00", 5},
		{"long form of a middle length", "PUBLIC KEY", "\x30\x82\x00\x02\x30\x00", 6},
		{"length past the end", "PUBLIC KEY", "\x30\x7f\x30\x00", 4},
		{"bytes after", "PUBLIC KEY", "\x30\x00\x00", 3},
		{"a set", "PUBLIC KEY", "\x31\x00", 2},
		{"one byte", "PUBLIC KEY", "\x30", 1},
		{"negative modulus", "RSA PUBLIC KEY", "\x30\x06\x02\x01\x80\x02\x01\x03", 8},
		{"empty modulus", "RSA PUBLIC KEY", "\x30\x05\x02\x00\x02\x01\x03", 7},
		{"leading zero", "RSA PUBLIC KEY", "\x30\x07\x02\x02\x00\x01\x02\x01\x03", 9},
		{"one number", "RSA PUBLIC KEY", "\x30\x03\x02\x01\x03", 5},
		{"three numbers", "RSA PUBLIC KEY", "\x30\x09\x02\x01\x03\x02\x01\x03\x02\x01\x03",
			11},
		{"algorithm without OID", "PUBLIC KEY", "\x30\x06\x30\x00\x03\x02\x00\x00", 8},
		{"bits left over", "PUBLIC KEY", "\x30\x0a\x30\x05\x06\x03\x2b\x65\x70\x03\x01\x01",
			12},
		{"no bit string", "PUBLIC KEY", "\x30\x07\x30\x05\x06\x03\x2b\x65\x70", 9},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		refused(key_from_public_pem, rows[i].title,
			testing_armour(rows[i].label, rows[i].der, rows[i].len),
			"the key is damaged: its DER is not");
	refused(key_from_public_pem, "modulus zero",
		testing_armour("RSA PUBLIC KEY", "\x30\x06\x02\x01\x00\x02\x01\x03", 8),
		"has 0 bits");
}

/* A good key with one byte more after each of its elements, the lengths around it set right. */
static void refuses_bytes_after_each_element(void **state)
{
	EVP_PKEY *pkey = testing_rsa(2048, "10001", false);
	unsigned char *der = NULL, longer[300];
	int len = i2d_PublicKey(pkey, &der);

	(void)state;
	memcpy(longer, der, (size_t)len);
	longer[len] = 0;
	refused(key_from_public_pem, "after the sequence",
		testing_armour("RSA PUBLIC KEY", longer, (size_t)len + 1), "not an RSA public key");
	longer[3]++; /* 30 82 01 0a: the last byte of the sequence's length */
	refused(key_from_public_pem, "within the sequence",
		testing_armour("RSA PUBLIC KEY", longer, (size_t)len + 1), "not an RSA public key");
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
}

/* Points with which signatures could be made that verify for any text. */
static void refuses_weak_ed25519_points(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(points); i++) {
		unsigned char der[44] = {
			0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

		for (size_t j = 0; j < 32; j++) {
			unsigned byte;

			assert_int_equal(sscanf(points[i] + 2 * j, "%2x", &byte), 1);
			der[12 + j] = (unsigned char)byte;
		}
		refused(key_from_public_pem, points[i],
			testing_armour("PUBLIC KEY", der, sizeof(der)),
			"not a point of the curve's main group");
		refused(key_from_public_pem, points[i],
			testing_armour("PUBLIC KEY", der, sizeof(der) - 1), "damaged");
	}
}

static void refuses_private_keys(void **state)
{
	reader *r = key_from_private_pem;
	unsigned char der[2048];
	size_t len = testing_dearmour(rsa_private, der, sizeof(der));

	(void)state;
	refused(r, "public", strdup(rsa_public), "must be a \"PRIVATE KEY\"");
	refused(r, "EC", private_of(EVP_EC_gen("P-256"), NULL), "an elliptic curve (EC) key");
	refused(r, "X25519", private_of(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), NULL),
		"an X25519 key");
	refused(r, "encrypted", private_of(EVP_RSA_gen(2048), EVP_aes_128_cbc()),
		"is encrypted: decrypt it");
	refused(r, "small", private_of(EVP_RSA_gen(1024), NULL), "has 1024 bits");
	refused(r, "PKCS#1", testing_armour("RSA PRIVATE KEY", der, len), "write it as PKCS#8");
	refused(r, "cut", testing_armour("PRIVATE KEY", der, len - 1), "the key is damaged");
	refused(r, "longer", testing_armour("PRIVATE KEY", der, len + 1), "the key is damaged");
	refused(r, "empty", strdup(""), "the key is not PEM");
	der[100] ^= 1; /* within the modulus: the parts no longer belong together */
	refused(r, "other numbers", testing_armour("PRIVATE KEY", der, len),
		"the private key does not fit");
}

static void verifies_only_what_was_signed(void **state)
{
	static const char TEXT[] = "(request-target): post /inbox";
	struct key *all[] = {rsa, ed25519},
		   *others[] = {testing_key(KEY_RSA), testing_key(KEY_ED25519)};

	(void)state;
	for (size_t i = 0; i < LENGTH(all); i++) {
		unsigned char sig[KEY_SIGNATURE_MAX + 1] = {0};
		size_t len;

		assert_int_equal(key_sign(all[i], TEXT, sizeof(TEXT), sig, &len), 0);
		assert_true(key_verify(all[i], TEXT, sizeof(TEXT), sig, len));
		assert_false(key_verify(others[i], TEXT, sizeof(TEXT), sig, len));
		assert_false(key_verify(all[1 - i], TEXT, sizeof(TEXT), sig, len));
		assert_false(key_verify(all[i], TEXT, sizeof(TEXT) - 1, sig, len));
		assert_false(key_verify(all[i], TEXT, sizeof(TEXT), sig, len - 1));
		assert_false(key_verify(all[i], TEXT, sizeof(TEXT), sig, len + 1));
		assert_false(key_verify(all[i], TEXT, sizeof(TEXT), sig, 0));
		assert_false(key_verify(all[i], TEXT, sizeof(TEXT), NULL, 0));
		for (size_t at = 0; at < len * 8; at += 5) {
			sig[at / 8] ^= (unsigned char)(1 << at % 8);
			assert_false(key_verify(all[i], TEXT, sizeof(TEXT), sig, len));
			sig[at / 8] ^= (unsigned char)(1 << at % 8);
		}
		memset(sig, 0, len);
		assert_false(key_verify(all[i], TEXT, sizeof(TEXT), sig, len));
		memset(sig, 0xff, len);
		assert_false(key_verify(all[i], TEXT, sizeof(TEXT), sig, len));
		assert_int_equal(ERR_peek_error(), 0);
		key_free(others[i]);
	}
}

/* The openssl command line takes our keys and signatures, and makes ones that we take. */
static void agrees_with_the_command_line(void **state)
{
	static const char TEXT[] = "(request-target): post /inbox\nhost: pages.example";
	unsigned char sig[KEY_SIGNATURE_MAX];
	size_t len;

	(void)state;
	testing_write("text", TEXT, strlen(TEXT));
	testing_write("rsa.pub", rsa_public, strlen(rsa_public));
	testing_write("rsa.key", rsa_private, strlen(rsa_private));
	testing_write("ed.pub", ed25519_public, strlen(ed25519_public));
	testing_write("ed.key", ed25519_private, strlen(ed25519_private));
	assert_int_equal(key_sign(rsa, TEXT, strlen(TEXT), sig, &len), 0);
	testing_write("rsa.sig", sig, len);
	assert_int_equal(key_sign(ed25519, TEXT, strlen(TEXT), sig, &len), 0);
	testing_write("ed.sig", sig, len);
	assert_int_equal(testing_run("openssl pkey -in rsa.key -check -noout"), 0);
	assert_int_equal(
		testing_run("openssl dgst -sha256 -verify rsa.pub -signature rsa.sig text"), 0);
	assert_int_not_equal(
		testing_run("openssl dgst -sha512 -verify rsa.pub -signature rsa.sig text"), 0);
	assert_int_equal(
		testing_run(
			"openssl pkeyutl -verify -pubin -inkey ed.pub -rawin -in text -sigfile ed.sig"),
		0);
	assert_int_equal(testing_run("openssl dgst -sha256 -sign rsa.key -out rsa.sig text"), 0);
	len = testing_read("rsa.sig", sig, sizeof(sig));
	assert_true(key_verify(rsa, TEXT, strlen(TEXT), sig, len));
	assert_int_equal(
		testing_run("openssl pkeyutl -sign -inkey ed.key -rawin -in text -out ed.sig"), 0);
	len = testing_read("ed.sig", sig, sizeof(sig));
	assert_true(key_verify(ed25519, TEXT, strlen(TEXT), sig, len));
	/* Another padding or digest under the same key is another signature. */
	assert_int_equal(
		testing_run(
			"openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sign rsa.key -out s text"),
		0);
	len = testing_read("s", sig, sizeof(sig));
	assert_false(key_verify(rsa, TEXT, strlen(TEXT), sig, len));
	assert_int_equal(testing_run("openssl dgst -sha1 -sign rsa.key -out s text"), 0);
	len = testing_read("s", sig, sizeof(sig));
	assert_false(key_verify(rsa, TEXT, strlen(TEXT), sig, len));
}

/* More keys than a thread keeps contexts for, in an order that throws each out again and again. */
#define MANY 20

static void *sign_with_many(void *arg)
{
	struct key **keys = arg;
	uintptr_t wrong = 0;

	for (int round = 0; round < 3; round++)
		for (int i = 0; i < MANY; i++) {
			unsigned char sig[KEY_SIGNATURE_MAX];
			size_t len;

			if (key_sign(keys[i], &i, sizeof(i), sig, &len) < 0 ||
				!key_verify(keys[i], &i, sizeof(i), sig, len) ||
				key_verify(keys[(i + 1) % MANY], &i, sizeof(i), sig, len))
				wrong++;
		}
	for (int i = 0; i < MANY; i++)
		key_free(keys[i]);
	return (void *)wrong;
}

static void serves_many_threads_and_keys(void **state)
{
	struct key *keys[MANY];
	pthread_t threads[4];

	(void)state;
	for (int i = 0; i < MANY; i++)
		keys[i] = testing_key(KEY_RSA);
	for (size_t i = 0; i < LENGTH(threads); i++) {
		for (int j = 0; j < MANY; j++)
			key_ref(keys[j]);
		assert_int_equal(pthread_create(&threads[i], NULL, sign_with_many, keys), 0);
	}
	for (int i = 0; i < MANY; i++)
		key_free(keys[i]);
	for (size_t i = 0; i < LENGTH(threads); i++) {
		void *wrong;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	key_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_and_reads_back),
		cmocka_unit_test(takes_every_good_form),
		cmocka_unit_test(refuses_public_keys_of_other_types),
		cmocka_unit_test(refuses_rsa_numbers_out_of_range),
		cmocka_unit_test(refuses_damaged_armour),
		cmocka_unit_test(refuses_what_is_too_long),
		cmocka_unit_test(reads_within_the_length),
		cmocka_unit_test(survives_changed_der),
		cmocka_unit_test(refuses_loose_der),
		cmocka_unit_test(refuses_bytes_after_each_element),
		cmocka_unit_test(refuses_weak_ed25519_points),
		cmocka_unit_test(refuses_private_keys),
		cmocka_unit_test(verifies_only_what_was_signed),
		cmocka_unit_test(agrees_with_the_command_line),
		cmocka_unit_test(serves_many_threads_and_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
