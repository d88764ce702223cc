/* SQL of the public pages: what lists and their paging ask beyond core's own queries. */
#ifndef CHORSU_SITE_DB_H
#define CHORSU_SITE_DB_H

#include <stdbool.h>

#include "core/post.h"
#include "feature/site/paging.h"

/* When the institution's newest public statement was published; 0 when there is none. */
MUST_USE int site_db_newest(struct tx *tx, int64_t institution, int64_t *ret_at);

/* Where the page before this one starts: of the statements that are not older than `from`, in
 * query's institution and with its tag, the one that comes after the oldest `count`. False in
 * *ret_found when there are not so many: that page is the first. */
MUST_USE int site_db_newer(struct tx *tx, const struct post_query *query, int count,
	struct cursor *ret, bool *ret_found);

#endif
