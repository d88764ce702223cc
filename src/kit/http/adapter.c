/* The callbacks of libmicrohttpd 0.9.75: what the epoll threads do. They take requests in, refuse
 * what can be refused by its head, hand the rest to the workers and pass answers on.
 *
 * The library takes an answer only before a body or after it. One that cannot wait for the end of
 * the body is written to the socket here; the rest of the body is then read and thrown away, so
 * that the client is not cut off by a reset before it has read the answer, and the connection is
 * closed. */
#include "kit/http/adapter.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/http/cached.h"
#include "kit/http/head.h"
#include "kit/http/worker.h"

/* Of a body that was refused: a proxy sends all of it before it reads, or answers 502 itself. */
#define DISCARDED_MAX (8 * MIB)
#define URGENT_MAX    (ERROR_ARENA_MAX + 16 * KIB)

enum MHD_Result adapter_accept(void *cls, const struct sockaddr *addr, socklen_t len)
{
	struct http_server *h = cls;
	struct address address;

	http_address_of_socket(addr, len, &address);
	return !h->draining && peers_admit(h->peers, &address) ? MHD_YES : MHD_NO;
}

static int socket_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

void adapter_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
	enum MHD_ConnectionNotificationCode what)
{
	struct http_server *h = cls;
	struct address address;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		exchange_address(connection, &address);
		*socket_context = peers_add(h->peers, &address, socket_of(connection));
	} else {
		peers_remove(h->peers, *socket_context);
		*socket_context = NULL;
	}
}

void *adapter_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct http_server *h = cls;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct exchange *x = exchange_new(h, target ? target : "");

	if (!x)
		return NULL;
	x->peer = info->socket_context;
	peer_sends(h->peers, x->peer);
	return x;
}

void adapter_completed(void *cls, struct MHD_Connection *connection, void **request_context,
	enum MHD_RequestTerminationCode how)
{
	struct http_server *h = cls;
	struct exchange *x = *request_context;

	(void)connection;
	(void)how;
	if (!x)
		return;
	peer_waits(h->peers, x->peer);
	exchange_free(x);
	*request_context = NULL;
}

size_t adapter_unescape(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls;
	(void)connection;
	return strlen(s);
}

/* Write the refusal to the socket. What does not fit into the socket's buffer at once is lost with
 * the connection. */
static enum MHD_Result refuse_urgently(struct exchange *x)
{
	int fd = socket_of(x->connection);
	struct buf out = BUF(URGENT_MAX);

	x->phase = REFUSED;
	(void)exchange_answer(x); /* its status stands: no handler runs */
	answer_print(x, &out);
	if (!out.failed)
		(void)!send(fd, buf_text(&out), out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	buf_done(&out);
	return MHD_YES;
}

/* A client that waits for "100 Continue" has sent no body yet: the library's own way serves. */
static enum MHD_Result refuse_expectation(struct exchange *x)
{
	x->phase = REFUSED;
	(void)exchange_answer(x);
	x->response = answer_make(x);
	if (!x->response)
		return MHD_NO;
	peer_takes(x->server->peers, x->peer, x->reply.len);
	return MHD_queue_response(x->connection, (unsigned)x->reply.status, x->response);
}

static enum MHD_Result discard(struct exchange *x, size_t *data_len)
{
	bool end = *data_len == 0;

