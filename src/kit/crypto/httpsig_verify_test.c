/* Requests that are believed and, mostly, those that are not: each row signs a good request as
 * told, changes something, and names the sentence that must follow. The signed text is put together
 * by the test, not by the product. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/crypto/crypto_testing.h"

#define POST_COVER    "(request-target) host date digest content-type"
#define GET_COVER     "(request-target) host date"
#define CREATED_COVER "(request-target) (created) host digest"
#define BODY          "{\"type\":\"Follow\"}"
#define NOW           (TESTING_NOW / 1000)

static struct key *rsa, *other_rsa, *ed25519;

static int setup(void **state)
{
	(void)state;
	rsa = testing_key(KEY_RSA);
	other_rsa = testing_key(KEY_RSA);
	ed25519 = testing_key(KEY_ED25519);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	key_free(rsa);
	key_free(other_rsa);
	key_free(ed25519);
	return 0;
}

struct attempt {
	const char *title;
	const char *method, *target, *body; /* NULL: POST /inbox BODY */
	const char *covered;                /* NULL: as above */
	const char *algorithm;              /* NULL: rsa-sha256; "-": left out */
	int64_t created, expires;           /* seconds, 0: left out */
	struct key **signer;                /* NULL: rsa */
	const char *set, *to;               /* a header set (to NULL: removed) before signing */
	/* After signing: */
	struct key **verifier; /* NULL: rsa */
	const char *name, *value;
	const char *method_after, *target_after, *body_after;
	int64_t later; /* ms added to now */
	/* Then: */
	const char *fragment; /* NULL: it is believed */
	bool late;            /* precheck sees nothing wrong, only the key tells */
};

/* The Signature header of a request as an attempt says. */
static const char *sign(struct arena *a, const struct attempt *t, const struct testing_request *r,
	const char *covered)
{
	const char *text = testing_text(a, r, covered, t->created, t->expires);
	unsigned char sig[KEY_SIGNATURE_MAX];
	const char *algorithm = t->algorithm ? t->algorithm : "rsa-sha256";
	size_t len;

	assert_int_equal(key_sign(t->signer ? *t->signer : rsa, text, strlen(text), sig, &len), 0);
	return arena_printf(a,
		"keyId=\"https://a.example/u#main-key\"%s%s%s%s%s,headers=\"%s\",signature=\"%s\"",
		str_eq(algorithm, "-") ? "" : arena_printf(a, ",algorithm=\"%s\"", algorithm),
		t->created ? ",created=" : "",
		t->created ? arena_printf(a, "%lld", (long long)t->created) : "",
		t->expires ? ",expires=" : "",
		t->expires ? arena_printf(a, "%lld", (long long)t->expires) : "", covered,
		str_base64(a, sig, len));
}

static void check(const struct attempt *t, int rc, const struct err *err, const char *fragment)
{
	if (fragment ? rc == ERR_UNAUTHENTICATED && err->code == rc &&
				strstr(err->text, fragment) != NULL
		     : rc == 0)
		return;
	fail_msg("%s: %d %s", t->title, rc, err->text);
}

static void attempt(const struct attempt *t)
{
	struct arena *a = arena_new(MIB);
	const char *body = t->body ? t->body : t->method ? NULL : BODY;
	const char *covered = t->covered ? t->covered : body ? POST_COVER : GET_COVER;
	struct testing_request r;
	struct httpsig_request view;
	struct httpsig sig;
	struct err err = {0};
	const char *header;

	testing_request_init(
		&r, t->method ? t->method : "POST", t->target ? t->target : "/inbox", body);
	if (t->set)
		testing_request_set(&r, t->set, t->to);
	header = sign(a, t, &r, covered);
	if (t->name)
		testing_request_set(&r, t->name, t->value);
	r.method = t->method_after ? t->method_after : r.method;
	r.target = t->target_after ? t->target_after : r.target;
	r.body = t->body_after ? t->body_after : r.body;
	r.now += t->later;
	view = testing_request_view(&r);
	if (httpsig_parse(a, header, &err, &sig) != 0)
		fail_msg("%s: %s", t->title, err.text);
	check(t, httpsig_precheck(a, &sig, &view, &err), &err, t->late ? NULL : t->fragment);
	check(t, httpsig_verify(a, &sig, t->verifier ? *t->verifier : rsa, &view, &err), &err,
		t->fragment);
	if (t->fragment) /* nobody asked for the sentence */
		assert_int_equal(
			httpsig_verify(a, &sig, t->verifier ? *t->verifier : rsa, &view, NULL),
			ERR_UNAUTHENTICATED);
	arena_free(a);
}

