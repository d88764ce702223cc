/* Searching: from the newest week back, in rounds of some weeks, until there is enough to show, or
 * as many rows have been read as one answer may cost. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "core/search.h"
#include "kit/text/fold.h"

#define ROUND_ROWS 128 /* rows of the rarest word in a round; of a prefix's word fewer */
#define FORM_ROWS  32
#define ROWS_MAX   5000 /* in all, for one answer: some 10 ms */
#define SIZE_MOST  300  /* weeks: who has as many is common */

struct term {
	const char *forms[SEARCH_FORMS_MAX]; /* a post holds one of them */
	int form_count;
	int size;
};

struct searching {
	struct tx *tx;
	const struct search_query *query;
	struct search_result *ret;
	struct term terms[SEARCH_WORDS_MAX + 1];
	int term_count;
	int rows; /* read so far */
	int counted;
};

/* What a term has in the blocks of a round, the highest first. */
struct found {
	struct search_row *rows;
	int count;
};

static int add_term(struct searching *s, const char *word, bool prefix)
{
	struct term *t = &s->terms[s->term_count++];
	int rc = 0;

	t->forms[0] = word;
	t->form_count = 1;
	if (prefix)
		rc = search_db_forms(s->tx, word, SEARCH_FORMS_MAX, t->forms, &t->form_count);
	for (int i = 0; rc >= 0 && i < t->form_count && t->size < SIZE_MOST; i++) {
		rc = search_db_size(s->tx, t->forms[i], SIZE_MOST);
		t->size += rc;
	}
	return rc < 0 ? rc : 0;
}

static bool is_known(const struct searching *s, const char *word)
{
	for (int i = 0; i < s->term_count; i++)
		if (str_eq(s->terms[i].forms[0], word))
			return true;
	return false;
}

static int by_size(const void *a, const void *b)
{
	return ((const struct term *)a)->size - ((const struct term *)b)->size;
}

/* The query's words, the rarest first. */
static int read_terms(struct searching *s)
{
	const char *text = s->query->text;
	struct fold_word w;
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && s->term_count < SEARCH_WORDS_MAX && fold_next(text, &at, &w)) {
		char *word = arena_copy(tx_arena(s->tx), w.fold, w.len);

		if (!word)
			return tx_fail(s->tx, ERR_MEMORY, "not enough memory");
		if (!is_known(s, word))
			rc = add_term(s, word,
				text[w.end] == '*' && str_utf8_count(word) >= SEARCH_PREFIX_MIN);
	}
	s->ret->words = s->term_count;
	if (rc == 0 && s->term_count && s->query->institution) {
		char *word =
			arena_printf(tx_arena(s->tx), "@%lld", (long long)s->query->institution);

		rc = word ? add_term(s, word, false)
			  : tx_fail(s->tx, ERR_MEMORY, "not enough memory");
	}
	qsort(s->terms, (size_t)s->term_count, sizeof(*s->terms), by_size);
	return rc;
}

static int by_block(const void *a, const void *b)
{
	const struct search_row *x = a, *y = b;

	return x->block > y->block ? -1 : x->block < y->block;
}

/* Rows of one block become one. */
static void unite(struct found *f)
{
	int n = 0;

	qsort(f->rows, (size_t)f->count, sizeof(*f->rows), by_block);
	for (int i = 0; i < f->count; i++) {
		if (n && f->rows[n - 1].block == f->rows[i].block)
			places_or(f->rows[n - 1].places, f->rows[i].places);
		else
			f->rows[n++] = f->rows[i];
	}
	f->count = n;
}

/* All rows of a term from block high down, whole weeks: *low rises to where they are complete.
 * most: rows of each form; 0: all down to *low. */
static int read_term(struct searching *s, const struct term *t, int64_t *low, int64_t high,
	int most, struct found *f)
{
	int limit = most ? most : ROWS_MAX, room = t->form_count * limit, rc = 0;

	if (room > ROWS_MAX * 2)
		room = ROWS_MAX * 2;
	f->count = 0;
	f->rows = arena_array(tx_arena(s->tx), (size_t)room + 1, sizeof(*f->rows));
	if (!f->rows)
		return tx_fail(s->tx, ERR_MEMORY, "not enough memory");
	for (int i = 0; rc == 0 && i < t->form_count; i++) {
		int n = 0, left = room - f->count;

		rc = search_db_rows(s->tx, t->forms[i], *low, high, limit < left ? limit : left,
			f->rows + f->count, &n);
		if (rc == 0 && n == (limit < left ? limit : left) && n > 0) {
			int64_t last = f->rows[f->count + n - 1].block;
			int64_t whole = (last / SEARCH_PARTS + 1) * SEARCH_PARTS;

			/* A week that is larger than a round is taken as far as it was read. */
			whole = whole > high ? last : whole;
			*low = whole > *low ? whole : *low;
		}
		f->count += n;
		s->rows += n;
	}
	if (t->form_count > 1)
		unite(f);
	return rc;
}

