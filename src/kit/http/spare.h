/* Responses of the library that may be sent once more: those of kept answers, ready but for the
 * request's number and the date. To make one takes three dozen allocations, much of what an answer
 * from the cache costs. */
#ifndef CHORSU_KIT_HTTP_SPARE_H
#define CHORSU_KIT_HTTP_SPARE_H

#include <microhttpd.h>

#include "kit/http/cache.h"

#define SPARE_SETS 16
#define SPARE_WAYS 4 /* of one answer in one coding that are sent at a time */

struct exchange;
struct spare;

struct spares {
	_Atomic(struct spare *) slots[SPARE_SETS][SPARE_WAYS];
};

/* For x's kept answer, in its coding: x->response, with the number of the request and the date; it
 * is x's alone until it is put back. False without memory. From any thread, without locks. */
bool spare_take(struct exchange *x);
void spare_put(struct exchange *x); /* when the response was sent; nothing without one */
void spares_done(struct spares *s);

#endif
