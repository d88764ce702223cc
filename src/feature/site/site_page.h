/* What every page of the room has in common: who reads it in which language, its addresses, the
 * data that the frame of every template needs, and the answer. */
#ifndef CHORSU_SITE_PAGE_H
#define CHORSU_SITE_PAGE_H

#include <jansson.h>

#include "core/server.h"
#include "feature/site/site_text.h"

struct site_page {
	struct request *rq;
	const struct server *server;
	struct arena *arena;
	const char *lang;            /* what the reader wants to read: a BCP 47 tag */
	enum site_language language; /* what the interface says it in */
	const char *prefix;          /* of addresses: "/ru" as the path had it, or "" */
	const char *zone;            /* IANA name, of the dates */
	bool moved;                  /* the path wrote the language in another way than we do */
	int64_t scope, version;      /* of its content, as it was read; version 0: of none */
};

/* Begin a page for the request: the language is that of the path's parameter "lang" when there is
 * one. ERR_NOT_FOUND for one that no page here is in. */
MUST_USE int site_page_begin(struct request *rq, struct site_page *ret);

/* The language by Accept-Language, else the first of languages (tags separated by spaces), when the
 * path had none. When it had one: ERR_NOT_FOUND unless it is of the interface, Karakalpak, or one
 * of languages. */
MUST_USE int site_page_choose(struct site_page *p, const char *languages);
/* The same in a transaction, whose error is the one that counts. */
MUST_USE int site_page_choose_in(struct tx *tx, struct site_page *p, const char *languages);

/* Address on this server of a path without language ("/", "/@mehnat?before=…"), in the arena: in
 * the page's own way, and in a language ("" for none). */
char *site_address(const struct site_page *p, const char *path);
char *site_address_in(const struct site_page *p, const char *lang, const char *path);

/* What the frame of a page needs, to which the page adds its own: new reference, NULL without
 * memory. title: without the name of the site. path: the page's own, without language. */
json_t *site_page_data(const struct site_page *p, const char *title, const char *path);

/* The content is an institution's, in the version that was read with it; or many institutions', in
 * that of the server (0 is its scope). */
void site_page_versioned(struct site_page *p, int64_t scope, int64_t version);

/* Render and answer; takes the reference. HTML with the caching of public pages. What is versioned
 * may be kept until midnight, when the days that a page tells may be other ones. */
MUST_USE int site_page_reply(struct site_page *p, int status, const char *template, json_t *data);

/* The same bytes without a page around them, for the feed. */
MUST_USE int site_render_reply(
	struct request *rq, int status, const char *template, const char *type, json_t *data);

/* 301 to the same page at path (without language), with the query as it came. */
int site_page_redirect(struct site_page *p, const char *path);

/* Public caches may keep pages for seconds: what an institution says is soon everywhere. */
#define SITE_CACHE "public, max-age=15, s-maxage=15"

/* Members of an object: text unless NULL; a time as NAME (RFC 3339, for datetime) and NAME_text
 * (for people, in the style and the page's language). */
void site_put(json_t *object, const char *name, const char *value);
void site_put_time(
	const struct site_page *p, json_t *object, const char *name, int64_t at, bool clock);

#endif
