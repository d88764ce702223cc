/* Certificates are verified always: against authorities made here, served by `openssl s_server`. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/fetch/ask_testing.h"
#include "kit/fetch/peer_testing.h"

static char folder[] = "/tmp/chorsu-tls-XXXXXX";

static void shell(const char *format, ...) PRINTF(1, 2);
static void shell(const char *format, ...)
{
	char command[1000];
	size_t len = (size_t)snprintf(command, sizeof(command), "cd %s && (", folder);
	va_list ap;

	va_start(ap, format);
	len += (size_t)vsnprintf(command + len, sizeof(command) - len, format, ap);
	va_end(ap);
	assert_true(len < sizeof(command) - 20);
	strcpy(command + len, ") >log 2>&1");
	if (system(command) != 0)
		fail_msg("%s", command);
}

#define NEW_KEY "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"

static void make_leaf(const char *name, const char *host, int days)
{
	shell("openssl req -new " NEW_KEY " -keyout %s.key -out %s.csr -subj /CN=%s", name, name,
		host);
	shell("printf subjectAltName=DNS:%s >ext && openssl x509 -req -in %s.csr "
	      "-CA ca.pem -CAkey ca.key -CAcreateserial "
	      "-days %d -extfile ext -out %s.pem",
		host, name, days, name);
}

static int make_certificates(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	shell("openssl req -x509 " NEW_KEY " -keyout ca.key -out ca.pem -subj /CN=ca -days 2");
	shell("openssl req -x509 " NEW_KEY
	      " -keyout self.key -out self.pem -subj /CN=good.example -days 2 "
	      "-addext subjectAltName=DNS:good.example");
	make_leaf("good", "good.example", 2);
	make_leaf("late", "good.example", -1);
	return 0;
}

static int remove_certificates(void **state)
{
	char log[64];

	(void)state;
	shell("rm -f -- *.pem *.key *.csr *.srl ext doc");
	snprintf(log, sizeof(log), "%s/log", folder);
	unlink(log);
	return rmdir(folder);
}

/* at: "address:port", 0 for any; mode: how the server answers. Returns the port. */
static int serve(const char *name, const char *at, const char *mode, pid_t *ret_pid)
{
	int out[2], port = 0;
	char line[200];
	FILE *f;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char cert[40], key[40];

		snprintf(cert, sizeof(cert), "%s.pem", name);
		snprintf(key, sizeof(key), "%s.key", name);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], 1);
		close(2);
		if (chdir(folder) == 0)
			execlp("openssl", "openssl", "s_server", "-accept", at, "-cert", cert,
				"-key", key, mode, NULL);
		_exit(127);
	}
	close(out[1]);
	f = fdopen(out[0], "r");
	assert_non_null(f);
	while (port == 0 && fgets(line, sizeof(line), f)) {
		if (str_starts(line, "ACCEPT "))
			port = atoi(strrchr(line, ':') + 1);
		else if (str_eq(line, "ACCEPT\n")) /* where the port was not left to it */
			port = atoi(strrchr(at, ':') + 1);
	}
	fclose(f); /* it writes no more that anybody needs */
	assert_true(port > 0);
	*ret_pid = pid;
	return port;
}

