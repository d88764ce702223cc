/* The socket that a server listens on. */
#ifndef CHORSU_KIT_HTTP_LISTEN_H
#define CHORSU_KIT_HTTP_LISTEN_H

#include "base/err.h"

/* "127.0.0.1:8080", "[::]:8080" (both protocols), ":8080" (loopback), "unix:/path"; port 0: a free
 * one. ERR_INVALID for a text that is none of these, ERR_CONFLICT when something listens there,
 * ERR_DENIED, ERR_IO. The port goes to *ret_port (0 for unix sockets), the path of a unix socket,
 * to be freed and unlinked by the caller, to *ret_path (or NULL). */
MUST_USE int listen_open(
	const char *where, struct err *err, int *ret_fd, int *ret_port, char **ret_path);

#endif
