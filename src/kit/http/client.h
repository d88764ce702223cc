/* Whose request is it? The socket's address, or what a trusted proxy says of it. */
#ifndef CHORSU_KIT_HTTP_CLIENT_H
#define CHORSU_KIT_HTTP_CLIENT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/err.h"

/* An address as 16 bytes; IPv4 as ::ffff:a.b.c.d. Of a unix socket: unix is true and the bytes are
 * zero. */
struct address {
	unsigned char bytes[16];
	bool unix_socket;
};

struct networks;

#define ADDRESS_TEXT_SIZE 46 /* holds any IPv6 address */

/* Read a list of addresses and networks separated by spaces or commas; the word "unix" stands for
 * peers of a unix socket. ERR_INVALID names the entry that is neither; ERR_MEMORY. */
MUST_USE int http_networks_parse(const char *list, struct err *err, struct networks **ret);
void http_networks_free(struct networks *n);
bool http_networks_contain(const struct networks *n, const struct address *a);

/* "203.0.113.7", "2001:db8::1"; false for anything else. A port behind it ("203.0.113.7:80",
 * "[2001:db8::1]:80") is passed over when with_port. */
bool http_address_parse(const char *s, bool with_port, struct address *ret);
void http_address_of_socket(const struct sockaddr *sa, socklen_t len, struct address *ret);
void http_address_text(
	const struct address *a, char *out); /* ADDRESS_TEXT_SIZE; "unix" for a unix socket */
bool http_address_is_local(const struct address *a); /* loopback or unix socket */

/* The client's address. forwarded_for: X-Forwarded-For, all its lines joined, or NULL; read from
 * its right end for as long as who speaks is trusted. An entry that is no address ends it: who
 * wrote it answers for the request. */
void client_address(const struct networks *proxies, const struct address *socket,
	const char *forwarded_for, struct address *ret);

#endif
