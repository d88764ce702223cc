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
static const struct param FEED_EVERY[] = {
	{.name = "lang", .kind = PARAM_LANG, .max = 16}, BEFORE, {0}};
static const struct param FEED_TAG[] = {
	HANDLE, TAG, {.name = "lang", .kind = PARAM_LANG, .max = 16}, BEFORE, {0}};
static const struct param FEED[] = {
	HANDLE, {.name = "lang", .kind = PARAM_LANG, .max = 16}, BEFORE, {0}};
#define QUERY                                                                                      \
	{                                                                                          \
		.name = "q", .max = 200                                                            \
	}
static const struct param SEARCH[] = {LANG, QUERY, BEFORE, {0}};
static const struct param SEARCH_ONE[] = {LANG, HANDLE, QUERY, BEFORE, {0}};
static const struct param ARCHIVE[] = {LANG, HANDLE, {0}};
static const struct param MONTH[] = {
	LANG, HANDLE, {.name = "month", .max = 16, .required = true}, BEFORE, {0}};
static const struct param FOLLOW[] = {LANG, HANDLE, {.name = "at", .max = 300}, {0}};
static const struct param QR[] = {HANDLE, {0}};
static const struct param SITEMAP[] = {
	HANDLE, {.name = "year", .kind = PARAM_INT, .max = 9998, .required = true}, {0}};
static const struct param OEMBED[] = {{.name = "url", .max = 2048, .required = true},
	{.name = "format", .max = 16}, {.name = "maxwidth", .kind = PARAM_INT, .max = 100000},
	{.name = "maxheight", .kind = PARAM_INT, .max = 100000}, {0}};
static const struct param STATIC[] = {LANG, {0}};
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
	{GET, "/feed.atom", feed_atom_get, .who = ANYONE, .cached = true, .params = FEED_EVERY,
		.cors = true, .says = "all institutions' statements as an Atom feed (RFC 4287)"},
	{GET, "/feed.rss", feed_rss_get, .who = ANYONE, .cached = true, .params = FEED_EVERY,
		.cors = true, .says = "all institutions' statements as an RSS 2.0 feed"},
	{GET, "/feed.json", feed_json_get, .who = ANYONE, .cached = true, .params = FEED_EVERY,
		.cors = true, .says = "all institutions' statements as a JSON Feed 1.1"},
	{GET, "/@:handle/feed.atom", feed_atom_get, .who = ANYONE, .cached = true, .params = FEED,
		.cors = true, .says = "an institution's statements as an Atom feed (RFC 4287)"},
	{GET, "/@:handle/feed.rss", feed_rss_get, .who = ANYONE, .cached = true, .params = FEED,
		.cors = true, .says = "an institution's statements as an RSS 2.0 feed"},
	{GET, "/@:handle/feed.json", feed_json_get, .who = ANYONE, .cached = true, .params = FEED,
		.cors = true, .says = "an institution's statements as a JSON Feed 1.1"},
	{GET, "/@:handle/tag/:tag/feed.atom", feed_atom_get, .who = ANYONE, .cached = true,
		.params = FEED_TAG, .cors = true,
		.says = "an institution's statements with a hashtag as an Atom feed (RFC 4287)"},
	{GET, "/@:handle/tag/:tag/feed.rss", feed_rss_get, .who = ANYONE, .cached = true,
		.params = FEED_TAG, .cors = true,
		.says = "an institution's statements with a hashtag as an RSS 2.0 feed"},
	{GET, "/@:handle/tag/:tag/feed.json", feed_json_get, .who = ANYONE, .cached = true,
		.params = FEED_TAG, .cors = true,
		.says = "an institution's statements with a hashtag as a JSON Feed 1.1"},
	{GET, "/@:handle/archive", archive_get, .who = ANYONE, .cached = true, .params = ARCHIVE,
		.says = "the months in which an institution said something"},
	{GET, "/:lang/@:handle/archive", archive_get, .who = ANYONE, .cached = true,
		.params = ARCHIVE, .says = "the same in a language"},
	{GET, "/@:handle/archive/:month", archive_get, .who = ANYONE, .cached = true,
		.params = MONTH, .says = "an institution's statements of a month (YYYY-MM)"},
	{GET, "/:lang/@:handle/archive/:month", archive_get, .who = ANYONE, .cached = true,
		.params = MONTH, .says = "the same in a language"},
	{GET, "/@:handle/follow", follow_get, .who = ANYONE, .params = FOLLOW,
		.says = "how to follow; at=@me@server leads to that server's own page for it"},
	{GET, "/:lang/@:handle/follow", follow_get, .who = ANYONE, .params = FOLLOW,
		.says = "the same in a language"},
	{GET, "/@:handle/qr.svg", qr_get, .who = ANYONE, .params = QR,
		.says = "the address of an institution's page as a QR code"},
	{GET, "/search", search_get, .who = ANYONE, .params = SEARCH,
		.says = "statements that hold the words of q, newest first"},
	{GET, "/:lang/search", search_get, .who = ANYONE, .params = SEARCH,
		.says = "the same in a language"},
	{GET, "/@:handle/search", search_get, .who = ANYONE, .params = SEARCH_ONE,
		.says = "statements of an institution that hold the words of q"},
	{GET, "/:lang/@:handle/search", search_get, .who = ANYONE, .params = SEARCH_ONE,
		.says = "the same in a language"},
	{GET, "/assets/:name", asset_get, .who = ANYONE, .cached = true, .params = ASSET,
		.says = "a file that pages need"},
	{GET, "/media/:name", media_get, .who = ANYONE, .params = ASSET, .cors = true,
		.says = "a picture of an institution or of a statement that stands"},
	{GET, "/about", about_get, .who = ANYONE, .params = STATIC,
		.says = "what these pages are, and how to be sure of them"},
	{GET, "/:lang/about", about_get, .who = ANYONE, .params = STATIC,
		.says = "the same in a language"},
	{GET, "/privacy", privacy_get, .who = ANYONE, .params = STATIC,
		.says = "what is kept of those who read and follow"},
	{GET, "/:lang/privacy", privacy_get, .who = ANYONE, .params = STATIC,
		.says = "the same in a language"},
	{GET, "/accessibility", accessibility_get, .who = ANYONE, .params = STATIC,
		.says = "for whom these pages are made, and where they fall short"},
	{GET, "/:lang/accessibility", accessibility_get, .who = ANYONE, .params = STATIC,
		.says = "the same in a language"},
	{GET, "/sitemap.xml", sitemap_index_get, .who = ANYONE, .cached = true,
		.says = "the index of sitemaps"},
	{GET, "/sitemap-pages.xml", sitemap_pages_get, .who = ANYONE, .cached = true,
		.says = "the sitemap of institutions' pages"},
	{GET, "/@:handle/sitemap.xml", sitemap_year_get, .who = ANYONE, .cached = true,
		.params = SITEMAP, .says = "the sitemap of an institution's statements of a year"},
	{GET, "/oembed", oembed_get, .who = ANYONE, .cached = true, .params = OEMBED, .cors = true,
		.says = "a statement for other sites to embed (oEmbed 1.0)"},
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
	{.section = "site",
		.key = "operator",
		.kind = SETTING_TEXT,
		.fallback = "",
		.live = true,
		.comment = "Who runs these pages, for the page about them."},
	{.section = "site",
		.key = "contact",
		.kind = SETTING_TEXT,
		.fallback = "",
		.live = true,
		.comment = "An e-mail address for questions about these pages."},
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
