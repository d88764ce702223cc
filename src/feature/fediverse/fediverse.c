/* The room's rows. */
#include "feature/fediverse/fediverse.h"

#include "base/clock.h"
#include "core/follow.h"
#include "core/limits.h"
#include "feature/fediverse/deliver.h"
#include "feature/fediverse/discovery.h"
#include "feature/fediverse/inbox.h"
#include "feature/fediverse/objects.h"

#define AS_TYPES                                                                                   \
	"application/activity+json|application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""

static const struct param RESOURCE[] = {{.name = "resource", .max = 2048, .required = true}, {0}};
static const struct param ID[] = {{.name = "id", .kind = PARAM_ID, .required = true}, {0}};
static const struct param OUTBOX[] = {
	{.name = "id", .kind = PARAM_ID, .required = true},
	{.name = "page", .kind = PARAM_BOOL},
	{.name = "before", .max = 48},
	{0},
};

static const struct route ROUTES[] = {
	{GET, "/.well-known/webfinger", webfinger_get, .who = ANYONE, .params = RESOURCE,
		.cors = true, .says = "an institution's address to its actor (RFC 7033)"},
	{GET, "/.well-known/host-meta", host_meta_get, .who = ANYONE, .cors = true,
		.says = "where WebFinger is (RFC 6415)"},
	{GET, "/.well-known/nodeinfo", nodeinfo_links_get, .who = ANYONE, .cors = true,
		.says = "where NodeInfo is"},
	{GET, "/nodeinfo/2.0", nodeinfo_20_get, .who = ANYONE, .cors = true,
		.says = "NodeInfo 2.0"},
	{GET, "/nodeinfo/2.1", nodeinfo_21_get, .who = ANYONE, .cors = true,
		.says = "NodeInfo 2.1"},
	{GET, "/actor/server", instance_actor_get, .who = ANYONE,
		.says = "the server's own actor, which signs what it fetches"},
	{GET, "/actor/:id", actor_get, .who = ANYONE, .params = ID, .accept = AS_TYPES,
		.says = "an institution as an ActivityPub actor"},
	{GET, "/actor/:id/outbox", outbox_get, .who = ANYONE, .params = OUTBOX,
		.says = "what it has said, newest first"},
	{GET, "/actor/:id/followers", followers_get, .who = ANYONE, .params = ID,
		.says = "how many follow it"},
	{GET, "/actor/:id/following", following_get, .who = ANYONE, .params = ID,
		.says = "whom it follows: nobody"},
	{GET, "/actor/:id/featured", featured_get, .who = ANYONE, .params = ID,
		.says = "its pinned posts"},
	{GET, "/post/:id", object_get, .who = ANYONE, .params = ID, .accept = AS_TYPES,
		.says = "a post as an ActivityPub object, a withdrawn one as a Tombstone"},
	{GET, "/activity/:id", activity_get, .who = ANYONE, .params = ID,
		.says = "an entry of an outbox as an activity"},
	{POST, "/actor/:id/inbox", inbox_post, .who = SIGNED, .params = ID,
		.body_max = ACTIVITY_MAX, .cross_site = true,
		.says = "what others send to an institution; signed"},
	{POST, "/inbox", inbox_post, .who = SIGNED, .body_max = ACTIVITY_MAX, .cross_site = true,
		.says = "what others send to this server; signed"},
	{0},
};

static const struct reader_kind *const KINDS[] = {&fediverse_kind, NULL};

#define REMEMBER_MS (6 * HOUR)

static int forget(struct tx *tx, void *arg)
{
	(void)arg;
	return received_forget(tx, clock_now() - REMEMBER_MS);
}

static int forget_received(struct ctx *cx)
{
	int rc;

	do
		rc = db_write(cx, forget, NULL);
	while (rc > 0);
	return rc;
}

static const struct task TASKS[] = {
	{"fediverse.forget", 10 * MINUTE, forget_received},
	{0},
};

const struct feature fediverse_feature = {
	.name = "fediverse",
	.routes = ROUTES,
	.kinds = KINDS,
	.tasks = TASKS,
};
