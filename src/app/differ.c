/* The texts are handed to diff and diff3 as files without a name, their answer is read from a pipe.
 */
#include "app/differ.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/str.h"

#define TEXTS_MAX 3

/* A file of the text, which a child inherits; its path into *ret_path. */
static int hand_over(struct ctx *cx, const struct text *t, const char **ret_path, int *ret_fd)
{
	size_t done = 0;
	ssize_t n = 0;
	int fd = memfd_create("text", 0);

	*ret_fd = fd;
	while (fd >= 0 && done < t->len && (n = write(fd, t->bytes + done, t->len - done)) > 0)
		done += (size_t)n;
	*ret_path = arena_printf(cx->arena, "/dev/fd/%d", fd);
	if (fd < 0 || done < t->len || !*ret_path)
		return ctx_fail(cx, ERR_IO, "there is no room to compare %.60s", t->name);
	return 0;
}

static int spawn(struct ctx *cx, const char *const *words, int out, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	rc = posix_spawnp(ret, words[0], &actions, NULL, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc != 0)
		return ctx_fail(cx, ERR_IO, "%s cannot be run (%s): install the package diffutils",
			words[0], strerror(rc));
	return 0;
}

/* Run it to its end; 0 and its exit status. */
static int run(struct ctx *cx, const char *const *words, struct buf *out, int *ret_status)
{
	char chunk[16384];
	int ends[2], rc, status = 0;
	pid_t pid = 0;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return ctx_fail(cx, ERR_IO, "%s", strerror(errno));
	rc = spawn(cx, words, ends[1], &pid);
	close(ends[1]);
	while (rc == 0 &&
		((n = read(ends[0], chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			buf_add(out, chunk, (size_t)n);
	close(ends[0]);
	if (rc < 0)
		return rc;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (out->failed)
		return ctx_fail(
			cx, ERR_TOO_LARGE, "the difference is larger than %zu bytes", out->max);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		return ctx_fail(cx, ERR_IO, "%s could not compare the texts", words[0]);
	*ret_status = WEXITSTATUS(status);
	return 0;
}

/* words: where the paths of the texts go stands "". */
static int compare(struct ctx *cx, const char **words, const struct text *const *texts,
	struct buf *out, int *ret_status)
{
	int fds[TEXTS_MAX] = {-1, -1, -1}, count = 0, rc = 0;

	for (const char **w = words; rc == 0 && *w; w++)
		if (!**w) {
			rc = hand_over(cx, texts[count], w, &fds[count]);
			count++;
		}
	if (rc == 0)
		rc = run(cx, words, out, ret_status);
	for (int i = 0; i < TEXTS_MAX; i++)
		auto_close(&fds[i]);
	return rc;
}

int differ_compare(struct ctx *cx, const struct text *from, const struct text *to, struct buf *out)
{
	const char *words[] = {
		"diff", "-u", "--label", from->name, "--label", to->name, "", "", NULL};
	const struct text *texts[] = {from, to};
	int status;

	return compare(cx, words, texts, out, &status);
}

int differ_merge(struct ctx *cx, const struct text *mine, const struct text *base,
	const struct text *theirs, struct buf *out, bool *ret_clean)
{
	const char *words[] = {"diff3", "-m", "-L", mine->name, "-L", base->name, "-L",
		theirs->name, "", "", "", NULL};
	const struct text *texts[] = {mine, base, theirs};
	int status = 0, rc = compare(cx, words, texts, out, &status);

	*ret_clean = status == 0;
	return rc;
}