static void believes_good_requests(void **state)
{
	static const struct attempt rows[] = {
		{.title = "POST"},
		{.title = "GET", .method = "get"},
		{.title = "DELETE without body", .method = "delete"},
		{.title = "empty POST", .body = ""},
		{.title = "algorithm absent", .algorithm = "-"},
		{.title = "algorithm empty", .algorithm = ""},
		{.title = "hs2019", .algorithm = "hs2019"},
		{.title = "capitals in the algorithm", .algorithm = "RSA-SHA256"},
		{.title = "content-type not signed",
			.covered = "(request-target) host date digest",
			.name = "content-type",
			.value = "text/plain"},
		{.title = "other order", .covered = "digest date host (request-target)"},
		{.title = "Ed25519",
			.algorithm = "ed25519",
			.signer = &ed25519,
			.verifier = &ed25519},
		{.title = "Ed25519 hs2019",
			.algorithm = "hs2019",
			.signer = &ed25519,
			.verifier = &ed25519},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		attempt(&rows[i]);
}

static void believes_other_addresses_and_times(void **state)
{
	static const struct attempt rows[] = {
		{.title = "query signed", .target = "/inbox?page=1"},
		{.title = "query not signed", .target = "/inbox", .target_after = "/inbox?page=1"},
		{.title = "empty query not signed", .target = "/inbox", .target_after = "/inbox?"},
		{.title = "query not signed, GET",
			.method = "get",
			.target = "/o",
			.target_after = "/o?page=1&x=%3F"},
		{.title = "created instead of date",
			.covered = "(request-target) (created) host digest",
			.algorithm = "hs2019",
			.created = NOW},
		{.title = "created and expires",
			.covered = "(request-target) (created) (expires) host digest",
			.algorithm = "hs2019",
			.created = NOW - 10,
			.expires = NOW + 60},
		{.title = "created and expires beside rsa-sha256, unsigned",
			.created = NOW,
			.expires = NOW + 60},
		{.title = "date gone, created signed",
			.covered = "(request-target) (created) host digest",
			.algorithm = "hs2019",
			.created = NOW,
			.name = "date",
			.value = NULL},
		{.title = "one hour old", .later = HOUR},
		{.title = "one hour ahead", .later = -HOUR},
		{.title = "expires in a second", .expires = NOW + 1, .later = 999},
		{.title = "host in capitals", .set = "host", .to = "PAGES.Example"},
		{.title = "default port", .set = "host", .to = "pages.example:443"},
		{.title = "plain default port", .set = "host", .to = "pages.example:80"},
		{.title = "other of our hosts", .set = "host", .to = "localhost:8080"},
		{.title = "white space around a value",
			.set = "content-type",
			.to = "a/b",
			.name = "content-type",
			.value = " \ta/b  "},
		{.title = "further headers",
			.covered = POST_COVER " collection-synchronization",
			.set = "collection-synchronization",
			.to = "collectionId=\"x\""},
		{.title = "empty header",
			.covered = POST_COVER " x-empty",
			.set = "x-empty",
			.to = ""},
		{.title = "two digests",
			.set = "digest",
			.to = "MD5=x,SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
			.body = "{}",
			.name = "digest",
			.value = "MD5=x,SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="},
		{.title = "GET with the digest of nothing",
			.method = "get",
			.covered = GET_COVER " digest",
			.set = "digest",
			.to = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		attempt(&rows[i]);
}

static void refuses_what_changed_after_signing(void **state)
{
	static const char NO[] = "does not verify with the key https://a.example/u#main-key";
	static const struct attempt rows[] = {
		{.title = "wrong key", .signer = &other_rsa, .fragment = NO, .late = true},
		{.title = "wrong kind of key",
			.algorithm = "hs2019",
			.signer = &ed25519,
			.fragment = NO,
			.late = true},
		{.title = "wrong kind, other way",
			.algorithm = "hs2019",
			.verifier = &ed25519,
			.fragment = NO,
			.late = true},
		{.title = "method", .method_after = "PUT", .fragment = NO, .late = true},
		{.title = "method of a GET",
			.method = "get",
			.method_after = "delete",
			.fragment = NO,
			.late = true},
		{.title = "path", .target_after = "/inboy", .fragment = NO, .late = true},
		{.title = "path's case", .target_after = "/Inbox", .fragment = NO, .late = true},
		{.title = "path's end", .target_after = "/inbox/", .fragment = NO, .late = true},
		{.title = "other query",
			.target = "/inbox?a=1",
			.target_after = "/inbox?a=2",
			.fragment = NO,
			.late = true},
		{.title = "query gone",
			.target = "/inbox?a=1",
			.target_after = "/inbox",
			.fragment = NO,
			.late = true},
		{.title = "other path, query not signed",
			.target_after = "/other?a=1",
			.fragment = NO,
			.late = true},
		{.title = "host, another of ours",
			.name = "host",
			.value = "localhost:8080",
			.fragment = NO,
			.late = true},
		{.title = "host's case",
			.name = "host",
			.value = "Pages.example",
			.fragment = NO,
			.late = true},
		{.title = "date, one second",
			.name = "date",
			.value = "Tue, 24 Nov 2026 03:15:46 GMT",
			.fragment = NO,
			.late = true},
		{.title = "content type",
			.name = "content-type",
			.value = "application/json",
			.fragment = NO,
			.late = true},
		{.title = "body and digest",
			.body_after = "{}",
			.name = "digest",
			.value = "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
			.fragment = NO,
			.late = true},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		attempt(&rows[i]);
}

static void refuses_wrong_digests_and_values(void **state)
{
	static const struct attempt rows[] = {
		{.title = "body",
			.body_after = "{\"type\":\"Follox\"}",
			.fragment = "does not hold the SHA-256 of the 17 bytes"},
		{.title = "body longer",
			.body_after = BODY " ",
			.fragment = "of the 18 bytes received"},
		{.title = "body gone", .body_after = "", .fragment = "of the 0 bytes received"},
		{.title = "body added to a GET",
			.method = "get",
			.body_after = "{}",
			.fragment = "does not cover digest"},
		{.title = "body added to a GET with a digest",
			.method = "get",
			.covered = GET_COVER " digest",
			.set = "digest",
			.to = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
			.body_after = "{}",
			.fragment = "does not hold the SHA-256"},
		{.title = "other digest",
			.name = "digest",
			.value = "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
			.fragment = "does not hold the SHA-256"},
		{.title = "signed digest is wrong",
			.set = "digest",
			.to = "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
			.fragment = "does not hold the SHA-256"},
		{.title = "digest of another kind",
			.set = "digest",
			.to = "MD5=Sd/dVLAcvNLSq16eXua5uQ==",
			.fragment = "\"MD5=Sd/dVLAcvNLSq16eXua5uQ==\" does not hold"},
		{.title = "line break in a value",
			.name = "content-type",
			.value = "a/b\nx: y",
			.fragment =
				"covers content-type, which the request does not have in a usable form"},
		{.title = "control character in a value",
			.name = "content-type",
			.value = "a/b\x01",
			.fragment = "does not have in a usable form"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		attempt(&rows[i]);
}

static void refuses_what_is_not_covered(void **state)
{
	static const struct attempt rows[] = {
		{.title = "target",
			.covered = "host date digest",
			.fragment = "does not cover (request-target): sign"},
		{.title = "host",
			.covered = "(request-target) date digest",
			.fragment = "does not cover host: sign"},
		{.title = "date",
			.covered = "(request-target) host digest",
			.fragment = "does not cover date: sign"},
		{.title = "digest",
			.covered = "(request-target) host date",
			.fragment =
				"does not cover digest: sign (request-target) host date digest"},
		{.title = "date alone",
			.covered = "date",
			.fragment =
				"does not cover (request-target), host, digest: sign (request-target) host date digest"},
		{.title = "nothing that counts",
			.covered = "content-type",
			.fragment = "does not cover (request-target), host, date, digest: sign"},
		{.title = "GET",
			.method = "get",
			.covered = "date",
			.fragment =
				"does not cover (request-target), host: sign (request-target) host date"},
		{.title = "empty POST",
			.body = "",
			.covered = GET_COVER,
			.fragment = "does not cover digest"},
		{.title = "empty PUT",
			.method = "PUT",
			.covered = GET_COVER,
			.fragment = "does not cover digest"},
		{.title = "empty patch",
			.method = "patch",
			.covered = GET_COVER,
			.fragment = "does not cover digest"},
		{.title = "host gone",
			.name = "host",
			.fragment = "covers host, which the request does not have"},
		{.title = "date gone",
			.name = "date",
			.fragment = "covers date, which the request does not have"},
		{.title = "digest gone",
			.name = "digest",
			.fragment = "covers digest, which the request does not have"},
		{.title = "further header gone",
			.covered = POST_COVER " x-a",
			.set = "x-a",
			.to = "1",
			.name = "x-a",
			.fragment = "covers x-a, which the request does not have"},
		{.title = "names that resemble",
			.covered = "(request-target) hosts dates digests",
			.set = "hosts",
			.to = "x",
			.fragment = "does not cover host, date, digest"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		attempt(&rows[i]);
}

static void refuses_other_hosts(void **state)
{
	static const struct attempt rows[] = {
		{.title = "other host",
			.set = "host",
			.to = "evil.example",
			.fragment = "for the host \"evil.example\", which"},
		{.title = "longer host",
			.set = "host",
			.to = "pages.example.evil",
			.fragment = "which is not this server"},
		{.title = "sub-domain",
			.set = "host",
			.to = "a.pages.example",
			.fragment = "which is not this server"},
		{.title = "shorter host",
			.set = "host",
			.to = "pages.exampl",
			.fragment = "which is not this server"},
		{.title = "other port",
			.set = "host",
			.to = "pages.example:8443",
			.fragment = "which is not this server"},
		{.title = "port missing",
			.set = "host",
			.to = "localhost",
			.fragment = "which is not this server"},
		{.title = "two ports",
			.set = "host",
			.to = "pages.example:443:443",
			.fragment = "which is not this server"},
		{.title = "final dot",
			.set = "host",
			.to = "pages.example.",
			.fragment = "which is not this server"},
		{.title = "empty host", .set = "host", .to = "", .fragment = "for the host \"\""},
		{.title = "port alone",
			.set = "host",
			.to = ":443",
			.fragment = "for the host \":443\""},
		{.title = "hostile host",
			.set = "host",
			.to = "\xff\xfe",
			.fragment = "for the host \"?\?\""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		attempt(&rows[i]);
}

static void refuses_wrong_times(void **state)
{
	static const struct attempt rows[] = {
		{.title = "old",
			.later = HOUR + 1,
			.fragment =
				"Date header is Tue, 24 Nov 2026 03:15:45 GMT, more than an hour before"},
		{.title = "next year", .later = 365 * DAY, .fragment = "more than an hour before"},
		{.title = "future", .later = -HOUR - 1, .fragment = "more than an hour after"},
		{.title = "no date",
			.set = "date",
			.to = "yesterday",
			.fragment = "Date header is \"yesterday\": it must be"},
		{.title = "empty date", .set = "date", .to = "", .fragment = "Date header is \"\""},
		{.title = "date of another form",
			.set = "date",
			.to = "2026-11-24T03:15:45Z",
			.fragment = "as in RFC 9110"},
		{.title = "created old",
			.covered = CREATED_COVER,
			.algorithm = "hs2019",
			.created = NOW - 3601,
			.fragment =
				"created is Tue, 24 Nov 2026 02:15:44 GMT, more than an hour before"},
		{.title = "created in the future",
			.covered = CREATED_COVER,
			.algorithm = "hs2019",
			.created = NOW + 3601,
			.fragment = "more than an hour after"},
		{.title = "created old, unsigned",
			.created = NOW - 7200,
			.fragment = "signature's created is"},
		{.title = "good created, old date",
			.covered = "(request-target) (created) host date digest",
			.algorithm = "hs2019",
			.created = NOW,
			.set = "date",
			.to = "Tue, 24 Nov 2026 01:15:45 GMT",
			.fragment = "Date header is"},
		{.title = "expired",
			.expires = NOW - 1,
			.fragment = "expired at Tue, 24 Nov 2026 03:15:44 GMT"},
		{.title = "expires now", .expires = NOW, .fragment = "expired at"},
		{.title = "expired, signed",
			.covered = CREATED_COVER " (expires)",
			.algorithm = "hs2019",
			.created = NOW - 20,
			.expires = NOW - 10,
			.fragment = "expired at"},
		{.title = "expires before created",
			.covered = CREATED_COVER,
			.algorithm = "hs2019",
			.created = NOW + 60,
			.expires = NOW + 30,
			.fragment = "expired at"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		attempt(&rows[i]);
}

static void refuses_other_algorithms(void **state)
{
	static const struct attempt rows[] = {
		{.title = "(created) with rsa-sha256",
			.covered = CREATED_COVER,
			.created = NOW,
			.fragment = "covers (created), which goes with the algorithm hs2019 alone"},
		{.title = "(created) without algorithm",
			.covered = CREATED_COVER,
			.created = NOW,
			.algorithm = "-",
			.fragment = "covers (created), which goes with the algorithm hs2019 alone"},
		{.title = "(expires) with rsa-sha256",
			.covered = POST_COVER " (expires)",
			.expires = NOW + 60,
			.fragment = "covers (expires), which goes with"},
		{.title = "(created) without created",
			.covered = CREATED_COVER,
			.algorithm = "hs2019",
			.fragment = "covers (created), which the request does not have"},
		{.title = "(expires) without expires",
			.covered = POST_COVER " (expires)",
			.algorithm = "hs2019",
			.fragment = "covers (expires), which the request does not have"},
		{.title = "no such algorithm",
			.algorithm = "none",
			.fragment = "algorithm is \"none\": only rsa-sha256, hs2019"},
		{.title = "hmac",
			.algorithm = "hmac-sha256",
			.fragment = "algorithm is \"hmac-sha256\""},
		{.title = "sha1", .algorithm = "rsa-sha1", .fragment = "algorithm is \"rsa-sha1\""},
		{.title = "sha512",
			.algorithm = "rsa-sha512",
			.fragment = "algorithm is \"rsa-sha512\""},
		{.title = "ecdsa",
			.algorithm = "ecdsa-sha256",
			.fragment = "algorithm is \"ecdsa-sha256\""},
		{.title = "RFC 9421's name",
			.algorithm = "rsa-v1_5-sha256",
			.fragment = "only rsa-sha256"},
		{.title = "space",
			.algorithm = "rsa-sha256 ",
			.fragment = "algorithm is \"rsa-sha256 \""},
		{.title = "ed25519 for an RSA key",
			.algorithm = "ed25519",
			.late = true,
			.fragment = "algorithm is \"ed25519\", and its key is for rsa-sha256"},
		{.title = "rsa-sha256 for an Ed25519 key",
			.signer = &ed25519,
			.verifier = &ed25519,
			.late = true,
			.fragment = "algorithm is \"rsa-sha256\", and its key is for ed25519"},
		{.title = "none named for an Ed25519 key",
			.algorithm = "-",
			.signer = &ed25519,
			.verifier = &ed25519,
			.late = true,
			.fragment = "algorithm is \"\", and its key is for ed25519"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		attempt(&rows[i]);
}

/* Each bit of the signature, and each byte of what it covers by way of the text. */
static void refuses_every_changed_signature(void **state)
{
	struct arena *a = arena_new(8 * MIB);
	struct testing_request r;
	struct httpsig_request view;
	struct httpsig sig;
	struct err err = {0};
	unsigned char *bytes;

	(void)state;
	testing_request_init(&r, "POST", "/inbox", BODY);
	view = testing_request_view(&r);
	assert_int_equal(
		httpsig_parse(a, sign(a, &(struct attempt){0}, &r, POST_COVER), &err, &sig), 0);
	assert_int_equal(httpsig_verify(a, &sig, rsa, &view, &err), 0);
	bytes = (unsigned char *)arena_copy(a, sig.signature, sig.signature_len);
	sig.signature = bytes;
	for (size_t bit = 0; bit < sig.signature_len * 8; bit += 11) {
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_int_equal(httpsig_verify(a, &sig, rsa, &view, &err), ERR_UNAUTHENTICATED);
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	sig.signature_len--;
	assert_int_equal(httpsig_verify(a, &sig, rsa, &view, &err), ERR_UNAUTHENTICATED);
	sig.signature_len++;
	assert_int_equal(httpsig_verify(a, &sig, rsa, &view, &err), 0);
	sig.headers = "(request-target) date host digest content-type";
	assert_int_equal(httpsig_verify(a, &sig, rsa, &view, &err), ERR_UNAUTHENTICATED);
	view.hosts = NULL;
	assert_int_equal(httpsig_verify(a, &sig, rsa, &view, &err), ERR_UNAUTHENTICATED);
	assert_non_null(strstr(err.text, "which is not this server"));
	arena_free(a);
}

/* Not even a server whose own name got lost takes a request to nobody. */
static void refuses_a_host_without_name(void **state)
{
	static const char *const hosts[] = {"", NULL};
	struct arena *a = arena_new(MIB);
	struct testing_request r;
	struct httpsig_request view;
	struct httpsig sig;
	struct err err = {0};

	(void)state;
	testing_request_init(&r, "GET", "/", NULL);
	testing_request_set(&r, "host", ":443");
	view = testing_request_view(&r);
	view.hosts = hosts;
	assert_int_equal(
		httpsig_parse(a, sign(a, &(struct attempt){0}, &r, GET_COVER), &err, &sig), 0);
	assert_int_equal(httpsig_precheck(a, &sig, &view, &err), ERR_UNAUTHENTICATED);
	assert_non_null(strstr(err.text, "which is not this server"));
	arena_free(a);
}

static void verifies_what_the_signer_makes(void **state)
{
	struct key *keys[] = {rsa, ed25519};
	struct arena *a = arena_new(8 * MIB);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const char *body = i / 2 ? BODY : NULL;
		struct httpsig_message m = {.method = body ? "POST" : "GET",
			.target = "/x?y=z",
			.host = "pages.example"};
		struct testing_request r;
		struct httpsig_request view;
		struct httpsig sig;
		struct err err = {0};
		char line[1024];

		testing_request_init(&r, m.method, m.target, body);
		view = testing_request_view(&r);
		m.date = view.header_of(&r, "date");
		m.digest = view.header_of(&r, "digest");
		m.content_type = view.header_of(&r, "content-type");
		assert_int_equal(httpsig_sign(keys[i % 2], "https://a.example/u#main-key", &m, line,
					 sizeof(line)),
			0);
		assert_int_equal(httpsig_parse(a, line + strlen("Signature: "), &err, &sig), 0);
		assert_int_equal(httpsig_precheck(a, &sig, &view, &err), 0);
		assert_int_equal(httpsig_verify(a, &sig, keys[i % 2], &view, &err), 0);
		assert_int_equal(
			httpsig_verify(a, &sig, keys[1 - i % 2], &view, &err), ERR_UNAUTHENTICATED);
		assert_int_equal(
			httpsig_verify(a, &sig, other_rsa, &view, &err), ERR_UNAUTHENTICATED);
	}
	arena_free(a);
}

static void limits_what_it_signs_over(void **state)
{
	struct arena *a = arena_new(MIB);
	char *value = calloc(1, 32 * KIB + 1);
	struct testing_request r;
	struct httpsig_request view;
	struct httpsig sig;
	struct err err = {0};
	const char *header;

	(void)state;
	memset(value, 'v', 32 * KIB);
	testing_request_init(&r, "get", "/", NULL);
	testing_request_set(&r, "x-long", value);
	header = sign(a, &(struct attempt){0}, &r, GET_COVER " x-long");
	assert_int_equal(httpsig_parse(a, header, &err, &sig), 0);
	view = testing_request_view(&r);
	assert_int_equal(httpsig_verify(a, &sig, rsa, &view, &err), ERR_UNAUTHENTICATED);
	assert_non_null(strstr(err.text, "the signed headers have more than 32768 bytes"));
	value[31 * KIB] = '\0';
	header = sign(a, &(struct attempt){0}, &r, GET_COVER " x-long");
	assert_int_equal(httpsig_parse(a, header, &err, &sig), 0);
	assert_int_equal(httpsig_verify(a, &sig, rsa, &view, &err), 0);
	free(value);
	arena_free(a);
}

static void fails_closed_without_memory(void **state)
{
	struct arena *a = arena_new(MIB);
	struct testing_request r;
	struct httpsig_request view;
	struct httpsig sig;
	struct err err = {0};
	bool believed = false;

	(void)state;
	testing_request_init(&r, "POST", "/inbox?a=b", BODY);
	view = testing_request_view(&r);
	assert_int_equal(
		httpsig_parse(a, sign(a, &(struct attempt){0}, &r, POST_COVER), &err, &sig), 0);
	for (size_t max = 0; max < 4096 && !believed; max += 16) {
		struct arena *small = arena_new(max);
		int rc = httpsig_verify(small, &sig, rsa, &view, &err);

		believed = rc == 0;
		if (!believed)
			assert_true(rc == ERR_MEMORY || rc == ERR_UNAUTHENTICATED);
		arena_free(small);
	}
	assert_true(believed);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_good_requests),
		cmocka_unit_test(believes_other_addresses_and_times),
		cmocka_unit_test(refuses_what_changed_after_signing),
		cmocka_unit_test(refuses_wrong_digests_and_values),
		cmocka_unit_test(refuses_what_is_not_covered),
		cmocka_unit_test(refuses_other_hosts),
		cmocka_unit_test(refuses_wrong_times),
		cmocka_unit_test(refuses_other_algorithms),
		cmocka_unit_test(refuses_every_changed_signature),
		cmocka_unit_test(refuses_a_host_without_name),
		cmocka_unit_test(verifies_what_the_signer_makes),
		cmocka_unit_test(limits_what_it_signs_over),
		cmocka_unit_test(fails_closed_without_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
