/* /health/live: the process answers. /health/ready: send it requests. */
#include "kit/http/exchange.h"

static int live(struct request *rq)
{
	reply_cache(rq, "no-store");
	reply_text(rq, 200, "text/plain; charset=utf-8", "live\n");
	return 0;
}

static int ready(struct request *rq)
{
	const struct http_server *h = exchange_of(rq)->server;

	if (h->draining)
		return ctx_fail(&rq->cx, ERR_BUSY, "This server is stopping.");
	if (h->options.ready && !h->options.ready(h->options.server))
		return ctx_fail(&rq->cx, ERR_BUSY, "This server is not ready yet.");
	reply_cache(rq, "no-store");
	reply_text(rq, 200, "text/plain; charset=utf-8", "ready\n");
	return 0;
}

const struct route health_routes[] = {
	{GET, "/health/live", live, .who = ANYONE, .says = "answers while the process runs"},
	{GET, "/health/ready", ready, .who = ANYONE, .says = "answers 200 when requests may come"},
	{0},
};
