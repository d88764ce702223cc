/* How long people wait: many times, one after another, a page over HTTP or a command from its start
 * to its end.
 *
 *   bench-probe page PORT PATH COUNT PAUSE_MS
 *   bench-probe run COUNT PAUSE_MS PROGRAM WORDS...
 *   bench-probe start PORT PATH COUNT PROGRAM WORDS...
 *
 * Prints one µs a line. `start` measures from the start of a server to its first 200, and ends it
 * with SIGTERM. `page` asks on a new connection each time, as a visitor comes, and wants 200. The
 * %d in a word of `run` becomes the number of the turn; what the command writes is thrown away; it
 * must end with 0. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 64

extern char **environ;

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void rest(int ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000L};

	nanosleep(&t, NULL);
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* The answer to one request, NULL when nobody listens. */
static const char *ask(int port, const char *request)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	static char answer[1 << 20];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t len = 0;
	ssize_t n;

	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		close(fd);
		return NULL;
	}
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		die("send");
	while ((n = recv(fd, answer + len, sizeof(answer) - 1 - len, 0)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
	close(fd);
	return answer;
}

static bool is_page(const char *answer)
{
	return answer && strncmp(answer, "HTTP/1.1 200", 12) == 0;
}

static void write_request(char *out, size_t room, int port, const char *path)
{
	snprintf(out, room,
		"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/html\r\nConnection: close\r\n\r\n",
		path, port);
}

static void tell(int64_t started)
{
	printf("%lld\n", (long long)(now_us() - started));
	fflush(stdout);
}

static void probe_page(int port, const char *path, int count, int pause)
{
	char request[2048];

	write_request(request, sizeof(request), port, path);
	for (int i = 0; i < count; i++) {
		int64_t started = now_us();
		const char *answer = ask(port, request);

		if (!is_page(answer)) {
			fprintf(stderr, "bench-probe: %s is answered with %.60s\n", path,
				answer ? answer : "nothing");
			exit(1);
		}
		tell(started);
		rest(pause);
	}
}

static pid_t spawn(char **words, const posix_spawn_file_actions_t *actions)
{
	pid_t pid;

	if (posix_spawnp(&pid, words[0], actions, NULL, words, environ) != 0)
		die(words[0]);
	return pid;
}

static void wait_for(pid_t pid, const char *name)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	if (status != 0) {
		fprintf(stderr, "bench-probe: %s ended with status %d\n", name, status);
		exit(1);
	}
}

static void probe_start(int port, const char *path, int count, char **words)
{
	posix_spawn_file_actions_t actions;
	char request[2048];

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	write_request(request, sizeof(request), port, path);
	for (int i = 0; i < count; i++) {
		int64_t started = now_us();
		pid_t pid = spawn(words, &actions);

		while (!is_page(ask(port, request))) {
			if (now_us() - started > 60 * 1000000LL ||
				waitpid(pid, NULL, WNOHANG) != 0) {
				fprintf(stderr, "bench-probe: %s does not serve %s\n", words[0],
					path);
				exit(1);
			}
			rest(1);
		}
		tell(started);
		kill(pid, SIGTERM);
		wait_for(pid, words[0]);
	}
	posix_spawn_file_actions_destroy(&actions);
}

static void probe_run(int count, int pause, char **given)
{
	char *words[WORDS_MAX] = {0}, number[1024];
	posix_spawn_file_actions_t actions;
	int64_t started;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	for (int i = 0; i < count; i++) {
		for (int w = 0; given[w] && w < WORDS_MAX - 1; w++) {
			char *at = strstr(given[w], "%d");

			words[w] = given[w];
			if (!at)
				continue;
			snprintf(number, sizeof(number), "%.*s%d%s", (int)(at - given[w]), given[w],
				i, at + 2);
			words[w] = number;
		}
		started = now_us();
		wait_for(spawn(words, &actions), words[0]);
		tell(started);
		rest(pause);
	}
	posix_spawn_file_actions_destroy(&actions);
}

/* Visitors sit at machines of their own: this process does not wait for others to end their slices
 * of time here (sched_setattr(2); older kernels refuse and do not need it). */
static void be_elsewhere(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = {.size = sizeof(attr), .runtime = 100000};

	syscall(SYS_sched_setattr, 0, &attr, 0);
}

int main(int argc, char **argv)
{
	be_elsewhere();
	if (argc == 6 && strcmp(argv[1], "page") == 0) {
		probe_page(atoi(argv[2]), argv[3], atoi(argv[4]), atoi(argv[5]));
	} else if (argc >= 6 && strcmp(argv[1], "start") == 0) {
		probe_start(atoi(argv[2]), argv[3], atoi(argv[4]), argv + 5);
	} else if (argc >= 5 && strcmp(argv[1], "run") == 0) {
		probe_run(atoi(argv[2]), atoi(argv[3]), argv + 4);
	} else {
		fprintf(stderr,
			"usage: bench-probe page PORT PATH COUNT PAUSE_MS, run COUNT PAUSE_MS PROGRAM WORDS... or\n"
			"       bench-probe start PORT PATH COUNT PROGRAM WORDS...\n");
		return 2;
	}
	return 0;
}
