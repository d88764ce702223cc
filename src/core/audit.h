/* The audit trail: every act of staff, only ever added to. */
#ifndef CHORSU_CORE_AUDIT_H
#define CHORSU_CORE_AUDIT_H

#include "kit/db/db.h"

/* who: "command:USER" until persons sign in. act: "post.publish" and the like. institution,
 * subject: 0 for none. */
MUST_USE int audit_append(struct tx *tx, const char *who, const char *act, int64_t institution,
	int64_t subject, const char *detail);

#endif
