/* Crash points: named places around every durable step where a test may end the process as kill -9
 * does.
 *
 * CRASH_POINT("publish.before_commit") costs nothing in a release build. In a test build
 * (CHORSU_CRASH_POINTS) the environment CHORSU_CRASH=name or name:N ends the process at the N-th
 * passing (the first without N). Every name is a row of the list in crash.c; the hidden command
 * `chorsu crash-points` prints it, and a lint compares it with the code. */
#ifndef CHORSU_BASE_CRASH_H
#define CHORSU_BASE_CRASH_H

#ifdef CHORSU_CRASH_POINTS
void crash_point(const char *name);
#define CRASH_POINT(name) crash_point(name)
#else
#define CRASH_POINT(name) ((void)0)
#endif

/* All names, ended by NULL. */
extern const char *const crash_points[];

#endif
