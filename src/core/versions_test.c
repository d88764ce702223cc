/* What is heard of versions, on both engines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/core.h"
#include "core/institution.h"
#include "core/outbox.h"
#include "core/versions.h"
#include "kit/db/fixture_testing.h"

#define FIRST 1000

static const struct migrations *const ROOMS[] = {&core_migrations, NULL};
static const struct migrations *const NOTHING[] = {NULL};

struct heard {
	struct world *w;
	struct versions *versions;
	int64_t of[3]; /* the newest of the server, of FIRST, of FIRST + 1 */
	int raised, forgotten;
};

static void raised(void *arg, int64_t institution, int64_t version)
{
	struct heard *h = arg;

	h->raised++;
	if (institution == 0)
		h->of[0] = version;
	else if (institution >= FIRST && institution < FIRST + 2)
		h->of[1 + institution - FIRST] = version;
}

static void forget(void *arg)
{
	((struct heard *)arg)->forgotten++;
}

static struct heard *make(void **state, const struct migrations *const *rooms)
{
	struct heard *h = calloc(1, sizeof(*h));
	struct versions_options options = {.raised = raised, .forget = forget, .arg = h};

	h->w = world_new(*(enum db_engine *)*state, true, rooms);
	options.db = h->w->cx.db;
	h->versions = versions_new(&options);
	return h;
}

static void end(struct heard *h)
{
	versions_free(h->versions);
	world_free(h->w);
	free(h);
}

/* Institutions from..to, each with version 1. */
struct span {
	int64_t from, to;
};

static int add(struct tx *tx, void *arg)
{
	const struct span *s = arg;
	int rc = 0;

	for (int64_t id = s->from; rc == 0 && id <= s->to; id++) {
		struct institution i = {.id = id,
			.handle = arena_printf(tx_arena(tx), "i%lld", (long long)id),
			.languages = "uz",
			.rsa_public = "",
			.ed25519_public = ""};

		rc = institution_db_insert(tx, &i, "", 0, "", 0);
	}
	return rc;
}

static int say(struct tx *tx, void *arg)
{
	struct entry e = {.institution = *(int64_t *)arg, .audience = "public", .kind = "profile"};

	return outbox_append(tx, &e);
}

static void add_some(struct heard *h, int64_t from, int64_t to)
{
	struct span s = {from, to};

	assert_int_equal(db_write(&h->w->cx, add, &s), 0);
}

static void hear(struct heard *h, const char *nudge, int raises)
{
	struct err err;

	h->raised = 0;
	assert_int_equal(versions_hear(h->versions, nudge, &err), 0);
	assert_int_equal(h->raised, raises);
}

static void test_hearing(void **state)
{
	struct heard *h = make(state, ROOMS);
	int64_t second = FIRST + 1;

	hear(h, "", 0);
	add_some(h, FIRST, FIRST + 1);
	hear(h, "institution 1000", 2);
	assert_int_equal(h->of[1], 1);
	assert_int_equal(h->of[0], 2);
	hear(h, "", 3); /* the nudge told of one alone */
	assert_int_equal(h->of[2], 1);
	hear(h, "", 0);
	assert_int_equal(db_write(&h->w->cx, say, &second), 0);
	hear(h, "institution 1000", 2);
	assert_int_equal(h->of[0], 3);
	assert_int_equal(h->of[2], 1);
	hear(h, "", 3);
	assert_int_equal(h->of[2], 2);
	hear(h, "host example.org", 0);
	hear(h, "institution", 0);
	hear(h, "institution -1", 0);
	hear(h, "institution 10x", 0);
	hear(h, "institution 5", 2); /* one that is not there has no version */
	assert_int_equal(h->forgotten, 0);
	end(h);
}

static void test_many(void **state)
{
	struct heard *h = make(state, ROOMS);

	add_some(h, FIRST, FIRST + 2 * VERSIONS_PAGE - 1);
	hear(h, "", 2 * VERSIONS_PAGE + 1);
	assert_int_equal(h->of[0], 2 * VERSIONS_PAGE);
	add_some(h, 5000, 5000);
	hear(h, "", 2 * VERSIONS_PAGE + 2);
	end(h);
}

/* A database that does not answer: what a nudge told of may be anything. */
static void test_failing(void **state)
{
	struct heard *h = make(state, NOTHING);
	struct err err = {0};

	assert_true(versions_hear(h->versions, "", &err) < 0);
	assert_int_equal(h->forgotten, 0);
	assert_true(versions_hear(h->versions, "institution 1000", &err) < 0);
	assert_int_equal(h->forgotten, 1);
	assert_true(*err_text(&err));
	assert_int_equal(h->raised, 0);
	end(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(test_hearing, NULL, NULL),
		FIXTURE_BOTH(test_many, NULL, NULL),
		FIXTURE_BOTH(test_failing, NULL, NULL),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
