/* The one form in which a room is known to the rest; app/features.c holds the full list. */
#ifndef CHORSU_CORE_FEATURE_H
#define CHORSU_CORE_FEATURE_H

#include "base/setting.h"
#include "core/command.h"
#include "core/reader.h"
#include "kit/db/db.h"
#include "kit/http/http.h"

/* Work that the serving process does now and then, on a thread of its own: at most one run of a
 * task at a time. */
struct task {
	const char *name;
	int64_t every_ms;
	int (*run)(struct ctx *cx);
};

struct feature {
	const char *name;
	const struct route *routes;     /* ended by a zero row; NULL: none */
	const struct command *commands; /* ended by a row without a name */
	const struct setting *settings;
	const struct migrations *migrations;
	const struct reader_kind *const *kinds; /* ended by NULL */
	const struct task *tasks;               /* ended by a row without a name */
};

#endif
