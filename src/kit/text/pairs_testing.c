/* All the words as one list. */
#include "kit/text/pairs_testing.h"

const struct pair *pair_at(size_t i)
{
	if (i < pairs_words_count)
		return &pairs_words[i];
	i -= pairs_words_count;
	if (i < pairs_hard_count)
		return &pairs_hard[i];
	i -= pairs_hard_count;
	return i < pairs_more_count ? &pairs_more[i] : NULL;
}
