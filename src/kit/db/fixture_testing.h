/* Stores for tests: a temporary directory and, with PostgreSQL, a schema of its own. Only in builds
 * for tests.
 *
 * PostgreSQL is the one that CHORSU_TEST_POSTGRES names (a connection URL), else one that is
 * started for this process in a temporary directory. What cannot be made ends the process with a
 * sentence: a test without its engine has failed. */
#ifndef CHORSU_KIT_DB_FIXTURE_TESTING_H
#define CHORSU_KIT_DB_FIXTURE_TESTING_H

#include "kit/db/db.h"

struct fixture {
	enum db_engine engine;
	char dir[256];
	char url[1024]; /* "" with SQLite */
	char schema[64];
};

void fixture_make(struct fixture *f, enum db_engine engine);
void fixture_drop(struct fixture *f); /* with all that is in it */

struct db_options fixture_options(const struct fixture *f, bool serve);
struct db *fixture_open(const struct fixture *f, bool serve); /* makes the database; never NULL */

/* A row of cmocka's for each engine; *state is then one of these. */
extern enum db_engine fixture_engines[2];
#define FIXTURE_BOTH(fn, set_up, tear_down)                                                        \
	{#fn " (SQLite)", fn, set_up, tear_down, &fixture_engines[0]},                             \
	{                                                                                          \
#fn " (PostgreSQL)", fn, set_up, tear_down, &fixture_engines[1]                    \
	}
#define FIXTURE_ONE(engine, fn, set_up, tear_down)                                                 \
	{                                                                                          \
#fn, fn, set_up, tear_down, &fixture_engines[engine]                               \
	}

/* A fixture with an open store, migrated by rooms. */
struct world {
	struct fixture fixture;
	struct ctx cx;
};

struct world *world_new(enum db_engine engine, bool serve, const struct migrations *const *rooms);
void world_free(struct world *w);

/* The server's URL without a schema. */
const char *fixture_postgres(void);

/* Another server with one more setting ("fsync=off"); its URL. It ends with the process. */
const char *fixture_start_postgres(const char *setting);

#endif
