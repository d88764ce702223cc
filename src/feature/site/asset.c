/* Files that pages need. */
#include "core/server.h"
#include "feature/site/pages.h"

/* Until an address carries its version, a browser asks after five minutes whether it has changed.
 */
#define ASSET_CACHE "public, max-age=300"

int asset_get(struct request *rq)
{
	const char *name = request_param(rq, "name");
	const struct asset *f = asset_find(rq->cx.server->assets, rq->cx.arena, name);

	if (!f)
		return ctx_fail(&rq->cx, ERR_NOT_FOUND, "there is no file \"%.60s\" here", name);
	reply_cache(rq, ASSET_CACHE);
	if (f->lasting)
		reply_constant(rq);
	reply_body(rq, 200, f->type, f->bytes, f->len);
	return 0;
}
