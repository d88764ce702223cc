/* Cursors and pages of statements. */
#include "feature/site/paging.h"

#include <string.h>

#include "base/str.h"
#include "feature/site/site_db.h"

bool cursor_parse(const char *text, struct cursor *ret)
{
	const char *dash = text ? strchr(text, '-') : NULL;
	size_t len = dash ? (size_t)(dash - text) : 0;
	struct cursor c;
	char number[24];

	if (!dash || len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = 0;
	if (!str_to_int64(number, &c.at) || !str_to_int64(dash + 1, &c.id) || c.at == 0)
		return false;
	*ret = c;
	return true;
}

char *cursor_text(struct arena *a, const struct cursor *c)
{
	return arena_printf(a, "%lld-%lld", (long long)c->at, (long long)c->id);
}

int listing_begin(struct request *rq, struct listing *l)
{
	const char *before = request_param(rq, "before");

	if (before && !cursor_parse(before, &l->before))
		return ctx_fail(&rq->cx, ERR_INVALID,
			"the parameter \"before\" is \"%.60s\", which this server never gave out: open "
			"the list from its beginning",
			before);
	return 0;
}

int listing_load(struct tx *tx, struct listing *l, const char *lang)
{
	struct post_query query = {.institution = l->institution,
		.tag = l->tag,
		.before_at = l->before.at ? l->before.at : l->until,
		.before_id = l->before.id,
		.limit = PAGE_ITEMS + 1};
	bool found = false;
	int rc = site_db_list(tx, &query, lang, &l->items, &l->count);

	while (rc == 0 && l->count > 0 && l->items[l->count - 1].post.published_at < l->from)
		l->count--;
	if (rc < 0)
		return rc;
	l->has_older = l->count > PAGE_ITEMS;
	if (l->has_older) {
		const struct post *last = &l->items[PAGE_ITEMS - 1].post;

		l->count = PAGE_ITEMS;
		l->older = (struct cursor){last->published_at, last->id};
	}
	l->has_newer = l->before.at > 0;
	if (l->has_newer)
		rc = site_db_newer(tx, &query, PAGE_ITEMS, &l->newer, &found);
	if (!found || (l->until && l->newer.at >= l->until))
		l->newer = (struct cursor){0};
	return rc;
}

char *listing_path(struct arena *a, const char *path, const struct cursor *before)
{
	if (!before->at)
		return arena_strdup(a, path);
	return arena_printf(a, "%s?before=%s", path, cursor_text(a, before));
}
