/* Ids: 63 bits, ordered by time with a random part, never reused after a restore. */
#ifndef CHORSU_BASE_ID_H
#define CHORSU_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

/* 41 bits of milliseconds since 2024-01-01, 22 random bits; grows within a process. Thread-safe. */
int64_t id_new(void);

/* Decimal text to an id; false for anything that is not one. */
bool id_parse(const char *s, int64_t *ret);

/* 16 random bytes as 22 characters of URL-safe base64 without padding; out holds 23. */
void id_random_text(char *out);

#endif
