/* Text helpers: UTF-8, comparison, numbers, base64, hex. Everything that reads takes hostile input.
 */
#ifndef CHORSU_BASE_STR_H
#define CHORSU_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

bool str_eq(const char *a, const char *b);        /* both NULL: true; one NULL: false */
bool str_eq_nocase(const char *a, const char *b); /* ASCII case only */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* Valid UTF-8 (RFC 3629: no surrogates, no overlong forms) and free of NUL. */
bool str_utf8_valid(const char *s, size_t len);

/* Characters (code points) in valid UTF-8. */
size_t str_utf8_count(const char *s);

/* Decode one code point at *s and move *s past it; 0 at the end. A byte that belongs to no valid
 * character is passed alone and gives U+FFFD, so that text of unknown origin may be walked too. */
uint32_t str_utf8_next(const char **s);

/* Append code point c as UTF-8 to out (at least 4 bytes); returns its length. */
size_t str_utf8_put(uint32_t c, char *out);

/* Control characters (C0, DEL, C1), line and paragraph separators, and marks that turn the
 * direction of writing: what could forge or hide parts of a line that is meant to be one. */
bool str_is_control(uint32_t c);

/* Text that is stored and shown: valid UTF-8 without control characters but tab and line feed (CR
 * LF is taken as LF by the caller). */
bool str_is_text(const char *s, size_t len);

/* Copy without white space at both ends. */
char *str_trim(struct arena *a, const char *s);

/* Whole decimal number without sign, space or leading zeros, 0 … INT64_MAX; false for anything
 * else. */
bool str_to_int64(const char *s, int64_t *ret);

/* "15m", "2h", "7d", "200ms", "30s" or "0" to milliseconds; false for anything else. */
bool str_to_duration(const char *s, int64_t *ret_ms);

/* "64k", "16m", "2g" (powers of 1024) or a plain number of bytes; false for anything else. */
bool str_to_size(const char *s, int64_t *ret);

/* Standard base64 with padding (RFC 4648 section 4). Decoding refuses anything else. In the arena.
 */
char *str_base64(struct arena *a, const void *p, size_t len);
unsigned char *str_unbase64(struct arena *a, const char *s, size_t *ret_len);

/* Lower-case hex. out holds 2 × len + 1. */
void str_hex(const void *p, size_t len, char *out);

/* Percent-encode everything but unreserved characters (RFC 3986); keep lists further bytes to leave
 * alone. */
char *str_url_encode(struct arena *a, const char *s, const char *keep);

/* Percent-decode in place; '+' becomes a space when plus. False for broken escapes and for NUL. */
bool str_url_decode(char *s, bool plus);

/* BCP 47 tag as this project takes it: 2-3 letter language, optional 4-letter script, optional
 * region; canonical case in out (at least 16 bytes), "uz-Latn" as "uz". False for anything else. */
bool str_lang(const char *s, char *out);

#endif
