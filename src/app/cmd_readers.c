/* Commands about readers: who lags and why, and trying a host again at once. */
#include "app/app.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "core/host.h"
#include "core/nudge.h"
#include "core/reader.h"

#define PAGE 200

struct listing {
	int64_t after;
	struct lag lags[PAGE];
	int count;
	int64_t readers, behind, parcels, parked;
};

static int list(struct tx *tx, void *arg)
{
	struct listing *l = arg;

	return reader_db_lagging(tx, l->after, PAGE, l->lags, &l->after, &l->count);
}

static int counts(struct tx *tx, void *arg)
{
	struct listing *l = arg;

	return reader_db_counts(tx, &l->readers, &l->behind, &l->parcels, &l->parked);
}

static json_t *describe(const struct lag *x)
{
	json_t *refused = !x->refused_what
				  ? json_null()
				  : json_pack("{s:s, s:I, s:s, s:I}", "what", x->refused_what,
					    "number", (json_int_t)x->refused_number, "why",
					    x->refused_why, "at", (json_int_t)x->refused_at);

	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s?, s:I, s:I, s:s?, s:I, s:o}",
		"institution", x->handle, "kind", x->kind, "target", x->target, "host", x->host,
		"behind", (json_int_t)x->behind, "parcels", (json_int_t)x->parcels, "state",
		x->state, "attempts", (json_int_t)x->attempts, "next_at", (json_int_t)x->next_at,
		"why", x->why, "refusals", (json_int_t)x->refusals, "refused", refused);
}

static void print_lag(const struct lag *x)
{
	char next[32] = "", at[32] = "";

	printf("%s → %s %s\n  %lld behind, %lld parcels", x->handle, x->kind, x->target,
		(long long)x->behind, (long long)x->parcels);
	if (x->refused_what) {
		clock_rfc3339(x->refused_at, at);
		printf(", %lld refused (the last, %s %lld, at %s: %s)", (long long)x->refusals,
			x->refused_what, (long long)x->refused_number, at, x->refused_why);
	}
	if (x->state && !str_eq(x->state, "live")) {
		clock_rfc3339(x->next_at, next);
		printf("; %s after %lld failures (%s)", x->state, (long long)x->attempts, x->why);
		if (str_eq(x->state, "parked"))
			printf(", tried again at %s", next);
	}
	printf("\n");
}

static int run_list(struct invocation *in)
{
	struct listing *l = arena_alloc(in->cx.arena, sizeof(*l));
	json_t *all = json_array();
	int rc = l ? db_read(&in->cx, counts, l)
		   : ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");

	while (rc == 0) {
		rc = db_read(&in->cx, list, l);
		for (int i = 0; rc == 0 && i < l->count; i++) {
			if (in->json)
				json_array_append_new(all, describe(&l->lags[i]));
			else
				print_lag(&l->lags[i]);
		}
		if (rc == 0 && l->count < PAGE)
			break;
	}
	if (rc < 0) {
		json_decref(all);
		return rc;
	}
	invocation_answer(in,
		json_pack("{s:I, s:I, s:I, s:I, s:o}", "readers", (json_int_t)l->readers, "behind",
			(json_int_t)l->behind, "with_parcels", (json_int_t)l->parcels, "parked",
			(json_int_t)l->parked, "lagging", all),
		"%lld readers: %lld behind, %lld with parcels, %lld at parked hosts\n",
		(long long)l->readers, (long long)l->behind, (long long)l->parcels,
		(long long)l->parked);
	return 0;
}

static int free_host(struct tx *tx, void *arg)
{
	struct host h;
	int rc = host_db_load(tx, arg, &h);

	if (rc < 0)
		return rc;
	h.state = HOST_LIVE;
	h.next_at = 0;
	h.attempts = 0;
	h.failing_since = 0;
	return host_db_save(tx, &h, true);
}

static int run_retry(struct invocation *in)
{
	int rc = db_write(&in->cx, free_host, (void *)in->arguments[1]);

	if (rc < 0)
		return rc;
	nudge_host(&in->cx, in->arguments[1]);
	invocation_answer(in, json_pack("{s:s}", "host", in->arguments[1]),
		"%s is tried again now.\n", in->arguments[1]);
	return 0;
}

static int run_readers(struct invocation *in)
{
	const char *verb = in->argument_count > 0 ? in->arguments[0] : "list";

	if (str_eq(verb, "list") && in->argument_count < 2)
		return run_list(in);
	if (str_eq(verb, "retry") && in->argument_count == 2)
		return run_retry(in);
	return ctx_fail(&in->cx, ERR_INVALID,
		"usage: chorsu readers DIR [list | retry HOST], not \"%.60s\"", verb);
}

const struct command reader_commands[] = {
	{.name = "readers",
		.arguments = "[list | retry HOST]",
		.most = 2,
		.needs = NEEDS_STORE,
		.run = run_readers,
		.says = "who lags and why; retry: forget a host's failures and try it at once"},
	{0},
};
