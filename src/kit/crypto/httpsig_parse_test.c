/* Signature headers well-formed, malformed, hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "kit/crypto/crypto_testing.h"

static void reads_every_part(void **state)
{
	static const struct {
		const char *header, *key_id, *algorithm, *headers;
		int64_t created, expires;
	} rows[] = {
		{"keyId=\"https://a.example/u#main-key\",algorithm=\"rsa-sha256\","
		 "headers=\"(request-target) host date digest content-type\",signature=\"YWJj\"",
			"https://a.example/u#main-key", "rsa-sha256",
			"(request-target) host date digest content-type", 0, 0},
		{"keyId=\"k\",signature=\"YWJj\"", "k", "", "date", 0, 0},
		{"  keyId=\"k\" ,\t signature=\"YWJj\"  ", "k", "", "date", 0, 0},
		{"signature=\"YWJj\",created=1402170695,expires=\"1402170699\",headers=\"(created) (expires)\","
		 "algorithm=\"hs2019\",keyId=\"k\"",
			"k", "hs2019", "(created) (expires)", 1402170695000, 1402170699000},
		{"KEYID=\"k\",Signature=\"YWJj\",HEADERS=\"Host  DATE \"", "k", "", "host date", 0,
			0},
		{"keyId=\"k\",signature=\"YWJj\",headers=\" host\"", "k", "", "host", 0, 0},
		{"keyId=k,signature=\"YWJj\",algorithm=hs2019", "k", "hs2019", "date", 0, 0},
		{"keyId=\"a\\\"b\\\\c\",signature=\"YWJj\"", "a\"b\\c", "", "date", 0, 0},
		{"keyId=\"k\",nonce=\"a,b=\\\"c\",unknown=5,unknown=6,signature=\"YWJj\"", "k", "",
			"date", 0, 0},
		{"keyId=\"k\",algorithm=\"\",signature=\"YWJj\"", "k", "", "date", 0, 0},
		{"keyId=\"k\",signature=\"YWJj\",headers=\"a b c d e f g h i j k l m n o p\"", "k",
			"", "a b c d e f g h i j k l m n o p", 0, 0},
	};
	struct arena *a = arena_new(MIB);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct httpsig sig = {0};
		struct err err = {0};

		if (httpsig_parse(a, rows[i].header, &err, &sig) != 0)
			fail_msg("row %zu: %s", i, err.text);
		assert_string_equal(sig.key_id, rows[i].key_id);
		assert_string_equal(sig.algorithm, rows[i].algorithm);
		assert_string_equal(sig.headers, rows[i].headers);
		assert_int_equal(sig.created, rows[i].created);
		assert_int_equal(sig.expires, rows[i].expires);
		assert_int_equal(sig.signature_len, 3);
		assert_memory_equal(sig.signature, "abc", 3);
	}
	arena_free(a);
}

#define K   "keyId=\"k\",signature=\"YWJj\""
#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct refusal {
	const char *header;
	int code;
	const char *fragment;
};

static void refuse(const struct refusal *rows, size_t count)
{
	struct arena *a = arena_new(MIB);

	for (size_t i = 0; i < count; i++) {
		struct httpsig sig = {.key_id = "untouched"};
		struct err err = {0};
		int rc = httpsig_parse(a, rows[i].header, &err, &sig);

		if (rc != rows[i].code || err.code != rc || !strstr(err.text, rows[i].fragment))
			fail_msg("row %zu (%s): %d %s", i, rows[i].header ? rows[i].header : "", rc,
				err.text);
		assert_string_equal(sig.key_id, "untouched");
	}
	arena_free(a);
}

static void refuses_malformed_headers(void **state)
{
	static const struct refusal rows[] = {
		{NULL, ERR_INVALID, "there is no Signature header"},
		{"", ERR_INVALID, "malformed at \"\""},
		{" ", ERR_INVALID, "malformed at \"\""},
		{",", ERR_INVALID, "malformed at \",\""},
		{"Signature", ERR_INVALID, "malformed at \"Signature\""},
		{"Signature " K, ERR_INVALID, "malformed at \"Signature keyId"},
		{"keyId", ERR_INVALID, "name=\"value\" must stand there"},
		{"keyId=", ERR_INVALID, "keyId has no well-formed value"},
		{"keyId =\"k\"", ERR_INVALID, "malformed at \"keyId"},
		{"keyId= \"k\"", ERR_INVALID, "keyId has no well-formed value"},
		{"=\"k\"", ERR_INVALID, "malformed"},
		{"keyId=\"k", ERR_INVALID, "keyId has no well-formed value"},
		{"keyId=\"", ERR_INVALID, "keyId has no well-formed value"},
		{"keyId=\"k\\", ERR_INVALID, "keyId has no well-formed value"},
		{"keyId=\"k\\\"", ERR_INVALID, "keyId has no well-formed value"},
		{"keyId=\"k\nx\",signature=\"YWJj\"", ERR_INVALID,
			"keyId has no well-formed value"},
		{"keyId=\"k\x7f\",signature=\"YWJj\"", ERR_INVALID,
			"keyId has no well-formed value"},
		{"keyId=\"k\\\n\",signature=\"YWJj\"", ERR_INVALID,
			"keyId has no well-formed value"},
		{"keyId=\"\",signature=\"YWJj\"", ERR_INVALID, "has no keyId"},
		{"signature=\"YWJj\"", ERR_INVALID, "has no keyId"},
		{"keyId=\"a b\",signature=\"YWJj\"", ERR_INVALID, "keyId \"a b\" is no address"},
		{"keyId=\"\xd0\xb0\",signature=\"YWJj\"", ERR_INVALID,
			"keyId \"??\" is no address"},
		{"keyId=\"k\"", ERR_INVALID, "has no signature"},
		{"keyId=\"k\" signature=\"YWJj\"", ERR_INVALID, "a comma must stand there"},
		{"keyId=\"k\"x,signature=\"YWJj\"", ERR_INVALID, "a comma must stand there"},
		{"keyId=\"k\";signature=\"YWJj\"", ERR_INVALID, "a comma must stand there"},
		{K ",", ERR_INVALID, "malformed at \"\""},
		{"," K, ERR_INVALID, "malformed at \",keyId"},
		{"keyId=\"k\",,signature=\"YWJj\"", ERR_INVALID, "malformed at \",signature"},
		{K "\r\nX: y", ERR_INVALID, "a comma must stand there"},
		{K ",keyId=\"other\"", ERR_INVALID, "gives keyId twice"},
		{K ",KeyID=\"k\"", ERR_INVALID, "gives keyId twice"},
		{K ",signature=\"YWJj\"", ERR_INVALID, "gives signature twice"},
		{K ",headers=\"date\",headers=\"date\"", ERR_INVALID, "gives headers twice"},
		{K ",algorithm=\"\",algorithm=\"hs2019\"", ERR_INVALID, "gives algorithm twice"},
		{K ",created=1,created=1", ERR_INVALID, "gives created twice"},
		{K ",expires=1,Expires=2", ERR_INVALID, "gives expires twice"},
	};

	(void)state;
	refuse(rows, LENGTH(rows));
}

static void refuses_malformed_values(void **state)
{
	static const struct refusal rows[] = {
		{"keyId=\"k\",signature=\"\"", ERR_INVALID, "1 to 512 bytes in base64"},
		{"keyId=\"k\",signature=\"YWJ\"", ERR_INVALID, "in base64"},
		{"keyId=\"k\",signature=\"YWJj=\"", ERR_INVALID, "in base64"},
		{"keyId=\"k\",signature=\"YW Jj\"", ERR_INVALID, "in base64"},
		{"keyId=\"k\",signature=\"YW_-\"", ERR_INVALID, "in base64"},
		{"keyId=\"k\",signature=YQ==", ERR_INVALID, "a comma must stand there"},
		{K ",headers=\"\"", ERR_INVALID, "list of headers is empty"},
		{K ",headers=\"  \"", ERR_INVALID, "list of headers is empty"},
		{K ",headers=\"date date\"", ERR_INVALID, "covers date twice"},
		{K ",headers=\"host date Host\"", ERR_INVALID, "covers host twice"},
		{K ",headers=\"(request-target) (request-target)\"", ERR_INVALID,
			"covers (request-target) twice"},
		{K ",headers=\"(method)\"", ERR_INVALID, "\"(method)\", which is no header's name"},
		{K ",headers=\"date:\"", ERR_INVALID, "no header's name"},
		{K ",headers=\"@method\"", ERR_INVALID, "no header's name"},
		{K ",headers=\"date,host\"", ERR_INVALID, "no header's name"},
		{K ",headers=\"date\thost\"", ERR_INVALID, "headers has no well-formed value"},
		{K ",headers=\"d\xc3\xa4te\"", ERR_INVALID, "\"d??te\", which is no header's name"},
		{K ",headers=\"a b c d e f g h i j k l m n o p q\"", ERR_INVALID,
			"more than 16 headers"},
		{K ",headers=\"" A64 "a\"", ERR_INVALID, "a header whose name has over 64 bytes"},
		{K ",created=", ERR_INVALID, "created has no well-formed value"},
		{K ",created=\"\"", ERR_INVALID, "created is \"\""},
		{K ",created=0", ERR_INVALID, "created is \"0\": it must be whole seconds"},
		{K ",created=-5", ERR_INVALID, "created is \"-5\""},
		{K ",created=1.5", ERR_INVALID, "created is \"1.5\""},
		{K ",created=01", ERR_INVALID, "created is \"01\""},
		{K ",created=1e9", ERR_INVALID, "created is \"1e9\""},
		{K ",created=253402300800", ERR_INVALID, "created is \"253402300800\""},
		{K ",expires=9223372036854775807", ERR_INVALID,
			"expires is \"9223372036854775807\""},
		{K ",expires=99999999999999999999", ERR_INVALID, "expires is"},
		{K ",expires=\"soon\"", ERR_INVALID, "expires is \"soon\""},
		{"sig1=:YWJj:", ERR_UNAUTHENTICATED, "the signature follows RFC 9421"},
		{"sig1=:YWJj:, sig2=:YWJj:", ERR_UNAUTHENTICATED,
			"sign by draft-cavage-http-signatures-12"},
	};

	(void)state;
	refuse(rows, LENGTH(rows));
}

/* keyId="kkk…",signature="YWJj" of a given length */
static char *long_header(size_t len)
{
	static const char END[] = "\",signature=\"YWJj\"";
	char *out = calloc(1, len + 1);

	memset(out, 'k', len);
	memcpy(out, "keyId=\"", 7);
	memcpy(out + len - strlen(END), END, strlen(END));
	return out;
}

