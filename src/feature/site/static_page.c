/* Pages that say the same for everybody: about, privacy, accessibility. */
#include "base/json.h"
#include "base/str.h"
#include "feature/site/pages.h"
#include "feature/site/site_page.h"

/* name: of its text, template and path. */
static int reply(struct request *rq, const char *text, const char *path, const char *template)
{
	const struct settings *st = rq->cx.server->settings;
	const char *run_by = settings_text(st, "site", "operator"),
		   *contact = settings_text(st, "site", "contact");
	struct site_page page;
	json_t *data;
	int rc = site_page_begin(rq, &page);

	if (rc == 0)
		rc = site_page_choose(&page, "");
	if (rc < 0)
		return rc;
	if (page.moved)
		return site_page_redirect(&page, path);
	data = site_page_data(&page, site_text(page.language, text), path);
	site_put(data, "origin", page.server->origin);
	json_object_set_new(data, "has_operator", json_boolean(*run_by != 0));
	site_put(data, "operator", run_by);
	json_object_set_new(data, "has_contact", json_boolean(*contact != 0));
	site_put(data, "contact", contact);
	return site_page_reply(&page, 200, template, data);
}

int about_get(struct request *rq)
{
	return reply(rq, "about_site", "/about", "about.html");
}

int privacy_get(struct request *rq)
{
	return reply(rq, "privacy", "/privacy", "privacy.html");
}

int accessibility_get(struct request *rq)
{
	return reply(rq, "accessibility", "/accessibility", "accessibility.html");
}
