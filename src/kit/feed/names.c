/* The vocabulary of feeds. */
#include "kit/feed/names.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/feed/xml.h"

/* Namespaces by a part that all their spellings share; prefixes for those who forget to declare. */
static const struct {
	const char *part, *prefix;
	enum feed_ns ns;
} SPACES[] = {{"www.w3.org/2005/atom", "atom", NS_ATOM}, {"purl.org/atom/ns", "a10", NS_ATOM},
	{"purl.org/rss/1.0/modules/content", "content", NS_CONTENT},
	{"purl.org/dc/elements/1", "dc", NS_DC}, {"purl.org/dc/terms", "dcterms", NS_DC},
	{"search.yahoo.com/mrss", "media", NS_MEDIA},
	{"www.itunes.com/dtds/podcast", "itunes", NS_ITUNES},
	{"news.yandex.ru", "yandex", NS_YANDEX}, {"turbo.yandex.ru", "turbo", NS_YANDEX},
	{"rssnamespace.org/feedburner", "feedburner", NS_FEEDBURNER},
	{"www.w3.org/1999/xhtml", "xhtml", NS_XHTML}};

/* RSS 0.90, 1.0 (not its modules), and the namespaces that were made up for 2.0. */
static const char *const PLAIN[] = {"purl.org/rss/1.0/", "my.netscape.com/",
	"backend.userland.com/rss", "blogs.law.harvard.edu/", "cyber.law.harvard.edu/",
	"channel.netscape.com/"};

#define DEEP (IN_ITEM | IN_MEDIA)

static const struct {
	unsigned places;
	enum feed_ns ns;
	const char *name;
	enum field field;
} RULES[] = {
	{IN_FEED, NS_FEED, "channel", F_FEED},
	{IN_FEED, NS_FEED, "item", F_ITEM},
	{IN_FEED, NS_ATOM, "entry", F_ITEM},
	{IN_FEED, NS_FEED, "image", F_IMAGE},
	{IN_IMAGE, NS_FEED, "url", F_PICTURE_URL},
	{IN_FEED | IN_ITEM, NS_FEED, "title", F_TITLE},
	{IN_FEED | IN_ITEM, NS_ATOM, "title", F_TITLE},
	{IN_FEED | IN_ITEM, NS_DC, "title", F_TITLE},
	{IN_FEED | IN_ITEM, NS_FEED, "link", F_LINK},
	{IN_FEED | IN_ITEM, NS_ATOM, "link", F_LINK},
	{IN_FEED | IN_ITEM, NS_FEED, "description", F_SUMMARY},
	{IN_ITEM, NS_DC, "description", F_SUMMARY},
	{IN_FEED, NS_ATOM, "subtitle", F_SUMMARY},
	{IN_FEED, NS_ATOM, "tagline", F_SUMMARY},
	{IN_ITEM, NS_ATOM, "summary", F_SUMMARY},
	{IN_ITEM, NS_ITUNES, "summary", F_CAPTION},
	{IN_ITEM, NS_FEED, "content", F_CONTENT},
	{IN_ITEM, NS_ATOM, "content", F_CONTENT},
	{IN_ITEM, NS_CONTENT, "encoded", F_CONTENT},
	{IN_ITEM, NS_YANDEX, "full-text", F_CONTENT},
	{IN_ITEM, NS_YANDEX, "content", F_CONTENT},
	{IN_ITEM, NS_XHTML, "body", F_CONTENT},
	{IN_ITEM, NS_XHTML, "div", F_CONTENT},
	{IN_ITEM, NS_FEED, "guid", F_ID},
	{IN_ITEM, NS_ATOM, "id", F_ID},
	{IN_ITEM, NS_DC, "identifier", F_ID},
	{IN_ITEM, NS_FEEDBURNER, "origLink", F_ORIGINAL},
	{IN_ITEM, NS_FEED, "comments", F_COMMENTS},
	{IN_FEED | IN_ITEM, NS_FEED, "language", F_LANG},
	{IN_FEED | IN_ITEM, NS_DC, "language", F_LANG},
	{IN_ITEM, NS_FEED, "author", F_AUTHOR},
	{IN_ITEM, NS_ITUNES, "author", F_AUTHOR},
	{IN_ITEM, NS_DC, "creator", F_AUTHOR},
	{IN_ITEM, NS_ATOM, "author", F_PERSON},
	{IN_PERSON, NS_ATOM, "name", F_AUTHOR},
	{IN_ITEM, NS_FEED, "category", F_CATEGORY},
	{IN_ITEM, NS_ATOM, "category", F_CATEGORY},
	{IN_ITEM, NS_DC, "subject", F_CATEGORY},
	{IN_ITEM, NS_FEED, "pubDate", F_PUBLISHED},
	{IN_ITEM, NS_FEED, "date", F_PUBLISHED},
	{IN_ITEM, NS_DC, "date", F_PUBLISHED},
	{IN_ITEM, NS_DC, "issued", F_PUBLISHED},
	{IN_ITEM, NS_DC, "created", F_PUBLISHED},
	{IN_ITEM, NS_ATOM, "published", F_PUBLISHED},
	{IN_ITEM, NS_ATOM, "issued", F_PUBLISHED},
	{IN_ITEM, NS_ATOM, "created", F_PUBLISHED},
	{IN_ITEM, NS_ATOM, "updated", F_UPDATED},
	{IN_ITEM, NS_ATOM, "modified", F_UPDATED},
	{IN_ITEM, NS_DC, "modified", F_UPDATED},
	{IN_ITEM, NS_FEED, "enclosure", F_ENCLOSURE},
	{DEEP, NS_MEDIA, "group", F_GROUP},
	{DEEP, NS_MEDIA, "content", F_MEDIA},
	{DEEP, NS_MEDIA, "thumbnail", F_THUMBNAIL},
	{DEEP, NS_MEDIA, "description", F_CAPTION},
	{IN_MEDIA, NS_MEDIA, "title", F_ALT},
	{IN_MEDIA, NS_MEDIA, "text", F_ALT},
	{IN_FEED | IN_ITEM, NS_ITUNES, "image", F_PICTURE},
	{IN_FEED, NS_ATOM, "logo", F_PICTURE_URL},
	{IN_ITEM, NS_FEED, "image", F_PICTURE_URL},
};

