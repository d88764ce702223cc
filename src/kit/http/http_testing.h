/* For tests: a server on loopback and a client that says any bytes it likes. */
#ifndef CHORSU_KIT_HTTP_HTTP_TESTING_H
#define CHORSU_KIT_HTTP_HTTP_TESTING_H

#include <stdatomic.h>

#include "kit/http/http.h"

#define TESTING_ORIGIN   "http://pages.test"
#define TESTING_BODY_MAX 100
#define TESTING_DEADLINE 600 /* ms */

/* What the handlers of the test server have done, and the gate that /wait stands before. */
struct testing {
	atomic_int entered; /* handlers of /wait that began */
	atomic_int left;    /* … that ended */
	atomic_int posted;  /* bodies that reached /echo */
	atomic_int abroad;  /* handlers of /abroad that wait */
	atomic_int abroad_max;
	atomic_bool open;
	atomic_bool ready;
};

extern struct testing testing;

/* Start with the test routes; changes may be NULL: called with the options before the start. Fails
 * the test. */
struct http_server *testing_start(void (*changes)(struct http_options *));

int testing_connect(int port);
void testing_send(int fd, const char *bytes, size_t len);

/* Everything up to the end of the connection, NUL-terminated, to be freed. Fails the test after 10
 * s without a byte. */
char *testing_read(int fd, size_t *ret_len);

/* Connect, send, read everything, close. */
char *testing_talk(int port, const char *bytes, size_t len);

/* Read at least until text was seen n times; the connection stays. To be freed. */
char *testing_read_until(int fd, const char *text, int n);

int testing_count(const char *all, const char *part);

/* Wait until *value is at least wanted; fails the test after 10 s. */
void testing_wait(const atomic_int *value, int wanted);

#endif
