/* The answer cache and compression as clients meet them, over raw sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/http/http_testing.h"

#define SCOPE 7
#define CLOSE "Host: x\r\nConnection: close\r\n\r\n"

static struct {
	atomic_int rendered; /* how often any handler below ran */
	atomic_int given_up; /* … would have waited for another server */
	atomic_int entered;
	atomic_bool held; /* handlers wait */
	atomic_llong version, next_change_at;
	size_t cache;
} page;

/* Whoever must go to another server first has said what is of no account, until it is done again.
 */
static int go_abroad(struct request *rq)
{
	int rc = ctx_may_wait(&rq->cx, "slow.test");

	if (rc == 0)
		return 0;
	atomic_fetch_add(&page.given_up, 1);
	request_header(rq, "X-Said");
	reply_header(rq, "Set-Cookie", "a=1");
	reply_versioned(rq, SCOPE, 99, 1);
	return rc;
}

/* A page of 3 KB that says all it depends on. */
static int show(struct request *rq)
{
	static const char *const TAGS[] = {"uz", "ru"};
	const char *name = request_param(rq, "name"), *before = request_param(rq, "before");
	int64_t version = atomic_load(&page.version);
	char filling[3001];
	int tag, rc = str_starts(name, "abroad") ? go_abroad(rq) : 0;

	if (rc < 0)
		return rc;
	atomic_fetch_add(&page.entered, 1);
	while (page.held)
		clock_sleep(1);
	atomic_fetch_add(&page.rendered, 1);
	if (str_eq(name, "broken"))
		return ctx_fail(&rq->cx, ERR_INTERNAL, "It broke.");
	if (str_eq(name, "personal"))
		request_header(rq, "X-Said");
	tag = str_eq(name, "tongues") ? request_accept_language(rq, TAGS, LENGTH(TAGS)) : 0;
	memset(filling, '.', sizeof(filling) - 1);
	filling[sizeof(filling) - 1] = 0;
	reply_header(rq, "Link", "</feed>; rel=alternate");
	if (str_eq(name, "cookie"))
		reply_header(rq, "Set-Cookie", "a=1");
	reply_cache(rq, "public, max-age=15");
	if (!str_ends(name, "unversioned"))
		reply_versioned(rq, SCOPE, version, page.next_change_at);
	reply_text(rq,
		str_eq(name, "gone")    ? 410
		: str_eq(name, "moved") ? 302
					: 200,
		"text/html; charset=utf-8",
		arena_printf(rq->cx.arena, "<p>name=%s before=%s version=%lld tag=%s</p>%s", name,
			before ? before : "", (long long)version, tag < 0 ? "none" : TAGS[tag],
			filling));
	return 0;
}

static int send_file(struct request *rq)
{
	static char text[2000];

	memset(text, 'f', sizeof(text));
	atomic_fetch_add(&page.rendered, 1);
	reply_constant(rq);
	reply_body(rq, 200, str_eq(request_param(rq, "name"), "font") ? "font/woff2" : "text/css",
		text, sizeof(text));
	return 0;
}

static const struct param PAGE[] = {{.name = "name", .required = true}, {.name = "before"}, {0}};
static const struct param FILES[] = {{.name = "name", .required = true}, {0}};
static const struct route ROUTES[] = {
	{GET, "/page/:name", show, .who = ANYONE, .cached = true, .params = PAGE},
	{GET, "/plain/:name", show, .who = ANYONE, .params = PAGE},
	{GET, "/file/:name", send_file, .who = ANYONE, .cached = true, .params = FILES},
	{0},
};
static const struct route *const TABLES[] = {ROUTES, NULL};

static void choose(struct http_options *o)
{
	o->routes = TABLES;
	o->cache = page.cache;
	o->workers = 8;
	o->deadline_ms = 5000;
}

static struct http_server *start(size_t cache)
{
	memset(&page, 0, sizeof(page));
	page.version = 1;
	page.cache = cache;
	return testing_start(choose);
}

struct got {
	char *all;
	const char *body;
	size_t len;
};

static struct got ask(int port, const char *method, const char *path, const char *headers)
{
	char request[1024];
	struct got g;
	size_t len;
	int fd = testing_connect(port);

	snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\n%s" CLOSE, method, path, headers);
	testing_send(fd, request, strlen(request));
	g.all = testing_read(fd, &len);
	close(fd);
	g.body = strstr(g.all, "\r\n\r\n");
	assert_non_null(g.body);
	g.body += 4;
	g.len = len - (size_t)(g.body - g.all);
	return g;
}

/* The value of a header, "" when absent, of which it may stand once. */
static const char *value_of(const struct got *g, const char *name)
{
	static char value[512];
	char line[64];
	const char *at;

	snprintf(line, sizeof(line), "\r\n%s: ", name);
	at = strstr(g->all, line);
	if (!at || at >= g->body)
		return "";
	at += strlen(line);
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\r"), at);
	at = strstr(at, line);
	assert_true(!at || at >= g->body);
	return value;
}

static void check(int port, const char *path, const char *headers, const char *says, int rendered)
{
	struct got g = ask(port, "GET", path, headers);

	if (!strstr(g.all, says))
		fail_msg("%s %s: no \"%s\" in %.600s", path, headers, says, g.all);
	if (page.rendered != rendered)
		fail_msg("%s %s: rendered %d times, not %d", path, headers, (int)page.rendered,
			rendered);
	free(g.all);
}

static void test_hits(void **state)
{
	struct http_server *h = start(MIB);
	int port = http_port(h);
	struct got first, second;
	char id[64];

	(void)state;
	first = ask(port, "GET", "/page/a", "");
	second = ask(port, "GET", "/page/a", "");
	assert_int_equal(page.rendered, 1);
	assert_int_equal(second.len, first.len);
	assert_memory_equal(second.body, first.body, first.len);
	static const char *const SAME[] = {"ETag", "Cache-Control", "Link", "Vary", "Content-Type",
		"Content-Length", "Content-Security-Policy", "X-Content-Type-Options",
		"Referrer-Policy"};
	for (size_t i = 0; i < LENGTH(SAME); i++) {
		char *before = strdup(value_of(&first, SAME[i]));

		assert_true(*before);
		assert_string_equal(value_of(&second, SAME[i]), before);
		free(before);
	}
	snprintf(id, sizeof(id), "%s", value_of(&first, "X-Request-Id"));
	assert_int_equal(strlen(id), 22);
	assert_string_not_equal(value_of(&second, "X-Request-Id"), id);
	assert_true(*value_of(&second, "Date"));
	free(first.all);
	free(second.all);
	http_stop(h, 1000);
}

static void test_keys(void **state)
{
	struct http_server *h = start(MIB);
	int port = http_port(h);

	(void)state;
	check(port, "/page/a", "", "name=a before= version=1", 1);
	check(port, "/page/a?utm_source=x&fbclid=%zz", "", "name=a before= ", 1); /* undeclared */
	check(port, "/page/%61?", "", "name=a before= ", 1);
	check(port, "/page/a?before=1", "", "name=a before=1 ", 2);
	check(port, "/page/a?x=y&before=1", "", "name=a before=1 ", 2);
	check(port, "/page/a?before=%31&x", "", "name=a before=1 ", 2);
	check(port, "/page/a?before=2", "", "name=a before=2 ", 3);
	check(port, "/page/b", "", "name=b ", 4);
	check(port, "/page/a?before=1&before=1", "", "HTTP/1.1 400 ", 4);
	check(port, "/page/a?before=%ff", "", "HTTP/1.1 400 ", 4);
	check(port, "/plain/a", "", "name=a ", 5); /* another row */
	check(port, "/plain/a", "", "name=a ", 6); /* that is not cached */
	http_stop(h, 1000);
}

static void test_bypass(void **state)
{
	static const char *const PATHS[] = {"/page/cookie", "/page/personal", "/page/unversioned",
		"/page/moved", "/page/broken"};
	struct http_server *h = start(MIB);
	int port = http_port(h), n = 0;

	(void)state;
	check(port, "/page/a", "Cookie: s=1\r\n", "name=a", ++n); /* neither from it … */
	check(port, "/page/a", "", "name=a", ++n);                /* … nor into it */
	check(port, "/page/a", "Cookie: s=1\r\n", "name=a", ++n);
	check(port, "/page/a", "cookie:\r\n", "name=a", ++n);
	check(port, "/page/a", "Authorization: Bearer x\r\n", "name=a", ++n);
	check(port, "/page/a", "", "name=a", n);
	for (size_t i = 0; i < LENGTH(PATHS); i++) {
		check(port, PATHS[i], "", "HTTP/1.1 ", ++n);
		check(port, PATHS[i], "", "HTTP/1.1 ", ++n);
	}
	check(port, "/page/gone", "", "HTTP/1.1 410 ", ++n);
	check(port, "/page/gone", "", "HTTP/1.1 410 ", n);
	http_stop(h, 1000);
	h = start(0);
	check(http_port(h), "/page/a", "", "name=a", 1);
	check(http_port(h), "/page/a", "", "name=a", 2);
	http_version_raised(h, SCOPE, 2);
	http_stop(h, 1000);
}

