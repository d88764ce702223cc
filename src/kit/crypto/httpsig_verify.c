/* Believing a signature or not. Every way out but the last of httpsig_verify refuses. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/crypto/httpsig_internal.h"

#define WINDOW HOUR /* around now for date and created: clocks of peers are off by as much */

static int check_algorithm(struct arena *a, const struct httpsig *sig, struct err *err)
{
	static const char *const taken[] = {"", "rsa-sha256", "hs2019", "ed25519"};

	for (size_t i = 0; i < LENGTH(taken); i++)
		if (str_eq_nocase(sig->algorithm, taken[i]))
			return 0;
	return err_set(err, ERR_UNAUTHENTICATED,
		"the signature's algorithm is \"%s\": only rsa-sha256, hs2019 and ed25519 are "
		"taken",
		httpsig_shown(a, sig->algorithm));
}

/* What must be signed, in one sentence with all that is missing. */
static int check_covered(
	const struct httpsig *sig, const struct httpsig_request *rq, struct err *err)
{
	bool body = rq->body_len > 0 || httpsig_carries_body(rq->method);
	char missing[80];

	snprintf(missing, sizeof(missing), "%s%s%s%s",
		httpsig_covers(sig, "(request-target)") ? "" : ", (request-target)",
		httpsig_covers(sig, "host") ? "" : ", host",
		httpsig_covers(sig, "date") || httpsig_covers(sig, "(created)") ? "" : ", date",
		!body || httpsig_covers(sig, "digest") ? "" : ", digest");
	if (!*missing)
		return 0;
	return err_set(err, ERR_UNAUTHENTICATED,
		"the signature does not cover %s: sign (request-target) host date%s",
		missing + strlen(", "), body ? " digest" : "");
}

/* (created) and (expires) exist only since hs2019. That their parameters are there, httpsig_text
 * has seen. */
static int check_times_form(const struct httpsig *sig, struct err *err)
{
	bool created = httpsig_covers(sig, "(created)");

	if (str_eq_nocase(sig->algorithm, "hs2019") ||
		(!created && !httpsig_covers(sig, "(expires)")))
		return 0;
	return err_set(err, ERR_UNAUTHENTICATED,
		"the signature covers %s, which goes with the algorithm hs2019 alone",
		created ? "(created)" : "(expires)");
}

/* Is a moment that the sender names close to now? what: "Date header" or "created". */
static int check_window(const char *what, int64_t at, int64_t now, struct err *err)
{
	char then[32], here[32];

	if (at >= now - WINDOW && at <= now + WINDOW)
		return 0;
	clock_http_date(at, then);
	clock_http_date(now, here);
	return err_set(err, ERR_UNAUTHENTICATED,
		"the signature's %s is %s, more than an hour %s this server's %s: set the clock, "
		"sign every try anew",
		what, then, at < now ? "before" : "after", here);
}

static int check_times(struct arena *a, const struct httpsig *sig, const struct httpsig_request *rq,
	struct err *err)
{
	int rc = check_times_form(sig, err);

	if (rc == 0 && httpsig_covers(sig, "date")) {
		const char *date = rq->header_of(rq->arg, "date");
		int64_t at = date ? clock_parse_http_date(date) : -1;

		if (at < 0)
			return err_set(err, ERR_UNAUTHENTICATED,
				"the request's Date header is \"%s\": it must be a date as in RFC "
				"9110",
				date ? httpsig_shown(a, date) : "");
		rc = check_window("Date header", at, rq->now, err);
	}
	/* Unsigned ones count too where they are stricter. */
	if (rc == 0 && sig->created)
		rc = check_window("created", sig->created, rq->now, err);
	if (rc == 0 && sig->expires && (sig->expires <= rq->now || sig->expires < sig->created)) {
		char then[32];

		clock_http_date(sig->expires, then);
		rc = err_set(err, ERR_UNAUTHENTICATED, "the signature expired at %s", then);
	}
	return rc;
}

/* Length of a host without the port that its scheme has anyway. */
static size_t host_length(const char *host)
{
	if (str_ends(host, ":443"))
		return strlen(host) - 4;
	return strlen(host) - (str_ends(host, ":80") ? 3 : 0);
}

