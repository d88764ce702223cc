/* The reader `search`: words of what an institution says go into the index, several posts to one
 * transaction. What a post has lost, or all of it once it is withdrawn, goes out of it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/str.h"
#include "core/post.h"
#include "core/search.h"
#include "kit/html/sanitize.h"
#include "kit/text/fold.h"

#define POSTS_AT_ONCE  16
#define POST_WORDS_MAX 6000 /* different ones of a post; what comes later is not found */
#define TEXT_ROOM      (512 * KIB)

/* A post whose words are being written. */
struct indexed {
	int64_t id, institution, at;
	bool listed; /* it is to be found */
	int64_t block;
	int place; /* -1: it never was to be found */
};

/* One word of one post. */
struct mark {
	const char *word;
	const struct indexed *post;
	bool on; /* it stands in the post now */
};

/* Words are collected in a read transaction, on this thread, and only then written. */
struct indexing {
	const struct entry *entries; /* whose posts are looked at, each once */
	int count;
	struct indexed posts[POSTS_AT_ONCE];
	int post_count;
	struct mark *marks;
	size_t mark_count, mark_room;
};

static int by_word(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;
	int by = strcmp(x->word, y->word);

	if (by == 0)
		by = (x->post->block > y->post->block) - (x->post->block < y->post->block);
	if (by == 0)
		by = x->post->place - y->post->place;
	return by ? by : (int)y->on - (int)x->on; /* what stands comes first: it is what counts */
}

static int add_mark(struct tx *tx, struct indexing *job, const struct mark *m)
{
	if (job->mark_count == job->mark_room) {
		size_t room = job->mark_room ? job->mark_room * 2 : 4096;
		struct mark *marks = arena_array(tx_arena(tx), room, sizeof(*marks));

		if (!marks)
			return tx_fail(tx, ERR_MEMORY, "not enough memory");
		if (job->mark_count)
			memcpy(marks, job->marks, job->mark_count * sizeof(*marks));
		job->marks = marks;
		job->mark_room = room;
	}
	job->marks[job->mark_count++] = *m;
	return 0;
}

static int add_words(struct tx *tx, struct indexing *job, struct mark m, const char *text)
{
	struct fold_word w;
	size_t at = 0, most = job->mark_count + POST_WORDS_MAX;
	int rc = 0;

	while (rc == 0 && job->mark_count < most && fold_next(text, &at, &w)) {
		m.word = arena_copy(tx_arena(tx), w.fold, w.len);
		rc = m.word ? add_mark(tx, job, &m) : tx_fail(tx, ERR_MEMORY, "not enough memory");
	}
	return rc;
}

static int add_text(
	struct tx *tx, struct indexing *job, struct mark m, const struct search_text *text)
{
	AUTO(buf_done) struct buf plain = BUF(TEXT_ROOM);
	struct err err = {0};
	int rc;

	m.on = text->stands;
	if (html_to_text(text->html, strlen(text->html), &plain, &err) < 0)
		return 0; /* our own HTML: what cannot be read is not found */
	rc = add_words(tx, job, m, text->title);
	return rc < 0 ? rc : add_words(tx, job, m, buf_text(&plain));
}

/* "@ID" stands for all posts of an institution. */
static int add_institution(struct tx *tx, struct indexing *job, struct mark m)
{
	m.word = arena_printf(tx_arena(tx), "@%lld", (long long)m.post->institution);
	m.on = m.post->listed;
	return m.word ? add_mark(tx, job, &m) : tx_fail(tx, ERR_MEMORY, "not enough memory");
}

static int collect_post(struct tx *tx, struct indexing *job, int64_t id)
{
	struct indexed *to = &job->posts[job->post_count];
	const struct search_text *texts;
	const struct post *post;
	struct mark m = {.post = to};
	int n = 0, rc = post_load(tx, id, &post);

	if (rc == 0)
		rc = search_db_texts(tx, id, &texts, &n);
	if (rc < 0)
		return rc;
	*to = (struct indexed){.id = id,
		.institution = post->institution,
		.at = post->published_at,
		.listed = !post->withdrawn && str_eq(post->visibility, "public")};
	job->post_count++;
	for (int i = 0; rc == 0 && i < n; i++)
		rc = add_text(tx, job, m, &texts[i]);
	return rc < 0 ? rc : add_institution(tx, job, m);
}

static bool came_before(const struct indexing *job, int i)
{
	for (int k = 0; k < i; k++)
		if (job->entries[k].post == job->entries[i].post)
			return true;
	return false;
}

static int collect(struct tx *tx, void *arg)
{
	struct indexing *job = arg;
	int rc = 0;

	for (int i = 0; rc == 0 && i < job->count; i++)
		if (job->entries[i].post && !came_before(job, i))
			rc = collect_post(tx, job, job->entries[i].post);
	return rc;
}

static int find_place(struct tx *tx, struct indexed *p)
{
	int rc = search_db_place(tx, p->id, &p->block, &p->place);

	if (rc == 0 && p->listed)
		rc = search_db_add(tx, p->id, p->at, &p->block, &p->place);
	else if (rc == 0)
		p->place = -1;
	return rc < 0 ? rc : 0;
}

/* The marks of one word in one block, from i on; the index behind them. */
static int write_word(struct tx *tx, const struct indexing *job, size_t *i)
{
	const struct mark *first = &job->marks[*i];
	int64_t block = first->post->block;
	struct places places;
	int last = -1, rc = search_db_get(tx, first->word, block, &places);

	for (; *i < job->mark_count; ++*i) {
		const struct mark *m = &job->marks[*i];

		if (m->post->block != block || !str_eq(m->word, first->word))
			break;
		if (m->post->place != last && m->post->place >= 0)
			places_set(&places, m->post->place, m->on);
		last = m->post->place;
	}
	return rc < 0 ? rc : search_db_put(tx, first->word, block, &places);
}

static int write_words(struct tx *tx, void *arg)
{
	struct indexing *job = arg;
	int rc = 0;

	for (int i = 0; rc == 0 && i < job->post_count; i++)
		rc = find_place(tx, &job->posts[i]);
	if (rc == 0 && job->mark_count)
		qsort(job->marks, job->mark_count, sizeof(*job->marks), by_word);
	for (size_t i = 0; rc == 0 && i < job->mark_count;)
		rc = write_word(tx, job, &i);
	CRASH_POINT("search.before_write");
	return rc;
}

static int take_all(struct ctx *cx, const struct reader *r, const struct entry *list, int count)
{
	struct arena *outer = cx->arena;
	int rc = 0;

	(void)r;
	for (int i = 0; rc == 0 && i < count; i += POSTS_AT_ONCE) {
		struct indexing job = {.entries = list + i,
			.count = count - i < POSTS_AT_ONCE ? count - i : POSTS_AT_ONCE};

		cx->arena = arena_new(32 * MIB);
		rc = cx->arena ? db_read(cx, collect, &job) : ERR_MEMORY;
		if (rc == 0 && job.post_count)
			rc = db_write(cx, write_words, &job);
		arena_free(cx->arena);
	}
	cx->arena = outer;
	return rc;
}

const struct reader_kind search_kind = {
	.name = "search", .local = true, .from_start = true, .take_all = take_all};
