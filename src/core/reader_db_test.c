/* Subscribing, leaving and moving, as short plays: what a reader is owed and from where it reads,
 * on both engines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "core/core.h"
#include "core/follow.h"
#include "core/post.h"
#include "kit/db/fixture_testing.h"

#define PARCELS_MAX 8
#define TEXT_MAX    100

struct play {
	const char *says;
	/* Words: F (follows), L (leaves), M (the actor's inbox moves), T (is sent all there is), R
	 * (the kind reach has passed all there is); C1 U1 D1 (Create, Update, Delete of post 1);
	 * after it q: quiet. */
	const char *acts;
	int64_t position, since, until, unsure;
	int64_t readable;    /* how far it may read now; 0: it may not */
	const char *parcels; /* numbers of entries that are owed */
};

static const struct play PLAYS[] = {
	{"who begins starts at the head", "C1 C2 F", 2, 2, 0, 0, 2, ""},
	{"and reads on", "C1 F C2 C3", 1, 1, 0, 0, 3, ""},
	{"who left reads nothing more", "F C1 T L C2", 1, 0, 1, 0, 0, ""},
	{"who left in the middle either", "F C1 C2 L", 0, 0, 2, 0, 0, ""},

	{"what lay ahead of who leaves is owed: it may be under way", "F C1 U1 L", 0, 0, 2, 0, 0,
		"2"},
	{"the Delete too", "F C1 C2 D1 L", 0, 0, 3, 0, 0, "3"},
	{"not what is behind", "F C1 U1 T L", 2, 0, 2, 0, 0, ""},
	{"not the quiet", "F C1 U1q L", 0, 0, 2, 0, 0, ""},
	{"nor what became of a post that came before", "C1 F U1 L", 1, 1, 2, 0, 0, ""},

	{"who comes back starts at the head, with what it held", "F C1 T L C2 F", 2, 0, 0, 0, 2,
		""},
	{"what reach has not passed by then is owed", "F C1 T L U1 F", 2, 0, 0, 0, 2, "2"},
	{"all of it", "F C1 C2 T L U1 D2 F", 4, 0, 0, 0, 4, "3 4"},
	{"reach did what it has passed", "F C1 C2 T L U1 R D2 F", 4, 0, 0, 0, 4, "4"},
	{"of what came after it had left nothing is", "F C1 T L C2 U2 F", 3, 0, 0, 0, 3, ""},
	{"nor of what came before it began", "C1 F C2 T L U1 F", 3, 1, 0, 0, 3, ""},

	{"a new inbox goes on where the old one stood, in doubt", "F C1 T C2 M", 1, 0, 0, 2, 2, ""},
	{"in doubt of all that the old one was told", "F C1 T M", 1, 0, 0, 1, 1, ""},
	{"and not of what comes then", "F C1 T M C2", 1, 0, 0, 1, 2, ""},
};

static const struct migrations *const ROOMS[] = {&core_migrations, NULL};
static const struct feature *const FEATURES[] = {&core_feature, NULL};
static const struct server SERVER = {.features = FEATURES};

/* A play on its stage: an institution and an actor of its own. */
struct stage {
	const struct play *play;
	int64_t institution;
	struct remote_actor actor;
	struct reader reader; /* of the actor's inbox, as it stands in the end */
	int64_t readable;
	char parcels[TEXT_MAX];
};

static int run(struct tx *tx, const char *sql, const struct stage *s)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, sql);

	bind_int(q, "institution", s->institution);
	return stmt_run(q);
}

static int save_actor(struct tx *tx, struct stage *s, const char *inbox)
{
	struct arena *a = tx_arena(tx);

	s->actor = (struct remote_actor){.host = "a.example",
		.name = "",
		.shared_inbox = "",
		.key_pem = "",
		.fetched_at = 1};
	s->actor.uri = arena_printf(a, "https://a.example/%lld", (long long)s->institution);
	s->actor.key_id = arena_printf(a, "%s#key", s->actor.uri);
	s->actor.inbox = arena_printf(a, "%s/%s", s->actor.uri, inbox);
	return actor_save(tx, &s->actor);
}

