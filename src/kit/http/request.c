/* What handlers ask of a request: headers, parameters, negotiation. */
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/http/accept.h"
#include "kit/http/exchange.h"

/* Joins the lines of one header. */
struct gathering {
	struct arena *arena;
	const char *name;
	const char *value;
};

static enum MHD_Result gather(
	void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct gathering *g = cls;

	(void)kind;
	if (strcasecmp(key, g->name) != 0)
		return MHD_YES;
	if (!value)
		value = "";
	g->value = g->value ? arena_printf(g->arena, "%s, %s", g->value, value) : value;
	return g->value ? MHD_YES : MHD_NO;
}

const char *exchange_header(const struct exchange *x, const char *name)
{
	struct gathering g = {.arena = x->rq.cx.arena, .name = name};

	MHD_get_connection_values(x->connection, MHD_HEADER_KIND, gather, &g);
	return g.value;
}

const char *request_header(const struct request *rq, const char *name)
{
	rq->reply->personal = true;
	return exchange_header((const struct exchange *)rq, name);
}

void exchange_address(struct MHD_Connection *connection, struct address *ret)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info ? info->client_addr : NULL;
	socklen_t len = sa && sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							: sizeof(struct sockaddr_in);

	http_address_of_socket(sa, len, ret);
}

/* When somebody wants to know: most answers from the cache are given to nobody in particular. */
void exchange_find_client(struct exchange *x)
{
	struct address socket, client;

	if (*x->client)
		return;
	exchange_address(x->connection, &socket);
	client_address(x->server->proxies, &socket, exchange_header(x, "X-Forwarded-For"), &client);
	http_address_text(&client, x->client);
}

const char *request_param(const struct request *rq, const char *name)
{
	const struct exchange *x = (const struct exchange *)rq;
	const struct value *value = params_find(&x->values, name);

	return value ? value->text : NULL;
}

int64_t request_int(const struct request *rq, const char *name, int64_t fallback)
{
	const struct exchange *x = (const struct exchange *)rq;
	const struct value *value = params_find(&x->values, name);

	return value && value->text ? value->number : fallback;
}

int request_accept(struct request *rq, const char *const *types, int count)
{
	rq->reply->vary_accept = true;
	return accept_type(request_header(rq, "Accept"), types, count);
}

int request_accept_language(struct request *rq, const char *const *tags, int count)
{
	struct exchange *x = exchange_of(rq);
	int best = accept_language(exchange_header(x, "Accept-Language"), tags, count);

	reply_varies_by_language(x, tags, count, best);
	return best;
}
