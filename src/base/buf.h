/* A growing run of bytes with a stated maximum. Always ends with a NUL that is not counted.
 * Past the maximum, and when memory ends, additions do nothing and failed stays true. */
#ifndef CHORSU_BASE_BUF_H
#define CHORSU_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"

struct buf {
	char *data; /* never NULL after the first addition; use buf_text() */
	size_t len;
	size_t cap;
	size_t max;
	bool failed;
};

#define BUF(maximum)                                                                               \
	{                                                                                          \
		.max = (maximum)                                                                   \
	}

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);  /* also for AUTO */
void buf_clear(struct buf *b); /* len = 0, failed = false, memory kept */

void buf_add(struct buf *b, const void *p, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) PRINTF(2, 3);

/* The text so far, "" when nothing was added. */
const char *buf_text(const struct buf *b);

/* Hand the bytes to the caller, who frees them with free(3); NULL when failed. */
char *buf_take(struct buf *b, size_t *ret_len);

#endif
