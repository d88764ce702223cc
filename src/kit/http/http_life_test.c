/* Starting, stopping, deadlines, and clients that leave: what happens over time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/http/http_testing.h"

#define KEEP  "Host: x\r\n\r\n"
#define CLOSE "Host: x\r\nConnection: close\r\n\r\n"

static const char GET_PAGE[] = "GET / HTTP/1.1\r\n" CLOSE;
static const char GET_WAIT[] = "GET /wait HTTP/1.1\r\n" CLOSE;

/* Send a byte now and then until the server ends the connection; returns how long that took. */
static int64_t drip(int port, const char *first, const char *drops)
{
	int fd = testing_connect(port);
	int64_t began = clock_steady();
	char c;

	testing_send(fd, first, strlen(first));
	for (const char *p = drops; clock_steady() - began < 10 * SECOND;
		p = p[1] ? p + 1 : drops) {
		ssize_t n;

		testing_send(fd, p, 1);
		clock_sleep(20);
		n = recv(fd, &c, 1, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			break;
	}
	close(fd);
	return clock_steady() - began;
}

static void test_slow_clients(void **state)
{
	static const struct {
		const char *first, *drops;
	} ROWS[] = {
		{"", "GET "},
		{"GET /", "x"},
		{"GET / HTTP/1.1\r\nHost: x\r\nX: ", "x"},
		{"GET / HTTP/1.1\r\nHost: x\r\n", "X: y\r\n"},
		{"POST /echo HTTP/1.1\r\nContent-Length: 100\r\n" KEEP, "x"},
		{"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" KEEP, "1\r\nx\r\n"},
		{"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" KEEP "1\r\nx\r\n0\r\n",
			"A: b\r\n"},
	};
	struct http_server *h = testing_start(NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		int64_t ms = drip(http_port(h), ROWS[i].first, ROWS[i].drops);

		/* 100 bytes at 20 ms would be 2 s: the deadline is what ended it. */
		if (ms < TESTING_DEADLINE - 50 || ms > 4 * TESTING_DEADLINE)
			fail_msg("row %zu: %d ms", i, (int)ms);
	}
	assert_int_equal(testing.posted, 0);
	http_stop(h, 1000);
}

/* A body that was refused is thrown away for a while, not for ever. */
static void test_endless_refused_body(void **state)
{
	static const char HEAD[] = "POST /echo HTTP/1.1\r\nContent-Length: 1000000\r\n" KEEP;
	struct http_server *h = testing_start(NULL);
	int fd = testing_connect(http_port(h));
	int64_t began = clock_steady(), ms;
	char *all;

	(void)state;
	testing_send(fd, HEAD, sizeof HEAD - 1);
	all = testing_read(fd, NULL);
	assert_non_null(strstr(all, "HTTP/1.1 413 "));
	assert_true(clock_steady() - began < TESTING_DEADLINE / 2); /* at once */
	free(all);
	while (send(fd, "x", 1, MSG_NOSIGNAL) == 1 && clock_steady() - began < 10 * SECOND)
		clock_sleep(20);
	ms = clock_steady() - began;
	assert_true(ms >= TESTING_DEADLINE - 50 && ms < 4 * TESTING_DEADLINE);
	close(fd);
	http_stop(h, 1000);
}

static void test_idle_connection(void **state)
{
	struct http_server *h = testing_start(NULL);
	int fd = testing_connect(http_port(h));
	int64_t began;
	char *all;

	(void)state;
	testing_send(fd, "GET / HTTP/1.1\r\n" KEEP, strlen("GET / HTTP/1.1\r\n" KEEP));
	all = testing_read_until(fd, "</p>", 1);
	free(all);
	began = clock_steady();
	all = testing_read(fd, NULL);
	assert_string_equal(all, "");
	assert_true(clock_steady() - began >= TESTING_DEADLINE / 2);
	free(all);
	close(fd);
	http_stop(h, 1000);
}

/* A handler may take longer than the deadline: that counts for the client alone. */
static void test_slow_handler(void **state)
{
	struct http_server *h = testing_start(NULL);
	int fd = testing_connect(http_port(h));
	char *all;

	(void)state;
	testing_send(fd, GET_WAIT, sizeof GET_WAIT - 1);
	testing_wait(&testing.entered, 1);
	clock_sleep(2 * TESTING_DEADLINE);
	testing.open = true;
	all = testing_read(fd, NULL);
	assert_non_null(strstr(all, "\r\n\r\nwaited"));
	free(all);
	close(fd);
	http_stop(h, 1000);
}

static void test_large_answer(void **state)
{
	static const char ASK[] = "GET /large HTTP/1.1\r\n" CLOSE;
	struct http_server *h = testing_start(NULL);
	int fd = testing_connect(http_port(h));
	size_t len = 0;
	char *all;

	(void)state;
	testing_send(fd, ASK, sizeof ASK - 1);
	clock_sleep(50); /* the socket's buffer fills */
	all = testing_read(fd, &len);
	assert_non_null(strstr(all, "Content-Length: 2097152\r\n"));
	assert_true(len > 2 * MIB);
	free(all);
	close(fd);
	http_stop(h, 1000);
}

/* Clients that leave before, while and after their handlers run. */
static void test_hang_up(void **state)
{
	struct http_server *h = testing_start(NULL);
	struct linger reset = {.l_onoff = 1};
	char *all;

	(void)state;
	for (int i = 0; i < 12; i++) { /* more than there are workers: some are left in the queue */
		int fd = testing_connect(http_port(h));

		testing_send(fd, GET_WAIT, sizeof GET_WAIT - 1);
		if (i < 4)
			testing_wait(&testing.entered, i + 1);
		else
			clock_sleep(10);
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		close(fd);
	}
	testing.open = true;
	testing_wait(&testing.left, 12);
	for (int i = 0; i < 50; i++) {
		int fd = testing_connect(http_port(h));

		testing_send(
			fd, "GET /large HTTP/1.1\r\n" KEEP, strlen("GET /large HTTP/1.1\r\n" KEEP));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		close(fd);
	}
	all = testing_talk(http_port(h), GET_PAGE, sizeof GET_PAGE - 1);
	assert_non_null(strstr(all, " 200 OK"));
	free(all);
	http_stop(h, 1000);
}

struct stopping {
	struct http_server *server;
	int64_t drain_ms;
	atomic_int done;
};

static void *run_stop(void *arg)
{
	struct stopping *s = arg;

	http_stop(s->server, s->drain_ms);
	atomic_store(&s->done, 1);
	return NULL;
}

/* Requests under way end well; who comes later is refused at once; idle connections do not hold the
 * stop up. */
static void test_stop_drains(void **state)
{
	struct http_server *h = testing_start(NULL);
	struct stopping s = {.server = h, .drain_ms = 8000};
	int port = http_port(h), fd = testing_connect(port), idle = testing_connect(port), late;
	pthread_t thread;
	char *all;

	(void)state;
	testing_send(fd, "GET /wait HTTP/1.1\r\n" KEEP, strlen("GET /wait HTTP/1.1\r\n" KEEP));
	testing_wait(&testing.entered, 1);
	pthread_create(&thread, NULL, run_stop, &s);
	clock_sleep(100);
	late = testing_connect(port);
	assert_int_equal(late, -1);
	assert_int_equal(atomic_load(&s.done), 0);
	testing.open = true;
	all = testing_read(fd, NULL);
	assert_non_null(strstr(all, "\r\n\r\nwaited"));
	assert_non_null(strstr(all, "Connection: close\r\n"));
	testing_wait(&s.done, 1);
	pthread_join(thread, NULL);
	free(all);
	close(fd);
	close(idle);
}

/* The drain's time is over: what is queued is answered 503, what runs is waited for. */
static void test_stop_is_late(void **state)
{
	struct http_server *h = testing_start(NULL);
	struct stopping s = {.server = h, .drain_ms = 50};
	int fds[8], waited = 0, refused = 0;
	pthread_t thread;

	(void)state;
	for (int i = 0; i < 8; i++) {
		fds[i] = testing_connect(http_port(h));
		testing_send(fds[i], GET_WAIT, sizeof GET_WAIT - 1);
	}
	testing_wait(&testing.entered, 4);
	clock_sleep(100); /* the other four are queued */
	pthread_create(&thread, NULL, run_stop, &s);
	clock_sleep(200);
	assert_int_equal(atomic_load(&s.done), 0);
	testing.open = true;
	for (int i = 0; i < 8; i++) {
		char *all = testing_read(fds[i], NULL);

		waited += strstr(all, "waited") != NULL;
		refused += strstr(all, "HTTP/1.1 503 ") != NULL;
		free(all);
		close(fds[i]);
	}
	pthread_join(thread, NULL);
	assert_int_equal(waited, 4);
	assert_int_equal(refused, 4);
}

/* What waits for other servers keeps nobody else waiting, be it many: neither pages, nor what waits
 * for another host. Each is answered in its turn, once. */
static void test_waiting_abroad(void **state)
{
	enum { SLOW = 30, EACH = 8, ALL = SLOW + 2 };
	static const char ASK[] = "GET /abroad?host=%s HTTP/1.1\r\n" CLOSE;
	struct http_server *h = testing_start(NULL);
	char ask[100], *all;
	int fds[ALL];

	(void)state;
	for (int i = 0; i < ALL; i++) {
		snprintf(ask, sizeof ask, ASK, i < SLOW ? "slow.test" : "other.test");
		fds[i] = testing_connect(http_port(h));
		testing_send(fds[i], ask, strlen(ask));
		if (i == SLOW - 1)
			testing_wait(&testing.abroad, EACH);
	}
	testing_wait(&testing.abroad, EACH + 2);
	all = testing_talk(http_port(h), GET_PAGE, sizeof GET_PAGE - 1);
	assert_non_null(strstr(all, "shown"));
	free(all);
	testing.open = true;
	for (int i = 0; i < ALL; i++) {
		all = testing_read(fds[i], NULL);
		assert_non_null(strstr(all, "\r\n\r\nabroad"));
		assert_int_equal(testing_count(all, "X-Tried: once"), 1);
		free(all);
		close(fds[i]);
	}
	assert_int_equal(atomic_load(&testing.abroad_max), EACH + 2);
	http_stop(h, 1000);
}

static void test_ready(void **state)
{
	static const char ASK[] = "GET /health/ready HTTP/1.1\r\n" CLOSE;
	struct http_server *h = testing_start(NULL);
	char *all;

	(void)state;
	testing.ready = true;
	all = testing_talk(http_port(h), ASK, sizeof ASK - 1);
	assert_non_null(strstr(all, " 200 OK"));
	free(all);
	http_stop(h, 1000);
}

static void own_page(struct request *rq, int status, const struct err *err)
{
	reply_text(
		rq, status, "text/html", arena_printf(rq->cx.arena, "<h1>%s</h1>", err_text(err)));
}

static void broken_page(struct request *rq, int status, const struct err *err)
{
	(void)err;
	reply_text(rq, status, "text/html", "<h1>");
	reply_header(rq, "X-Bad", "a\nb");
}

static void use_own_page(struct http_options *o)
{
	o->error_page = own_page;
}

static void use_broken_page(struct http_options *o)
{
	o->error_page = broken_page;
}

static void test_error_pages(void **state)
{
	static const char ASK[] = "GET /none HTTP/1.1\r\n" CLOSE;
	static const char FULL[] = "GET /memory HTTP/1.1\r\n" CLOSE;
	static const char LONG[] = "POST /echo HTTP/1.1\r\nContent-Length: 999\r\n" CLOSE;
	struct http_server *h = testing_start(use_own_page);
	char *all = testing_talk(http_port(h), ASK, sizeof ASK - 1);

	(void)state;
	assert_non_null(strstr(all, "<h1>There is nothing at /none.</h1>"));
	assert_non_null(strstr(all, "Content-Security-Policy: "));
	free(all);
	all = testing_talk(http_port(h), FULL, sizeof FULL - 1);
	assert_non_null(strstr(all, "<h1>This request needs more memory"));
	free(all);
	all = testing_talk(http_port(h), LONG, sizeof LONG - 1);
	assert_non_null(strstr(all, "<h1>The body has 999 bytes"));
	free(all);
	http_stop(h, 1000);
	h = testing_start(use_broken_page);
	all = testing_talk(http_port(h), ASK, sizeof ASK - 1);
	assert_non_null(strstr(all, "HTTP/1.1 404 "));
	assert_non_null(strstr(all, "\r\n\r\nThere is nothing at /none."));
	free(all);
	http_stop(h, 1000);
}

static const struct {
	const char *listen;
	int code;
	const char *says;
} REFUSED[] = {
	{"", ERR_INVALID, "no address to listen on"},
	{"8080", ERR_INVALID, "\"8080\""},
	{":", ERR_INVALID, "no address"},
	{":65536", ERR_INVALID, "no address"},
	{":-1", ERR_INVALID, "no address"},
	{":http", ERR_INVALID, "no address"},
	{"localhost:80", ERR_INVALID, "no address"},
	{"::1:80", ERR_INVALID, "no address"},
	{"[::1:80", ERR_INVALID, "no address"},
	{"[]:80", ERR_INVALID, "no address"},
	{"127.0.0.1", ERR_INVALID, "no address"},
	{"203.0.113.1:0", ERR_INVALID, "has no address 203.0.113.1:0"},
	{"unix:", ERR_INVALID, "no address"},
	{"unix:relative", ERR_INVALID, "no address"},
	{"unix:/none/such/folder/socket", ERR_IO, "No such file"},
	{"unix:/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		ERR_INVALID, "longer than"},
};

static void test_listen_errors(void **state)
{
	static const struct route *const NONE[] = {NULL};

	(void)state;
	for (size_t i = 0; i < LENGTH(REFUSED); i++) {
		struct http_options o = {.listen = REFUSED[i].listen, .routes = NONE, .workers = 1};
		struct http_server *h = NULL;
		struct err err = {0};
		int rc = http_start(&o, &err, &h);

		if (rc != REFUSED[i].code || h || !strstr(err.text, REFUSED[i].says))
			fail_msg("\"%s\": %d %s", REFUSED[i].listen, rc, err.text);
	}
}

static void test_start_errors(void **state)
{
	static const struct route BAD[] = {{.method = GET, .path = "x"}, {0}};
	static const struct route LIVE[] = {{.method = GET, .path = "/health/live"}, {0}};
	static const struct route *const BAD_TABLES[] = {BAD, NULL}, *const LIVE_TABLES[] = {
									     LIVE, NULL};
	struct http_options o = {.listen = ":0", .routes = BAD_TABLES};
	struct http_server *h = testing_start(NULL), *other = NULL;
	char busy[32];
	struct err err = {0};

	(void)state;
	assert_int_equal(http_start(&o, &err, &other), ERR_INVALID);
	o.routes = LIVE_TABLES;
	assert_int_equal(http_start(&o, &err, &other), ERR_INVALID);
	o.routes = NULL;
	o.proxies = "nonsense";
	assert_int_equal(http_start(&o, &err, &other), ERR_INVALID);
	assert_non_null(strstr(err.text, "\"nonsense\""));
	o.proxies = NULL;
	snprintf(busy, sizeof busy, "127.0.0.1:%d", http_port(h));
	o.listen = busy;
	assert_int_equal(http_start(&o, &err, &other), ERR_CONFLICT);
	assert_non_null(strstr(err.text, busy));
	assert_null(other);
	http_stop(h, 1000);
	http_stop(NULL, 0);
}

static char unix_listen[64];

static void use_unix(struct http_options *o)
{
	o->listen = unix_listen;
	o->proxies = "unix";
}

static void use_both(struct http_options *o)
{
	o->listen = "[::]:0";
}

static void test_unix_socket(void **state)
{
	static const char ASK[] = "GET /who HTTP/1.1\r\nX-Forwarded-For: 198.51.100.9\r\n" CLOSE;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct http_server *h;
	char *all;
	int fd;

	(void)state;
	snprintf(unix_listen, sizeof unix_listen, "unix:/tmp/chorsu-http-test-%d", (int)getpid());
	strcpy(address.sun_path, unix_listen + 5);
	for (int i = 0; i < 2; i++) {
		if (i == 1) { /* what a killed server leaves is taken over */
			fd = socket(AF_UNIX, SOCK_STREAM, 0);
			assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
			close(fd);
		}
		h = testing_start(use_unix);
		assert_int_equal(http_port(h), 0);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
		testing_send(fd, ASK, sizeof ASK - 1);
		all = testing_read(fd, NULL);
		assert_non_null(strstr(all, "\r\n\r\n198.51.100.9"));
		free(all);
		close(fd);
		http_stop(h, 1000);
		assert_int_equal(access(address.sun_path, F_OK), -1);
	}
}

static void test_both_protocols(void **state)
{
	struct http_server *h = testing_start(use_both);
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)http_port(h)),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT};
	static const char ASK[] = "GET /who HTTP/1.1\r\n" CLOSE;
	char *all = testing_talk(http_port(h), ASK, sizeof ASK - 1);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	(void)state;
	assert_non_null(strstr(all, "\r\n\r\n127.0.0.1"));
	free(all);
	if (connect(fd, (struct sockaddr *)&six, sizeof six) == 0) { /* where ::1 exists */
		testing_send(fd, ASK, sizeof ASK - 1);
		all = testing_read(fd, NULL);
		assert_non_null(strstr(all, "\r\n\r\n::1"));
		free(all);
	}
	close(fd);
	http_stop(h, 1000);
}

