/* Folding for search: spellings that a reader takes for the same word become the same bytes.
 *
 * Cyrillic becomes Latin letters, for every language in it. What is typed for the apostrophe of oʻ,
 * gʻ and the tutuq, and its absence, are alike; so are е and ё, capitals and small letters, and
 * compatibility forms (NFKC). Accents of Latin letters go, but for the letters of Karakalpak.
 *
 *   а a  б b  в v  г g  д d  ж j  з z  и i  й y  к k  л l  м m  н n  о o  п p  р r  с s  т t  у u
 *   ф f  х x  ч ch  ш sh  щ shch  ъ, ь nothing  ы ı  э e  қ q  ғ g  ҳ h  ў o (w after a vowel but
 *   о, е, ё, э: Karakalpak)  ә á  ө ó  ү ú  ң ń  і ї i  ґ g  ұ u  җ j  һ h
 *   ц ts after a vowel, else s: милиция militsiya, цемент sement
 *   е ё є ye at the beginning of a word and after a vowel, else e
 *   ю yu  я ya there, else u  a: сентябрь and sentabr are both sentabr
 *   й, Latin y: nothing after a consonant or another y; o is e after y, e is ye after a vowel:
 * dunyo and дунё are dune, obyekt and объект obekt, proekt and проект proyekt, tayyor and тайер
 * tayer á ń ó ú ı are letters of their own, í is ı (the capital of ı is Í); ǵ is g, as ғ and gʻ are
 *   other accents go: é e, ü u, ğ g, ş s, ß ss, ø o, ł l
 *
 * Each letter gives its bytes by what stands before it, never by what follows. So the fold of the
 * beginning of a word is the beginning of its fold, for every beginning that ends between letters:
 * prefix search works. ш is not one letter of the fold but s and h: "is" is a beginning of иш…,
 * ish… and исҳ… alike. What meets besides is the price: yoʻl, yol and yel; tor and toʻr; ishoq.
 *
 * A word is letters, their accents, and digits; marks within it belong to it (mark_joins()). */
#ifndef CHORSU_KIT_TEXT_FOLD_H
#define CHORSU_KIT_TEXT_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define FOLD_TEXT_MAX (4 * MIB) /* bytes of a text to fold */
#define FOLD_WORD_MAX 96        /* bytes of a folded word; of a longer one its beginning */

struct fold_word {
	size_t begin, end;            /* bytes in the text as it is written: [begin, end) */
	char fold[FOLD_WORD_MAX + 1]; /* UTF-8, never "" */
	size_t len;
};

/* The next word of text at or after byte *at, which moves behind it; false after the last. Bytes
 * that belong to no valid character part words. From any thread; allocates nothing. */
bool fold_next(const char *text, size_t *at, struct fold_word *ret);

/* The folded words of text with a space between, in the arena. ERR_TOO_LARGE past FOLD_TEXT_MAX,
 * ERR_MEMORY when the arena is full. */
MUST_USE int text_fold(struct arena *a, const char *text, char **ret);

struct fold_hit {
	size_t begin, end; /* bytes in the text as it is written */
};

/* The words of text that fold as a word of query does, or begin so when prefix is true: at most max
 * of them, in order, in the arena. query: at most 32 words count. ERR_ as above. */
MUST_USE int text_hits(struct arena *a, const char *text, const char *query, bool prefix,
	size_t max, const struct fold_hit **ret, size_t *ret_count);

#endif
