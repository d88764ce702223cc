/* Each rule of compaction, as short plays: a row tells the outbox, where the reader stands, and the
 * numbers that it is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "core/plan.h"

#define DAY_MS     ((int64_t)24 * 3600 * 1000)
#define NOW        (100 * DAY_MS)
#define ENTRIES    16
#define AGE_LIMIT  (PLAN_CREATE_AGE_DAYS * DAY_MS)
#define POSTS_MAX  10
#define OUTPUT_MAX 100

struct play {
	const char *says;
	/* Words of an outbox, numbered from 1: C1 U1 D1 (Create, Update, Delete of post 1), P
	 * (profile), X (of another kind); after it: q quiet, f for followers only, o older than 7
	 * days, l exactly 7 days old. */
	const char *outbox;
	int64_t from, to, unsure;
	const char *sent; /* numbers */
};

static const struct play PLAYS[] = {
	{"nothing was said", "", 0, 0, 0, ""},
	{"a new post", "C1", 0, 1, 0, "1"},
	{"posts go in order", "C1 C2 C3", 0, 3, 0, "1 2 3"},
	{"what is behind is not sent again", "C1 C2 C3", 2, 3, 0, "3"},
	{"nothing is due at the head", "C1 C2", 2, 2, 0, ""},
	{"what comes after the run's end waits", "C1 C2 C3", 0, 2, 0, "1 2"},

	{"a withdrawn Create is not sent, nor the Delete of what never came", "C1 D1", 0, 2, 0, ""},
	{"with Updates between them neither", "C1 U1 U1 D1", 0, 4, 0, ""},
	{"others go on around it", "C1 C2 D1 C3", 0, 4, 0, "2 4"},
	{"withdrawn after this run: known by now all the same", "C1 D1", 0, 1, 0, ""},
	{"the Delete after that run is sent, to be sure", "C1 D1", 1, 2, 0, "2"},
	{"a Delete of what is held is sent", "C1 D1", 1, 2, 0, "2"},
	{"the Update before a Delete is not", "C1 U1 D1", 1, 3, 0, "3"},
	{"the Delete of one post says nothing of another", "C1 C2 D2", 1, 3, 0, ""},
	{"a Delete of what is held comes in its place", "C1 C2 D1 C3", 1, 4, 0, "2 3 4"},

	{"a Create carries the newest text, its Update is passed over", "C1 U1", 0, 2, 0, "1"},
	{"several Updates too", "C1 U1 U1 U1", 0, 4, 0, "1"},
	{"of what is held only the last Update goes", "C1 U1 U1 U1", 1, 4, 0, "4"},
	{"Updates of different posts both go", "C1 C2 U1 U2", 2, 4, 0, "3 4"},
	{"the last of each, in order", "C1 C2 U1 U2 U1 U2", 2, 6, 0, "5 6"},
	{"an Update after the run's end replaces nothing in it", "C1 U1 U1", 1, 2, 0, "2"},
	{"and goes in its own run", "C1 U1 U1", 2, 3, 0, "3"},
	{"an Update after the run of its Create is sent", "C1 U1", 1, 2, 0, "2"},
	{"a quiet Update does not replace one that is sent", "C1 U1 U1q", 1, 3, 0, "2"},

	{"in doubt the Update goes too: a peer drops the repeated Create", "C1 U1", 0, 2, 1, "1 2"},
	{"in doubt of an earlier entry there is no doubt of this one", "C1 C2 U2", 0, 3, 1, "1 2"},
	{"in doubt the last Update is enough", "C1 U1 U1", 0, 3, 1, "1 3"},
	{"in doubt the Delete goes without the Create", "C1 D1", 0, 2, 1, "2"},
	{"in doubt of more than was said", "C1 U1 C2 D2", 0, 4, 99, "1 2 4"},

	{"an old Create is passed over", "C1o C2", 0, 2, 0, "2"},
	{"exactly seven days are not too old", "C1l", 0, 1, 0, "1"},
	{"and its Update: the post is not held", "C1o U1", 0, 2, 0, ""},
	{"and its Delete", "C1o D1", 0, 2, 0, ""},
	{"an old Update of what is held is sent", "C1o U1o", 1, 2, 0, "2"},
	{"an old Delete of what is held is sent", "C1o D1o", 1, 2, 0, "2"},
	{"in doubt of an old Create its Update is sent", "C1o U1", 0, 2, 1, "2"},

	{"of changes of the profile the last", "P P P", 0, 3, 0, "3"},
	{"the profile within the run", "P C1 P", 0, 2, 0, "1 2"},
	{"a profile is no Update of a post", "P U1 P", 0, 3, 0, "2 3"},
	{"what another feature says is never compacted", "X X", 0, 2, 0, "1 2"},
	{"and replaces no profile", "P X", 0, 2, 0, "1 2"},

	{"quiet entries are not sent", "C1q U1q D2q Pq Xq", 0, 5, 0, ""},
	{"others around them are", "C1q C2 C3q", 0, 3, 0, "2"},
	{"a kind that may, takes what is for followers", "C1f C2", 0, 2, 0, "1 2"},
};

