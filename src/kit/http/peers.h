/* Connections as such: how many one address may hold, and until when each must have said or taken
 * what it has to.
 *
 * The library's time-out counts from the last byte, so that a byte a second never runs into it.
 * Here each connection has a deadline, and a thread of its own shuts down those past it. */
#ifndef CHORSU_KIT_HTTP_PEERS_H
#define CHORSU_KIT_HTTP_PEERS_H

#include "kit/http/client.h"

#define PEER_CONNECTIONS_MAX                                                                       \
	128 /* of one address (IPv6: one /64), but of proxies and this machine */

struct peer {
	struct peer *next, **back; /* in its bucket; under the table's lock */
	struct address address;
	int fd;
	_Atomic int64_t deadline; /* steady ms; 0: none */
	_Atomic bool idle;        /* between two requests */
};

struct peers;

/* exempt: addresses that may hold any number; stays the caller's. deadline_ms: of a request. NULL
 * without memory or threads. */
struct peers *peers_new(const struct networks *exempt, int64_t deadline_ms);
void peers_free(struct peers *p); /* all connections must be gone; takes NULL */

/* May one more connection of this address be taken? */
bool peers_admit(struct peers *p, const struct address *address);

/* NULL without memory: the connection then has no deadline. */
struct peer *peers_add(struct peers *p, const struct address *address, int fd);
void peers_remove(
	struct peers *p, struct peer *peer); /* before its descriptor is closed; takes NULL */

/* What the connection does now; peer may be NULL. */
void peer_waits(struct peers *p, struct peer *peer);     /* for a request */
void peer_sends(struct peers *p, struct peer *peer);     /* the first line of a request is here */
void peer_is_served(struct peers *p, struct peer *peer); /* the request is whole: no deadline */
void peer_takes(struct peers *p, struct peer *peer, size_t len); /* an answer of len bytes */

/* Shut down connections between two requests, now and from now on: the server stops. */
void peers_drain(struct peers *p);

#endif
