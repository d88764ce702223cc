/* A page of statements as a feed: what every format says, and each format's way to say it. */
#ifndef CHORSU_SITE_FEED_H
#define CHORSU_SITE_FEED_H

#include "feature/site/view.h"

enum feed_format { FEED_ATOM, FEED_RSS, FEED_JSON, FEED_FORMATS };

struct feed_item {
	const struct listed *listed;
	const struct institution *i;
	const struct post_tag *tags; /* of all its languages */
};

struct feed {
	struct site_page page;
	enum feed_format format;
	const char *handle;          /* NULL: of all institutions */
	const struct institution *i; /* NULL: of all */
	bool moved;
	struct listing list;
	struct feed_item items[PAGE_ITEMS];
	int count;
};

/* Its own address for a page; before NULL: of the first one. And that of the page for people. */
char *feed_address(const struct feed *f, const struct cursor *before);
char *feed_page(const struct feed *f);

/* "Ministry of Labour", "Ministry of Labour: #news", the site's name. */
char *feed_title(const struct feed *f);

/* The hashtags that the shown text has, for a template or for JSON. */
json_t *feed_tags(const struct feed *f, const struct feed_item *item);

/* The last part of its address: "feed.atom". And its media type. */
const char *feed_name(enum feed_format format);
const char *feed_type(enum feed_format format);

/* JSON Feed 1.1: new reference. */
json_t *feed_json(const struct feed *f);

#define FEED_LABEL_CHARS   80
#define FEED_SUMMARY_CHARS 500

#endif
