/* From the name to the request: opening the socket, where the guard sees the very address that is
 * connected to, and writing header lines once the connection stands. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "kit/fetch/loop.h"

#define HTTPS_PORT 443

static int port_of(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)sa)->sin_port);
	return ntohs(((const struct sockaddr_in6 *)sa)->sin6_port);
}

static bool allowed(const struct sockaddr *sa, bool allow_private)
{
	return fetch_address_allowed(sa, allow_private) &&
	       (allow_private || port_of(sa) == HTTPS_PORT);
}

curl_socket_t request_socket(void *clientp, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct slot *slot = clientp;
	struct fetch_loop *loop = slot->loop;
	int fd;

	(void)purpose;
	if (!allowed(&address->addr, loop->options.allow_private)) {
		slot->denied = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd < 0)
		return CURL_SOCKET_BAD;
	if (!watch_open(&loop->watches, fd, slot)) {
		close(fd);
		return CURL_SOCKET_BAD;
	}
	slot->sockets[1] = slot->sockets[0];
	slot->sockets[0] = fd;
	return fd;
}

int request_socket_close(void *clientp, curl_socket_t fd)
{
	struct fetch_loop *loop = clientp;

	watch_close(&loop->watches, fd);
	return close(fd);
}

/* The connection that this transfer opened, NULL when it goes over one that stood before. Two
 * sockets were opened where two addresses raced; the loser is closed by now. */
static struct watch *opened_connection(const struct slot *slot)
{
	for (size_t i = 0; i < LENGTH(slot->sockets); i++) {
		int fd = slot->sockets[i];

		if (fd >= 0 && slot->loop->watches.of[fd].slot == slot)
			return &slot->loop->watches.of[fd];
	}
	return NULL;
}

/* Shall a new connection stay open after its transfer? We count, and ask libcurl to close those
 * past the limit: its own limit would cost it a walk over all connections at each end. */
static bool keep_connection(struct slot *slot)
{
	struct watches *w = &slot->loop->watches;
	struct watch *opened = opened_connection(slot);

	if (!opened || opened->kept)
		return true;
	if (w->kept >= slot->loop->options.connections)
		return false;
	opened->kept = true;
	w->kept++;
	return true;
}

void header_lines_init(struct header_lines *lines)
{
	for (size_t i = 0; i < HEADER_LINES; i++)
		lines->node[i] = (struct curl_slist){.data = lines->text[i]};
	snprintf(lines->text[0], sizeof(lines->text[0]), "Expect:");
}

static void add_line(struct header_lines *lines, const char *name, const char *value)
{
	int i = lines->count;
	int len;

	if (i >= HEADER_LINES) {
		lines->broken = true;
		return;
	}
	len = snprintf(lines->text[i], sizeof(lines->text[i]), "%s%s", name, value);
	if (len < 0 || (size_t)len >= sizeof(lines->text[i]) || strpbrk(lines->text[i], "\r\n")) {
		lines->broken = true;
		return;
	}
	lines->count++;
}

void transfer_header(struct transfer *t, const char *line)
{
	struct slot *slot = t->handle;
	const char *colon = strchr(line, ':');

	/* Without a name or a value libcurl would take the line for an order to leave a header out.
	 */
	if (!colon || colon == line || colon[1 + strspn(colon + 1, " \t")] == '\0')
		slot->loop->lines.broken = true;
	else
		add_line(&slot->loop->lines, line, "");
}

static void start_lines(struct header_lines *lines, const struct transfer *t, bool close_after)
{
	lines->broken = false;
	lines->count = 1; /* the first never changes: no "Expect: 100-continue" */
	if (t->accept)
		add_line(lines, "Accept: ", t->accept);
	if (t->content_type)
		add_line(lines, "Content-Type: ", t->content_type);
	else if (t->body)
		add_line(lines, "Content-Type:", "");
	if (close_after)
		add_line(lines, "Connection: close", "");
}

static void link_lines(struct header_lines *lines)
{
	for (int i = 0; i < lines->count; i++)
		lines->node[i].next = i + 1 < lines->count ? &lines->node[i + 1] : NULL;
}

/* Runs again when libcurl finds a kept connection dead and opens a new one. */
int request_write(void *clientp, char *their_ip, char *our_ip, int their_port, int our_port)
{
	struct slot *slot = clientp;
	struct header_lines *lines = &slot->loop->lines;
	bool closes = !keep_connection(slot);

	(void)their_ip, (void)our_ip, (void)their_port, (void)our_port;
	if (closes != slot->closes) {
		curl_easy_setopt(slot->easy, CURLOPT_FORBID_REUSE, (long)closes);
		slot->closes = closes;
	}
	slot->written = true;
	start_lines(lines, slot->t, closes);
	if (slot->t->headers)
		slot->refused = slot->t->headers(slot->t);
	if (slot->refused == 0 && lines->broken)
		slot->refused = ERR_INTERNAL;
	link_lines(lines);
	return slot->refused == 0 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}
