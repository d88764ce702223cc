/* Telling the serving process what was written, so that it goes out at once. */
#ifndef CHORSU_CORE_NUDGE_H
#define CHORSU_CORE_NUDGE_H

#include <stdint.h>

#include "base/ctx.h"

/* After the commit: an institution's version rose; a host was freed. In the serving process itself
 * this raises the versions and wakes the delivery at once; from a command it goes through kit/db
 * and waits up to a second to hear that it was seen. */
void nudge_institution(struct ctx *cx, int64_t institution);
void nudge_host(struct ctx *cx, const char *host);

#endif
