/* Feeds as the world writes them: RSS 0.9x, 1.0 and 2.0, Atom 1.0 and 0.3, JSON Feed 1 and 1.1,
 * read as their bytes come and handed on item by item, so that a feed of any length takes the
 * memory of its largest item.
 *
 * What is said badly is understood as far as it can be: wrong or missing charsets, entities of
 * HTML, bare "&" and "<", tags that do not match, links that are relative, pictures that a script
 * was to load, dates of every kind, HTML escaped twice. Document types are passed over, so nothing
 * is declared, expanded or loaded. What is handed on is NOT safe to show: html goes to the
 * sanitizer. */
#ifndef CHORSU_KIT_FEED_FEED_H
#define CHORSU_KIT_FEED_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define FEED_BYTES_MAX      (50 * MIB)
#define FEED_ITEMS_MAX      20000 /* handed on or skipped */
#define FEED_HTML_MAX       MIB   /* of an item, as written and as handed on */
#define FEED_TITLE_MAX      1000  /* bytes; so are names of people and pictures' descriptions */
#define FEED_SUMMARY_MAX    4000  /* bytes */
#define FEED_ID_MAX         2048  /* bytes; of an address too */
#define FEED_CATEGORIES_MAX 100   /* of an item, 200 bytes each */
#define FEED_CATEGORY_MAX   200
#define FEED_MEDIA_MAX      50 /* of an item */
#define FEED_HUBS_MAX       8
#define FEED_DEPTH_MAX      200        /* elements that stand open at once; of JSON 32 */
#define FEED_TAG_MAX        (64 * KIB) /* bytes of one tag of the XML */

enum feed_format { FEED_UNKNOWN, FEED_RSS, FEED_RDF, FEED_ATOM, FEED_JSON };

enum feed_media_kind { FEED_FILE, FEED_PICTURE, FEED_AUDIO, FEED_VIDEO };

/* A picture or file of an item: enclosures, Media RSS, iTunes, attachments, images of the text. */
struct feed_media {
	enum feed_media_kind kind;
	const char *url;  /* absolute, http or https */
	const char *type; /* media type as told or as the name's ending says, or NULL */
	const char *alt;  /* plain text, or NULL */
	int64_t bytes;    /* as told; 0 unknown */
	bool thumbnail;   /* a small picture of what is elsewhere in full */
	bool inside;      /* it stands in html too */
};

/* Text is valid UTF-8 without control characters. Titles, names, categories and summaries are plain
 * text in one line. */
struct feed_item {
	struct arena *arena; /* the item's; freed when the callback returns */
	const char *id;      /* never NULL, the same at every reading: guid, atom:id, rdf:about, the
				link, or "sha256:…" of title and date, or of title and text */
	const char *link;    /* absolute, http or https, or NULL */
	const char *title;   /* or NULL; cut with "…" past FEED_TITLE_MAX */
	const char *html;    /* the fullest text, content before description; links absolute; NOT
				sanitized; or NULL */
	const char *summary; /* a shorter text than html, or NULL; cut with "…" */
	const char *lang;   /* BCP 47 as str_lang() writes it, the feed's when the item has none, or
			       NULL */
	const char *author; /* a name, or NULL */
	int64_t published_ms, updated_ms; /* since 1970; 0: unknown */
	const char *const *categories;
	size_t category_count;
	const struct feed_media *media;
	size_t media_count;
	bool too_long; /* a text of more than FEED_HTML_MAX was left out */
};

/* What the feed says of itself; all but format may be NULL. */
struct feed_head {
	enum feed_format format;
	const char *title, *description; /* plain text */
	const char *link;                /* of the site; absolute */
	const char *self;                /* the feed's own address */
	const char *picture;
	const char *lang;
	const char *hubs[FEED_HUBS_MAX]; /* WebSub */
	size_t hub_count;
};

enum feed_state {
	FEED_SOUND,
	FEED_MENDED, /* faults were put right or passed over; every item found was handed on */
	FEED_CUT,    /* it ends too early: an item that was not complete was left out */
};

struct feed_report {
	enum feed_state state;
	int line;                /* of the fault in text, or where it was cut; 0: sound */
	char text[ERR_TEXT_MAX]; /* one sentence for who makes the feed; "" when sound */
	const char *charset;     /* what it was read as, "UTF-8", "windows-1251", … */
	size_t faults;           /* in all; the worst of them, and of those the first, is told */
	size_t items;            /* handed on */
	size_t skipped;          /* items that hold nothing, or too much */
};

struct feed_options {
	const char *base_url;     /* where the feed was got, after redirects; NULL: relative links
				     stay as they are in html and are dropped elsewhere */
	const char *content_type; /* the answer's Content-Type, or NULL */
	int zone_minutes;         /* east of Greenwich, for dates that name no zone */
	/* Each item in turn, on the thread that pushes. Nonzero ends the reading, and push or end
	 * returns it. */
	int (*item)(void *arg, const struct feed_item *item);
	void *arg;
};

struct feed_reader;

/* The options' strings are copied. ERR_MEMORY. */
MUST_USE int feed_reader_new(
	const struct feed_options *options, struct err *err, struct feed_reader **ret);
void feed_reader_free(struct feed_reader *r); /* takes NULL */
void feed_reader_freep(struct feed_reader **r);

/* The next bytes, however they are cut. ERR_TOO_LARGE past FEED_BYTES_MAX or FEED_ITEMS_MAX (what
 * came before was handed on), ERR_MEMORY, or what the callback returned; the same again when called
 * after a failure. */
MUST_USE int feed_reader_push(struct feed_reader *r, const void *p, size_t len, struct err *err);

/* There are no more bytes. 0 when it was a feed, broken or not: see the report. ERR_INVALID when it
 * was none; otherwise as feed_reader_push. */
MUST_USE int feed_reader_end(struct feed_reader *r, struct err *err);

/* Both belong to the reader and grow while it reads: some feeds say who they are after their items.
 */
const struct feed_head *feed_reader_head(const struct feed_reader *r);
const struct feed_report *feed_reader_report(const struct feed_reader *r);

#endif
