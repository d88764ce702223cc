/* Statements and institutions as data for templates: pure, no database. All return new references;
 * what memory was lacking for is left out, and the request's arena knows. */
#ifndef CHORSU_SITE_VIEW_H
#define CHORSU_SITE_VIEW_H

#include "core/media.h"
#include "core/post.h"
#include "feature/site/paging.h"
#include "feature/site/site_page.h"

/* Paths without language, in the arena. */
char *view_institution_path(const struct site_page *p, const struct institution *i);
char *view_tag_path(const struct site_page *p, const struct institution *i, const char *folded);
char *view_post_path(const struct site_page *p, int64_t post);

/* The title in the page's language, else of the first variant; NULL for a statement without. */
const char *view_title(const struct site_page *p, const struct post *post);

/* What to call a statement in one line of at most max characters: its title, or its first words. */
const char *view_label(const struct site_page *p, const struct post *post, size_t max);

/* A picture for <picture>: WebP in its widths, JPEG for all others. sizes: as the attribute says
 * it. */
json_t *view_picture(const struct site_page *p, const struct media *m, const char *sizes);

/* An institution's picture, or the seal that stands for one: the letters of its name, smaller the
 * more they are. */
void view_put_seal(const struct site_page *p, json_t *data, const struct institution *i);

/* An institution's name, seal and address for the head of a page, into data. */
void view_put_institution(const struct site_page *p, json_t *data, const struct institution *i);

/* A statement as an item of a list: short ones whole. */
json_t *view_item(const struct site_page *p, const struct post *post);

/* The items of a page of statements and the links to its neighbours, into data. path: of the list,
 * without language. */
void view_put_listing(
	const struct site_page *p, json_t *data, const struct listing *l, const char *path);

/* Does the text in this language have the hashtag? The others are those of other languages. */
bool view_has_tag(const struct site_page *p, const struct variant *v, const struct post_tag *tag);

/* A standing statement for its own page, into data. */
void view_put_statement(const struct site_page *p, json_t *data, const struct institution *i,
	const struct post *post, const struct post_tag *tags);

#endif
