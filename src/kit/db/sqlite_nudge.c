/* Nudges beside SQLite: datagrams on DIR/nudge.sock.
 *
 * The socket's name is reached through the directory's descriptor, because a socket's path may hold
 * only 107 bytes. Whoever may write to the socket may nudge: all that it does is to make the server
 * look. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "kit/db/sqlite.h"

#define NAME       "nudge.sock"
#define BACKLOG_MS 200 /* waiting for room in a full queue */

static void address(struct db *db, struct sockaddr_un *a)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(a->sun_path, sizeof(a->sun_path), "/proc/self/fd/%d/" NAME, db->dir_fd);
}

int sqlite_ear_open(struct db *db, struct err *err)
{
	struct sqlite_store *store = db->impl;
	struct sockaddr_un a;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert(db->serve && "only the serving process listens");
	if (fd < 0)
		return err_set(err, ERR_IO, "the socket %s/" NAME " cannot be made: %s", db->dir,
			strerror(errno));
	address(db, &a);
	unlinkat(db->dir_fd, NAME, 0); /* left by a process that was killed: the lock is ours */
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
		fchmodat(db->dir_fd, NAME, 0600, 0) < 0) {
		err_set(err, ERR_IO, "the socket %s/" NAME " cannot be made: %s", db->dir,
			strerror(errno));
		close(fd);
		return err->code;
	}
	store->ear_fd = fd;
	return 0;
}

bool sqlite_ear_hear(struct db *db, int stop_fd, int wait_ms, struct heard *ret)
{
	struct sqlite_store *store = db->impl;
	struct pollfd fds[] = {
		{.fd = store->ear_fd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
	char datagram[NUDGE_LINE];
	socklen_t from_len = sizeof(ret->from);
	ssize_t n;

	_Static_assert(sizeof(ret->from) >= sizeof(struct sockaddr_un), "holds an address");
	if (poll(fds, LENGTH(fds), wait_ms) <= 0 || !(fds[0].revents & POLLIN))
		return false;
	n = recvfrom(store->ear_fd, datagram, sizeof(datagram), MSG_TRUNC,
		(struct sockaddr *)ret->from, &from_len);
	if (n <= 0 || n > (ssize_t)sizeof(datagram))
		return false;
	ret->from_len = from_len;
	return nudge_parse(datagram, (size_t)n, ret);
}

/* A sender without an address, or with a full queue, hears nothing: its loss. */
void sqlite_ear_answer(struct db *db, const struct heard *to)
{
	struct sqlite_store *store = db->impl;

	if (to->from_len > sizeof(sa_family_t))
		sendto(store->ear_fd, to->token, strlen(to->token), MSG_DONTWAIT | MSG_NOSIGNAL,
			(const struct sockaddr *)to->from, to->from_len);
}

void sqlite_ear_close(struct db *db)
{
	struct sqlite_store *store = db->impl;

	if (store->ear_fd < 0)
		return;
	unlinkat(db->dir_fd, NAME, 0);
	close(store->ear_fd);
	store->ear_fd = -1;
}

static bool send_text(int fd, const char *line)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	for (int i = 0; i < BACKLOG_MS / NUDGE_SLICE; i++) {
		if (send(fd, line, strlen(line), MSG_NOSIGNAL) >= 0)
			return true;
		if (errno != EAGAIN && errno != EINTR)
			return false;
		poll(&room, 1, NUDGE_SLICE);
	}
	return false;
}

static bool hear_token(int fd, const char *token, int wait_ms)
{
	struct pollfd answer = {.fd = fd, .events = POLLIN};
	char text[64];

	for (int left = wait_ms; left > 0; left -= NUDGE_SLICE) {
		ssize_t n;

		if (poll(&answer, 1, left < NUDGE_SLICE ? left : NUDGE_SLICE) <= 0)
			continue;
		n = recv(fd, text, sizeof(text), MSG_DONTWAIT | MSG_TRUNC);
		if (n == NUDGE_TOKEN && memcmp(text, token, NUDGE_TOKEN) == 0)
			return true;
	}
	return false;
}

bool sqlite_nudge(struct db *db, const char *text, int wait_ms)
{
	AUTO(auto_close) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct sockaddr own = {.sa_family = AF_UNIX};
	char token[NUDGE_TOKEN + 1], line[NUDGE_LINE];
	struct sockaddr_un a;

	/* Bound without a name, the socket gets an abstract one, which the answer goes to. */
	if (fd < 0 || bind(fd, &own, sizeof(own.sa_family)) < 0)
		return false;
	nudge_compose(text, token, line);
	address(db, &a);
	/* Connected, it waits for room in the server's queue, and takes no answer from anybody
	 * else. */
	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
		return false;
	return send_text(fd, line) && hear_token(fd, token, wait_ms);
}
