/* For tests: the routes of a small server, and raw sockets. */
#include "kit/http/http_testing.h"

#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/str.h"

#define READ_MAX (4 * MIB)

struct testing testing;

static int show(struct request *rq)
{
	reply_text(rq, 200, "text/html; charset=utf-8", "<p>shown</p>");
	return 0;
}

static int who(struct request *rq)
{
	reply_text(rq, 200, "text/plain", rq->client);
	return 0;
}

static int echo(struct request *rq)
{
	const char *text = request_param(rq, "text");
	const char *heard = request_header(rq, "X-Said");

	atomic_fetch_add(&testing.posted, 1);
	reply_text(rq, 200, "text/plain; charset=utf-8",
		arena_printf(rq->cx.arena, "body=[%s] text=[%s] said=[%s] target=[%s]", rq->body,
			text ? text : "", heard ? heard : "", rq->target));
	return 0;
}

static int wait_for_gate(struct request *rq)
{
	atomic_fetch_add(&testing.entered, 1);
	while (!testing.open)
		clock_sleep(2);
	reply_text(rq, 200, "text/plain", "waited");
	atomic_fetch_add(&testing.left, 1);
	return 0;
}

/* As one that asks another server, named by host, first. */
static int wait_abroad(struct request *rq)
{
	int rc = ctx_may_wait(&rq->cx, request_param(rq, "host")), now, max;

	reply_header(rq, "X-Tried", "once");
	if (rc < 0)
		return rc;
	now = atomic_fetch_add(&testing.abroad, 1) + 1;
	max = atomic_load(&testing.abroad_max);
	while (now > max && !atomic_compare_exchange_weak(&testing.abroad_max, &max, now))
		;
	while (!testing.open)
		clock_sleep(2);
	atomic_fetch_sub(&testing.abroad, 1);
	reply_text(rq, 200, "text/plain", "abroad");
	return 0;
}

static int fail(struct request *rq)
{
	reply_header(rq, "X-Lost", "1");
	reply_header(rq, "WWW-Authenticate", "Signature");
	return ctx_fail(&rq->cx, (int)request_int(rq, "code", 0) * -1, "It failed as asked.");
}

static int say_nothing(struct request *rq)
{
	(void)rq;
	return 0;
}

static int fail_without_words(struct request *rq)
{
	(void)rq;
	return ERR_GONE;
}

static int split_header(struct request *rq)
{
	reply_text(rq, 200, "text/plain", "split");
	reply_header(rq, "X-Name", request_param(rq, "value"));
	return 0;
}

static int set_framing(struct request *rq)
{
	reply_text(rq, 200, "text/plain", "framed");
	reply_header(rq, "Content-Length", "1");
	return 0;
}

static int repeat_headers(struct request *rq)
{
	reply_header(rq, "Set-Cookie", "a=1");
	reply_header(rq, "Set-Cookie", "b=2");
	reply_header(rq, "Referrer-Policy", "no-referrer");
	reply_cache(rq, "public, max-age=60");
	reply_modified(rq, INT64_C(784111777000));
	reply_text(rq, 200, "text/plain", "repeated");
	return 0;
}

static int eat_memory(struct request *rq)
{
	while (arena_alloc(rq->cx.arena, 64 * KIB))
		;
	reply_text(rq, 200, "text/plain", "never");
	return 0;
}

static int negotiate(struct request *rq)
{
	static const char *const TYPES[] = {"text/html", "application/activity+json"};
	static const char *const TAGS[] = {"uz", "ru"};
	int type = request_accept(rq, TYPES, LENGTH(TYPES));
	int tag = request_accept_language(rq, TAGS, LENGTH(TAGS));

	if (type < 0)
		return ctx_fail(
			&rq->cx, ERR_NOT_ACCEPTABLE, "Only HTML and ActivityPub stand here.");
	reply_text(rq, 200, TYPES[type], tag < 0 ? "none" : TAGS[tag]);
	return 0;
}

static int send_large(struct request *rq)
{
	size_t len = 2 * MIB;
	char *p = arena_alloc(rq->cx.arena, len);

	if (p)
		memset(p, 'x', len);
	reply_body(rq, 200, "application/octet-stream", p, len);
	return 0;
}

static int redirect(struct request *rq)
{
	reply_redirect(rq, 303, request_param(rq, "to"));
	return 0;
}

static const struct param ECHO_PARAMS[] = {{.name = "text", .max = 50}, {0}};
static const struct param FAIL_PARAMS[] = {
	{.name = "code", .kind = PARAM_INT, .required = true}, {0}};
