/* Limits of what people write; docs/limits.md lists them with their reasons. Bytes unless said
 * otherwise. */
#ifndef CHORSU_CORE_LIMITS_H
#define CHORSU_CORE_LIMITS_H

#define HANDLE_MAX      30
#define NAME_MAX_CHARS  200 /* characters of an institution's name */
#define BIO_MAX_CHARS   2000
#define TITLE_MAX_CHARS 300
#define TEXT_MAX        (100 * 1024)
#define NOTE_MAX_CHARS  1000 /* change note, reason of a withdrawal */
#define VARIANTS_MAX    16
#define HTML_MAX        (320 * 1024)  /* of all variants of a post together */
#define ACTIVITY_MAX    (1024 * 1024) /* a document from or to a peer: HTML_MAX, escaped */

#endif
