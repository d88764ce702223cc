/* The list of crash points, and what happens at one in a test build. */
#include "base/crash.h"

#include <stddef.h>

/* Sorted by the step they stand around. */
const char *const crash_points[] = {
	"write.before_commit",
	"write.after_commit",
	"write.in_batch",
	"publish.before_commit",
	"publish.after_commit",
	"media.after_files",
	"search.before_write",
	"publish.before_nudge",
	"follow.before_write",
	"follow.after_write",
	"inbox.before_answer",
	"deliver.before_send",
	"deliver.after_send",
	"deliver.before_position",
	"deliver.in_batch",
	"deliver.after_position",
	"reach.before_write",
	"reach.after_write",
	"init.after_config",
	"init.after_secret",
	"init.before_migrate",
	"migrate.in_step",
	"backup.before_name",
	"restore.after_mark",
	"restore.in_rows",
	"restore.before_commit",
	"restore.after_commit",
	"restore.after_config",
	NULL,
};

#ifdef CHORSU_CRASH_POINTS

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

static char *wanted; /* NULL: none */
static int64_t wanted_passing;
static atomic_llong passings;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool is_known(const char *name)
{
	for (const char *const *p = crash_points; *p; p++)
		if (strcmp(*p, name) == 0)
			return true;
	return false;
}

/* A test that asks for a point that cannot be reached would pass for nothing, therefore it ends
 * here. */
static void read_environment(void)
{
	const char *value = getenv("CHORSU_CRASH");
	char *colon;

	if (!value || !*value)
		return;
	wanted = strdup(value);
	assert(wanted);
	wanted_passing = 1;
	colon = strchr(wanted, ':');
	if (colon) {
		*colon = '\0';
		if (!str_to_int64(colon + 1, &wanted_passing))
			wanted_passing = 0;
	}
	assert(wanted_passing > 0 && "CHORSU_CRASH=name:N wants a number from 1");
	assert(is_known(wanted) && "CHORSU_CRASH names no crash point");
}

void crash_point(const char *name)
{
	assert(is_known(name));
	pthread_once(&once, read_environment);
	if (!wanted || strcmp(wanted, name) != 0)
		return;
	if (atomic_fetch_add(&passings, 1) + 1 != wanted_passing)
		return;
	kill(getpid(), SIGKILL);
	for (;;) /* the signal may land on another thread first; nothing more may happen on this one
		  */
		pause();
}

#endif
