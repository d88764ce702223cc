/* Finding the institution that an address names. */
#ifndef CHORSU_SITE_FIND_H
#define CHORSU_SITE_FIND_H

#include "core/institution.h"
#include "feature/site/site_page.h"

/* Loads the institution of a handle as the path has it: in any case, present or old. *ret_moved is
 * set when its present handle is written otherwise. ERR_NOT_FOUND. */
MUST_USE int find_institution(
	struct tx *tx, const char *handle, const struct institution **ret, bool *ret_moved);

/* An id of the path: ERR_NOT_FOUND for what is none, as for one that leads nowhere. */
MUST_USE int find_id(struct request *rq, int64_t *ret);

#endif
