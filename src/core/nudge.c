/* Telling the serving process, which may be this one. */
#include "core/nudge.h"

#include <stdio.h>

#include "base/crash.h"
#include "core/delivery.h"
#include "core/server.h"
#include "core/versions.h"

#define ANSWER_MS 1000

static void nudge(struct ctx *cx, const char *text)
{
	struct err err;

	CRASH_POINT("publish.before_nudge");
	if (cx->server->versions)
		versions_hear(cx->server->versions, text, &err); /* failing, it forgets all */
	if (cx->server->delivery)
		delivery_kick(cx->server->delivery);
	else
		db_nudge(cx->db, text, ANSWER_MS);
}

void nudge_institution(struct ctx *cx, int64_t institution)
{
	char text[48];

	snprintf(text, sizeof(text), "institution %lld", (long long)institution);
	nudge(cx, text);
}

void nudge_host(struct ctx *cx, const char *host)
{
	char text[200];

	snprintf(text, sizeof(text), "host %.150s", host);
	nudge(cx, text);
}