static enum plan_kind kind_of(char c)
{
	const char *letters = "CUDPX";

	assert_non_null(strchr(letters, c));
	return (enum plan_kind)(strchr(letters, c) - letters);
}

static void read_word(const char *word, int64_t seq, struct plan_entry *e)
{
	bool of_post = word[0] != 'P' && word[0] != 'X';

	*e = (struct plan_entry){
		.seq = seq, .id = 1000 + seq, .kind = kind_of(word[0]), .at = NOW - 1000};
	if (of_post)
		e->post = word[1] - '0';
	for (const char *mark = word + (of_post ? 2 : 1); *mark; mark++) {
		e->quiet = e->quiet || *mark == 'q';
		e->followers = e->followers || *mark == 'f';
		if (*mark == 'o')
			e->at = NOW - AGE_LIMIT - 1;
		if (*mark == 'l')
			e->at = NOW - AGE_LIMIT;
	}
}

static size_t read_outbox(const char *text, struct plan_entry *entries)
{
	int64_t created[POSTS_MAX] = {0};
	bool withdrawn[POSTS_MAX] = {false};
	char copy[OUTPUT_MAX], *rest = copy, *word;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strtok_r(rest, " ", &rest))) {
		struct plan_entry *e = &entries[n++];

		read_word(word, (int64_t)n, e);
		if (e->kind == PLAN_CREATE)
			created[e->post] = e->seq;
		if (e->kind == PLAN_DELETE)
			withdrawn[e->post] = true;
	}
	for (size_t i = 0; i < n; i++) {
		entries[i].created = created[entries[i].post];
		entries[i].withdrawn = withdrawn[entries[i].post];
	}
	return n;
}

/* As the engine does: what is sent moves the position, until nothing is left. */
static void act(const struct play *p, char *out)
{
	struct plan_entry entries[ENTRIES];
	size_t count = read_outbox(p->outbox, entries);
	struct plan_span span = {.from = p->from,
		.position = p->from,
		.to = p->to,
		.unsure = p->unsure,
		.takes_followers = true,
		.now = NOW};
	const struct plan_entry *e;
	size_t len = 0;

	*out = 0;
	while ((e = plan_next(entries, count, &span))) {
		assert_true(e->seq > span.position);
		span.position = e->seq;
		len += (size_t)snprintf(
			out + len, OUTPUT_MAX - len, "%s%lld", len ? " " : "", (long long)e->seq);
	}
}

static void rules(void **state)
{
	char out[OUTPUT_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(PLAYS); i++) {
		act(&PLAYS[i], out);
		if (strcmp(out, PLAYS[i].sent))
			fail_msg("%s (%s): sent \"%s\", not \"%s\"", PLAYS[i].says, PLAYS[i].outbox,
				out, PLAYS[i].sent);
	}
}

/* The reader's own position within a run: what the run began with still counts. */
static void within_a_run(void **state)
{
	struct plan_entry entries[ENTRIES];
	size_t count = read_outbox("C1 C2 U1 D2 U1", entries);
	struct plan_span span = {
		.from = 0, .position = 1, .to = 5, .takes_followers = true, .now = NOW};

	(void)state;
	assert_null(plan_next(entries, count, &span));
	span.from = 1; /* a new run: it is not known any more what the Create carried */
	assert_int_equal(plan_next(entries, count, &span)->seq, 5);
}

/* Only followers' inboxes take what is not for everybody. */
static void another_kind(void **state)
{
	struct plan_entry entries[ENTRIES];
	size_t count = read_outbox("C1f C2 U1f C3f", entries);
	struct plan_span span = {.to = 4, .now = NOW};

	(void)state;
	assert_int_equal(plan_next(entries, count, &span)->seq, 2);
	span.from = span.position = 2; /* a run of its own: the Update would be sent */
	assert_null(plan_next(entries, count, &span));
	span.takes_followers = true;
	assert_int_equal(plan_next(entries, count, &span)->seq, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules),
		cmocka_unit_test(within_a_run),
		cmocka_unit_test(another_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