static void test_versions(void **state)
{
	struct http_server *h = start(MIB);
	int port = http_port(h);

	(void)state;
	check(port, "/page/a", "", "version=1 ", 1);
	page.version = 2;
	check(port, "/page/a", "", "version=1 ", 1); /* nobody has told */
	http_version_raised(h, SCOPE + 1, 9);
	check(port, "/page/a", "", "version=1 ", 1);
	http_version_raised(h, SCOPE, 2);
	check(port, "/page/a", "", "version=2 ", 2);
	check(port, "/page/a", "", "version=2 ", 2);
	http_cache_forget(h);
	check(port, "/page/a", "", "version=2 ", 3);
	page.next_change_at = clock_now() + HOUR;
	check(port, "/page/b", "", "version=2 ", 4);
	check(port, "/page/b", "", "version=2 ", 4);
	page.next_change_at = clock_now() - 1;
	check(port, "/page/c", "", "version=2 ", 5);
	check(port, "/page/c", "", "version=2 ", 6);
	http_stop(h, 1000);
}

static void test_languages(void **state)
{
	struct http_server *h = start(MIB);
	int port = http_port(h);

	(void)state;
	check(port, "/page/tongues", "Accept-Language: ru\r\n", "tag=ru", 1);
	check(port, "/page/tongues", "Accept-Language: ru-RU,en\r\n",
		"\r\nVary: Accept-Language, Accept-Encoding\r\n", 1);
	check(port, "/page/tongues", "", "tag=uz", 2);
	check(port, "/page/tongues", "Accept-Language: uz\r\n", "tag=uz", 2);
	check(port, "/page/tongues", "Accept-Language: de\r\n", "tag=none", 3);
	check(port, "/page/tongues", "Accept-Language: fr\r\n", "tag=none", 3);
	check(port, "/page/tongues", "Accept-Language: ru\r\n", "tag=ru", 3);
	/* A header that stands twice is read by a worker alone. */
	check(port, "/page/tongues", "Accept-Language: de\r\nAccept-Language: ru\r\n", "tag=ru", 4);
	http_stop(h, 1000);
}

static void unpack(const struct got *g, char *out, size_t room)
{
	z_stream z = {.next_in = (Bytef *)g->body,
		.avail_in = (uInt)g->len,
		.next_out = (Bytef *)out,
		.avail_out = (uInt)room - 1};

	assert_int_equal(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	out[z.total_out] = 0;
	inflateEnd(&z);
}

/* In every coding, from a worker and from the cache, at a row that is cached and one that is not.
 */
static void test_codings(void **state)
{
	static const struct {
		const char *accepts, *coding, *suffix;
	} ROWS[] = {{"gzip", "gzip", "-gzip\""}, {"br;q=0.9, gzip;q=0.5", "br", "-br\""},
		{"br, gzip", "br", "-br\""}, {"identity", "", ""}, {"deflate", "", ""},
		{"gzip;q=0.5, identity", "", ""}, {"*;q=0.1, identity;q=0", "br", "-br\""}};
	static const char *const PATHS[] = {"/page/a", "/page/a", "/plain/a"};
	struct http_server *h = start(MIB);
	char headers[128], text[4096];

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS) * LENGTH(PATHS); i++) {
		struct got g;

		snprintf(headers, sizeof(headers), "Accept-Encoding: %s\r\n",
			ROWS[i / LENGTH(PATHS)].accepts);
		g = ask(http_port(h), "GET", PATHS[i % LENGTH(PATHS)], headers);
		assert_string_equal(
			value_of(&g, "Content-Encoding"), ROWS[i / LENGTH(PATHS)].coding);
		assert_string_equal(value_of(&g, "Vary"), "Accept-Encoding");
		assert_true(str_ends(value_of(&g, "ETag"), ROWS[i / LENGTH(PATHS)].suffix));
		assert_int_equal(atoi(value_of(&g, "Content-Length")), g.len);
		if (str_eq(ROWS[i / LENGTH(PATHS)].coding, "gzip"))
			unpack(&g, text, sizeof(text));
		else
			snprintf(text, sizeof(text), "%s", g.body);
		if (!str_eq(ROWS[i / LENGTH(PATHS)].coding, "br"))
			assert_true(str_starts(text, "<p>name=a before= version=1"));
		assert_true(!*ROWS[i / LENGTH(PATHS)].coding || g.len < 300);
		free(g.all);
	}
	assert_int_equal(page.rendered, LENGTH(ROWS) + 1);
	check(http_port(h), "/page/a", "Accept-Encoding: identity;q=0\r\n", "HTTP/1.1 406 ",
		LENGTH(ROWS) + 1);
	check(http_port(h), "/plain/a", "Accept-Encoding: *;q=0\r\n", "Accept-Encoding refuses all",
		LENGTH(ROWS) + 1);
	http_stop(h, 1000);
}

