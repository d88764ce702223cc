/* What the interface says, in its four languages. */
#ifndef CHORSU_SITE_TEXT_H
#define CHORSU_SITE_TEXT_H

#include <jansson.h>

/* Languages of the interface; a reader of any other gets one of these. */
enum site_language { SITE_UZ, SITE_UZ_CYRL, SITE_RU, SITE_EN, SITE_LANGUAGES };

/* Their BCP 47 tags, in the order of enum site_language. */
extern const char *const site_tags[SITE_LANGUAGES];

/* The catalogues (.mo) that are compiled in, ended by a row without a tag. */
struct site_catalogue {
	const char *tag;
	const unsigned char *start, *end;
};
extern const struct site_catalogue site_catalogues[];

/* The one that a reader of `lang` (any BCP 47 tag) understands best; Uzbek for languages that have
 * none near. */
enum site_language site_language_for(const char *lang);

/* A text by its key; an unknown key is a bug (assert). */
const char *site_text(enum site_language language, const char *key);

/* All texts as an object, key to text: new reference, NULL without memory. */
json_t *site_texts(enum site_language language);

/* A language in its own words ("Русский"); the tag itself when nobody told its name. */
const char *site_language_name(const char *lang);

#endif
