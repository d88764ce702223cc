/* The socket that a server listens on. */
#ifndef CHORSU_KIT_HTTP_LISTEN_H
#define CHORSU_KIT_HTTP_LISTEN_H

#include <sys/types.h>

#include "base/err.h"

struct listener {
	int fd;
	int port;     /* 0 for a unix socket */
	char *path;   /* of a unix socket, else NULL */
	dev_t device; /* whose file it is: another server may have put its own there since */
	ino_t inode;
};

/* "127.0.0.1:8080", "[::]:8080" (both protocols), ":8080" (loopback), "unix:/path"; port 0: a free
 * one. A unix socket may be used by its owner and its group (mode 0660); group: NULL or "" for the
 * process's own. What a dead server left at the path is removed. ERR_INVALID for a text that is
 * none of these and for a group that does not exist, ERR_CONFLICT when something listens there or a
 * file is in the way, ERR_DENIED, ERR_IO, ERR_MEMORY. */
MUST_USE int listen_open(
	const char *where, const char *group, struct err *err, struct listener *ret);

/* Close, and remove the socket's file if it is still this one. */
void listen_close(struct listener *l);

#endif
