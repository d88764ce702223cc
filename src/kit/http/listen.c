/* Opening the socket that a server listens on. Made here and not by the library: its errors are
 * sentences, and one socket serves both protocols. */
#include "kit/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/str.h"
#include "kit/http/http.h"

#define BACKLOG   1024
#define UNIX_MODE 0660 /* the proxy's group may connect */

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

static int malformed(const char *where, struct err *err)
{
	return err_set(err, ERR_INVALID,
		"\"%.100s\" is no address to listen on: write 127.0.0.1:8080, [::]:8080, :8080 or unix:/path.",
		where);
}

/* Take "host:port" apart; the port in host order. */
static bool parse_port(const char *where, char *host, size_t size, int *ret_port)
{
	const char *colon = strrchr(where, ':');
	size_t len = colon ? (size_t)(colon - where) : 0;
	int64_t port;

	if (!colon || len >= size || !str_to_int64(colon + 1, &port) || port > 65535)
		return false;
	memcpy(host, where, len);
	host[len] = '\0';
	*ret_port = (int)port;
	return true;
}

static int parse_internet(
	const char *where, struct err *err, union socket_address *ret, socklen_t *ret_len)
{
	char host[64];
	size_t len;
	int port;

	if (!parse_port(where, host, sizeof host, &port))
		return malformed(where, err);
	len = strlen(host);
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons((uint16_t)port);
		*ret_len = sizeof ret->v6;
		return inet_pton(AF_INET6, host + 1, &ret->v6.sin6_addr) == 1
			       ? 0
			       : malformed(where, err);
	}
	ret->v4.sin_family = AF_INET;
	ret->v4.sin_port = htons((uint16_t)port);
	*ret_len = sizeof ret->v4;
	return inet_pton(AF_INET, *host ? host : "127.0.0.1", &ret->v4.sin_addr) == 1
		       ? 0
		       : malformed(where, err);
}

static int parse_unix(
	const char *where, struct err *err, union socket_address *ret, socklen_t *ret_len)
{
	const char *path = where + strlen("unix:");

	if (*path != '/')
		return malformed(where, err);
	if (strlen(path) >= sizeof ret->local.sun_path)
		return err_set(err, ERR_INVALID,
			"The path of the socket \"%.120s\" is longer than %zu bytes: choose a shorter one.",
			path, sizeof ret->local.sun_path - 1);
	ret->local.sun_family = AF_UNIX;
	memcpy(ret->local.sun_path, path, strlen(path) + 1);
	*ret_len = sizeof ret->local;
	return 0;
}

static int parse(const char *where, struct err *err, union socket_address *ret, socklen_t *ret_len)
{
	return str_starts(where, "unix:") ? parse_unix(where, err, ret, ret_len)
					  : parse_internet(where, err, ret, ret_len);
}

int http_listen_check(const char *where, struct err *err)
{
	union socket_address address = {0};
	socklen_t len = 0;

	return parse(where, err, &address, &len);
}

/* A socket that a dead server left is in the way; one that is alive, or any other file, is not ours
 * to remove. Not waited for: a living server with a full queue answers nothing at all. */
