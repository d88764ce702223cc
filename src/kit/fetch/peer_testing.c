/* The peer of the tests: blocking, a thread for each connection, which is simple and slow. */
#include "kit/fetch/peer_testing.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 512
#define REQUESTS_MAX    512
#define REQUEST_MAX     16384

struct connection {
	struct peer *peer;
	int fd;
	pthread_t thread;
};

struct peer {
	peer_answer_fn *answer;
	int fd, port;
	pthread_t thread;
	atomic_bool stop;
	atomic_int accepted;
	pthread_mutex_t lock;
	struct connection connections[CONNECTIONS_MAX];
	char *requests[REQUESTS_MAX];
	int request_count;
};

static size_t body_length(const char *head)
{
	const char *p = strcasestr(head, "\r\ncontent-length:");

	return p ? strtoul(p + 17, NULL, 10) : 0;
}

/* Bytes of one whole request at the begin of text, 0 when more must come. */
static size_t whole_request(const char *text, size_t len)
{
	const char *end = strstr(text, "\r\n\r\n");
	size_t want;

	if (!end)
		return 0;
	want = (size_t)(end - text) + 4 + body_length(text);
	return len >= want ? want : 0;
}

static void remember(struct peer *p, const char *request)
{
	pthread_mutex_lock(&p->lock);
	if (p->request_count < REQUESTS_MAX)
		p->requests[p->request_count++] = strdup(request);
	pthread_mutex_unlock(&p->lock);
}

static void *serve(void *arg)
{
	struct connection *c = arg;
	char *text = calloc(1, REQUEST_MAX + 1), *request;
	size_t len = 0, want;
	ssize_t n;
	bool keep = true;

	assert(text);
	while (keep && (n = recv(c->fd, text + len, REQUEST_MAX - len, 0)) > 0) {
		len += (size_t)n;
		text[len] = '\0';
		want = whole_request(text, len);
		if (want == 0)
			continue;
		request = strndup(text, want);
		assert(request);
		remember(c->peer, request);
		keep = c->peer->answer(c->peer, c->fd, request);
		free(request);
		memmove(text, text + want, len - want + 1);
		len -= want;
	}
	free(text);
	/* The descriptor itself is closed after the join, so that its number means one thing till
	 * then. */
	shutdown(c->fd, SHUT_RDWR);
	return NULL;
}

static void *accept_all(void *arg)
{
	struct peer *p = arg;
	int fd;

	while ((fd = accept4(p->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		int i = atomic_load(&p->accepted);
		struct connection *c = &p->connections[i];

		assert(i < CONNECTIONS_MAX);
		c->peer = p;
		c->fd = fd;
		/* Counted before it can answer; whoever joins it has joined this thread first. */
		atomic_store(&p->accepted, i + 1);
		if (pthread_create(&c->thread, NULL, serve, c) != 0)
			abort();
	}
	return NULL;
}

struct peer *peer_new(peer_answer_fn *answer)
{
	struct sockaddr_in sa = {.sin_family = AF_INET};
	socklen_t len = sizeof(sa);
	struct peer *p = calloc(1, sizeof(*p));
	int rc;

	assert(p);
	p->answer = answer;
	pthread_mutex_init(&p->lock, NULL);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	rc = bind(p->fd, (struct sockaddr *)&sa, sizeof(sa)) | listen(p->fd, 512);
	assert(rc == 0);
	rc = getsockname(p->fd, (struct sockaddr *)&sa, &len);
	assert(rc == 0);
	p->port = ntohs(sa.sin_port);
	rc = pthread_create(&p->thread, NULL, accept_all, p);
	assert(rc == 0);
	return p;
}

void peer_free(struct peer *p)
{
	if (!p)
		return;
	atomic_store(&p->stop, true);
	shutdown(p->fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	for (int i = 0; i < atomic_load(&p->accepted); i++) {
		shutdown(p->connections[i].fd, SHUT_RDWR);
		pthread_join(p->connections[i].thread, NULL);
		close(p->connections[i].fd);
	}
	for (int i = 0; i < p->request_count; i++)
		free(p->requests[i]);
	close(p->fd);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int peer_port(const struct peer *p)
{
	return p->port;
}

int peer_connections(const struct peer *p)
{
	return atomic_load(&p->accepted);
}

int peer_requests(const struct peer *p)
{
	struct peer *open = (struct peer *)p;
	int n;

	pthread_mutex_lock(&open->lock);
	n = p->request_count;
	pthread_mutex_unlock(&open->lock);
	return n;
}

char *peer_request(struct peer *p, int n)
{
	char *copy = NULL;

	pthread_mutex_lock(&p->lock);
	if (n < p->request_count)
		copy = strdup(p->requests[n]);
	pthread_mutex_unlock(&p->lock);
	return copy;
}

bool peer_running(const struct peer *p)
{
	return !atomic_load(&p->stop);
}

void peer_write(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

void peer_writes(int fd, const char *text)
{
	peer_write(fd, text, strlen(text));
}
