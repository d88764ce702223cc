/* All the inboxes that a bench delivers to: one thread, one epoll, every address of 127.0.0.0/8 on
 * one port.
 *
 *   bench-sink PORT [--delay MS] [--sample N FILE]
 *
 * The second number of an address says what lives there: up to 99 an inbox that answers 202 after
 * the delay, 100 to 119 one that reads and never answers, from 120 one that answers 503. One
 * request in N is written to FILE, its length on a line before it. On 127.0.0.1 it answers the
 * bench: GET /report, GET /wait/N (once N requests came to living inboxes), POST /reset (counters
 * and times; what was delivered stays known). Times are CLOCK_MONOTONIC. What deliveries mean is in
 * deliveries.c. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "deliveries.h"

#define FILES_MAX   (1 << 17)
#define REQUEST_MAX (128 * 1024)
#define EVENTS      512
#define CONTROL     0x7f000001u

enum class { LIVING, HANGING, FAILING, CLASSES };

struct connection {
	uint32_t address; /* that the peer connected to */
	uint32_t turn;    /* rises when the descriptor is closed */
	char *bytes;      /* of a request that is not whole yet */
	size_t len;
	uint64_t waits_for; /* GET /wait/N */
};

struct answer {
	int fd;
	uint32_t turn;
	int64_t due; /* ms */
};

struct tally {
	uint64_t requests;
	int64_t first, last; /* µs, 0: none came */
};

static struct connection *connections;
static struct tally tallies[CLASSES];
static uint64_t accepted, broken, sampled, open_now, open_most;
static int poll_fd, listen_fd;
static int waiting = -1; /* the connection that asked to wait */
static int64_t delay;
static uint64_t sample_every;
static FILE *sample_file;
static struct answer *answers; /* a ring: the delay is the same for all */
static size_t answers_head, answers_count;

