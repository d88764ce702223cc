/* A layer under SQLite that plays the power cut: what was not synced is in this process's memory
 * alone, so kill -9 loses exactly that. Only in builds for tests. */
#ifndef CHORSU_KIT_DB_SQLITE_POWERCUT_TESTING_H
#define CHORSU_KIT_DB_SQLITE_POWERCUT_TESTING_H

/* The name for sqlite3_open_v2: the layer's when the environment says CHORSU_POWERCUT=1 or
 * CHORSU_DISK_FULL=FILE, else NULL. While FILE exists, every write and sync fails as on a full
 * disk. */
const char *powercut_vfs(void);

enum powercut_step { POWERCUT_WRITE, POWERCUT_SYNC };

/* The next step of this kind after `skip` of them fails with SQLITE_FULL, and so do the `count` - 1
 * that follow. */
void powercut_fail(enum powercut_step step, int skip, int count);

/* Steps that failed so far by powercut_fail. */
int powercut_failed(void);

#endif
