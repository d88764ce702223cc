/* Where in HTML or XML a template's tag stands: a little machine that is fed with the text between
 * the tags. Inside this room. */
#ifndef CHORSU_KIT_HTML_TEMPLATE_CONTEXT_H
#define CHORSU_KIT_HTML_TEMPLATE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "kit/html/template_tree.h"

enum place {
	PLACE_TEXT,
	PLACE_OPEN,     /* after "<" */
	PLACE_NAME,     /* in a tag's name */
	PLACE_SPACE,    /* in a tag, where an attribute may begin */
	PLACE_GAP,      /* in a tag, where a space is due before the next attribute */
	PLACE_KEY,      /* in an attribute's name */
	PLACE_KEY_END,  /* after it and a space */
	PLACE_EQUALS,   /* after "=" */
	PLACE_UNQUOTED, /* in a value without quotes */
	PLACE_QUOTED,   /* in a quoted value */
	PLACE_END_TAG,
	PLACE_COMMENT,
	PLACE_DECLARATION, /* "<!doctype", "<?xml" */
	PLACE_CDATA,
	PLACE_ESCAPABLE, /* in <title> or <textarea>, where there are no tags */
	PLACE_RAW,       /* in <script>, <style> and the like, where there are no escapes */
};

enum value_kind {
	VALUE_PLAIN,
	VALUE_URL,
	VALUE_URLS, /* several addresses: srcset */
	VALUE_CODE, /* on…, style, srcdoc */
};

enum url_state {
	URL_BEGIN,   /* nothing so far, or what may become a scheme */
	URL_OPEN,    /* the same, and its beginning is known only when it is rendered */
	URL_SETTLED, /* its scheme is one of those that are taken, or it has none */
	URL_UNSAFE,  /* it has another */
};

#define CONTEXT_NAME_MAX 24

struct context {
	enum template_kind kind;
	enum place place;
	unsigned int tags; /* how many "<" there were: tells one tag from another */
	unsigned int keys; /* how many attributes there were */
	char quote;
	bool slash;     /* the byte before was "/" */
	size_t matched; /* bytes of what ends a comment, raw text, … */
	size_t name_len;
	char name[CONTEXT_NAME_MAX]; /* of the tag or attribute that is read, lower case, cut */
	char tag[CONTEXT_NAME_MAX];  /* of the tag that is open, or whose raw text this is */
	enum value_kind value;
	enum url_state url;
	size_t scheme_len;
	char scheme[CONTEXT_NAME_MAX];
};

void context_init(struct context *c, enum template_kind kind);

/* Returns how many bytes were read: len, or the place of the byte that cannot stand there, with a
 * sentence in err. */
size_t context_feed(struct context *c, const char *text, size_t len, struct err *err);

/* How a value is escaped here; raw: not at all. ERR_INVALID with one sentence when none may stand
 * here. */
MUST_USE int context_value(
	struct context *c, bool raw, const char *name, struct err *err, enum node_escape *ret);

/* May a partial stand here? ERR_INVALID. */
MUST_USE int context_partial(const struct context *c, const char *name, struct err *err);

/* A section begins here: *c becomes what holds for its contents. ERR_INVALID. */
MUST_USE int context_begin(struct context *c, const char *name, struct err *err);

/* A section that began at begin ends at *c, which becomes what holds whether or not the contents
 * were written. ERR_INVALID when its end is another place than its beginning. */
MUST_USE int context_join(
	struct context *c, const struct context *begin, const char *name, struct err *err);

/* ERR_INVALID unless the template may end here. */
MUST_USE int context_end(const struct context *c, struct err *err);

/* Has an address that begins with these bytes no scheme, or one of those that are taken? */
bool context_url_safe(const char *s, size_t len);

#endif
