/* The room's rows. */
#include "feature/site/site.h"

#include "feature/site/pages.h"
#include "kit/html/dates.h"

#define LANG                                                                                       \
	{                                                                                          \
		.name = "lang", .max = 16                                                          \
	}
#define HANDLE                                                                                     \
	{                                                                                          \
		.name = "handle", .max = 64, .required = true                                      \
	}
#define BEFORE                                                                                     \
	{                                                                                          \
		.name = "before", .max = 48                                                        \
	}
#define AFTER                                                                                      \
	{                                                                                          \
		.name = "after", .kind = PARAM_HANDLE                                              \
	}
#define TAG                                                                                        \
	{                                                                                          \
		.name = "tag", .max = 400, .required = true                                        \
	}

/* Paths are for people: what cannot be the address of anything is not found (404), so parts of the
 * path are texts here, which the handlers read. */
static const struct param DIRECTORY[] = {LANG, AFTER, {0}};
static const struct param INSTITUTION[] = {LANG, HANDLE, BEFORE, {0}};
static const struct param TAGGED[] = {LANG, HANDLE, TAG, BEFORE, {0}};
static const struct param ACTOR[] = {{.name = "id", .max = 64, .required = true}, BEFORE, {0}};
static const struct param STATEMENT[] = {LANG, {.name = "id", .max = 64, .required = true}, {0}};
static const struct param FEED[] = {
	HANDLE, {.name = "lang", .kind = PARAM_LANG, .max = 16}, BEFORE, {0}};
static const struct param ASSET[] = {{.name = "name", .required = true}, {0}};

static const struct route ROUTES[] = {
	{GET, "/", directory_get, .who = ANYONE, .cached = true, .params = DIRECTORY,
		.says = "the directory of institutions"},
	{GET, "/:lang", directory_get, .who = ANYONE, .cached = true, .params = DIRECTORY,
		.says = "the directory in a language"},
	{GET, "/@:handle", institution_get, .who = ANYONE, .cached = true, .params = INSTITUTION,
		.says = "an institution's page"},
	{GET, "/:lang/@:handle", institution_get, .who = ANYONE, .cached = true,
		.params = INSTITUTION, .says = "an institution's page in a language"},
	{GET, "/actor/:id", institution_id_get, .who = ANYONE, .cached = true, .params = ACTOR,
		.accept = "text/html", .says = "the same page at the institution's id"},
	{GET, "/@:handle/tag/:tag", tag_get, .who = ANYONE, .cached = true, .params = TAGGED,
		.says = "an institution's statements with a hashtag"},
	{GET, "/:lang/@:handle/tag/:tag", tag_get, .who = ANYONE, .cached = true, .params = TAGGED,
		.says = "an institution's statements with a hashtag, in a language"},
	{GET, "/post/:id", post_get, .who = ANYONE, .cached = true, .params = STATEMENT,
		.accept = "text/html",
		.says = "a statement's page; 410 with a notice when it was withdrawn"},
	{GET, "/:lang/post/:id", post_get, .who = ANYONE, .cached = true, .params = STATEMENT,
		.says = "a statement's page in a language"},
	{GET, "/@:handle/feed.atom", feed_get, .who = ANYONE, .cached = true, .params = FEED,
		.cors = true, .says = "an institution's statements as an Atom feed (RFC 4287)"},
	{GET, "/assets/:name", asset_get, .who = ANYONE, .cached = true, .params = ASSET,
		.says = "a file that pages need"},
	{GET, "/robots.txt", robots_get, .who = ANYONE, .says = "what robots may read: everything"},
	{0},
};

static const struct setting SETTINGS[] = {
	{.section = "site",
		.key = "timezone",
		.live = true,
		.kind = SETTING_TEXT,
		.fallback = "Asia/Tashkent",
		.comment = "The time zone in which pages tell dates: an IANA name."},
	{0},
};

int site_check(const struct settings *settings, struct err *err)
{
	const char *zone = settings_text(settings, "site", "timezone");

	if (date_timezone(zone))
		return 0;
	return err_set(err, ERR_INVALID,
		"[site] timezone is \"%.60s\", which is not the name of a time zone: write one such as "
		"Asia/Tashkent",
		zone);
}

const struct feature site_feature = {
	.name = "site",
	.routes = ROUTES,
	.settings = SETTINGS,
};
