/* The texts of the interface: locale/TAG.po, compiled in. Labels stand before a value or alone, so
 * that no sentence has to be put together from pieces: word order and endings differ in every
 * language. */
#include "feature/site/site_text.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "base/auto.h"
#include "base/str.h"
#include "kit/text/catalogue.h"

const char *const site_tags[SITE_LANGUAGES] = {"uz", "uz-Cyrl", "ru", "en"};

static struct catalogue opened[SITE_LANGUAGES];

/* They are compiled in, so what is wrong with them is a bug. */
static void open_all(void)
{
	for (int i = 0; i < SITE_LANGUAGES; i++) {
		const struct site_catalogue *c = site_catalogues;
		int rc;

		while (c->tag && !str_eq(c->tag, site_tags[i]))
			c++;
		assert(c->tag && "a language without its file in locale/");
		rc = catalogue_open(c->start, (size_t)(c->end - c->start), NULL, &opened[i]);
		assert(rc == 0);
		(void)rc;
	}
}

static const struct catalogue *texts_in(enum site_language language)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, open_all);
	return &opened[language];
}

enum site_language site_language_for(const char *lang)
{
	enum site_language found = SITE_UZ;

	for (int i = 0; i < SITE_LANGUAGES; i++) {
		size_t n = strlen(site_tags[i]);

		/* The longer tag comes later: "uz-Cyrl-UZ" is "uz-Cyrl", not "uz". */
		if (!strncmp(site_tags[i], lang, n) && (!lang[n] || lang[n] == '-'))
			found = (enum site_language)i;
	}
	return found;
}

const char *site_text(enum site_language language, const char *key)
{
	const char *text = catalogue_find(texts_in(language), key);

	assert(text && "a text of the interface that is not in locale/");
	return text ? text : "";
}

json_t *site_texts(enum site_language language)
{
	const struct catalogue *c = texts_in(language);
	json_t *all = json_object();

	for (uint32_t i = 1; i < c->count; i++) {
		const char *key, *text;

		catalogue_at(c, i, &key, &text);
		json_object_set_new(all, key, json_string(text));
	}
	return all;
}

const char *site_language_name(const char *lang)
{
	static const char *const NAMES[][2] = {
		{"uz", "Oʻzbekcha"},
		{"uz-Cyrl", "Ўзбекча"},
		{"ru", "Русский"},
		{"en", "English"},
		{"kaa", "Qaraqalpaqsha"},
		{"kaa-Cyrl", "Қарақалпақша"},
		{"kk", "Қазақша"},
		{"ky", "Кыргызча"},
		{"tg", "Тоҷикӣ"},
		{"tk", "Türkmençe"},
		{"tr", "Türkçe"},
	};

	for (size_t i = 0; i < LENGTH(NAMES); i++)
		if (str_eq(NAMES[i][0], lang))
			return NAMES[i][1];
	return lang;
}
