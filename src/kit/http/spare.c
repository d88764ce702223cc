/* A small table of responses: each stands in the set of its answer, and gives way to newer ones.
 * One that stands there holds no reference to its answer, so its bytes may be gone: it is only used
 * by somebody who holds the same answer, which its serial number tells. */
#include "kit/http/spare.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kit/http/conditional.h"
#include "kit/http/exchange.h"

struct spare {
	struct MHD_Response *response;
	uint64_t answer; /* serial */
	enum coding coding;
	char request[24], date[32]; /* that it has now */
};

static _Atomic(struct spare *) *set_of(struct exchange *x)
{
	return x->server->spares.slots[(x->answer->serial * CODINGS + x->coding) % SPARE_SETS];
}

static void spare_free(struct spare *spare)
{
	if (!spare)
		return;
	if (spare->response)
		MHD_destroy_response(spare->response);
	free(spare);
}

/* NULL: there is none. Another answer's that is met goes: this one is asked for now. */
static struct spare *find(struct exchange *x)
{
	_Atomic(struct spare *) *set = set_of(x);

	for (int i = 0; i < SPARE_WAYS; i++) {
		struct spare *spare = atomic_exchange(&set[i], NULL);

		if (spare && spare->answer == x->answer->serial && spare->coding == x->coding)
			return spare;
		spare_free(spare);
	}
	return NULL;
}

static bool add(struct spare *spare, const char *name, const char *value)
{
	return !value || MHD_add_response_header(spare->response, name, value) == MHD_YES;
}

/* All that is the same for everybody. */
static bool fill(struct spare *spare, struct exchange *x)
{
	const struct answer *a = x->answer;

	for (int i = 0; i < a->field_count; i++)
		if (!add(spare, a->fields[i].name, a->fields[i].value))
			return false;
	if (a->etag && !add(spare, "ETag", etag_in(x->rq.cx.arena, a->etag, x->coding)))
		return false;
	return add(spare, "Content-Encoding", coding_name(x->coding)) &&
	       add(spare, "Content-Type", a->type);
}

static struct spare *make(struct exchange *x)
{
	struct spare *spare = calloc(1, sizeof(*spare));

	if (!spare)
		return NULL;
	spare->answer = x->answer->serial;
	spare->coding = x->coding;
	spare->response = MHD_create_response_from_buffer(
		x->reply.len, (void *)x->reply.body, MHD_RESPMEM_PERSISTENT);
	if (spare->response && fill(spare, x))
		return spare;
	spare_free(spare);
	return NULL;
}

/* Replace a header of our own. */
static bool stamp(struct spare *spare, const char *name, char *old, const char *now)
{
	if (strcmp(old, now) == 0)
		return true;
	if (*old && MHD_del_response_header(spare->response, name, old) != MHD_YES)
		return false;
	memcpy(old, now, strlen(now) + 1);
	return add(spare, name, now);
}

bool spare_take(struct exchange *x)
{
	struct spare *spare = find(x);
	char date[sizeof(spare->date)];

	if (!spare)
		spare = make(x);
	if (!spare)
		return false;
	clock_http_date(clock_now(), date);
	if (!stamp(spare, "X-Request-Id", spare->request, x->rq.cx.request) ||
		!stamp(spare, "Date", spare->date, date)) {
		spare_free(spare);
		return false;
	}
	x->spare = spare;
	x->response = spare->response;
	return true;
}

void spare_put(struct exchange *x)
{
	_Atomic(struct spare *) *set;
	struct spare *spare = x->spare;

	if (!spare)
		return;
	x->spare = NULL;
	x->response = NULL;
	set = set_of(x);
	for (int i = 0; i < SPARE_WAYS; i++) {
		struct spare *free_slot = NULL;

		if (atomic_compare_exchange_strong(&set[i], &free_slot, spare))
			return;
	}
	spare_free(atomic_exchange(&set[spare->answer % SPARE_WAYS], spare));
}

void spares_done(struct spares *s)
{
	for (int i = 0; i < SPARE_SETS; i++)
		for (int k = 0; k < SPARE_WAYS; k++)
			spare_free(atomic_exchange(&s->slots[i][k], NULL));
}
