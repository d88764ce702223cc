/* Entries with the state of their posts, for plan.h. */
#ifndef CHORSU_CORE_PLAN_DB_H
#define CHORSU_CORE_PLAN_DB_H

#include "core/plan.h"
#include "kit/db/db.h"

/* Entries after seq, in order, at most limit, into ret. */
int plan_db_load(struct tx *tx, int64_t institution, int64_t after, int limit,
	struct plan_entry *ret, int *ret_count);

#endif
