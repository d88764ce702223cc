/* Uzbek in its two scripts: Latin to Cyrillic and back.
 *
 * What is in the wanted script already stays as it is, and so does what is no Uzbek: addresses,
 * @handles, #hashtags, Roman numerals, words with letters that Uzbek does not have. Converting
 * twice changes no more than converting once. Spelling follows the alphabet of 1995 (Latin) and the
 * orthography of 1956 (Cyrillic) with the words that they write differently (script_words.c). */
#ifndef CHORSU_KIT_TEXT_SCRIPT_H
#define CHORSU_KIT_TEXT_SCRIPT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum script { SCRIPT_LATIN, SCRIPT_CYRILLIC };

#define SCRIPT_TEXT_MAX (2 * MIB) /* bytes of a text to convert */

/* Plain text. Bytes that belong to no valid character become U+FFFD. The result lives in the arena.
 * ERR_TOO_LARGE past SCRIPT_TEXT_MAX, ERR_MEMORY when the arena is full or ICU has no memory, and
 * ERR_INTERNAL when ICU refuses our rules. From any thread; the first call compiles the rules
 * (some milliseconds). */
MUST_USE int script_convert(struct arena *a, const char *text, enum script to, char **ret);

/* The same for the text of a well-formed fragment of HTML, as kit/html's sanitizer writes it. Tags,
 * attributes and comments are copied byte for byte; so is what stands in code, in mentions and
 * hashtags, in pieces of an address (classes invisible, ellipsis), and in an element whose lang is
 * not Uzbek. ERR_INVALID also for more than 256 open elements. */
MUST_USE int script_convert_html(struct arena *a, const char *html, enum script to, char **ret);

#endif
