/* Structured logs: one line an event, logfmt by default or JSON, to standard error. Only the edges
 * log: dispatcher, delivery, command line. Values are escaped; a line is at most 4 KB and written
 * by one write(2). */
#ifndef CHORSU_BASE_LOG_H
#define CHORSU_BASE_LOG_H

#include <stdbool.h>

#include "base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* At any time, from any thread. */
void log_setup(enum log_level least, bool json);

/* Standard error becomes the end of this file, made if need be (mode 0640); "" makes it again what
 * it was at first. Called once more it opens the file anew, after somebody has moved it. ERR_IO
 * with one sentence: nothing has changed. One thread at a time. */
MUST_USE int log_open(const char *path, struct err *err);

bool log_level_parse(const char *s, enum log_level *ret);

/* Pairs of name and value, ended by NULL: log_event(LOG_INFO, "started", "url", url, NULL). A NULL
 * value ends the list too, so pass "" for nothing. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
