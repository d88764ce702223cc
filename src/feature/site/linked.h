/* What search engines and other programs read in a page: schema.org as JSON-LD, and Open Graph. */
#ifndef CHORSU_SITE_LINKED_H
#define CHORSU_SITE_LINKED_H

#include "core/post.h"
#include "feature/site/site_page.h"

/* GovernmentOrganization for an institution's page; NewsArticle for a statement's, of that
 * institution. Into the page's data: "linked_html" (an element), "og_type", "og_image".
 */
void linked_put_institution(const struct site_page *p, json_t *data, const struct institution *i);
void linked_put_statement(const struct site_page *p, json_t *data, const struct institution *i,
	const struct post *post);

#endif