static const char ACCEPTED[] = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
static const char FAILED[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void drop(int fd)
{
	struct connection *c = &connections[fd];

	close(fd);
	free(c->bytes);
	c->bytes = NULL;
	c->len = 0;
	c->turn++;
	open_now--;
	if (waiting == fd)
		waiting = -1;
}

static void send_all(int fd, const char *bytes, size_t len)
{
	/* An answer always fits an empty socket buffer. */
	if (send(fd, bytes, len, MSG_NOSIGNAL) != (ssize_t)len)
		drop(fd);
}

static enum class class_of(uint32_t address) {
	unsigned int second = address >> 16 & 0xff;

	return second < 100   ? LIVING
	       : second < 120 ? HANGING
			      : FAILING;
}

static int describe(char *out, size_t room)
{
	static const char *const NAMES[CLASSES] = {"living", "hanging", "failing"};
	struct rusage u;
	int n = 0;

	getrusage(RUSAGE_SELF, &u);
	n += snprintf(out, room, "{");
	for (int i = 0; i < CLASSES; i++)
		n += snprintf(out + n, room - (size_t)n,
			"\"%s\":{\"requests\":%llu,\"first\":%lld,\"last\":%lld},", NAMES[i],
			(unsigned long long)tallies[i].requests, (long long)tallies[i].first,
			(long long)tallies[i].last);
	n += snprintf(out + n, room - (size_t)n,
		"\"pairs\":%llu,\"repeats\":%llu,\"late\":%llu,\"unreadable\":%llu,\"broken\":%llu,\"accepted\":%llu,"
		"\"sampled\":%llu,\"open\":%llu,\"open_most\":%llu,\"cpu_us\":%lld}\n",
		(unsigned long long)deliveries.pairs, (unsigned long long)deliveries.repeats,
		(unsigned long long)deliveries.late, (unsigned long long)deliveries.unreadable,
		(unsigned long long)broken, (unsigned long long)accepted,
		(unsigned long long)sampled, (unsigned long long)open_now,
		(unsigned long long)open_most,
		(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec +
			u.ru_stime.tv_usec);
	return n;
}

static void report(int fd)
{
	char body[2048], text[4096];
	int len = describe(body, sizeof(body)), n;

	if (sample_file)
		fflush(sample_file);
	n = snprintf(text, sizeof(text),
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		len, body);
	send_all(fd, text, (size_t)n);
}

static void control(int fd, const char *head)
{
	if (strncmp(head, "GET /wait/", 10) == 0) {
		connections[fd].waits_for = strtoull(head + 10, NULL, 10);
		if (tallies[LIVING].requests < connections[fd].waits_for) {
			waiting = fd;
			return;
		}
	}
	if (strncmp(head, "POST /reset", 11) == 0) {
		memset(tallies, 0, sizeof(tallies));
		accepted = 0;
		open_most = open_now;
	}
	report(fd);
}

static void sample(const char *request, size_t len)
{
	if (!sample_file || tallies[LIVING].requests % sample_every != 0)
		return;
	fprintf(sample_file, "%zu\n", len);
	fwrite(request, 1, len, sample_file);
	sampled++;
}

static void answer_living(int fd)
{
	if (delay == 0) {
		send_all(fd, ACCEPTED, sizeof(ACCEPTED) - 1);
		return;
	}
	answers[(answers_head + answers_count++) % FILES_MAX] =
		(struct answer){fd, connections[fd].turn, now_us() / 1000 + delay};
}

/* One whole request. */
static void take(int fd, const char *request, size_t head_len, size_t len)
{
	uint32_t address = connections[fd].address;
	enum class class = class_of(address);
	struct tally *t = &tallies[class];

	if (address == CONTROL) {
		control(fd, request);
		return;
	}
	t->last = now_us();
	if (t->requests++ == 0)
		t->first = t->last;
	if (class == LIVING) {
		sample(request, len);
		delivery_count(address, request + head_len, len - head_len);
		answer_living(fd);
	} else if (class == FAILING) {
		send_all(fd, FAILED, sizeof(FAILED) - 1);
	}
	if (waiting >= 0 && tallies[LIVING].requests >= connections[waiting].waits_for) {
		int asks = waiting;

		waiting = -1;
		report(asks);
	}
}

/* How long the request at `bytes` is once whole, 0 while its head is not; the bytes end with NUL.
 */
static size_t measure(const char *bytes, size_t len, size_t *ret_head)
{
	const char *end = memmem(bytes, len, "\r\n\r\n", 4), *line;

	if (!end)
		return 0;
	*ret_head = (size_t)(end - bytes) + 4;
	line = strcasestr(bytes, "\r\nContent-Length:");
	return *ret_head + (line && line < end ? strtoul(line + 17, NULL, 10) : 0);
}

static void keep(struct connection *c, const char *bytes, size_t len)
{
	char *copy = malloc(len);

	if (!copy)
		die("malloc");
	memcpy(copy, bytes, len);
	free(c->bytes);
	c->bytes = copy;
	c->len = len;
}

static void read_ready(int fd)
{
	static char buffer[REQUEST_MAX + 1];
	struct connection *c = &connections[fd];
	size_t head = 0, whole, len = c->len;
	ssize_t n;

	memcpy(buffer, c->bytes ? c->bytes : "", len);
	n = recv(fd, buffer + len, REQUEST_MAX - len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(fd);
		return;
	}
	len += (size_t)n;
	buffer[len] = '\0';
	whole = measure(buffer, len, &head);
	if (whole == 0 || whole > len) {
		if (len < REQUEST_MAX && whole < REQUEST_MAX) {
			keep(c, buffer, len);
			return;
		}
		whole = 0;
	}
	free(c->bytes);
	c->bytes = NULL;
	c->len = 0;
	if (whole != len) { /* too large, or followed by another before the answer */
		broken++;
		drop(fd);
		return;
	}
	take(fd, buffer, head, len);
}

static void accept_ready(void)
{
	for (int i = 0; i < EVENTS; i++) {
		struct sockaddr_in at;
		socklen_t size = sizeof(at);
		int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

		if (fd < 0 && errno == EAGAIN)
			return;
		if (fd < 0)
			die("accept");
		if (fd >= FILES_MAX || getsockname(fd, (struct sockaddr *)&at, &size) != 0 ||
			epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &e) != 0)
			die("connection");
		connections[fd].address = ntohl(at.sin_addr.s_addr);
		accepted++;
		if (++open_now > open_most)
			open_most = open_now;
	}
}

/* Answers whose time has come; returns the ms until the next, -1: none. */
static int answer_due(void)
{
	int64_t now = now_us() / 1000;

	while (answers_count > 0) {
		struct answer *a = &answers[answers_head];

		if (a->due > now)
			return (int)(a->due - now);
		if (connections[a->fd].turn == a->turn)
			send_all(a->fd, ACCEPTED, sizeof(ACCEPTED) - 1);
		answers_head = (answers_head + 1) % FILES_MAX;
		answers_count--;
	}
	return -1;
}

static void open_listener(const char *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	struct epoll_event e = {.events = EPOLLIN};
	int on = 1;

	listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(listen_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	e.data.fd = listen_fd;
	if (bind(listen_fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
		listen(listen_fd, 4096) != 0 ||
		epoll_ctl(poll_fd, EPOLL_CTL_ADD, listen_fd, &e) != 0)
		die("listen");
}

static void read_arguments(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--delay") == 0 && i + 1 < argc) {
			delay = atoi(argv[++i]);
		} else if (strcmp(argv[i], "--sample") == 0 && i + 2 < argc) {
			sample_every = strtoull(argv[++i], NULL, 10);
			sample_file = sample_every ? fopen(argv[++i], "w") : NULL;
			if (!sample_file)
				die("--sample");
		} else {
			argc = 0;
		}
	}
	if (argc < 2) {
		fprintf(stderr, "usage: bench-sink PORT [--delay MS] [--sample N FILE]\n");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	struct rlimit files;

	read_arguments(argc, argv);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	connections = calloc(FILES_MAX, sizeof(*connections));
	answers = calloc(FILES_MAX, sizeof(*answers));
	if (!connections || !answers)
		die("calloc");
	open_listener(argv[1]);
	for (;;) {
		int n = epoll_wait(poll_fd, events, EVENTS, answer_due());

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listen_fd)
				accept_ready();
			else
				read_ready(events[i].data.fd);
		}
	}
}
