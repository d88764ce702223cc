/* posix_spawn and a socketpair. fork() without exec would be undefined in a process of many
 * threads, and linking the picture library costs 21 MB and all of its faults. */
#include "kit/media/child_process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "kit/media/wire.h"

#define NOT_STARTED 127 /* status of a child that could not become the program */

/* It learns nothing of where it runs. */
static char *const ENVIRONMENT[] = {NULL};

void child_init(struct child *c)
{
	*c = (struct child){.fd = -1};
}

static void forget(struct child *c)
{
	auto_close(&c->fd);
	c->fd = -1;
	c->pid = 0;
}

/* Descriptor 0 is the socket, 1 and 2 lead nowhere, and nothing else is inherited. A process group
 * of its own, so that Ctrl-C stops the server in its own order and nothing of it is left behind. */
static int spawn(struct child *c, const char *program, char *const *arguments, int socket)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	rc = posix_spawnattr_init(&attributes);
	if (rc == 0) {
		rc = posix_spawn_file_actions_adddup2(&files, socket, 0);
		if (rc == 0)
			rc = posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
		if (rc == 0)
			rc = posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
		if (rc == 0)
			rc = posix_spawn_file_actions_addclosefrom_np(&files, 3);
		posix_spawnattr_setflags(&attributes,
			POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
		posix_spawnattr_setsigmask(&attributes, &none);
		posix_spawnattr_setsigdefault(&attributes, &all);
		posix_spawnattr_setpgroup(&attributes, 0);
		if (rc == 0)
			rc = posix_spawn(
				&c->pid, program, &files, &attributes, arguments, ENVIRONMENT);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static int greet(struct child *c)
{
	unsigned char hello[WIRE_HEAD + WIRE_HELLO_LEN];
	size_t have = 0;

	while (have < sizeof hello) {
		ssize_t n = child_receive(c, hello + have, sizeof hello - have);

		if (n < 0)
			return (int)n;
		have += (size_t)n;
	}
	if (wire_get(hello) != WIRE_HELLO || wire_get(hello + 4) != WIRE_HELLO_LEN ||
		wire_get(hello + WIRE_HEAD) != WIRE_VERSION)
		return ERR_CONFLICT;
	return 0;
}

static int not_greeted(struct child *c, const char *program, int rc, struct err *err)
{
	child_end(c);
	if (rc == ERR_CONFLICT)
		return err_set(err, ERR_INTERNAL,
			"Pictures cannot be made: %s is of another version than this program.",
			program);
	if (rc == ERR_TIMEOUT)
		return err_set(err, ERR_INTERNAL,
			"Pictures cannot be made: %s did not get ready in time.", program);
	/* Where the parent cannot be told by posix_spawn itself. */
	if (WIFEXITED(c->status) && WEXITSTATUS(c->status) == NOT_STARTED)
		return err_set(err, ERR_INTERNAL,
			"Pictures cannot be made: %s could not be started.", program);
	return err_set(err, ERR_INTERNAL,
		"Pictures cannot be made: %s ended as it started (%s %d).", program,
		WIFSIGNALED(c->status) ? "signal" : "status",
		WIFSIGNALED(c->status) ? WTERMSIG(c->status) : WEXITSTATUS(c->status));
}

int child_start(struct child *c, const char *program, char *fault, int limit_ms, struct err *err)
{
	char name[] = "chorsu-media";
	char *arguments[] = {name, fault, NULL};
	int ends[2], rc;

	assert(!c->pid);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set(
			err, ERR_INTERNAL, "Pictures cannot be made: %s.", strerrordesc_np(errno));
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	rc = spawn(c, program, arguments, ends[1]);
	close(ends[1]);
	c->fd = ends[0];
	if (rc) {
		forget(c);
		return err_set(err, ERR_INTERNAL,
			"Pictures cannot be made: %s could not be started: %s.", program,
			strerrordesc_np(rc));
	}
	child_limit(c, limit_ms);
	rc = greet(c);
	return rc < 0 ? not_greeted(c, program, rc, err) : 0;
}

void child_limit(struct child *c, int limit_ms)
{
	clock_real_deadline(limit_ms, &c->deadline);
}

/* Until the socket is ready for events, or the limit has passed. */
static int wait_for(struct child *c, short events)
{
	for (;;) {
		struct pollfd p = {.fd = c->fd, .events = events};
		struct timespec now;
		int64_t left;
		int n;

		clock_real_deadline(0, &now);
		left = (int64_t)(c->deadline.tv_sec - now.tv_sec) * SECOND +
		       (c->deadline.tv_nsec - now.tv_nsec) / 1000000;
		if (left <= 0)
			return ERR_TIMEOUT;
		n = poll(&p, 1, (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return ERR_IO;
	}
}

int child_send(struct child *c, const void *p, size_t len)
{
	while (len > 0) {
		ssize_t n;
		int rc = wait_for(c, POLLOUT);

		if (rc < 0)
			return rc;
		n = send(c->fd, p, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return ERR_IO;
		if (n > 0) {
			p = (const char *)p + n;
			len -= (size_t)n;
		}
	}
	return 0;
}

ssize_t child_receive(struct child *c, void *p, size_t max)
{
	for (;;) {
		ssize_t n;
		int rc = wait_for(c, POLLIN);

		if (rc < 0)
			return rc;
		n = recv(c->fd, p, max, 0);
		if (n > 0)
			return n;
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return ERR_IO;
	}
}

void child_end(struct child *c)
{
	if (!c->pid)
		return;
	kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
		continue;
	forget(c);
}
