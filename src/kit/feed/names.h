/* The vocabulary of feeds: which element means what, and where. */
#ifndef CHORSU_KIT_FEED_NAMES_H
#define CHORSU_KIT_FEED_NAMES_H

#include <stdbool.h>

#include "kit/feed/feed.h"

struct xml_tag;

/* Where an element stands, as bits. */
enum place {
	IN_NOTHING = 0, /* what is inside is passed over */
	IN_FEED = 1,    /* rss, RDF, channel, feed */
	IN_IMAGE = 2,   /* the feed's picture */
	IN_ITEM = 4,
	IN_MEDIA = 8,   /* media:group, media:content */
	IN_PERSON = 16, /* Atom's author */
	IN_TEXT = 32,   /* a field whose text is collected */
};

enum field {
	F_NONE,
	F_FEED,
	F_ITEM,
	F_IMAGE,
	F_PERSON,
	F_GROUP,
	F_MEDIA,
	F_THUMBNAIL,
	F_ENCLOSURE,
	F_LINK,
	F_PICTURE, /* an address in href */
	F_TITLE,   /* from here on: text */
	F_CONTENT,
	F_SUMMARY,
	F_ALT,     /* of a medium */
	F_CAPTION, /* of a medium, or the text of an item that has none but that */
	F_ID,
	F_ORIGINAL, /* the address itself, where link leads through a counter */
	F_COMMENTS,
	F_PICTURE_URL,
	F_LANG,
	F_AUTHOR,
	F_CATEGORY,
	F_PUBLISHED,
	F_UPDATED,
};

enum feed_ns {
	NS_FEED, /* RSS of any age, or whatever has no prefix */
	NS_ATOM,
	NS_CONTENT,
	NS_DC,
	NS_MEDIA,
	NS_ITUNES,
	NS_YANDEX,
	NS_FEEDBURNER,
	NS_XHTML,
	NS_OTHER,
};

/* By namespace, or by prefix where that is not declared. */
enum feed_ns names_ns(enum feed_format format, const struct xml_tag *tag);

/* The element's meaning in that place. Capitals do not matter. */
enum field names_field(enum place place, enum feed_ns ns, const char *name);

/* FEED_UNKNOWN for what is no root of a feed. */
enum feed_format names_format(const char *root);

#endif