static int set_stage(struct tx *tx, struct stage *s)
{
	struct institution i = {.id = s->institution,
		.languages = "uz",
		.created_at = 1,
		.rsa_public = "",
		.ed25519_public = ""};
	int rc;

	i.handle = arena_printf(tx_arena(tx), "h%lld", (long long)i.id);
	rc = institution_db_insert(tx, &i, "", 0, "", 0);
	if (rc == 0)
		rc = reader_add_locals(tx, &SERVER, i.id);
	return rc < 0 ? rc : save_actor(tx, s, "old");
}

static int say(struct tx *tx, struct stage *s, const char *word)
{
	struct post p = {.id = s->institution * 10 + word[1] - '0',
		.institution = s->institution,
		.visibility = "public",
		.lang = "uz",
		.published_at = 1};
	struct entry e = {.institution = s->institution,
		.audience = "public",
		.post = p.id,
		.quiet = word[2] == 'q',
		.at = 1};
	int rc = *word == 'C' ? post_db_insert(tx, &p) : 0;

	e.kind = *word == 'C' ? "create" : *word == 'U' ? "update" : "delete";
	if (rc == 0)
		rc = outbox_append(tx, &e);
	return rc == 0 && *word == 'C' ? post_db_created(tx, p.id, e.seq) : rc;
}

static int act(struct tx *tx, struct stage *s, const char *word)
{
	int rc;

	switch (*word) {
	case 'F':
		return follow_add(tx, s->institution, &s->actor, "https://a.example/f", &s->reader);
	case 'L':
		rc = follow_remove(tx, s->institution, s->actor.id);
		return rc < 0 ? rc : 0;
	case 'M':
		return save_actor(tx, s, "new");
	case 'T':
		return run(tx,
			"UPDATE reader SET position = (SELECT head FROM institution WHERE id"
			" = $institution) WHERE institution = $institution AND local = 0",
			s);
	case 'R':
		return run(tx,
			"UPDATE reader SET position = (SELECT head FROM institution WHERE id"
			" = $institution) WHERE institution = $institution AND local = 1",
			s);
	default:
		return say(tx, s, word);
	}
}

/* What stands in the end. */
static int look(struct tx *tx, struct stage *s)
{
	struct parcel parcels[PARCELS_MAX];
	int count, rc = reader_lock(tx, s->institution, FOLLOWERS_KIND, actor_target(&s->actor),
			   s->actor.host, &s->reader);
	size_t len = 0;

	if (rc == 0)
		rc = reader_db_head(tx, s->reader.id, &s->readable);
	if (rc == 0)
		rc = parcel_list(tx, s->reader.id, 0, PARCELS_MAX, parcels, &count);
	*s->parcels = 0;
	for (int i = 0; rc == 0 && i < count; i++)
		len += (size_t)snprintf(s->parcels + len, TEXT_MAX - len, "%s%lld", len ? " " : "",
			(long long)parcels[i].subject);
	return rc;
}

static int perform(struct tx *tx, void *arg)
{
	struct stage *s = arg;
	char copy[TEXT_MAX], *rest = copy, *word;
	int rc = set_stage(tx, s);

	snprintf(copy, sizeof(copy), "%s", s->play->acts);
	while (rc == 0 && (word = strtok_r(rest, " ", &rest)))
		rc = act(tx, s, word);
	return rc < 0 ? rc : look(tx, s);
}

static void plays(void **state)
{
	struct world *w = world_new(*(enum db_engine *)*state, false, ROOMS);

	for (size_t i = 0; i < LENGTH(PLAYS); i++) {
		const struct play *p = &PLAYS[i];
		struct stage s = {.play = p, .institution = (int64_t)i + 1};
		const struct reader *r = &s.reader;

		if (db_write(&w->cx, perform, &s) < 0)
			fail_msg("%s: %s", p->says, err_text(&w->cx.err));
		if (r->position != p->position || r->since != p->since || r->until != p->until ||
			r->unsure != p->unsure || s.readable != p->readable)
			fail_msg(
				"%s (%s): position %lld since %lld until %lld unsure %lld head %lld",
				p->says, p->acts, (long long)r->position, (long long)r->since,
				(long long)r->until, (long long)r->unsure, (long long)s.readable);
		if (!str_eq(s.parcels, p->parcels) || r->has_parcels != (*p->parcels != 0))
			fail_msg("%s (%s): owed \"%s\"", p->says, p->acts, s.parcels);
	}
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {FIXTURE_BOTH(plays, NULL, NULL)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
