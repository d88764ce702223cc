/* SQL of the public pages: what lists and their paging ask beyond core's own queries. */
#ifndef CHORSU_SITE_DB_H
#define CHORSU_SITE_DB_H

#include <stdbool.h>

#include "core/post.h"
#include "feature/site/paging.h"

/* When the institution's newest public statement was published; 0 when there is none. */
MUST_USE int site_db_newest(struct tx *tx, int64_t institution, int64_t *ret_at);

/* The newest that was published before an instant: 1; 0: there is none. */
MUST_USE int site_db_before(struct tx *tx, int64_t institution, int64_t before, int64_t *ret_at);

/* Hands on what was published from one instant to before another, newest first. */
MUST_USE int site_db_between(struct tx *tx, int64_t institution, int64_t from, int64_t until,
	int limit, void (*add)(void *arg, int64_t id, int64_t updated_at), void *arg);

/* As post_list of one institution or (0) of all that are open, for a reader of lang: of each
 * statement all languages and titles but only the HTML that post_variant() chooses for lang, and of
 * that the beginning (see listed), so that the longest texts in many languages fit a request's
 * memory. */
MUST_USE int site_db_list(struct tx *tx, const struct post_query *query, const char *lang,
	struct listed **ret, int *ret_count);

/* One public statement that stands: 1; 0: there is none. */
MUST_USE int site_db_one(struct tx *tx, int64_t id, const char *lang, struct listed *ret);

/* Where the page before this one starts: of the statements that are not older than the point in
 * query, in its institution and with its tag, the one that comes after the oldest `count`. False in
 * *ret_found when there are not so many: that page is the first. */
MUST_USE int site_db_newer(struct tx *tx, const struct post_query *query, int count,
	struct cursor *ret, bool *ret_found);

#endif
