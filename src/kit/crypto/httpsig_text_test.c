/* The text that is signed, against the published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <string.h>

#include "kit/crypto/crypto_testing.h"
#include "kit/crypto/httpsig_internal.h"

/* Appendix C of draft-cavage-http-signatures-12, with its key of 1024 bits, which the product
 * itself refuses. */
static void builds_the_texts_of_the_draft(void **state)
{
	static const char PEM[] =
		"-----BEGIN PUBLIC KEY-----\n"
		"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3\n"
		"6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6\n"
		"Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw\n"
		"oYi+1hqp1fIekaxsyQIDAQAB\n"
		"-----END PUBLIC KEY-----\n";
	static const char *const headers[] = {
		"keyId=\"Test\",algorithm=\"rsa-sha256\",signature=\"SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Saz"
		"z6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD"
		"0k/5OxEPXe5WozsbM=\"",
		"keyId=\"Test\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date\",signature=\"qdx+H7PHHDZgy4"
		"y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/"
		"x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0=\"",
		"keyId=\"Test\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date content-type digest content-"
		"length\",signature=\"vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIv"
		"B1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE=\"",
	};
	BIO *bio = BIO_new_mem_buf(PEM, -1);
	EVP_PKEY *pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	struct arena *a = arena_new(MIB);
	struct testing_request r;
	struct httpsig_request view;
	struct key *k = NULL;
	struct err err = {0};

	(void)state;
	assert_non_null(pkey);
	assert_int_equal(key_from_public_pem(PEM, strlen(PEM), &err, &k), ERR_INVALID);
	testing_request_init(&r, "POST", "/foo?param=value&pet=dog", "{\"hello\": \"world\"}");
	testing_request_set(&r, "host", "example.com");
	testing_request_set(&r, "date", "Sun, 05 Jan 2014 21:31:40 GMT");
	testing_request_set(&r, "content-type", "application/json");
	testing_request_set(&r, "content-length", "18");
	view = testing_request_view(&r);
	for (size_t i = 0; i < LENGTH(headers); i++) {
		EVP_MD_CTX *md = EVP_MD_CTX_new();
		struct httpsig sig;
		const char *text;

		assert_int_equal(httpsig_parse(a, headers[i], &err, &sig), 0);
		assert_int_equal(httpsig_text(a, &sig, &view, strlen(r.target), &err, &text), 0);
		assert_int_equal(EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, pkey), 1);
		assert_int_equal(EVP_DigestVerify(md, sig.signature, sig.signature_len,
					 (const unsigned char *)text, strlen(text)),
			1);
		EVP_MD_CTX_free(md);
	}
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_the_texts_of_the_draft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