static void *run_load(void *arg)
{
	int port = *(int *)arg;

	for (int i = 0; i < 40; i++) {
		int fd = testing_connect(port);
		char *all;

		if (fd < 0)
			return NULL;
		for (int k = 0; k < 10; k++)
			testing_send(
				fd, "GET / HTTP/1.1\r\n" KEEP, strlen("GET / HTTP/1.1\r\n" KEEP));
		all = testing_read_until(fd, "</p>", 10);
		free(all);
		close(fd);
	}
	return NULL;
}

/* Many at once, while the server is stopped under them: for the sanitizers' eyes. */
static void test_stop_under_load(void **state)
{
	struct http_server *h = testing_start(NULL);
	int port = http_port(h);
	pthread_t threads[8];

	(void)state;
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_create(&threads[i], NULL, run_load, &port);
	clock_sleep(150);
	http_stop(h, 50);
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_clients),
		cmocka_unit_test(test_endless_refused_body),
		cmocka_unit_test(test_idle_connection),
		cmocka_unit_test(test_slow_handler),
		cmocka_unit_test(test_large_answer),
		cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_stop_drains),
		cmocka_unit_test(test_stop_is_late),
		cmocka_unit_test(test_waiting_abroad),
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_error_pages),
		cmocka_unit_test(test_listen_errors),
		cmocka_unit_test(test_start_errors),
		cmocka_unit_test(test_unix_socket),
		cmocka_unit_test(test_both_protocols),
		cmocka_unit_test(test_stop_under_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