static bool holds(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

static enum feed_ns by_address(const char *address, enum feed_ns otherwise)
{
	for (size_t i = 0; i < LENGTH(SPACES); i++)
		if (holds(address, SPACES[i].part))
			return SPACES[i].ns;
	for (size_t i = 0; i < LENGTH(PLAIN); i++)
		if (holds(address, PLAIN[i]) && !holds(address, "/modules/"))
			return NS_FEED;
	return otherwise;
}

enum feed_ns names_ns(enum feed_format format, const struct xml_tag *tag)
{
	enum feed_ns own = format == FEED_ATOM ? NS_ATOM : NS_FEED, ns;

	if (!tag->prefix) {
		ns = tag->ns ? by_address(tag->ns, own) : own;
		/* RSS whose root declares Atom as what has no prefix is RSS still. */
		return ns == NS_ATOM || ns == NS_FEED ? own : ns;
	}
	if (tag->ns)
		return by_address(tag->ns, NS_OTHER);
	for (size_t i = 0; i < LENGTH(SPACES); i++)
		if (strcasecmp(tag->prefix, SPACES[i].prefix) == 0)
			return SPACES[i].ns;
	return NS_OTHER;
}

enum field names_field(enum place place, enum feed_ns ns, const char *name)
{
	for (size_t i = 0; i < LENGTH(RULES); i++)
		if (RULES[i].ns == ns && (RULES[i].places & place) &&
			strcasecmp(RULES[i].name, name) == 0)
			return RULES[i].field;
	return F_NONE;
}

enum feed_format names_format(const char *root)
{
	static const struct {
		const char *name;
		enum feed_format format;
	} ROOTS[] = {
		{"rss", FEED_RSS}, {"channel", FEED_RSS}, {"RDF", FEED_RDF}, {"feed", FEED_ATOM}};

	for (size_t i = 0; i < LENGTH(ROOTS); i++)
		if (strcasecmp(ROOTS[i].name, root) == 0)
			return ROOTS[i].format;
	return FEED_UNKNOWN;
}
