/* For tests: a feed read to text, one line a fact. Asserts what feed.h promises. */
#ifndef CHORSU_KIT_FEED_FEED_TESTING_H
#define CHORSU_KIT_FEED_FEED_TESTING_H

#include "base/buf.h"
#include "kit/feed/feed.h"

/* Pushed in pieces of that many bytes (0: at once). Items come first, then the head and the report.
 * Returns what the reader returned; a failure is a line too. */
int feed_told(const void *p, size_t len, size_t piece, const struct feed_options *options,
	struct buf *out);

/* The file's bytes on the heap; fails the test when it is not there. */
char *feed_file(const char *path, size_t *ret_len);

#endif