/* A secret beside what a stranger may write is not compressed; nor is what is small, or is packed.
 */
static void test_uncompressed(void **state)
{
	struct http_server *h = start(MIB);
	struct got g;

	(void)state;
	for (int i = 0; i < 2; i++) {
		g = ask(http_port(h), "GET", i ? "/page/cookie" : "/page/a",
			i ? "Accept-Encoding: gzip\r\n"
			  : "Accept-Encoding: gzip\r\nCookie: s=1\r\n");
		assert_string_equal(value_of(&g, "Content-Encoding"), "");
		assert_string_equal(value_of(&g, "Vary"), "Accept-Encoding");
		free(g.all);
	}
	g = ask(http_port(h), "GET", "/file/font", "Accept-Encoding: gzip\r\n");
	assert_string_equal(value_of(&g, "Content-Encoding"), "");
	assert_string_equal(value_of(&g, "Vary"), "");
	free(g.all);
	g = ask(http_port(h), "GET", "/none", "Accept-Encoding: gzip\r\n");
	assert_string_equal(value_of(&g, "Content-Encoding"), "");
	free(g.all);
	http_stop(h, 1000);
}

static void test_files(void **state)
{
	struct http_server *h = start(MIB);
	int port = http_port(h);

	(void)state;
	check(port, "/file/css", "Accept-Encoding: gzip\r\n", "Content-Encoding: gzip\r\n", 1);
	check(port, "/file/css", "Accept-Encoding: br\r\n", "Content-Encoding: br\r\n", 1);
	check(port, "/file/css", "", "\r\n\r\nfff", 1);
	check(port, "/file/font", "Accept-Encoding: br\r\n", "\r\n\r\nfff", 2);
	check(port, "/file/font", "Accept-Encoding: br\r\n", "\r\n\r\nfff", 2);
	http_stop(h, 1000);
}

static void test_conditions(void **state)
{
	struct http_server *h = start(MIB);
	int port = http_port(h);
	static const char *const CODINGS_ASKED[] = {"identity", "gzip", "br"};
	char headers[256], etags[3][64];

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct got g;

		snprintf(headers, sizeof(headers), "Accept-Encoding: %s\r\n", CODINGS_ASKED[i]);
		g = ask(port, "GET", "/page/a", headers);
		snprintf(etags[i], sizeof(etags[i]), "%s", value_of(&g, "ETag"));
		free(g.all);
	}
	/* The copy in any coding is still good, whichever one would be sent; its own tag comes
	 * back, so that a cache on the way knows which. */
	for (int i = 0; i < 9; i++) {
		const char *path = i % 2 ? "/page/a" : "/plain/a";
		struct got g;

		snprintf(headers, sizeof(headers),
			"Accept-Encoding: %s\r\nIf-None-Match: \"y\", W/%s\r\n",
			CODINGS_ASKED[i / 3], etags[i % 3]);
		for (int k = 0; k < 2; k++) {
			g = ask(port, k ? "HEAD" : "GET", path, headers);
			assert_true(str_starts(g.all, "HTTP/1.1 304 "));
			assert_string_equal(value_of(&g, "ETag"), etags[i % 3]);
			assert_string_equal(value_of(&g, "Vary"), "Accept-Encoding");
			assert_string_equal(value_of(&g, "Content-Encoding"), "");
			assert_true(*value_of(&g, "Cache-Control"));
			assert_int_equal(g.len, 0);
			free(g.all);
		}
	}
	page.version = 2;
	http_version_raised(h, SCOPE, 2);
	snprintf(headers, sizeof(headers), "If-None-Match: %s\r\n", etags[0]);
	check(port, "/page/a", headers, "HTTP/1.1 200 ", page.rendered + 1);
	/* Somebody who only asks whether it changed fills the cache for all. */
	check(port, "/page/b", "If-None-Match: *\r\n", "HTTP/1.1 304 ", page.rendered + 1);
	check(port, "/page/b", "", "name=b ", page.rendered);
	http_stop(h, 1000);
}