	x->discarded += *data_len;
	*data_len = 0;
	return end || x->discarded > DISCARDED_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result note_header(
	void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	head_add(cls, name, value);
	return MHD_YES;
}

/* The target must end where the version begins, or a NUL hid a part of it. */
static bool target_is_sound(const struct exchange *x, const char *version)
{
	if (x->status != 0)
		return true; /* refused for its length already */
	for (const char *p = x->rq.target; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	return !x->server->checks_heads || version == x->wire_target + strlen(x->rq.target) + 1;
}

/* The bytes of the head; head: what the library has read from them. */
static int check_bytes(struct exchange *x, const struct head *head, const char *version)
{
	struct err *err = &x->rq.cx.err;
	const char *begin = version + strlen(version);
	size_t size =
		MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
			->header_size;

	if (begin < x->method_text || (size_t)(begin - x->method_text) > size)
		return err_set(err, ERR_INVALID, "The head of the request is malformed.");
	size -= (size_t)(begin - x->method_text);
	return head_check_bytes(begin, size, head->count, err);
}

static int check_head(struct exchange *x, const char *version, struct head *ret)
{
	struct err *err = &x->rq.cx.err;
	int rc;

	*ret = (struct head){.length = -1};
	MHD_get_connection_values(x->connection, MHD_HEADER_KIND, note_header, ret);
	x->has_body = ret->encodings > 0 || ret->length > 0;
	x->expects_continue = ret->expects_continue;
	rc = head_check(ret, version, err);
	if (rc == 0 && !target_is_sound(x, version))
		rc = err_set(err, ERR_INVALID,
			"The address has spaces or control characters: write them as percent escapes.");
	if (rc == 0 && x->server->checks_heads)
		rc = check_bytes(x, ret, version);
	return rc;
}

static void read_method(struct exchange *x)
{
	x->rq.head = str_eq(x->method_text, "HEAD");
	x->options = str_eq(x->method_text, "OPTIONS");
	if (x->rq.head)
		x->rq.method = GET;
	for (enum method m = GET; m <= DELETE; m++)
		if (str_eq(x->method_text, route_method_name(m)))
			x->rq.method = m;
}

/* Split the target into path and query; "http://host/path" is taken as "/path" (RFC 9112 3.2.2). */
static void read_target(struct exchange *x)
{
	const char *path = x->rq.target;
	size_t len;

	if (strncasecmp(path, "http://", 7) == 0 || strncasecmp(path, "https://", 8) == 0) {
		path = strstr(path, "://") + 3;
		path += strcspn(path, "/?#");
	}
	len = strcspn(path, "?");
	x->query_text = path[len] == '?' ? path + len + 1 : NULL;
	x->rq.path = len ? arena_copy(x->rq.cx.arena, path, len) : "/";
	if (!x->rq.path)
		x->rq.path = "";
}

/* Rows that share method and path answer with different media types. */
static void choose_representation(struct exchange *x)
{
	if (!x->match.endpoint->next)
		return;
	x->match.endpoint = endpoint_choose(x->match.endpoint, exchange_header(x, "Accept"));
	x->match.cors = x->match.endpoint->route->cors;
	x->reply.vary_accept = true;
}

static void find_route(struct exchange *x)
{
	char allow[ROUTE_ALLOW_SIZE];

	if (!router_match(x->server->router, x->rq.cx.arena, x->rq.method, x->rq.path, &x->match)) {
		exchange_refuse(
			x, 503, ERR_MEMORY, "This request needs more memory than one may have.");
		return;
	}
	if (x->match.endpoint) {
		choose_representation(x);
		x->rq.route = x->match.endpoint->route;
		buf_init(&x->body, x->rq.route->body_max);
		return;
	}
	if (!x->match.known) {
		exchange_refuse(x, 404, ERR_NOT_FOUND, "There is nothing at %.200s.", x->rq.path);
		return;
	}
	if (x->options)
		return;
	route_allow(x->match.methods, allow);
	reply_header(&x->rq, "Allow", allow);
	exchange_refuse(x, 405, ERR_METHOD, "%.200s does not take %.20s: it takes %s.", x->rq.path,
		x->method_text, allow);
}

/* The head is here: judge it. */
static enum MHD_Result begin(struct exchange *x, const char *version)
{
	size_t max;
	struct head head;

	read_method(x);
	read_target(x);
	if (check_head(x, version, &head) < 0) {
		x->status = 400;
		return refuse_urgently(x); /* nothing behind such a head can be trusted to be a body
					      or a request */
	}
	find_route(x);
	max = x->rq.route ? x->rq.route->body_max : 0;
	if (head.length > 0 && (uint64_t)head.length > max)
		exchange_refuse(x, 413, ERR_TOO_LARGE,
			"The body has %lld bytes, this address takes at most %zu.",
			(long long)head.length, max);
	if (x->status == 0 || !x->has_body)
		return MHD_YES;
	return x->expects_continue ? refuse_expectation(x) : refuse_urgently(x);
}

static enum MHD_Result take_body(struct exchange *x, const char *data, size_t *data_len)
{
	size_t max = x->rq.route ? x->rq.route->body_max : 0;
	size_t len = *data_len;

	*data_len = 0;
	if (x->body.len + len > max)
		exchange_refuse(x, 413, ERR_TOO_LARGE,
			"The body is larger than the %zu bytes that this address takes.", max);
	else
		buf_add(&x->body, data, len);
	if (x->body.failed)
		exchange_refuse(x, 503, ERR_MEMORY, "There is no memory for this request now.");
	return x->status ? refuse_urgently(x) : MHD_YES;
}

static enum MHD_Result queue_answer(struct exchange *x)
{
	if (!x->response)
		return MHD_NO;
	peer_takes(x->server->peers, x->peer, x->reply.len);
	return MHD_queue_response(x->connection, (unsigned)x->reply.status, x->response);
}

/* The pool has ended; whoever waited for a worker's answer until then gets one from here. */
static enum MHD_Result answer_stopping(struct exchange *x)
{
	exchange_refuse(x, 503, ERR_BUSY, "This server is stopping: try again later.");
	(void)exchange_answer(x); /* its status stands: no handler runs */
	x->response = answer_make(x);
	return queue_answer(x);
}

static enum MHD_Result hand_over(struct exchange *x)
{
	x->rq.body = buf_text(&x->body);
	x->rq.body_len = x->body.len;
	peer_is_served(x->server->peers, x->peer);
	switch (cached_look(x)) {
	case CACHED_HERE:
		x->response = answer_make(x);
		return queue_answer(x);
	case CACHED_WAITS:
		return MHD_YES;
	case CACHED_NOT:
		break;
	}
	return workers_push(x->server->workers, x) ? MHD_YES : answer_stopping(x);
}

enum MHD_Result adapter_request(void *cls, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *data_len,
	void **request_context)
{
	struct exchange *x = *request_context;

	(void)cls;
	(void)url;
	if (!x)
		return MHD_NO; /* there was no memory for it */
	if (!x->connection) {
		x->connection = connection;
		x->method_text = method;
		return begin(x, version);
	}
	switch (x->phase) {
	case ARRIVING:
		return *data_len ? take_body(x, data, data_len) : hand_over(x);
	case REFUSED:
		return discard(x, data_len);
	case ANSWERING:
		return queue_answer(x);
	case QUEUED:
		break;
	}
	return MHD_NO;
}
