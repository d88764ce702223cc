/* Mustache templates (the core of the official specification) with contextual escaping.
 *
 * In an HTML or XML template every {{value}} is escaped for the place where it stands: text, quoted
 * attribute, or an attribute that holds a URL (href, src, action, …: only http, https, mailto, tel
 * and relative addresses pass, others become "#"). A value in an unquoted attribute, in <script>,
 * in <style>, in a comment or in a tag's name is refused when the template is parsed. {{{raw}}} and
 * {{&raw}} are taken only for names that end in _html, which hold bytes that the sanitizer or a
 * template made. A section ends where it began: in text, between attributes, or in the same value.
 * A partial stands in text, must exist, and is of the same kind. TEMPLATE_PLAIN is the
 * specification as it stands. As in JavaScript 0, "" and null are false. */
#ifndef CHORSU_KIT_HTML_TEMPLATE_H
#define CHORSU_KIT_HTML_TEMPLATE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

struct template;

enum template_kind { TEMPLATE_PLAIN, TEMPLATE_HTML, TEMPLATE_XML };

/* text is copied. The error names line and column. */
MUST_USE int template_parse(enum template_kind kind, const char *name, const char *text, size_t len,
	struct err *err, struct template **ret);
void template_free(struct template *t);

/* A set of templates, by name; partials are looked up in it. Once all are added it is shared by
 * threads, and changes only as a whole. */
struct template_set;
struct template_set *template_set_new(void);
void template_set_free(struct template_set *set);
MUST_USE int template_set_add(struct template_set *set, enum template_kind kind, const char *name,
	const char *text, size_t len, struct err *err);

/* Do the partials that this one asks for exist, and are they of its kind? ERR_INVALID names the
 * line. Before the set is shared. */
MUST_USE int template_set_check(const struct template_set *set, const char *name, struct err *err);

/* set becomes what fresh is, while others render: each of them ends with the templates with which
 * it began. fresh is freed. */
void template_set_replace(struct template_set *set, struct template_set *fresh);

/* Render by name; data is an object. Partials nest at most 32 deep. ERR_NOT_FOUND, ERR_TOO_LARGE
 * (out's maximum). */
MUST_USE int template_render(const struct template_set *set, const char *name, const json_t *data,
	struct buf *out, struct err *err);

/* Escape for HTML text and quoted attributes. */
void html_escape(struct buf *out, const char *s);

#endif