static void test_head(void **state)
{
	struct http_server *h = start(MIB);
	int port = http_port(h);

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct got g = ask(port, i % 2 ? "GET" : "HEAD", "/page/a",
			i < 2 ? "Accept-Encoding: gzip\r\n" : "");

		assert_true(str_starts(g.all, "HTTP/1.1 200 "));
		assert_int_equal(g.len, i % 2 ? atoi(value_of(&g, "Content-Length")) : 0);
		assert_true(atoi(value_of(&g, "Content-Length")) > 30);
		free(g.all);
	}
	assert_int_equal(page.rendered, 1);
	check(port, "/page/a", "", "HTTP/1.1 200 ", 1);
	http_stop(h, 1000);
}

/* count clients that ask at once, before the first is answered. */
static void ask_together(int port, const char *path, int *fds, int count)
{
	char request[256];

	for (int i = 0; i < count; i++) {
		snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n%s" CLOSE, path,
			i % 3 ? "" : "Accept-Encoding: gzip\r\n");
		fds[i] = testing_connect(port);
		testing_send(fds[i], request, strlen(request));
	}
}

static void read_together(int *fds, int count, const char *says)
{
	for (int i = 0; i < count; i++) {
		char *all = testing_read(fds[i], NULL);

		if (!strstr(all, says))
			fail_msg("%d: no \"%s\" in %.500s", i, says, all);
		free(all);
		close(fds[i]);
	}
}

#define TOGETHER 40

static void test_one_renders(void **state)
{
	struct http_server *h = start(MIB);
	int fds[TOGETHER];

	(void)state;
	page.held = true;
	ask_together(http_port(h), "/page/a", fds, TOGETHER);
	testing_wait(&page.entered, 1);
	clock_sleep(100);
	/* 40 wait, and 8 workers have nothing to do but this. */
	assert_int_equal(page.entered, 1);
	page.held = false;
	read_together(fds, TOGETHER, "HTTP/1.1 200 ");
	assert_int_equal(page.rendered, 1);
	http_stop(h, 1000);
}

static void test_failing_together(void **state)
{
	struct http_server *h = start(MIB);
	int fds[TOGETHER];

	(void)state;
	page.held = true;
	ask_together(http_port(h), "/page/broken", fds, TOGETHER);
	testing_wait(&page.entered, 1);
	clock_sleep(100);
	assert_int_equal(page.entered, 1);
	page.held = false;
	read_together(fds, TOGETHER, "HTTP/1.1 500 ");
	assert_int_equal(page.rendered, TOGETHER);
	http_stop(h, 1000);
}

/* Those who wait may leave, and the server may stop. */
static void test_leaving(void **state)
{
	struct http_server *h = start(MIB);
	int fds[TOGETHER], more[3];

	(void)state;
	page.held = true;
	ask_together(http_port(h), "/page/a", fds, TOGETHER);
	testing_wait(&page.entered, 1);
	clock_sleep(50);
	for (int i = 0; i < TOGETHER; i++)
		close(fds[i]);
	page.held = false;
	check(http_port(h), "/page/a", "", "name=a", 1);
	page.held = true;
	ask_together(http_port(h), "/page/b", more, 3);
	testing_wait(&page.entered, 2);
	clock_sleep(50);
	page.held = false;
	http_stop(h, 1000);
	read_together(more, 3, "HTTP/1.1 200 ");
}

/* What is given up, to be done again where it may wait, holds up nobody who asks for the same, and
 * is kept when it is done as if it had been done at once. */
