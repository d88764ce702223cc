/* The inbox: who sends is verified first, then what is sent is done in one durable transaction,
 * then 202. Whatever cannot be verified gets 401 at once. What each kind of activity does is in
 * receive.c. */
#include "feature/fediverse/inbox.h"

#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "feature/fediverse/receive.h"
#include "feature/fediverse/remote.h"
#include "feature/fediverse/vocabulary.h"
#include "kit/crypto/httpsig.h"

static const char *header_of(const void *arg, const char *name)
{
	return request_header(arg, name);
}

static int check_type(struct request *rq)
{
	const char *type = request_header(rq, "Content-Type");

	if (type && (str_starts(type, ACTIVITY_TYPE) || str_starts(type, "application/ld+json") ||
			    str_starts(type, "application/json")))
		return 0;
	return ctx_fail(&rq->cx, ERR_UNSUPPORTED, "the inbox takes " ACTIVITY_TYPE " only");
}

static int verify_with(struct request *rq, const struct httpsig *sig,
	const struct httpsig_request *hr, const struct remote_actor *actor)
{
	AUTO(key_freep) struct key *key = NULL;
	int rc = key_from_public_pem(actor->key_pem, strlen(actor->key_pem), &rq->cx.err, &key);

	return rc < 0 ? rc : httpsig_verify(rq->cx.arena, sig, key, hr, &rq->cx.err);
}

/* The key in the store may be out of date: one fetch, then the last word. When it cannot be had
 * anew the first verdict stands. */
static int verify_anew(struct request *rq, const struct httpsig *sig,
	const struct httpsig_request *hr, int verdict, struct remote_actor *actor)
{
	struct err first = rq->cx.err;
	struct remote_actor fresh;
	int rc = remote_by_key(&rq->cx, sig->key_id, actor->fetched_at, &fresh);

	if (rc == ERR_UNAUTHENTICATED) {
		rq->cx.err = first;
		return verdict;
	}
	if (rc < 0)
		return rc;
	*actor = fresh;
	return verify_with(rq, sig, hr, actor);
}

static int authenticate(struct request *rq, struct remote_actor *actor)
{
	const char *hosts[] = {rq->cx.server->host, NULL};
	struct httpsig_request hr = {.method = "post",
		.target = rq->target,
		.hosts = hosts,
		.header_of = header_of,
		.arg = rq,
		.body = rq->body,
		.body_len = rq->body_len,
		.now = clock_now()};
	const char *header = request_header(rq, "Signature");
	struct httpsig sig;
	int64_t asked = clock_now();
	int rc;

	if (!header)
		return ctx_fail(&rq->cx, ERR_UNAUTHENTICATED,
			"the request is not signed: a Signature header is needed");
	rc = httpsig_parse(rq->cx.arena, header, &rq->cx.err, &sig);
	if (rc == 0)
		rc = httpsig_precheck(rq->cx.arena, &sig, &hr, &rq->cx.err);
	if (rc < 0)
		return rc == ERR_INVALID ? rq->cx.err.code = ERR_UNAUTHENTICATED : rc;
	rc = remote_by_key(&rq->cx, sig.key_id, 0, actor);
	if (rc < 0)
		return rc;
	rc = verify_with(rq, &sig, &hr, actor);
	if (rc < 0 && actor->fetched_at < asked)
		rc = verify_anew(rq, &sig, &hr, rc, actor);
	return rc == ERR_INVALID ? rq->cx.err.code = ERR_UNAUTHENTICATED : rc;
}

/* A server that tells of a deleted actor whose key nobody can have any more: there is nothing to
 * do, and nothing to verify. */
static bool is_farewell(const json_t *activity)
{
	return str_eq(json_str(activity, "type"), "Delete") && json_id(activity, "actor") &&
	       str_eq(json_id(activity, "actor"), json_id(activity, "object"));
}

static int check_activity(
	struct request *rq, const struct remote_actor *actor, const json_t *activity)
{
	const char *id = json_str(activity, "id"), *type = json_str(activity, "type");

	if (!str_eq(json_id(activity, "actor"), actor->uri))
		return ctx_fail(
			&rq->cx, ERR_UNAUTHENTICATED, "the signer is not the activity's actor");
	if (!type || !id || strlen(id) > 2048)
		return ctx_fail(&rq->cx, ERR_INVALID,
			"the activity needs a type and an id of at most 2,048 bytes");
	id = arena_copy(rq->cx.arena, id, strcspn(id, "#"));
	if (!id || !str_eq(fetch_url_host(rq->cx.arena, id), actor->host))
		return ctx_fail(&rq->cx, ERR_UNAUTHENTICATED,
			"the activity's id is not at its actor's host");
	return 0;
}

static int parse_activity(struct request *rq, json_t **ret)
{
	json_t *activity;
	int rc = json_parse(rq->body, rq->body_len, &rq->cx.err, &activity);

	if (rc < 0)
		return rc;
	*ret = json_keep(rq->cx.arena, activity);
	if (!*ret)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	if (json_object_get(*ret, "@graph") || json_object_get(*ret, "@included") ||
		json_object_get(*ret, "@reverse"))
		return ctx_fail(
			&rq->cx, ERR_INVALID, "@graph, @included and @reverse are not taken");
	return 0;
}

int inbox_post(struct request *rq)
{
	struct remote_actor actor = {0};
	json_t *activity = NULL;
	int rc = check_type(rq), parsed;

	if (rc < 0)
		return rc;
	rc = authenticate(rq, &actor);
	if (rc < 0 && rc != ERR_GONE)
		return rc;
	parsed = parse_activity(rq, &activity);
	if (rc == ERR_GONE && (parsed < 0 || !is_farewell(activity)))
		return ctx_fail(&rq->cx, ERR_UNAUTHENTICATED,
			"the sender's key could not be had: its server says that it is gone");
	if (rc == ERR_GONE) {
		reply_text(rq, 202, "text/plain; charset=utf-8", "");
		return 0;
	}
	if (parsed < 0)
		rc = parsed;
	else
		rc = check_activity(rq, &actor, activity);
	if (rc == 0)
		rc = receive(&rq->cx, &actor, activity);
	if (rc < 0)
		return rc;
	CRASH_POINT("inbox.before_answer");
	reply_text(rq, 202, "text/plain; charset=utf-8", "");
	return 0;
}
