/* Which institutions changed: what the serving process hears of it, and what it asks for when it
 * hears nothing. Its use is that nothing older is shown; it knows nothing of caches. */
#ifndef CHORSU_CORE_VERSIONS_H
#define CHORSU_CORE_VERSIONS_H

#include "kit/db/db.h"

struct versions;

struct versions_options {
	struct db *db;
	/* The version of an institution, or (0) of the server as a whole, is at least this. */
	void (*raised)(void *arg, int64_t institution, int64_t version);
	/* Something changed and it is not known what. */
	void (*forget)(void *arg);
	void *arg;
};

/* NULL without memory. */
struct versions *versions_new(const struct versions_options *options);
void versions_free(struct versions *v); /* takes NULL */

/* A nudge was heard, or the time came to ask (""). When it returns everything that was committed
 * before is raised: of the institution named, or of all. Other nudges are passed over. After an
 * error over a nudge everything is forgotten, so it may be passed over. From any thread. */
int versions_hear(struct versions *v, const char *nudge, struct err *err);

/* The server's version: it rises with every institution's, and no row of its own makes those who
 * publish wait for each other. */
MUST_USE int versions_server(struct tx *tx, int64_t *ret);

/* SQL (versions_db.c): an institution's version, 0 when there is none; the next ones by id. */
#define VERSIONS_PAGE 1000
struct version_row {
	int64_t institution, version;
};
MUST_USE int versions_db_of(struct tx *tx, int64_t institution, int64_t *ret);
MUST_USE int versions_db_page(
	struct tx *tx, int64_t after, struct version_row *rows, int *ret_count);

#endif
