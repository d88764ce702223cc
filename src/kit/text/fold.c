/* Texts to folded words. What a letter gives is in fold_letter.c. */
#include "kit/text/fold.h"

#include <string.h>

#include <unicode/uchar.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/text/fold_own.h"
#include "kit/text/marks.h"

#define QUERY_MAX 32

static bool is_accent(uint32_t c)
{
	return U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK;
}

static bool begins_word(uint32_t c)
{
	return !mark_is(c) &&
	       (U_GET_GC_MASK((UChar32)c) & (U_GC_L_MASK | U_GC_ND_MASK | U_GC_NL_MASK));
}

/* Stands in a word without a trace: a soft hyphen and its like. */
static bool is_invisible(uint32_t c)
{
	return c == 0x00AD || (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF;
}

static uint32_t peek(const char *p)
{
	return str_utf8_next(&p);
}

/* Fold the character c before *p with its accents, which *p moves behind. */
static void pass_cluster(struct folding *f, uint32_t c, const char **p)
{
	uint32_t chars[FOLD_CLUSTER_MAX] = {c};
	int count = 1;

	while (is_accent(peek(*p))) {
		uint32_t accent = str_utf8_next(p);

		if (count < FOLD_CLUSTER_MAX)
			chars[count++] = accent;
	}
	fold_cluster(f, chars, count);
}

/* The word that begins at p; its end. */
static const char *fold_word(const char *p, bool quoted, struct fold_word *ret)
{
	struct folding f = {.word = ret};
	uint32_t before2 = 0, before = 0;

	ret->len = 0;
	ret->fold[0] = '\0';
	for (;;) {
		const char *next = p;
		uint32_t c = str_utf8_next(&next);

		if (begins_word(c))
			pass_cluster(&f, c, &next);
		else if (!before || !(mark_joins(before2, before, c, peek(next), quoted) ||
					    (is_invisible(c) && begins_word(peek(next)))))
			return p;
		before2 = before;
		before = c;
		p = next;
	}
}

bool fold_next(const char *text, size_t *at, struct fold_word *ret)
{
	const char *p = text + *at;
	uint32_t before = 0;

	while (*p) {
		const char *next = p;
		uint32_t c = str_utf8_next(&next);

		if (begins_word(c)) {
			ret->begin = (size_t)(p - text);
			next = fold_word(p, mark_is(before), ret);
			ret->end = (size_t)(next - text);
			if (ret->len) {
				*at = ret->end;
				return true;
			}
		}
		before = c;
		p = next;
	}
	*at = (size_t)(p - text);
	return false;
}

int text_fold(struct arena *a, const char *text, char **ret)
{
	size_t len = strlen(text), at = 0;
	AUTO(buf_done) struct buf out = BUF(12 * len + 4); /* U+FDFA is 18 letters */
	struct fold_word word;
	char *copy;

	if (len > FOLD_TEXT_MAX)
		return ERR_TOO_LARGE;
	while (fold_next(text, &at, &word)) {
		if (out.len)
			buf_addc(&out, ' ');
		buf_add(&out, word.fold, word.len);
	}
	copy = out.failed ? NULL : arena_copy(a, buf_text(&out), out.len);
	if (!copy)
		return ERR_MEMORY;
	*ret = copy;
	return 0;
}

struct wanted {
	struct fold_word words[QUERY_MAX];
	size_t count;
	bool prefix;
};

static bool is_wanted(const struct wanted *w, const struct fold_word *word)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct fold_word *one = &w->words[i];

		if ((one->len == word->len || (w->prefix && one->len < word->len)) &&
			memcmp(one->fold, word->fold, one->len) == 0)
			return true;
	}
	return false;
}

int text_hits(struct arena *a, const char *text, const char *query, bool prefix, size_t max,
	const struct fold_hit **ret, size_t *ret_count)
{
	struct wanted *wanted = arena_alloc(a, sizeof *wanted);
	struct fold_hit *hits = arena_array(a, max ? max : 1, sizeof *hits);
	struct fold_word word;
	size_t at = 0, count = 0;

	if (!wanted || !hits)
		return ERR_MEMORY;
	if (strlen(text) > FOLD_TEXT_MAX || strlen(query) > FOLD_TEXT_MAX)
		return ERR_TOO_LARGE;
	wanted->prefix = prefix;
	while (wanted->count < QUERY_MAX && fold_next(query, &at, &wanted->words[wanted->count]))
		wanted->count++;
	at = 0;
	while (wanted->count && count < max && fold_next(text, &at, &word))
		if (is_wanted(wanted, &word))
			hits[count++] = (struct fold_hit){word.begin, word.end};
	*ret = hits;
	*ret_count = count;
	return 0;
}
