/* /health/live: the process answers. /health/ready: send it requests. For machines: plain text. */
#include "kit/http/exchange.h"

static int say(struct request *rq, int status, const char *text)
{
	reply_cache(rq, "no-store");
	reply_text(rq, status, "text/plain; charset=utf-8", text);
	return 0;
}

static int live(struct request *rq)
{
	return say(rq, 200, "live\n");
}

static int ready(struct request *rq)
{
	const struct http_server *h = exchange_of(rq)->server;

	if (h->draining)
		return say(rq, 503, "not ready: the server is stopping\n");
	if (h->options.ready && h->options.ready(&rq->cx) < 0)
		return say(rq, 503,
			arena_printf(rq->cx.arena, "not ready: %s\n", err_text(&rq->cx.err)));
	return say(rq, 200, "ready\n");
}

const struct route health_routes[] = {
	{GET, "/health/live", live, .who = ANYONE, .says = "answers while the process runs"},
	{GET, "/health/ready", ready, .who = ANYONE, .says = "answers 200 when requests may come"},
	{0},
};
