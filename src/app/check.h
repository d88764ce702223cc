/* What `chorsu check` looks at: the store from inside, its address from outside. */
#ifndef CHORSU_APP_CHECK_H
#define CHORSU_APP_CHECK_H

#include <sys/statvfs.h>

#include "app/app.h"

enum grade { GRADE_OK, GRADE_WARNING, GRADE_WRONG };

struct finding {
	const char *name; /* "disk" */
	enum grade grade;
	const char *says; /* one line; unless ok it ends with what to mend. In the arena */
};

#define FINDINGS_MAX 16

struct findings {
	struct arena *arena;
	struct finding list[FINDINGS_MAX];
	int count;
};

void finding_add(struct findings *f, const char *name, enum grade grade, const char *format, ...)
	PRINTF(4, 5);

/* Room on the disk of dir, in bytes and in inodes (which some file systems do not count). */
void check_disk(struct findings *f, const char *dir, const struct statvfs *fs);

/* left_ms: until the certificate ends. */
void check_certificate(struct findings *f, const char *host, int64_t left_ms);

/* Does date, which an answer bears (-1: none), lie between before and after? In ms. */
void check_clock(struct findings *f, int64_t date, int64_t before, int64_t after);

/* Name, address, certificate, clock, and the own account through the public address. handle: of an
 * open institution, NULL when there is none. actor: its id. */
void check_outside(struct findings *f, struct ctx *cx, const char *handle, const char *actor);

/* The command. */
int check_run(struct invocation *in);

#endif
