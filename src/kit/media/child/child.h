/* chorsu-media: reads a picture from a stranger, shut in so that a fault in a picture library can
 * do nothing but spoil that picture. Nothing here is linked into chorsu. */
#ifndef CHORSU_KIT_MEDIA_CHILD_CHILD_H
#define CHORSU_KIT_MEDIA_CHILD_CHILD_H

#include <stdint.h>

#include "kit/media/plan.h"
#include "kit/media/wire.h"

struct encoded {
	void *bytes; /* free(3), as g_free is */
	size_t len;
};

struct made {
	uint32_t width, height; /* of the upright picture that was given */
	struct plan plan;
	char blurhash[MEDIA_BLURHASH_LEN + 1];
	struct encoded files[MEDIA_FILES_MAX]; /* in the order of media_result */
};

/* The picture library with nothing but four loaders. Once, first of all. 0 or -1. */
MUST_USE int library_start(const char *program);

/* Limits, no new privileges, and the system calls that are left. Once, when all libraries stand. 0
 * or -1. */
MUST_USE int sandbox_enter(void);

/* 0, or the enum wire_reason of the refusal, ret untouched then. Fields are freed by made_done. */
MUST_USE int picture_make(
	const void *bytes, size_t len, enum media_form form, enum media_use use, struct made *ret);
void made_done(struct made *m);

/* Greet, and answer the one job. Returns the exit status. */
int serve(const char *fault);

/* What a test asks for by name instead of work. Built for tests only. */
void fault_commit(const char *fault);

#endif
