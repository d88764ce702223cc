/* A peer for tests: a server on 127.0.0.1 in threads of its own that answers what a test's function
 * writes. Built for tests only. */
#ifndef CHORSU_KIT_FETCH_PEER_TESTING_H
#define CHORSU_KIT_FETCH_PEER_TESTING_H

#include <stdbool.h>
#include <stddef.h>

struct peer;

/* One request came whole (head and body as they were on the wire, NUL-terminated). Write to fd;
 * true keeps the connection. Runs on a thread for each connection. */
typedef bool peer_answer_fn(struct peer *p, int fd, const char *request);

/* Listens on all of 127.0.0.0/8 at a free port. Asserts when it cannot. */
struct peer *peer_new(peer_answer_fn *answer);
void peer_free(struct peer *p);

int peer_port(const struct peer *p);
int peer_connections(const struct peer *p); /* accepted so far */
int peer_requests(const struct peer *p);

/* Copy of the n-th request (0 first), free(3); NULL when there was none. */
char *peer_request(struct peer *p, int n);

/* True while peer_free has not begun: for answers that take long. */
bool peer_running(const struct peer *p);

/* Write all or stop silently: the other side may be gone. */
void peer_write(int fd, const char *bytes, size_t len);
void peer_writes(int fd, const char *text);

#endif