static bool same_host(struct arena *a, const char *one, const char *other)
{
	const char *x = arena_copy(a, one, host_length(one)),
		   *y = arena_copy(a, other, host_length(other));

	return x && y && *x && str_eq_nocase(x, y);
}

/* A signature for another server must not be replayed here. */
static int check_host(struct arena *a, const struct httpsig_request *rq, struct err *err)
{
	const char *host = rq->header_of(rq->arg, "host");

	for (size_t i = 0; host && rq->hosts && rq->hosts[i]; i++)
		if (same_host(a, host, rq->hosts[i]))
			return 0;
	return err_set(err, ERR_UNAUTHENTICATED,
		"the signature is for the host \"%s\", which is not this server",
		host ? httpsig_shown(a, host) : "");
}

static int check_digest(struct arena *a, const struct httpsig *sig,
	const struct httpsig_request *rq, struct err *err)
{
	const char *digest = rq->header_of(rq->arg, "digest");

	if (!httpsig_covers(sig, "digest")) /* only without a body: check_covered */
		return 0;
	if (digest && digest_matches(digest, rq->body, rq->body_len))
		return 0;
	return err_set(err, ERR_UNAUTHENTICATED,
		"the Digest header \"%s\" does not hold the SHA-256 of the %zu bytes received",
		digest ? httpsig_shown(a, digest) : "", rq->body_len);
}

int httpsig_precheck(struct arena *a, const struct httpsig *sig, const struct httpsig_request *rq,
	struct err *err)
{
	const char *text;
	int rc = check_algorithm(a, sig, err);

	if (rc == 0)
		rc = check_covered(sig, rq, err);
	if (rc == 0) /* every signed header is there */
		rc = httpsig_text(a, sig, rq, strlen(rq->target), err, &text);
	if (rc == 0)
		rc = check_host(a, rq, err);
	if (rc == 0)
		rc = check_times(a, sig, rq, err);
	if (rc == 0)
		rc = check_digest(a, sig, rq, err);
	return rc;
}

/* Does the algorithm that is claimed belong to the key? */
static int check_kind(const struct httpsig *sig, const struct key *key, struct err *err)
{
	bool rsa = key_kind(key) == KEY_RSA;

	if (str_eq_nocase(sig->algorithm, "hs2019") ||
		str_eq_nocase(sig->algorithm, rsa ? "rsa-sha256" : "ed25519") ||
		(rsa && str_eq(sig->algorithm, "")))
		return 0;
	return err_set(err, ERR_UNAUTHENTICATED,
		"the signature's algorithm is \"%s\", and its key is for %s", sig->algorithm,
		rsa ? "rsa-sha256" : "ed25519");
}

/* ERR_UNAUTHENTICATED when it does not verify over this much of the target. */
static int try_target(struct arena *a, const struct httpsig *sig, const struct key *key,
	const struct httpsig_request *rq, size_t target_len, struct err *err)
{
	const char *text;
	int rc = httpsig_text(a, sig, rq, target_len, err, &text);

	if (rc < 0)
		return rc;
	if (key_verify(key, text, strlen(text), sig->signature, sig->signature_len))
		return 0;
	return err_set(err, ERR_UNAUTHENTICATED,
		"the signature does not verify with the key %s: the key has changed, or what was "
		"signed is not what came",
		httpsig_shown(a, sig->key_id));
}

int httpsig_verify(struct arena *a, const struct httpsig *sig, const struct key *key,
	const struct httpsig_request *rq, struct err *err)
{
	size_t whole = strlen(rq->target), path = strcspn(rq->target, "?");
	struct err first = {0};
	int rc = httpsig_precheck(a, sig, rq, err);

	if (rc == 0)
		rc = check_kind(sig, key, err);
	if (rc < 0)
		return rc;
	rc = try_target(a, sig, key, rq, whole, &first);
	if (rc == ERR_UNAUTHENTICATED && path < whole &&
		try_target(a, sig, key, rq, path, NULL) == 0)
		return 0;
	return rc < 0 && err ? err_copy(err, &first) : rc;
}