static void test_waiting_abroad(void **state)
{
	enum { EACH = 5 };
	struct http_server *h = start(MIB);
	int port = http_port(h), fds[EACH];

	(void)state;
	page.held = true;
	ask_together(port, "/page/abroad", fds, EACH);
	testing_wait(&page.entered, EACH);
	page.held = false;
	read_together(fds, EACH, "HTTP/1.1 200 ");
	assert_int_equal(page.given_up, EACH);
	check(port, "/page/abroad", "", "name=abroad before= version=1 ", EACH);
	page.version = 2;
	http_version_raised(h, SCOPE, 2);
	check(port, "/page/abroad", "", "version=2 ", EACH + 1);
	check(port, "/page/abroad", "Accept-Encoding: br\r\n", "Content-Encoding: br", EACH + 1);
	assert_int_equal(page.given_up, EACH + 1);
	check(port, "/page/abroad", "Cookie: s=1\r\n", "version=2 ", EACH + 2);
	check(port, "/page/abroad-unversioned", "", "version=2 ", EACH + 3);
	check(port, "/page/abroad-unversioned", "", "version=2 ", EACH + 4);
	http_stop(h, 1000);
}

/* Something newer is said, or all is forgotten, while it waits: it is not kept. */
static void test_newer_meanwhile(void **state)
{
	struct http_server *h = start(MIB);
	int fd;

	(void)state;
	for (int i = 0; i < 2; i++) {
		page.held = true;
		ask_together(http_port(h), "/page/abroad", &fd, 1);
		testing_wait(&page.entered, 2 * i + 1);
		if (i == 0)
			http_version_raised(h, SCOPE, ++page.version);
		else
			http_cache_forget(h);
		page.held = false;
		read_together(&fd, 1, "HTTP/1.1 200 ");
		check(http_port(h), "/page/abroad", "", "version=2 ", 2 * i + 2);
		http_cache_forget(h);
	}
	http_stop(h, 1000);
}

/* What is asked for by more than may wait abroad is refused to the last ones, and holds up nobody.
 */
static void test_no_room_abroad(void **state)
{
	enum { ROOM = 2048 + 8, MORE = 40, ALL = ROOM + MORE, WORKERS = 8 };
	static int fds[ALL];
	struct http_server *h = start(MIB);
	int refused = 0;

	(void)state;
	page.held = true;
	ask_together(http_port(h), "/page/abroad", fds, ALL);
	testing_wait(&page.given_up, ALL);
	page.held = false;
	for (int i = 0; i < ALL; i++) {
		char *all = testing_read(fds[i], NULL);

		assert_true(str_starts(all, "HTTP/1.1 "));
		refused += str_starts(all, "HTTP/1.1 503 ");
		free(all);
		close(fds[i]);
	}
	/* When the last of them are handed over, the first may be done. */
	assert_in_range(refused, MORE - WORKERS, MORE);
	check(http_port(h), "/page/abroad", "", "name=abroad", ALL - refused);
	http_stop(h, 1000);
}

static void *run_stop(void *h)
{
	http_stop(h, 50);
	return NULL;
}

/* The server stops while some wait abroad, and others for their turn to. */
static void test_stop_abroad(void **state)
{
	enum { ALL = 12, EACH = 8 };
	struct http_server *h = start(MIB);
	int fds[ALL], refused = 0;
	pthread_t thread;

	(void)state;
	page.held = true;
	ask_together(http_port(h), "/page/abroad", fds, ALL);
	testing_wait(&page.given_up, ALL);
	testing_wait(&page.entered, EACH);
	pthread_create(&thread, NULL, run_stop, h);
	clock_sleep(300);
	page.held = false;
	for (int i = 0; i < ALL; i++) {
		char *all = testing_read(fds[i], NULL);

		refused += str_starts(all, "HTTP/1.1 503 ");
		free(all);
		close(fds[i]);
	}
	pthread_join(thread, NULL);
	assert_int_equal(refused, ALL - EACH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hits),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_bypass),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_codings),
		cmocka_unit_test(test_uncompressed),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_one_renders),
		cmocka_unit_test(test_failing_together),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_waiting_abroad),
		cmocka_unit_test(test_newer_meanwhile),
		cmocka_unit_test(test_no_room_abroad),
		cmocka_unit_test(test_stop_abroad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