static void test_table(void **state)
{
	static const struct {
		const char *certificate, *host;
		bool our_authority;
		int error;
		const char *why;
	} rows[] = {
		{"good", "good.example", true, 0, ""},
		{"good", "GOOD.example.", true, 0, ""},
		{"good", "other.example", true, ERR_NETWORK, "its certificate is not accepted"},
		{"good", "127.0.0.1", true, ERR_NETWORK, "its certificate is not accepted"},
		{"good", "good.example", false, ERR_NETWORK, "unable to get local issuer"},
		{"self", "good.example", true, ERR_NETWORK, "self"},
		{"late", "good.example", true, ERR_NETWORK, "expired"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		pid_t pid;
		int port = serve(rows[i].certificate, "127.0.0.1:0", "-www", &pid);
		char ca[64], resolve[100], url[80];
		struct fetch_options options = {.allow_private = true,
			.ca_file = rows[i].our_authority ? ca : "",
			.resolve = resolve,
			.user_agent = "t"};
		struct fetch_loop *loop = NULL;
		struct asked a;

		snprintf(ca, sizeof(ca), "%s/ca.pem", folder);
		snprintf(resolve, sizeof(resolve),
			"good.example:%d:127.0.0.1 other.example:%d:127.0.0.1", port, port);
		snprintf(url, sizeof(url), "https://%s:%d/", rows[i].host, port);
		assert_int_equal(fetch_loop_new(&options, NULL, &loop), 0);
		/* Twice, for what is read once and kept. */
		for (int round = 0; round < 2; round++) {
			ask_get(loop, url, 100000, &a);
			if (a.error != rows[i].error || !strstr(a.why, rows[i].why) ||
				(a.error == 0 && a.status != 200))
				fail_msg("%s at %s: %d \"%s\"", rows[i].certificate, rows[i].host,
					a.error, a.why);
			asked_done(&a);
		}
		fetch_loop_free(loop);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

/* The same certificates seen by the question to the own address. */
static void test_probe(void **state)
{
	static const char *const NAMES[] = {"good", "self", "late"};
	char ca[64], resolve[60], url[60];

	(void)state;
	snprintf(ca, sizeof(ca), "%s/ca.pem", folder);
	for (size_t i = 0; i < LENGTH(NAMES); i++) {
		pid_t pid;
		int port = serve(NAMES[i], "127.0.0.1:0", "-www", &pid), rc;
		struct fetch_options options = {.ca_file = ca, .resolve = resolve};
		struct ctx cx = {.arena = arena_new(1 * MIB)};
		struct probed r = {0};

		snprintf(resolve, sizeof(resolve), "good.example:%d:127.0.0.1", port);
		snprintf(url, sizeof(url), "https://good.example:%d/", port);
		rc = fetch_probe(&cx, &options, url, "text/html", &r);
		assert_int_equal(rc, i == 0 ? 0 : ERR_NETWORK);
		if (i == 0)
			assert_in_range((r.certificate_end - clock_now()) / HOUR, 46, 48);
		else
			assert_non_null(strstr(cx.err.text, "its certificate is not accepted: "));
		arena_free(cx.arena);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static bool answer_plain(struct peer *p, int fd, const char *request)
{
	(void)p, (void)request;
	peer_writes(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	return true;
}

/* Waits for the end of a head that a TLS greeting never has. */
static void test_not_tls(void **state)
{
	struct peer *p = peer_new(answer_plain);
	struct fetch_loop *loop = ask_loop_new();
	char url[60];
	struct transfer t = {.url = url, .method = "GET", .connect_ms = 300};
	struct asked a;

	(void)state;
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", peer_port(p));
	ask(loop, &t, &a);
	assert_int_equal(a.error, ERR_TIMEOUT);
	assert_string_equal(a.why, "no connection within 0.3 s");
	asked_done(&a);
	fetch_loop_free(loop);
	peer_free(p);
}

/* A network of our own in which 8.8.8.8 is this machine, so that a first hop may pass the guard.
 * False where the system does not let us. */
static bool enter_network(void)
{
	static const struct {
		const char *name, *address;
	} rows[] = {{"lo", "127.0.0.1"}, {"lo:1", "8.8.8.8"}, {"lo:2", "10.0.0.1"}};
	int fd;

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_true(fd >= 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct ifreq r = {0};
		struct sockaddr_in *sa = (struct sockaddr_in *)&r.ifr_addr;

		snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", rows[i].name);
		sa->sin_family = AF_INET;
		assert_int_equal(inet_pton(AF_INET, rows[i].address, &sa->sin_addr), 1);
		assert_int_equal(ioctl(fd, SIOCSIFADDR, &r), 0);
		r.ifr_flags = IFF_UP;
		assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &r), 0);
	}
	close(fd);
	return true;
}

static int listen_inside(const char *address)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(443)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_int_equal(inet_pton(AF_INET, address, &sa.sin_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 10), 0);
	return fd;
}

struct hop {
	const char *to;
	int rc;
	const char *shows; /* fragment of the error */
};

static const struct hop hops[] = {
	{"https://inside.example/", ERR_DENIED,
		"https://inside.example/: its address is not public"},
	{"https://loopback.example/", ERR_DENIED, "its address is not public"},
	{"https://10.0.0.1/", ERR_INVALID, "10.0.0.1 is not a public address"},
	{"https://0x0a000001/", ERR_INVALID, "10.0.0.1 is not a public address"},
	{"https://[::1]/", ERR_INVALID, "[::1] is not a public address"},
	{"https://[::ffff:10.0.0.1]/", ERR_INVALID, "is not a public address"},
	{"http://good.example/", ERR_INVALID, "must begin with https://"},
	{"https://good.example:8443/", ERR_INVALID, "port 8443 is not asked"},
	{"/doc", 0, ""},
};

static void write_hops(void)
{
	for (size_t i = 0; i < LENGTH(hops); i++)
		shell("printf 'HTTP/1.0 302 Found\\r\\nLocation: %s\\r\\n\\r\\n' >hop%d.pem",
			hops[i].to, (int)i);
	shell("printf 'HTTP/1.0 200 OK\\r\\n\\r\\ndocument' >doc");
}

/* No redirect leads to where a first address could not. */
static void test_redirects(void **state)
{
	struct fetch_options options = {.user_agent = "t",
		.resolve =
			"good.example:443:8.8.8.8 inside.example:443:10.0.0.1 loopback.example:443:127.0.0.1"};
	struct fetch_loop *loop = NULL;
	char ca[64], url[80];
	int inside, loopback;
	pid_t pid;

	(void)state;
	if (!enter_network())
		skip();
	write_hops();
	inside = listen_inside("10.0.0.1");
	loopback = listen_inside("127.0.0.1");
	(void)serve("good", "8.8.8.8:443", "-HTTP", &pid);
	snprintf(ca, sizeof(ca), "%s/ca.pem", folder);
	options.ca_file = ca;
	assert_int_equal(fetch_loop_new(&options, NULL, &loop), 0);
	for (size_t i = 0; i < LENGTH(hops); i++) {
		struct ctx cx = {.arena = arena_new(64 * KIB)};
		struct fetched f = {0};
		int rc;

		snprintf(url, sizeof(url), "https://good.example/hop%d.pem", (int)i);
		rc = fetch_get(&cx, loop, url, NULL, 1000, NULL, NULL, &f);
		if (rc != hops[i].rc || (rc < 0 && !strstr(cx.err.text, hops[i].shows)))
			fail_msg("%s: %d \"%s\"", hops[i].to, rc, cx.err.text);
		if (rc == 0)
			assert_string_equal(f.body, "document");
		arena_free(cx.arena);
	}
	fetch_loop_free(loop);
	assert_int_equal(accept(inside, NULL, NULL), -1);
	assert_int_equal(accept(loopback, NULL, NULL), -1);
	close(inside);
	close(loopback);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table), cmocka_unit_test(test_probe),
		cmocka_unit_test(test_not_tls),
		cmocka_unit_test(test_redirects), /* the last: this process does not come back from
						     its network */
	};

	return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
