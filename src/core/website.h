/* Is the official site that an institution names really its own? It is when it links back. */
#ifndef CHORSU_CORE_WEBSITE_H
#define CHORSU_CORE_WEBSITE_H

#include <stdbool.h>

#include "core/institution.h"

/* Looks at the sites that were not looked at for a day (those that never were come first), one
 * after another. For a task. */
MUST_USE int website_check(struct ctx *cx);

#endif