static void keeps_to_its_limits(void **state)
{
	struct arena *a = arena_new(MIB);
	char *most = long_header(4096), *more = long_header(4097);
	char signature[1 * KIB];
	struct httpsig sig;
	struct err err = {0};

	(void)state;
	assert_int_equal(httpsig_parse(a, most, &err, &sig), 0);
	assert_int_equal(httpsig_parse(a, more, &err, &sig), ERR_INVALID);
	assert_non_null(strstr(err.text, "more than 4096 bytes"));
	for (int extra = 0; extra < 2; extra++) { /* 512 bytes, 513 bytes */
		strcpy(signature, "keyId=\"k\",signature=\"");
		for (int i = 0; i < 170; i++)
			strcat(signature, "AAAA");
		strcat(signature, extra ? "AAAA\"" : "AAA=\"");
		assert_int_equal(httpsig_parse(a, signature, &err, &sig), extra ? ERR_INVALID : 0);
	}
	assert_int_equal(sig.signature_len, 512);
	free(most);
	free(more);
	arena_free(a);
}

static void fails_closed_without_memory(void **state)
{
	static const char HEADER[] =
		K ",headers=\"(request-target) host date\",algorithm=\"hs2019\",created=5";
	bool whole = false;

	(void)state;
	for (size_t max = 0; max < 4096 && !whole; max += 8) {
		struct arena *a = arena_new(max);
		struct httpsig sig = {0};
		struct err err = {0};
		int rc = httpsig_parse(a, HEADER, &err, &sig);

		whole = rc == 0;
		if (whole)
			assert_string_equal(sig.headers, "(request-target) host date");
		else
			assert_true(*err.text && !sig.key_id);
		arena_free(a);
	}
	assert_true(whole);
}

