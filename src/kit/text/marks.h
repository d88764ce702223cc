/* The many signs that are typed where Uzbek Latin has ʻ (in oʻ, gʻ) or ʼ (the tutuq belgisi).
 * Inside this room. */
#ifndef CHORSU_KIT_TEXT_MARKS_H
#define CHORSU_KIT_TEXT_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#define MARK_TURNED 0x02BB /* ʻ as in oʻ, gʻ */
#define MARK_TUTUQ  0x02BC /* ʼ */

/* Is c one of ʻ ʼ ' ` ’ ‘ ‛ ´ ʹ ʽ ˈ ′ ‵ ＇ ? */
bool mark_is(uint32_t c);

/* Does the mark c, which stands after the letters before2 and before, belong to the word? after:
 * the character that follows; quoted: a mark stands before the word too. Within a word it does; at
 * its end ʻ and ʼ do, and any other after a "g" that is not of "ng", because words end in gʻ often
 * and in oʻ hardly ever: there it closes a quotation. */
bool mark_joins(uint32_t before2, uint32_t before, uint32_t c, uint32_t after, bool quoted);

#endif
