/* Crash points: the right one, at the right passing, as kill -9 does it. Each case runs in a child
 * of its own, because the environment is read once. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/auto.h"
#include "base/crash.h"

static void quiet(void)
{
	struct rlimit none = {0, 0};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, STDERR_FILENO);
	setrlimit(RLIMIT_CORE, &none);
	/* The test framework catches these in the child too, and would report them. */
	signal(SIGABRT, SIG_DFL);
}

/* Signal that ended a child which passes name that many times under CHORSU_CRASH=value; 0 when it
 * went on. */
static int pass(const char *value, const char *name, int times)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		quiet();
		if (value)
			setenv("CHORSU_CRASH", value, 1);
		else
			unsetenv("CHORSU_CRASH");
		for (int i = 0; i < times; i++) {
			CRASH_POINT("deliver.in_batch");
			crash_point(name);
		}
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void passings(void **state)
{
	static const struct {
		const char *value, *name;
		int times, signal;
	} ROWS[] = {
		{NULL, "write.in_batch", 5, 0},
		{"", "write.in_batch", 5, 0},
		{"write.in_batch", "write.in_batch", 1, SIGKILL},
		{"write.in_batch:1", "write.in_batch", 1, SIGKILL},
		{"write.in_batch:3", "write.in_batch", 2, 0},
		{"write.in_batch:3", "write.in_batch", 3, SIGKILL},
		{"write.after_commit", "write.in_batch", 9, 0},
		{"migrate.in_step:2", "migrate.in_step", 2, SIGKILL},
		/* Faults of the test or of the code. */
		{NULL, "no.such_point", 1, SIGABRT},
		{NULL, "write.in_batc", 1, SIGABRT},
		{"no.such_point", "write.in_batch", 1, SIGABRT},
		{"write.in_batch:0", "write.in_batch", 1, SIGABRT},
		{"write.in_batch:-1", "write.in_batch", 1, SIGABRT},
		{"write.in_batch:", "write.in_batch", 1, SIGABRT},
		{"write.in_batch:x", "write.in_batch", 1, SIGABRT},
		{"write.in_batch:2:3", "write.in_batch", 1, SIGABRT},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (pass(ROWS[i].value, ROWS[i].name, ROWS[i].times) != ROWS[i].signal)
			fail_msg("row %zu: CHORSU_CRASH=%s", i,
				ROWS[i].value ? ROWS[i].value : "(none)");
}

static void names_are_known_once(void **state)
{
	size_t n = 0;
	(void)state;

	for (; crash_points[n]; n++) {
		assert_non_null(strchr(crash_points[n], '.'));
		for (size_t k = 0; k < n; k++)
			assert_string_not_equal(crash_points[k], crash_points[n]);
	}
	assert_in_range(n, 20, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passings),
		cmocka_unit_test(names_are_known_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
