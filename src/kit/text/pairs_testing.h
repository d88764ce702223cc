/* Words, names and sentences in both scripts, as they are rightly written. For tests. */
#ifndef CHORSU_KIT_TEXT_PAIRS_TESTING_H
#define CHORSU_KIT_TEXT_PAIRS_TESTING_H

#include <stddef.h>

/* What is spelt by convention leads one way only. */
enum pair_way { PAIR_BOTH, PAIR_TO_CYRILLIC, PAIR_TO_LATIN };

struct pair {
	const char *latin, *cyrillic;
	enum pair_way way;
};

/* clang-format off */
#define BOTH(latin, cyrillic) {latin, cyrillic, PAIR_BOTH}
#define CYRL(latin, cyrillic) {latin, cyrillic, PAIR_TO_CYRILLIC}
#define LATN(latin, cyrillic) {latin, cyrillic, PAIR_TO_LATIN}
/* clang-format on */

extern const struct pair pairs_words[], pairs_hard[], pairs_more[];
extern const size_t pairs_words_count, pairs_hard_count, pairs_more_count;

/* The i-th of all; NULL past the last. */
const struct pair *pair_at(size_t i);

#endif