/* What stands in both; those below low are left out. */
static void intersect(struct found *f, const struct found *with, int64_t low)
{
	int n = 0, k = 0;

	for (int i = 0; i < f->count && f->rows[i].block >= low; i++) {
		while (k < with->count && with->rows[k].block > f->rows[i].block)
			k++;
		if (k < with->count && with->rows[k].block == f->rows[i].block &&
			places_and(f->rows[i].places, with->rows[k].places))
			f->rows[n++] = f->rows[i];
	}
	f->count = n;
}

static int newest_first(const void *a, const void *b)
{
	const struct search_hit *x = a, *y = b;

	if (x->at != y->at)
		return x->at > y->at ? -1 : 1;
	return x->post > y->post ? -1 : x->post < y->post;
}

static bool is_after(const struct search_query *q, const struct search_hit *h)
{
	return !q->before_at || h->at < q->before_at ||
	       (h->at == q->before_at && h->post < q->before_id);
}

/* The posts at a block's places, as far as the page wants them. */
static int list_block(
	struct searching *s, const struct search_row *row, struct search_hit *list, int *count)
{
	const struct search_hit *posts;
	int n = 0, rc = search_db_posts(s->tx, row->block, &posts, &n);

	s->rows++;
	for (int i = 0; rc == 0 && i < n && i < PLACES_MAX; i++)
		if (places_has(row->places, i) && is_after(s->query, &posts[i]))
			list[(*count)++] = posts[i];
	return rc;
}

/* One week's blocks: rows i to end. */
static int list_week(struct searching *s, const struct found *f, int i, int end)
{
	struct search_result *r = s->ret;
	struct search_hit *list;
	int n = 0, rc = 0;

	list = arena_array(tx_arena(s->tx), (size_t)(end - i) * PLACES_MAX, sizeof(*list));
	if (!list)
		return tx_fail(s->tx, ERR_MEMORY, "not enough memory");
	for (; rc == 0 && i < end; i++)
		rc = list_block(s, &f->rows[i], list, &n);
	qsort(list, (size_t)n, sizeof(*list), newest_first);
	for (int k = 0; rc == 0 && k < n; k++) {
		if (r->hit_count < s->query->limit)
			r->hits[r->hit_count++] = list[k];
		else
			r->more = true;
	}
	return rc;
}

static int take_found(struct searching *s, const struct found *f)
{
	int rc = 0;

	for (int i = 0, end; rc == 0 && i < f->count; i = end) {
		int64_t week = f->rows[i].block / SEARCH_PARTS;

		for (end = i; end < f->count && f->rows[end].block / SEARCH_PARTS == week; end++)
			if (s->counted < SEARCH_COUNT_MAX)
				s->counted += places_count(f->rows[end].places);
		if (!s->ret->more)
			rc = list_week(s, f, i, end);
	}
	return rc;
}

static bool is_enough(const struct searching *s)
{
	return s->ret->more && (!s->query->count || s->counted >= SEARCH_COUNT_MAX);
}

/* One round from block *high down; *high becomes what is left, negative: nothing. */
static int search_round(struct searching *s, int64_t *high)
{
	const struct term *rarest = &s->terms[0];
	struct found f, with;
	int64_t low = 0;
	int rc = read_term(
		s, rarest, &low, *high, rarest->form_count > 1 ? FORM_ROWS : ROUND_ROWS, &f);

	for (int i = 1; rc == 0 && f.count && i < s->term_count; i++) {
		int64_t all = f.rows[f.count - 1].block > low ? f.rows[f.count - 1].block : low;

		rc = read_term(s, &s->terms[i], &all, f.rows[0].block, 0, &with);
		low = all > f.rows[f.count - 1].block && all > low ? all : low;
		if (rc == 0)
			intersect(&f, &with, low);
	}
	while (f.count && f.rows[f.count - 1].block < low)
		f.count--;
	if (rc == 0)
		rc = take_found(s, &f);
	*high = low - 1;
	return rc;
}

int search_find(struct tx *tx, const struct search_query *query, struct search_result *ret)
{
	struct searching s = {.tx = tx, .query = query, .ret = ret};
	int64_t high =
		query->before_at ? SEARCH_BLOCK(query->before_at) + SEARCH_PARTS - 1 : INT64_MAX;
	int rc;

	*ret = (struct search_result){0};
	ret->hits = arena_array(tx_arena(tx), (size_t)query->limit, sizeof(*ret->hits));
	if (!ret->hits)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	rc = read_terms(&s);
	while (rc == 0 && s.term_count && high >= 0 && !is_enough(&s) && s.rows < ROWS_MAX)
		rc = search_round(&s, &high);
	if (rc == 0 && high >= 0 && !is_enough(&s) && s.term_count)
		ret->reached = (high / SEARCH_PARTS + 1) * SEARCH_WEEK;
	ret->count = s.counted < SEARCH_COUNT_MAX ? s.counted : SEARCH_COUNT_MAX;
	return rc;
}
