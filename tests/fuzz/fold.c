/* Fuzz target: words folded for search. They stand in order in the text, are UTF-8 of small
 * letters, and folded again are the same; the fold of a word's beginning begins its fold.
 * rooms: text base */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <unicode/uchar.h>

#include "base/str.h"
#include "kit/text/fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_beginnings(struct arena *a, const char *text, const struct fold_word *word)
{
	const char *end = text + word->end;

	for (const char *p = text + word->begin; p < end;) {
		struct fold_word begin;
		size_t at = 0;
		const char *next;

		str_utf8_next(&p);
		next = p;
		if (p < end && (U_GET_GC_MASK((UChar32)str_utf8_next(&next)) & U_GC_M_MASK))
			continue;
		if (fold_next(arena_copy(a, text + word->begin, (size_t)(p - text) - word->begin),
			    &at, &begin))
			assert(begin.len <= word->len &&
				memcmp(begin.fold, word->fold, begin.len) == 0);
	}
}

static void check_word(struct arena *a, const char *text, const struct fold_word *word)
{
	struct fold_word again;
	size_t at = 0;

	assert(word->len > 0 && word->len <= FOLD_WORD_MAX && strlen(word->fold) == word->len);
	assert(str_utf8_valid(word->fold, word->len));
	if (fold_next(word->fold, &at, &again))
		assert(str_eq(again.fold, word->fold));
	if (word->end - word->begin < 200)
		check_beginnings(a, text, word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64 * MIB);
	const char *text = arena_copy(a, data, size);
	const struct fold_hit *hits;
	struct fold_word word;
	size_t at = 0, before = 0, count = 0, found;
	char *whole = NULL;
	int rc;

	while (fold_next(text, &at, &word)) {
		assert(before <= word.begin && word.begin < word.end && word.end == at);
		assert(at <= strlen(text));
		check_word(a, text, &word);
		before = at;
		count++;
	}
	rc = text_fold(a, text, &whole);
	assert(rc == 0 && str_utf8_valid(whole, strlen(whole)) && !strstr(whole, "  "));
	rc = text_hits(a, text, text, false, count + 1, &hits, &found);
	assert(rc == 0 && found <= count && (found > 0) == (count > 0));
	arena_free(a);
	return 0;
}
