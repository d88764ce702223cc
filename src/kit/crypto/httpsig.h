/* HTTP signatures, draft-cavage-http-signatures-12, as every fediverse server speaks them. RFC 9421
 * will stand beside it behind the same two verbs. */
#ifndef CHORSU_KIT_CRYPTO_HTTPSIG_H
#define CHORSU_KIT_CRYPTO_HTTPSIG_H

#include <stddef.h>
#include <stdint.h>

#include "kit/crypto/key.h"

struct httpsig_message {
	const char *method; /* "post": any case */
	const char *target; /* path and query as sent */
	const char *host;
	const char *date;         /* IMF-fixdate */
	const char *digest;       /* value of Digest, NULL for GET */
	const char *content_type; /* NULL for GET */
};

/* The whole header line "Signature: keyId=…,algorithm="rsa-sha256",headers="…",signature="…"" into
 * out (size bytes), without a line end. POST signs (request-target) host date digest content-type;
 * GET (request-target) host date. ERR_TOO_LARGE when out or 4 KB of signed text do not suffice,
 * ERR_INVALID for values that no header can carry (control characters, white space at an end, an
 * empty one, a quote in key_id) and for a POST, PUT or PATCH without digest, ERR_INTERNAL. */
MUST_USE int httpsig_sign(const struct key *key, const char *key_id,
	const struct httpsig_message *m, char *out, size_t size);

/* A parsed Signature header; everything lies in the arena. */
struct httpsig {
	const char *key_id;
	const char *algorithm; /* "" when absent */
	const char *headers;   /* lower case, single spaces; "date" when absent */
	const unsigned char *signature;
	size_t signature_len;
	int64_t created, expires; /* ms, 0 when absent */
};

/* ERR_INVALID with one sentence for a malformed header (NULL: there is none); at most 4 KB, 16
 * headers. ERR_UNAUTHENTICATED, for which a peer tries its other scheme, for a signature by RFC
 * 9421. */
MUST_USE int httpsig_parse(
	struct arena *a, const char *header, struct err *err, struct httpsig *ret);

/* Verify against a request. header_of(arg, name) gives the value of a header (name in lower case),
 * or NULL when there is none or it came twice. Demanded: (request-target), host equal to one of
 * hosts (NULL-terminated; case-insensitive), date or (created) within -1 h … +1 h of now (a little
 * more strict than none, as lenient as the field), expires not passed, and for a body a signed
 * digest that matches it. With a query the target is tried with it and without (Misskey,
 * Friendica). ERR_UNAUTHENTICATED with one sentence. Fails closed. */
struct httpsig_request {
	const char *method;
	const char *target;
	const char *const *hosts;
	const char *(*header_of)(const void *arg, const char *name);
	const void *arg;
	const void *body;
	size_t body_len;
	int64_t now; /* ms */
};
MUST_USE int httpsig_verify(struct arena *a, const struct httpsig *sig, const struct key *key,
	const struct httpsig_request *rq, struct err *err);

/* The checks that need no key (headers present, dates, digest), to be made before a key is fetched.
 * Same errors. httpsig_verify makes them again. */
MUST_USE int httpsig_precheck(struct arena *a, const struct httpsig *sig,
	const struct httpsig_request *rq, struct err *err);

/* httpsig_parse on the request's own Signature header. ERR_UNAUTHENTICATED when there is none, with
 * a sentence of its own when there is a Signature-Input, which belongs to RFC 9421. */
MUST_USE int httpsig_read(
	struct arena *a, const struct httpsig_request *rq, struct err *err, struct httpsig *ret);

#endif