static void reads_a_request_of_its_own_scheme(void **state)
{
	static const struct {
		const char *signature, *input;
		int code;
		const char *fragment;
	} rows[] = {
		{K, NULL, 0, ""},
		{K, "sig1=(\"@method\");keyid=\"k\"", 0, ""},
		{NULL, NULL, ERR_UNAUTHENTICATED, "no Signature header: sign it"},
		{NULL, "sig1=(\"@method\");keyid=\"k\"", ERR_UNAUTHENTICATED,
			"a Signature-Input header (RFC 9421)"},
		{"sig1=:YWJj:", "sig1=(\"@method\");keyid=\"k\"", ERR_UNAUTHENTICATED,
			"follows RFC 9421"},
		{"", NULL, ERR_INVALID, "malformed"},
	};
	struct arena *a = arena_new(MIB);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct testing_request r;
		struct httpsig_request view;
		struct httpsig sig;
		struct err err = {0};

		testing_request_init(&r, "POST", "/inbox", "{}");
		testing_request_set(&r, "signature", rows[i].signature);
		testing_request_set(&r, "signature-input", rows[i].input);
		view = testing_request_view(&r);
		assert_int_equal(httpsig_read(a, &view, &err, &sig), rows[i].code);
		assert_non_null(strstr(err.text, rows[i].fragment));
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_part),
		cmocka_unit_test(refuses_malformed_headers),
		cmocka_unit_test(refuses_malformed_values),
		cmocka_unit_test(keeps_to_its_limits),
		cmocka_unit_test(fails_closed_without_memory),
		cmocka_unit_test(reads_a_request_of_its_own_scheme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
