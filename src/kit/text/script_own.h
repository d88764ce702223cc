/* The parts of the conversion. Inside this room: others see script.h. */
#ifndef CHORSU_KIT_TEXT_SCRIPT_OWN_H
#define CHORSU_KIT_TEXT_SCRIPT_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <unicode/utypes.h>

#include "base/buf.h"
#include "kit/text/script.h"

#define WORD_UNITS_MAX 64 /* UTF-16 units of a word; what is longer is none and stays as it is */

/* One word as it stands in the text. */
struct script_word {
	UChar units[WORD_UNITS_MAX]; /* NFC; marks are ʻ after o and g, elsewhere ʼ */
	UChar32 last;                /* character as it is written */
	int32_t len;
	bool after_number; /* "5 kg" */
	bool initial;      /* one letter, a full stop and a name: "I. Karimov" */
};

/* script_word.c: the word in the other script, at the end of out; false when it must stay as it is
 * written. before: the character before it when it goes on a word (in HTML, behind a tag), else
 * 0.
 * *ret_foreign: it stayed because it is of another language. */
bool script_word(const struct script_word *word, enum script to, UChar32 before, struct buf *out,
	bool *ret_foreign);

/* script_rules.c: letters by ICU, in place: *len units of text with room for size. What is in the
 * wanted script is seen and left. */
MUST_USE int script_letters(enum script to, UChar *text, int32_t size, int32_t *len);

/* Compile the rules when they are not yet. ERR_MEMORY, ERR_INTERNAL. */
MUST_USE int script_ready(enum script to);

/* script_words.c: tables in the order of their first column's units. */
struct script_stem {
	const UChar *latin;    /* lower case */
	const UChar *cyrillic; /* NULL: stays in Latin script */
	bool whole;            /* nothing may follow */
};
extern const struct script_stem script_stems[];
extern const size_t script_stem_count;

/* Matched with their case, where a small letter or nothing follows. */
struct script_short {
	const UChar *from, *to; /* to: NULL as above */
};
extern const struct script_short script_shorts_latin[], script_shorts_cyrillic[];
extern const struct script_short script_units_latin[], script_units_cyrillic[];

/* script_verbatim.c: the bytes at p that are an address, a handle or a hashtag; 0 when there is
 * none. before: the character before p. *plain_until: up to where it has been seen that there is
 * none (NULL at first). */
size_t script_verbatim(const char *p, UChar32 before, bool html, const char **plain_until);

/* A number of at least two in Roman numerals, in capitals; Cyrillic Х counts as X. */
bool script_roman(const UChar *s, int32_t len);

/* script_html.c: where in the elements of a document we are. */
#define SCRIPT_DEPTH_MAX 256
#define SCRIPT_KEPT_CODE 1U /* in code and the like: whatever stands inside */
#define SCRIPT_KEPT_LANG 2U /* in another language: but for what is Uzbek inside */
struct script_place {
	int depth;
	unsigned char kept[SCRIPT_DEPTH_MAX + 1]; /* not 0: the text directly inside stays */
};

/* A tag or comment begins at p: its length. *ret_breaks: no word goes on behind it. 0 when it never
 * ends or nests too deep. */
size_t script_tag(struct script_place *place, const char *p, bool *ret_breaks);

/* The next character, a reference of HTML (&#39;) as what it stands for; 0 at the end. A reference
 * that we do not know (&laquo;) is seen as its ampersand. */
uint32_t script_next(const char **p, bool html);

/* The bytes of the reference at p, known or not; 1 when its ampersand begins none. */
size_t script_reference_length(const char *p);

#endif
