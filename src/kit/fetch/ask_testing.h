/* Transfers waited for, for tests: their outcome copied, because much of it is valid in done only.
 * Built for tests only. */
#ifndef CHORSU_KIT_FETCH_ASK_TESTING_H
#define CHORSU_KIT_FETCH_ASK_TESTING_H

#include "kit/fetch/fetch.h"

struct asked {
	int error, status;
	int64_t retry_after_ms;
	int64_t took; /* ms of the project's clock */
	bool slow;
	char why[160];
	char *answer;
	size_t answer_len;
	char type[200];
	char location[2100]; /* "" when none */
};

/* Start *t on the loop and wait for its end. done and owner of *t are overwritten. */
void ask(struct fetch_loop *loop, struct transfer *t, struct asked *ret);
void asked_done(struct asked *a);

/* GET url with answer_max. */
void ask_get(struct fetch_loop *loop, const char *url, size_t answer_max, struct asked *ret);

/* A loop that may go to private addresses; other options 0 or "". Asserts. */
struct fetch_loop *ask_loop_new(void);

/* Run fn(arg) on the loop's thread and wait until it has run. */
void ask_call(struct fetch_loop *loop, void (*fn)(void *arg), void *arg);

#endif
