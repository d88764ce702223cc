/* Looking at official sites: one GET a day each. Two ways lead back: the page's address, or the
 * actor's, in any <a> or <link> (rel="me" as other servers want it is not asked for). */
#include "core/website.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "kit/html/links.h"

#define SITE_MAX    (1 * MIB)
#define AGAIN_MS    DAY
#define AT_ONE_TIME 20 /* sites in one run of the task */

struct checking {
	int64_t before;
	const struct institution *i;
	enum website_state state;
};

static int find_due(struct tx *tx, void *arg)
{
	struct checking *c = arg;

	return institution_website_due(tx, c->before, &c->i);
}

static int save(struct tx *tx, void *arg)
{
	const struct checking *c = arg;

	return institution_db_website(tx, c->i->id, c->state, clock_now());
}

static int look(struct ctx *cx, struct checking *c)
{
	const char *urls[] = {institution_page(cx->arena, cx->server, c->i->handle),
		institution_actor(cx->arena, cx->server, c->i->id), NULL};
	struct fetched site;
	int rc = ctx_may_wait(cx, c->i->website);

	if (rc == 0)
		rc = fetch_get(cx, cx->server->fetch, c->i->website, "text/html", SITE_MAX, NULL,
			NULL, &site);
	if (rc < 0)
		c->state = WEBSITE_FAILED;
	else
		c->state = html_links_to(site.body, site.len, urls) ? WEBSITE_VERIFIED
								    : WEBSITE_UNLINKED;
	if (c->state != c->i->website_state)
		log_event(LOG_INFO, "website", "institution", c->i->handle, "url", c->i->website,
			"state",
			c->state == WEBSITE_VERIFIED ? "links back"
			: rc < 0                     ? err_text(&cx->err)
						     : "does not link back",
			NULL);
	return db_write(cx, save, c);
}

int website_check(struct ctx *cx)
{
	for (int n = 0; n < AT_ONE_TIME; n++) {
		struct checking c = {.before = clock_now() - AGAIN_MS};
		int rc = db_read(cx, find_due, &c);

		if (rc == ERR_NOT_FOUND)
			return 0;
		if (rc == 0)
			rc = look(cx, &c);
		if (rc < 0)
			return rc;
	}
	return 0;
}