static const struct param SPLIT_PARAMS[] = {{.name = "value"}, {0}};
static const struct param ABROAD_PARAMS[] = {{.name = "host", .required = true}, {0}};
static const struct param REDIRECT_PARAMS[] = {{.name = "to", .max = 1000}, {0}};

static const struct route ROUTES[] = {
	{GET, "/", show, .who = ANYONE},
	{GET, "/@:handle", show, .who = ANYONE, .cors = true},
	{GET, "/who", who, .who = ANYONE},
	{GET, "/echo", echo, .who = ANYONE, .params = ECHO_PARAMS},
	{POST, "/echo", echo, .who = ANYONE, .body_max = TESTING_BODY_MAX, .params = ECHO_PARAMS,
		.cross_site = true},
	{POST, "/form", echo, .who = ANYONE, .body_max = TESTING_BODY_MAX, .params = ECHO_PARAMS},
	{POST, "/empty", echo, .who = ANYONE, .cross_site = true},
	{GET, "/either", show, .who = ANYONE, .accept = "text/html"},
	{GET, "/either", who, .who = ANYONE, .accept = "text/plain"},
	{GET, "/wait", wait_for_gate, .who = ANYONE},
	{GET, "/abroad", wait_abroad, .who = ANYONE, .params = ABROAD_PARAMS},
	{GET, "/fail", fail, .who = ANYONE, .params = FAIL_PARAMS},
	{GET, "/nothing", say_nothing, .who = ANYONE},
	{GET, "/wordless", fail_without_words, .who = ANYONE},
	{GET, "/split", split_header, .who = ANYONE, .params = SPLIT_PARAMS},
	{GET, "/framing", set_framing, .who = ANYONE},
	{GET, "/repeat", repeat_headers, .who = ANYONE},
	{GET, "/memory", eat_memory, .who = ANYONE},
	{GET, "/negotiate", negotiate, .who = ANYONE},
	{GET, "/large", send_large, .who = ANYONE},
	{GET, "/redirect", redirect, .who = ANYONE, .params = REDIRECT_PARAMS},
	{0},
};
static const struct route *const TABLES[] = {ROUTES, NULL};

static int is_ready(struct ctx *cx)
{
	return testing.ready ? 0 : ctx_fail(cx, ERR_BUSY, "not yet");
}

struct http_server *testing_start(void (*changes)(struct http_options *))
{
	struct http_options options = {.listen = ":0",
		.origin = TESTING_ORIGIN,
		.proxies = "127.0.0.1",
		.routes = TABLES,
		.workers = 4,
		.deadline_ms = TESTING_DEADLINE,
		.ready = is_ready};
	struct http_server *h = NULL;
	struct err err = {0};

	memset(&testing, 0, sizeof testing);
	if (changes)
		changes(&options);
	if (http_start(&options, &err, &h) < 0)
		fprintf(stderr, "%s\n", err.text);
	assert(h);
	return h;
}

int testing_connect(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert(fd >= 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A server that has refused may have closed already: what cannot be sent is not sent. */
void testing_send(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

/* One piece more; false at the end of the connection. */
static bool read_more(int fd, struct buf *b)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char piece[16 * KIB];
	ssize_t n;
	int ready = poll(&p, 1, 10000);

	assert(ready == 1 && "no byte for 10 s");
	n = read(fd, piece, sizeof piece);
	if (n > 0)
		buf_add(b, piece, (size_t)n);
	assert(!b->failed);
	return n > 0;
}

char *testing_read(int fd, size_t *ret_len)
{
	struct buf b = BUF(READ_MAX);

	buf_add(&b, "", 0);
	while (read_more(fd, &b))
		;
	return b.data ? buf_take(&b, ret_len) : strdup("");
}

char *testing_talk(int port, const char *bytes, size_t len)
{
	int fd = testing_connect(port);
	char *all;

	assert(fd >= 0);
	testing_send(fd, bytes, len);
	all = testing_read(fd, NULL);
	close(fd);
	return all;
}

char *testing_read_until(int fd, const char *text, int n)
{
	struct buf b = BUF(READ_MAX);

	while (testing_count(buf_text(&b), text) < n)
		if (!read_more(fd, &b))
			break;
	return b.data ? buf_take(&b, NULL) : strdup("");
}

int testing_count(const char *all, const char *part)
{
	int n = 0;

	for (const char *p = strstr(all, part); p; p = strstr(p + 1, part))
		n++;
	return n;
}

void testing_wait(const atomic_int *value, int wanted)
{
	int64_t until = clock_steady() + 10 * SECOND;

	while (atomic_load(value) < wanted) {
		assert(clock_steady() < until && "waited for 10 s");
		clock_sleep(2);
	}
}
