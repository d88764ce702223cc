/* A chorsu-media that has been taken over: it can do nothing outside, and costs one sentence. The
 * program of the tests alone knows these faults. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kit/media/child/child.h"
#include "kit/media/child_process.h"

#define LIMIT_MS 20000

/* As far as the parent looks before it hands the file over. */
static const unsigned char PICTURE[] = "\xFF\xD8\xFF and nothing more";

static char program[PATH_MAX];

static int setup(void **state)
{
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 32);
	char *slash = n > 0 ? memrchr(program, '/', (size_t)n) : NULL;

	(void)state;
	assert_non_null(slash);
	memcpy(slash, "/chorsu-media", sizeof "/chorsu-media");
	return 0;
}

static struct media_worker *worker_with(const char *fault, int limit_ms)
{
	const struct media_options options = {.fault = fault, .limit_ms = limit_ms};
	struct err err;
	struct media_worker *w = media_worker_new(&options, &err);

	assert_non_null(w);
	return w;
}

/* How the process ended that was asked for this. */
static int status_of(const char *fault)
{
	unsigned char job[WIRE_HEAD + WIRE_JOB_LEN], answer[64];
	char name[32];
	struct child c;
	struct err err;

	snprintf(name, sizeof name, "%s", fault);
	child_init(&c);
	if (child_start(&c, program, name, LIMIT_MS, &err) < 0)
		fail_msg("%s", err.text);
	wire_put(job, WIRE_JOB);
	wire_put(job + 4, WIRE_JOB_LEN);
	wire_put(job + 8, MEDIA_PICTURE);
	wire_put(job + 12, MEDIA_JPEG);
	wire_put(job + 16, sizeof PICTURE);
	assert_int_equal(child_send(&c, job, sizeof job), 0);
	assert_int_equal(child_send(&c, PICTURE, sizeof PICTURE), 0);
	while (child_receive(&c, answer, sizeof answer) > 0)
		continue;
	child_end(&c);
	return c.status;
}

/* Files, sockets, processes, signals, code: the kernel ends the process at the call. */
static void killed_at_the_call(void **state)
{
	static const char *const FAULTS[] = {
		"open",
		"create",
		"stat",
		"unlink",
		"socket",
		"unix-socket",
		"receive-message",
		"fork",
		"namespace",
		"exec",
		"kill",
		"kill-thread",
		"trace",
		"parent",
		"dump",
		"limit",
		"map-code",
		"make-code",
		"map-file",
		"io-uring",
#ifdef __x86_64__
		"x32",
		"other-table",
#endif
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(FAULTS); i++) {
		int status = status_of(FAULTS[i]);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status %x", FAULTS[i], (unsigned int)status);
	}
	assert_int_equal(access("/tmp/chorsu-media-was-here", F_OK), -1);
	/* The test itself can fail: a name that is no fault gets through. */
	assert_int_equal(WEXITSTATUS(status_of("none of these")), 42);
}

static void one_sentence(void **state)
{
	static const char BROKEN[] =
		"The picture could not be read: it is broken, or made to do harm.";
	static const struct row {
		const char *fault;
		int rc;
		const char *text;
	} ROWS[] = {
		{"socket", ERR_INVALID, BROKEN},
		{"crash", ERR_INVALID, BROKEN},
		{"leave", ERR_INVALID, BROKEN},
		{"memory", ERR_INVALID, BROKEN},
		{"flood", ERR_INVALID, BROKEN},
		{"silence", ERR_TIMEOUT,
			"The picture took more than 1 s to read: make it smaller."},
		{"spin", ERR_TIMEOUT, "The picture took more than 1 s to read: make it smaller."},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct media_worker *w =
			worker_with(ROWS[i].fault, ROWS[i].rc == ERR_TIMEOUT ? 1000 : LIMIT_MS);
		struct media_result r = {0};
		struct ctx cx = {0};

		assert_int_equal(
			media_make(&cx, w, PICTURE, sizeof PICTURE, MEDIA_PICTURE, &r), ROWS[i].rc);
		assert_int_equal(cx.err.code, ROWS[i].rc);
		assert_string_equal(cx.err.text, ROWS[i].text);
		assert_int_equal(r.count, 0);
		media_worker_free(w);
	}
	/* No process is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void not_startable(void **state)
{
	static const struct row {
		const char *program, *part;
	} ROWS[] = {
		{"/nowhere/chorsu-media", "/nowhere/chorsu-media could not be started"},
		{"/etc/passwd", "/etc/passwd could not be started"},
		{"/bin/false", "ended as it started (status 1)"},
		{"/bin/cat", "did not get ready in time"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		const struct media_options options = {.program = ROWS[i].program, .start_ms = 300};
		struct err err;
		struct media_worker *w = media_worker_new(&options, &err);
		struct media_result r;
		struct ctx cx = {0};

		assert_non_null(w);
		assert_int_equal(media_make(&cx, w, PICTURE, sizeof PICTURE, MEDIA_PICTURE, &r),
			ERR_INTERNAL);
		if (!strstr(cx.err.text, ROWS[i].part))
			fail_msg("%s: %s", ROWS[i].part, cx.err.text);
		media_worker_free(w);
	}
}

static void by_hand(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		close(STDIN_FILENO);
		close(STDERR_FILENO);
		execl(program, program, NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_the_call),
		cmocka_unit_test(one_sentence),
		cmocka_unit_test(not_startable),
		cmocka_unit_test(by_hand),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