static int clear_path(const union socket_address *address, socklen_t len, struct err *err)
{
	const char *path = address->local.sun_path;
	AUTO(auto_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (fd < 0 || lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_CONFLICT,
			"%.107s is a file and no socket: remove it or choose another path.", path);
	if (connect(fd, &address->any, len) < 0 && errno == ECONNREFUSED)
		unlink(path);
	return 0;
}

static int refuse(const char *where, const char *what, struct err *err)
{
	if (errno == EADDRINUSE)
		return err_set(err, ERR_CONFLICT,
			"Something listens on %.100s already: stop it or choose another address.",
			where);
	if (errno == EACCES || errno == EPERM)
		return err_set(err, ERR_DENIED,
			"This user may not listen on %.100s: choose a port above 1023 or a path that it may write.",
			where);
	if (errno == EADDRNOTAVAIL)
		return err_set(err, ERR_INVALID,
			"This machine has no address %.100s: choose one of its own.", where);
	return err_set(err, ERR_IO, "Cannot %s %.100s: %s.", what, where, strerror(errno));
}

/* The mode that the socket's file is born with, so that nobody else gets in before its group is
 * set. */
static int bind_unix(int fd, const union socket_address *address, socklen_t len, struct err *err)
{
	int rc = clear_path(address, len, err);

	if (rc < 0)
		return rc;
	fchmod(fd, UNIX_MODE);
	return bind(fd, &address->any, len);
}

static int open_socket(const char *where, const union socket_address *address, socklen_t len,
	struct err *err, int *ret_fd)
{
	int family = address->any.sa_family, on = 1, off = 0, rc;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 && errno == EAFNOSUPPORT)
		return err_set(err, ERR_INVALID,
			"This machine has no IPv6 for %.100s: write 0.0.0.0 for all addresses of IPv4.",
			where);
	if (fd < 0)
		return refuse(where, "make a socket for", err);
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	rc = family == AF_UNIX ? bind_unix(fd, address, len, err) : bind(fd, &address->any, len);
	if (rc < 0 || listen(fd, BACKLOG) < 0) {
		if (!err->code)
			refuse(where, "listen on", err);
		close(fd);
		return err->code;
	}
	*ret_fd = fd;
	return 0;
}

static int port_of(int fd)
{
	union socket_address address = {0};
	socklen_t len = sizeof address;

	if (getsockname(fd, &address.any, &len) < 0)
		return 0;
	return ntohs(
		address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

/* The file's group and mode (the process's umask has narrowed it), and which file it is. */
static int own_path(struct listener *l, const char *group, struct err *err)
{
	struct group entry, *found = NULL;
	char names[4096];
	struct stat st;

	if (*group && getgrnam_r(group, &entry, names, sizeof names, &found) != 0)
		found = NULL;
	if (*group && !found)
		return err_set(err, ERR_INVALID,
			"There is no group \"%.60s\" for the socket %.107s: name that of the proxy.",
			group, l->path);
	if (found && lchown(l->path, (uid_t)-1, found->gr_gid) < 0)
		return err_set(err, ERR_DENIED,
			"The socket %.107s cannot be given to the group %.60s (%s): make this user a member of it.",
			l->path, group, strerror(errno));
	if (chmod(l->path, UNIX_MODE) < 0 || lstat(l->path, &st) < 0)
		return err_set(err, ERR_IO, "The socket %.107s cannot be set up: %s.", l->path,
			strerror(errno));
	l->device = st.st_dev;
	l->inode = st.st_ino;
	return 0;
}

int listen_open(const char *where, const char *group, struct err *err, struct listener *ret)
{
	bool local = str_starts(where, "unix:");
	union socket_address address = {0};
	struct listener l = {.fd = -1};
	struct err own = {0};
	socklen_t len = 0;
	int rc = parse(where, &own, &address, &len);

	if (rc == 0)
		rc = open_socket(where, &address, len, &own, &l.fd);
	if (rc == 0 && local) {
		l.path = strdup(address.local.sun_path);
		rc = l.path ? own_path(&l, group ? group : "", &own)
			    : err_set(&own, ERR_MEMORY, "There is no memory for the socket.");
	}
	if (rc < 0) {
		if (l.fd >= 0 && local)
			unlink(address.local.sun_path);
		listen_close(&l);
		return err_copy(err, &own);
	}
	l.port = local ? 0 : port_of(l.fd);
	*ret = l;
	return 0;
}

void listen_close(struct listener *l)
{
	struct stat st;

	if (l->fd >= 0)
		close(l->fd);
	if (l->path && lstat(l->path, &st) == 0 && st.st_dev == l->device && st.st_ino == l->inode)
		unlink(l->path);
	free(l->path);
	*l = (struct listener){.fd = -1};
}
