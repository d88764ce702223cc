/* The letters of a fold. Inside this room: others see fold.h. */
#ifndef CHORSU_KIT_TEXT_FOLD_OWN_H
#define CHORSU_KIT_TEXT_FOLD_OWN_H

#include <stdbool.h>
#include <stdint.h>

#include "kit/text/fold.h"

/* What stands before a letter: it decides what the letter gives. */
enum fold_before { FOLD_BEGIN, FOLD_VOWEL, FOLD_CONSONANT, FOLD_GLIDE };

/* A word that is being folded; all zero at its beginning. */
struct folding {
	struct fold_word *word;
	enum fold_before before;
	bool soft; /* ь stands between: батальон */
	bool open; /* the vowel before is о, е, ё or э, after which ў is Uzbek's */
	bool ts;   /* before is ц */
	bool full; /* FOLD_WORD_MAX is reached */
};

/* Append what the character gives: any that may stand in a word, with the accents that follow it
 * (count in all, at most FOLD_CLUSTER_MAX). */
#define FOLD_CLUSTER_MAX 16
void fold_cluster(struct folding *f, const uint32_t *chars, int count);

#endif
