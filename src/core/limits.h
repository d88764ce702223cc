/* Limits of what people write; docs/limits.md lists them with their reasons. Bytes unless said
 * otherwise. */
#ifndef CHORSU_CORE_LIMITS_H
#define CHORSU_CORE_LIMITS_H

#define HANDLE_MAX        30
#define NAME_MAX_CHARS    200 /* characters of an institution's name */
#define BIO_MAX_CHARS     2000
#define TITLE_MAX_CHARS   300
#define HOURS_MAX_CHARS   500
#define ADDRESS_MAX_CHARS 500
#define EMAIL_MAX         254 /* RFC 5321 4.5.3.1.3 */
#define WEBSITE_MAX       500
#define POST_MEDIA_MAX    4 /* what other servers show of a post */
#define PINS_MAX          5
#define TEXT_MAX          (100 * 1024)
#define NOTE_MAX_CHARS    1000 /* change note, reason of a withdrawal */
#define VARIANTS_MAX      16
#define HTML_MAX          (320 * 1024)  /* of all variants of a post together */
#define ACTIVITY_MAX      (1024 * 1024) /* a document from or to a peer: HTML_MAX, escaped */

#endif
